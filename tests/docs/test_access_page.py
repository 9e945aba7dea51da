"""The page of access is the one that the programme pack and the paths of the tables make."""

from __future__ import annotations

import access_page

from pmp_core import load_programme
from pmp_core.register import tables


def test_what_is_kept_is_what_would_be_made() -> None:
    kept = access_page.PAGE.read_text(encoding="utf-8")
    assert kept == access_page.made(), f"Write it anew: {access_page.COMMAND}"


def test_the_page_has_every_action_and_table() -> None:
    page = access_page.made()
    for line in load_programme(access_page.PROGRAMME).access.lines.values():
        assert f"| `{line.action}` | {line.title.lv} | {line.title.en} |" in page
    for table in tables.TABLES:
        assert f"| `{table.name}` | " in page


def test_the_successor_has_the_same_rows_but_for_its_own_roles() -> None:
    first, second = (load_programme(name).access.lines for name in (access_page.PROGRAMME, access_page.SUCCESSOR))
    for action, line in first.items():
        roles = {
            "viaa" if role == "ikvd" else role: scope for role, scope in line.roles.items() if role != "regional-coordinator"
        }
        assert second[action].roles == roles
    assert first.keys() == second.keys()
