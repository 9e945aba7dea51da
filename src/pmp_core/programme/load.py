"""Packs and overlays from files: the only place of the lower floors that reads any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from pmp_core.errors import ProgrammeError, nearest
from pmp_core.programme.entries import DatedValue, Term
from pmp_core.programme.life_cycle import LifeCycle
from pmp_core.programme.overlay import lay_over, pointer_part
from pmp_core.programme.pack import OverlayText, Pack
from pmp_core.programme.reading import Reader, text
from pmp_core.programme.yaml_positions import Document, check_schema, read_yaml
from pmp_core.values import Text

_HERE = Path(__file__).parent
NATIONAL = "lv"


def available_packs(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """The packs that can be loaded, by id: the shipped ones, and those in `folders` (one folder a pack)."""
    shipped = [folder for folder in sorted((_HERE / "data").iterdir()) if folder.is_dir() and folder.name != NATIONAL]
    return {folder.name: folder for folder in (*shipped, *folders)}


def load_pack(pack_id: str, overlays: Sequence[str | Path | OverlayText] = (), folders: Iterable[Path] = ()) -> Pack:
    """Load a pack with the national data beside it, and lay overlays over it in order.

    Args:
        pack_id: such as `lv-8.3.4`.
        overlays: paths of YAML files, or texts that were read before.
        folders: where plug-ins keep packs of their own.

    Raises:
        ProgrammeError: `programme-unknown`, `overlay-missing`, `overlay-for-another`, and whatever is wrong in a file,
            with file, line and pointer.
    """
    packs = available_packs(folders)
    if pack_id not in packs:
        near = nearest(pack_id, packs) or tuple(packs)
        raise ProgrammeError("programme-unknown", f"There is no programme {pack_id!r}.", remedy=f"There are: {', '.join(near)}.")
    pack = _read_folders(pack_id, (_HERE / "data" / NATIONAL, packs[pack_id]))
    for overlay in overlays:
        pack = _with_overlay(pack, overlay if isinstance(overlay, OverlayText) else read_overlay(Path(overlay)))
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
            _once(values, path, f"/values/{pointer_part(path)}", reader)
            values[path] = reader.dated_value(path, item, f"/values/{pointer_part(path)}")
        for name, codes in raw.get("terms", {}).items():
            for code, item in codes.items():
                pointer = f"/terms/{pointer_part(name)}/{pointer_part(code)}"
                _once(terms.setdefault(name, {}), code, pointer, reader)
                terms[name][code] = reader.term(name, code, item, pointer)
        if "title" in raw and folder == pack_id:
            title = text(raw["title"])
    cycles: dict[str, LifeCycle] = {}
    for folder, document in documents:
        reader = Reader(document, folder)
        for name, raw in document.data.get("life_cycles", {}).items():
            _once(cycles, name, f"/life_cycles/{pointer_part(name)}", reader)
            cycles[name] = reader.life_cycle(name, raw, terms)
        for name, codes in document.data.get("terms", {}).items():
            for code in codes:
                reader.check_parent(terms[name][code], terms, f"/terms/{pointer_part(name)}/{pointer_part(code)}")
        for path in document.data.get("values", {}):
            reader.check_codes(values[path], terms, f"/values/{pointer_part(path)}")
    return Pack(pack_id, title or Text(pack_id, pack_id), values, terms, cycles)


def _once(known: Mapping[str, Any], name: str, pointer: str, reader: Reader) -> None:
    if name in known:
        raise reader.wrong("path-twice", "The pack says this in two places.", pointer, found=name, remedy="Keep one of them.")


def _with_overlay(pack: Pack, overlay: OverlayText) -> Pack:
    document: Document = read_yaml(overlay.text, overlay.name)
    check_schema(document, schema("overlay"), code="overlay-invalid")
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
    return attrs.evolve(pack, values=values, terms=terms, overlays=(*pack.overlays, overlay))


__all__ = ["NATIONAL", "available_packs", "load_pack", "read_overlay", "schema"]
