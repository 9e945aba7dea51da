"""What lies between a unit of work and the database: encryption beneath, history above it, access on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from attrs import frozen

from pmp_core.loading import Programme
from pmp_core.register.access.guard import GuardedTransaction
from pmp_core.register.encryption.transaction import EncryptedTransaction
from pmp_core.register.history.recorded import RecordedTransaction
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.layer import Acting
from pmp_core.register.storage import Transaction

Access = Literal["table", "host"]


@frozen
class Setup:
    """What the layers of a register are made with.

    Args:
        programme: its access table counts.
        access: `table`: an actor sees and changes what the programme's access table gives. `host`: the host has looked.
        keys: what encrypts, matches and seals; None: no key.
        clock: gives the present moment, in UTC.
    """

    programme: Programme
    access: Access
    keys: RegisterKeys | None
    clock: Callable[[], datetime]


@contextmanager
def layered(transaction: Transaction, acting: Acting, setup: Setup, *, keep: bool) -> Iterator[Transaction]:
    """A unit of work's transaction, with its layers on it; what they have gathered is written when the block ends well.

    Args:
        transaction: the storage's.
        acting: who works.
        setup: what the layers are made with.
        keep: whether what is done is kept.
    """
    encrypted: Transaction = EncryptedTransaction(transaction, setup.keys)
    top: Transaction
    top = recorded = RecordedTransaction(encrypted, acting, setup, keep=keep)
    if setup.access == "table":
        top = acting.guard = GuardedTransaction(top, acting, setup.programme.access)
    yield top
    if keep:
        recorded.write()
