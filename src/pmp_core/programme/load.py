"""Packs and overlays from files: the only place of the lower floors that reads any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from pmp_core.errors import ProgrammeError, nearest
from pmp_core.programme.access import AccessLine, AccessTable, lay_access_over, read_access
from pmp_core.programme.checks import check_apart, check_codes, check_parents
from pmp_core.programme.cycle_needs import CycleNeeds
from pmp_core.programme.entries import DatedValue, Term, Value
from pmp_core.programme.life_cycle import LifeCycle
from pmp_core.programme.overlay import lay_over
from pmp_core.programme.overlay_cycles import lay_cycles_over
from pmp_core.programme.pack import OverlayText, Pack
from pmp_core.programme.reading import Reader
from pmp_core.programme.reading_cycles import read_life_cycle
from pmp_core.programme.school_years import check_school_year
from pmp_core.programme.written import text
from pmp_core.programme.yaml_positions import Document, check_schema, read_yaml, to_pointer
from pmp_core.values import Text

_HERE = Path(__file__).parent
NATIONAL = "lv"


def available_packs(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """The packs that can be loaded, by id: the shipped ones, and those in `folders` (one folder a pack)."""
    shipped = [folder for folder in sorted((_HERE / "data").iterdir()) if folder.is_dir() and folder.name != NATIONAL]
    return {folder.name: folder for folder in (*shipped, *folders)}


def load_pack(
    pack_id: str,
    overlays: Sequence[str | Path | OverlayText] = (),
    folders: Iterable[Path] = (),
    fixed: Mapping[str, Value] | None = None,
    needs: Mapping[str, CycleNeeds] | None = None,
) -> Pack:
    """Load a pack with the national data beside it, and lay overlays over it in order.

    Args:
        pack_id: such as `lv-8.3.4`.
        overlays: paths of YAML files, or texts that were read before.
        folders: where plug-ins keep packs of their own.
        fixed: what the code does in one way only: an overlay that says otherwise would be ignored.
        needs: what the code needs of each life cycle: an overlay that takes it away would leave it unworkable.

    Raises:
        ProgrammeError: `programme-unknown`, `overlay-missing`, `overlay-for-another`, `value-fixed`, and whatever is wrong in a file,
            with file, line and pointer.
    """
    packs = available_packs(folders)
    if pack_id not in packs:
        near = nearest(pack_id, packs) or tuple(packs)
        raise ProgrammeError("programme-unknown", f"There is no programme {pack_id!r}.", remedy=f"There are: {', '.join(near)}.")
    pack = _read_folders(pack_id, (_HERE / "data" / NATIONAL, packs[pack_id]))
    for overlay in overlays:
        text_of = overlay if isinstance(overlay, OverlayText) else read_overlay(Path(overlay))
        pack = _with_overlay(pack, text_of, fixed or {}, needs or {})
    return pack


def read_overlay(path: Path) -> OverlayText:
    """An overlay's text.

    Raises:
        ProgrammeError: `overlay-missing`, `yaml-not-utf-8`.
    """
    try:
        return OverlayText(path.name, _utf_8(path))
    except OSError as error:
        raise ProgrammeError(
            "overlay-missing",
            f"The overlay cannot be read: {error.strerror}.",
            found=path.name,
            remedy="Check the path; it is taken from where the command runs.",
        ) from None


def overlay_for(overlay: OverlayText) -> str:
    """The id of the pack that an overlay is for.

    Raises:
        ProgrammeError: whatever the schema finds wrong in it.
    """
    named: str = _checked(overlay).data["overlay_for"]
    return named


def overlay_for_none(overlay: OverlayText, packs: Iterable[str]) -> ProgrammeError:
    """The error for an overlay whose pack is none of these: `programme-unknown`, with the place in the overlay."""
    named, known = overlay_for(overlay), tuple(packs)
    return Reader(_checked(overlay), overlay.name).wrong(
        "programme-unknown",
        f"There is no programme {named!r}.",
        "/overlay_for",
        found=named,
        remedy=f"There are: {', '.join(nearest(named, known) or known)}.",
    )


def _checked(overlay: OverlayText) -> Document:
    document = read_yaml(overlay.text, overlay.name)
    check_schema(document, schema("overlay"), code="overlay-invalid")
    return document


def _utf_8(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ProgrammeError(
            "yaml-not-utf-8", "The file is not UTF-8 text.", found=path.name, remedy="Save it as UTF-8."
        ) from None


@cache
def schema(name: str) -> Mapping[str, Any]:
    """A published schema: `pack` or `overlay`."""
    made: Mapping[str, Any] = json.loads((_HERE / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return made


@cache
def _read_folders(pack_id: str, folders: tuple[Path, ...]) -> Pack:
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    documents = [(file.parent.name, read_yaml(_utf_8(file), file.name)) for file in files]
    values: dict[str, DatedValue] = {}
    terms: dict[str, dict[str, Term]] = {}
    title: Text | None = None
    for folder, document in documents:
        check_schema(document, schema("pack"), code="pack-invalid")
        raw, reader = document.data, Reader(document, folder)
        if raw["pack"] != folder:
            raise reader.wrong("pack-misplaced", f"The file lies in the folder of {folder!r}.", "/pack", found=raw["pack"])
        for path, item in raw.get("values", {}).items():
            _once(values, path, to_pointer(("values", path)), reader)
            values[path] = reader.dated_value(path, item, to_pointer(("values", path)))
        for name, codes in raw.get("terms", {}).items():
            catalogue = terms.setdefault(name, {})  # one without codes is there too: overlays fill it
            for code, item in codes.items():
                pointer = to_pointer(("terms", name, code))
                _once(catalogue, code, pointer, reader)
                catalogue[code] = reader.term(name, code, item, pointer)
        if "title" in raw and folder == pack_id:
            title = text(raw["title"])
    cycles: dict[str, LifeCycle] = {}
    access: dict[str, AccessLine] = {}
    for folder, document in documents:
        reader = Reader(document, folder)
        for name, raw in document.data.get("life_cycles", {}).items():
            _once(cycles, name, to_pointer(("life_cycles", name)), reader)
            cycles[name] = read_life_cycle(reader, name, raw, terms)
        for line in read_access(reader, document.data.get("access", {}), terms.get("roles", {})):
            _once(access, line.action, to_pointer(("access", line.action)), reader)
            access[line.action] = line
        for name, codes in document.data.get("terms", {}).items():
            check_parents(reader, name, terms, {code: to_pointer(("terms", name, code)) for code in codes})
        for path in document.data.get("values", {}):
            check_school_year(reader, values[path], to_pointer(("values", path)), new=False)
            check_apart(reader, path, values, terms, to_pointer(("values", path)))
            check_codes(reader, values[path], terms, to_pointer(("values", path)))
    return Pack(pack_id, title or Text(pack_id, pack_id), values, terms, cycles, access=AccessTable(access))


def _once(known: Mapping[str, Any], name: str, pointer: str, reader: Reader) -> None:
    if name in known:
        raise reader.wrong("path-twice", "The pack says this in two places.", pointer, found=name, remedy="Keep one of them.")


def _with_overlay(pack: Pack, overlay: OverlayText, fixed: Mapping[str, Value], needs: Mapping[str, CycleNeeds]) -> Pack:
    document = _checked(overlay)
    reader = Reader(document, overlay.name)
    if document.data["overlay_for"] != pack.id:
        raise reader.wrong(
            "overlay-for-another",
            f"The overlay is for another programme than {pack.id!r}.",
            "/overlay_for",
            found=document.data["overlay_for"],
            remedy="Load the programme it names, or correct the overlay.",
        )
    values, terms = lay_over(reader, document.data, pack.values, pack.terms)
    for path in fixed.keys() & document.data.get("values", {}).keys():
        for i, entry in enumerate(document.data["values"][path]["entries"]):
            if entry.get("value") != fixed[path]:
                raise reader.wrong(
                    "value-fixed",
                    "This is built into the library, and an overlay cannot say otherwise.",
                    to_pointer(("values", path, "entries", i)),
                    found=path,
                    remedy="Leave this value as the programme has it.",
                )
    cycles = lay_cycles_over(reader, document.data.get("life_cycles", {}), pack.life_cycles, terms, needs)
    access = lay_access_over(reader, document.data.get("access", {}), pack.access, terms.get("roles", {}))
    overlays = (*pack.overlays, overlay)
    return attrs.evolve(pack, values=values, terms=terms, life_cycles=cycles, overlays=overlays, access=access)


__all__ = ["NATIONAL", "available_packs", "load_pack", "overlay_for", "overlay_for_none", "read_overlay", "schema"]
