"""What is looked at when a register is opened: its schema, its programme, its overlays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pmp_core.errors import ProgrammeError, ProgrammeMismatch, RegisterError
from pmp_core.loading import Programme, load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import tables
from pmp_core.register.access.reach import check_whole
from pmp_core.register.collection import working
from pmp_core.register.encryption.cells import keys_needed
from pmp_core.register.encryption.transaction import CHOSEN, KEY_ID
from pmp_core.register.history.beginning import BEGIN, MARK, lacks_history
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.layer import Acting
from pmp_core.register.layers import Setup
from pmp_core.register.schema import Row
from pmp_core.register.storage import Storage, Transaction
from pmp_core.values import Actor


def storage_at(target: Any, plugins: PluginSet | None) -> Storage:
    """The storage that opens a target: a plug-in's.

    Raises:
        PluginError: no plug-in opens it.
    """
    scheme = "sqlite"
    if isinstance(target, str) and "://" not in target:
        target = Path(target)
    if isinstance(target, str):
        scheme = target.partition(":")[0].partition("+")[0]
    loaded = plugins if plugins is not None else PluginSet.load()
    return loaded.storage(scheme).open(target)


def read_info(storage: Storage) -> tuple[dict[str, str], list[OverlayText]]:
    """What a register says of itself; nothing where there is none. Reads only: the database may be somebody else's."""
    try:
        with storage.begin() as transaction:
            info = {str(row["name"]): str(row["value"]) for row in transaction.find(tables.REGISTER_INFO)}
            kept = [
                OverlayText(str(row["name"]), str(row["text"])) for row in transaction.find(tables.OVERLAYS, order=["position"])
            ]
    except RegisterError as error:
        if error.code != "table-unknown":
            raise
        return {}, []
    return info, kept


def programme_of(
    programme: Programme | str | None, info: dict[str, str], kept: Sequence[OverlayText], plugins: PluginSet | None
) -> Programme:
    """The programme to work under: the one given, or the one the register was made with.

    Raises:
        RegisterError: `register-without-programme`.
        ProgrammeMismatch: `register-overlay-unfit`.
    """
    if isinstance(programme, Programme):
        return programme
    wanted = programme or info.get("programme_id")
    if wanted is None:
        raise RegisterError(
            "register-without-programme",
            "There is no register here yet, and no programme to make one for.",
            remedy='Check the path, or name the programme: `programme="lv-8.3.4"`.',
        )
    own = kept if wanted == info.get("programme_id") else ()
    try:
        return load_programme(wanted, overlays=own, plugins=plugins)
    except ProgrammeError as error:
        if error.place.file not in [overlay.name for overlay in own]:
            raise
        raise _overlay_unfit(error, wanted) from None


def programme_then(present: Programme, info: dict[str, str], overlays: Sequence[Row]) -> Programme:
    """The programme that a register was worked under at a moment of its past.

    Args:
        present: the one of today; it is taken where it is the same.
        info: what the register said of itself.
        overlays: the rows of its overlays, in order.

    Raises:
        ProgrammeMismatch: `register-overlay-unfit`.
    """
    if info["programme_hash"] == present.hash:
        return present
    kept = [OverlayText(str(row["name"]), str(row["text"])) for row in overlays]
    return programme_of(None, info, kept, None)


def _overlay_unfit(error: ProgrammeError, programme_id: str) -> ProgrammeMismatch:
    name = error.place.file
    return ProgrammeMismatch(
        "register-overlay-unfit",
        f"The register's own overlay {name!r} does not fit this release of the library: [{error.code}] {error.message}",
        place=error.place,
        found=error.found,
        remedy=(
            f"Correct the file (the register keeps its text in the table `overlays`): {error.remedy} "
            f"Then adopt it, with every other overlay of the register: `pmp import … --programme {programme_id} --overlay {name} "
            "--adopt-programme`, or `Register.open(…, programme=load_programme(…), adopt_programme=True)`. "
            f"What it changes: `pmp rules redecide --programme {programme_id} --overlay {name}`."
        ),
    )


def check_schema(info: dict[str, str], *, adopt: bool, migrates: bool) -> None:
    """Before anything else: a newer library's overlays may not even load here. An older register changes only if that is asked.

    Args:
        info: what the register says of itself.
        adopt: whether it may become one of this version.
        migrates: whether its storage has migrations: then it changes by them alone.

    Raises:
        RegisterError: `register-older`, `register-newer`.
    """
    version = schema_of(info)
    if version is not None and version < tables.SCHEMA_VERSION and (migrates or not adopt):
        raise RegisterError(
            "register-older",
            f"The register was made by an older version of this library; this one's schema is {tables.SCHEMA_VERSION}.",
            found=f"schema {version}",
            remedy="Make a backup and bring it to this schema: `pmp register migrate --register …`, or "
            "`pmp_core.register.maintenance.migrate(…)`. Its rows stay as they are."
            if migrates
            else "Make a copy of it, then open it once with `adopt_programme=True`. Its rows stay as they are.",
        )
    if version is not None:
        check_not_newer(version)


