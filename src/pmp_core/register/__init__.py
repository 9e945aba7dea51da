"""Floor 3: the unified database."""

from pmp_core.register.collection import Collection, UnitOfWork
from pmp_core.register.published_schemas import entity_schemas
from pmp_core.register.register import Register

__all__ = ["Collection", "Register", "UnitOfWork", "entity_schemas"]
