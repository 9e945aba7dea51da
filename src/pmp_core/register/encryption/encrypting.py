"""What a register does with its keys: encrypts, keeps personal codes, changes keys, gives pseudonyms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Any

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.access.doors import admitting, is_within, whole
from pmp_core.register.access.reach import check_whole, denied
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.encryption import personal_codes, rotation
from pmp_core.register.encryption.cells import keys_needed
from pmp_core.register.encryption.columns import CHOICES, Choice, chosen
from pmp_core.register.encryption.personal_codes import KeptCode
from pmp_core.register.encryption.pseudonyms import Pseudonyms
from pmp_core.register.encryption.rewriting import Progress, rewrite_for
from pmp_core.register.encryption.transaction import CHOSEN, encryption_of
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.layers import Setup
from pmp_core.register.schema import Row
from pmp_core.register.tables import LEARNERS
from pmp_core.values import Actor, PersonalCode

_SEE = "see-personal-codes"


@frozen
class Rewritten:
    """What a change of the choice did.

    Args:
        choice: what is encrypted now, of `names` and `notes`.
        rows: how many rows were written anew.
    """

    choice: tuple[Choice, ...]
    rows: int


class Encrypting(ABC):
    """The part of a register that works with its keys."""

    setup: Setup
    actor: Actor

    @abstractmethod
    def unit_of_work(self, *, reason: str | None = None, keep: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work; see `Register.unit_of_work`."""

    def encrypted(self) -> tuple[Choice, ...]:
        """What is encrypted beside personal codes, of `names` and `notes`."""
        with self.unit_of_work(keep=False) as work:
            return _in_order(encryption_of(work.transaction).choice)

    def encrypt(self, *, names: bool = False, notes: bool = False, progress: Progress | None = None) -> Rewritten:
        """Encrypt names or notes, and keep them so from now on: all rows are written anew, in one unit of work.

        Copies of whole plans and claims, and the history, are encrypted with either. What was in clear before may stay in
        unused pages of the database's file until it is vacuumed, and in backups.

        Args:
            names: of learners, payees (with their accounts) and people named in plans.
            notes: what people wrote: on risks, measures, sessions and outcomes, aims, reasons.
            progress: called with how many of how many rows are done.

        Raises:
            InvalidValue: `encryption-unchosen`.
            RegisterError: `register-keys-needed`.
        """
        wanted = chosen(names=names, notes=notes)
        return self._choose(wanted, add=True, progress=progress)

    def decrypt(self, *, names: bool = False, notes: bool = False, progress: Progress | None = None) -> Rewritten:
        """Keep names or notes in clear again; see `encrypt`. Personal codes stay encrypted.

        Raises:
            InvalidValue: `encryption-unchosen`.
            RegisterError: `register-keys-needed`, `cell-damaged`, `register-key-unknown`. Nothing was changed.
        """
        wanted = chosen(names=names, notes=notes)
        return self._choose(wanted, add=False, progress=progress)

    def _choose(self, wanted: frozenset[Choice], *, add: bool, progress: Progress | None) -> Rewritten:
        keys = self._keys()
        words = " and ".join(_in_order(wanted))
        with self.unit_of_work(reason=f"{words} are kept {'encrypted' if add else 'in clear'}") as work, whole(work, "keep-keys"):
            layer = encryption_of(work.transaction)
            before = layer.choice
            after = before | wanted if add else before - wanted
            work.transaction.delete(tables.REGISTER_INFO, {"name": CHOSEN})
            if after:
                work.transaction.insert(tables.REGISTER_INFO, [Row(name=CHOSEN, value=" ".join(_in_order(after)))])
            rotation.note_key(work.transaction, keys)
            rows = rewrite_for(layer, before, after, progress)
        return Rewritten(_in_order(after), rows)

    def rotate_keys(self, *, progress: Progress | None = None) -> rotation.Rotated:
        """Write everything with the newest key that was written with an older one, some rows at a time.

        It can be killed and run again: until it is done both keys are needed, and both are read. Pseudonyms are made with the
        newest key: extracts from before and after cannot be joined.

        Args:
            progress: called with how many of how many rows are done.

        Raises:
            RegisterError: `register-keys-needed`, `register-key-unknown`, `cell-damaged`.
        """
        return rotation.rotate(self._keeping_keys, self._keys(), progress=progress)

    def find_by_personal_code(self, code: PersonalCode | str) -> tuple[str, ...]:
        """The ids of the learners who have a personal code, or had it. A child whom two schools sent may be there twice.

        Raises:
            InvalidValue: `personal-code-invalid`.
            RegisterError: `register-keys-needed`.
        """
        wanted = PersonalCode(code) if isinstance(code, str) else code
        with self.unit_of_work(keep=False) as work, admitting(work, _SEE, narrows=True) as reach:
            found = personal_codes.learners_with(work.transaction, self.setup.keys, wanted)
            return tuple(id for id in found if reach.whole or is_within(work, LEARNERS, id, _SEE))

    def personal_codes_of(self, learner_id: str) -> tuple[KeptCode, ...]:
        """The personal codes of a learner, the oldest first; the last one counts. Each shows itself masked.

        Raises:
            NotFound: `not-found`.
            RegisterError: `register-keys-needed`, `register-key-unknown`, `cell-damaged`.
        """
        with self.unit_of_work(keep=False) as work, admitting(work, _SEE, learner_id=learner_id):
            work.learners.get(learner_id)
            return personal_codes.codes_of(work.transaction, self.setup.keys, learner_id)

    def note_personal_code(self, learner_id: str, code: PersonalCode | str, *, on: date) -> bool:
        """Keep a learner's personal code: the first one, or a new one after a change or an adoption.

        Args:
            learner_id: whose.
            code: the code.
            on: today.

        Returns:
            Whether it was new.

        Raises:
            InvalidValue: `personal-code-invalid`.
            NotFound: `not-found`.
            RegisterError: `register-keys-needed`.
        """
        new = PersonalCode(code) if isinstance(code, str) else code
        with self.unit_of_work() as work, admitting(work, "keep-school-records", learner_id=learner_id):
            work.learners.get(learner_id)
            noted = personal_codes.note_codes(work.transaction, self.setup.keys, {learner_id: new}, on=on, source=None)
        return noted > 0

    def pseudonyms(self, purpose: str) -> Pseudonyms:
        """The pseudonyms of one purpose, made with the newest key.

        Args:
            purpose: what they are for, such as `study-of-absences-2026`.

        Raises:
            InvalidValue: `purpose-invalid`.
            RegisterError: `register-keys-needed`.
            AccessDenied: `access-denied`: who has them can tell whose a pseudonym is.
        """
        if self.setup.access == "table":
            check_whole(self.setup.programme.access, self.actor, "keep-keys")
        return Pseudonyms(self._keys().current, purpose)

    def extract(self, purpose: str, *, tables: Iterable[str] | None = None, backend: str = "polars") -> dict[str, Any]:
        """What an analyst is given for a purpose: frames by table, without names, notes or dates of birth, and with pseudonyms for ids.

        Args:
            purpose: what the data are for; another purpose has other pseudonyms.
            tables: which; None: all that can be given.
            backend: `polars`, `pandas` or `pyarrow`.

        Raises:
            InvalidValue: `purpose-invalid`, `extract-table-unknown`.
            FactError: `backend-unknown`, `backend-missing`.
            RegisterError: `register-keys-needed`.
        """
        from pmp_core.register.encryption import extract

        extract.check_backend(backend)
        pseudonyms, names = Pseudonyms(self._keys().current, purpose), extract.tables_named(tables)
        with (
            self.unit_of_work(reason=f"extract for {purpose}", keep=False) as work,
            admitting(work, "take-extract", narrows=True) as reach,
        ):
            if not reach.whole:  # a part of a school's children is easily told who they are
                raise denied(self.setup.programme.access, work.acting.actor, "take-extract", found="the whole register")
            columns = {name: extract.extracted(work.transaction, pseudonyms, name) for name in names}
        return {name: extract.frame_of(cells, types, backend) for name, (cells, types) in columns.items()}

    @contextmanager
    def _keeping_keys(self, *, reason: str | None = None, keep: bool = True) -> Iterator[UnitOfWork]:
        with self.unit_of_work(reason=reason, keep=keep) as work, whole(work, "keep-keys"):
            yield work

    def _keys(self) -> RegisterKeys:
        if self.setup.keys is None:
            raise keys_needed()
        return self.setup.keys


def _in_order(choice: frozenset[Choice]) -> tuple[Choice, ...]:
    return tuple(one for one in CHOICES if one in choice)