def schema_of(info: dict[str, str]) -> int | None:
    """The schema that a register says it has; None where there is no register."""
    version = info.get("schema_version", "") if info else None
    if version is not None and not version.isdecimal():
        raise RegisterError("register-damaged", "The register does not say which schema it has.", remedy="Go back to a backup.")
    return None if version is None else int(version)


def check_not_newer(version: int) -> None:
    """Whether this library knows a schema.

    Raises:
        RegisterError: `register-newer`.
    """
    if version > tables.SCHEMA_VERSION:
        raise RegisterError(
            "register-newer",
            "The register was made by a newer version of this library.",
            found=str(version),
            remedy=f"Update pmp-core; this one knows the schema up to {tables.SCHEMA_VERSION}.",
        )


def check_keys(info: dict[str, str], keys: RegisterKeys | None) -> None:
    """Whether the keys are there that a register needs: it has names or notes encrypted, or was changed to another key.

    Raises:
        RegisterError: `register-keys-needed`, `register-key-unknown`.
    """
    if keys is None and info.get(CHOSEN):
        raise keys_needed()
    if keys is not None and KEY_ID in info:
        keys.key(info[KEY_ID])


def check_version(info: dict[str, str], programme: Programme, adopt: bool) -> None:
    """Whether a register was made with this version of the programme, or adopts it.

    Raises:
        ProgrammeMismatch: `register-other-programme`, `register-other-version`.
    """
    if not info:
        return
    check_id(info["programme_id"], programme)
    if info["programme_hash"] != programme.hash and not adopt:
        raise ProgrammeMismatch(
            "register-other-version",
            f"The register was made with another version of {programme.id!r}: other overlays, or another release of the library.",
            found=f"{info['programme_hash'][:12]} in the register, {programme.hash[:12]} now",
            remedy=(
                "To work on under this version, adopt it once: `pmp import --adopt-programme`, or `adopt_programme=True`. "
                f"The register's own overlays stay if the programme is given by its id, {programme.id!r}."
            ),
        )


def check_looks_after(
    info: dict[str, str], kept: Sequence[OverlayText], programme: Programme, plugins: PluginSet | None, actor: Actor
) -> None:
    """Whether an actor may open a register under another version of its programme, whose access table may be another.

    Raises:
        AccessDenied: `access-denied`: by the register's own table it may not.
    """
    if not info or info["programme_hash"] == programme.hash:
        return
    try:
        own = programme_of(None, info, kept, plugins)
    except (
        ProgrammeError,
        ProgrammeMismatch,
    ):  # overlays of an older release that no longer load: what the programme itself says
        own = load_programme(info["programme_id"], plugins=plugins)
    check_whole(own.access, actor, "migrate")


def check_id(own: str, programme: Programme) -> None:
    """Whether a register belongs to this programme.

    Raises:
        ProgrammeMismatch: `register-other-programme`.
    """
    if own != programme.id:
        raise ProgrammeMismatch(
            "register-other-programme",
            f"The register belongs to the programme {own!r}, not to {programme.id!r}.",
            remedy="Open it with its own programme, or make a new register.",
        )


def overlays_dropped(kept: Sequence[OverlayText], programme: Programme) -> ProgrammeMismatch:
    """The error for a programme without overlays on a register that has some."""
    return ProgrammeMismatch(
        "register-overlays-dropped",
        "The register has overlays, and the programme to adopt has none: its rates and codes would be lost.",
        found=", ".join(overlay.name for overlay in kept),
        remedy=f"Give the programme by its id, {programme.id!r}, to keep them, or with the new overlays; "
        "if they are to go, open it with `drop_overlays=True`.",
    )


def make_up(storage: Storage, info: dict[str, str], actor: Actor, setup: Setup) -> None:
    """Begin the history where there is none, and write down what the register is, where that is not what it says.

    Args:
        storage: with its tables made.
        info: what it said of itself.
        actor: who opens it.
        setup: what it is opened with.
    """
    if info and MARK not in info and lacks_history(storage):
        with working(storage, Acting(actor, action=BEGIN), setup):
            pass  # the register is older than its history: what is there is its first entry
    made_of = info.get("programme_hash"), info.get("schema_version"), MARK in info
    if made_of != (setup.programme.hash, str(tables.SCHEMA_VERSION), True):
        with working(storage, Acting(actor, action="open-register"), setup) as work:
            write_info(work.transaction, setup.programme)


def write_info(transaction: Transaction, programme: Programme) -> None:
    """Write down the schema, the programme and its overlays."""
    info = {"schema_version": str(tables.SCHEMA_VERSION), "programme_id": programme.id, "programme_hash": programme.hash}
    info[MARK] = "begun"  # it is begun once: a register without it later has lost it
    transaction.delete(tables.REGISTER_INFO, {"name": list(info)})
    transaction.insert(tables.REGISTER_INFO, [Row(name=name, value=value) for name, value in info.items()])
    transaction.delete(tables.OVERLAYS, {})
    overlays = enumerate(programme.pack.overlays)
    transaction.insert(tables.OVERLAYS, [Row(position=i, name=overlay.name, text=overlay.text) for i, overlay in overlays])
