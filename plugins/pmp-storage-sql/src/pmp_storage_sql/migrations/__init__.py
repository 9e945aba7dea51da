"""How a register of an earlier schema becomes one of the next: one script of Alembic for each schema, in `versions`.

A script is never changed once its schema was released. It says in words of its own (`steps.py`) what the schema has more, and not by
what `pmp_core.register.tables` says today.
"""
