"""The access table of a programme: what it answers, and how an overlay replaces a row of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.programme import ACTIONS, AccessTable, OverlayText, Pack, Scope, available_packs, effect, inventory, load_pack
from pmp_core.programme.completion import overlay_schema_of

SAID = "source: a decision, status: example"


def laid(rows: str, *below: OverlayText, terms: str = "") -> Pack:
    text = f"overlay_for: lv-8.3.4\ntitle: {{lv: a, en: a}}\n{terms}access:\n{rows}"
    return load_pack("lv-8.3.4", [*below, OverlayText("own.yaml", text)])


@pytest.mark.parametrize("pack_id", available_packs())
def test_a_shipped_pack_has_a_row_for_every_action_and_something_for_every_role(pack_id: str) -> None:
    pack = load_pack(pack_id)
    assert set(pack.access.lines) == set(ACTIONS)
    assert {role for action in ACTIONS for role in pack.access.who(action)} == set(pack.codes("roles"))
    for line in pack.access.lines.values():
        assert line.roles
        assert line.path == f"access/{line.action}"
        assert (line.origin, line.status) == (pack_id, "chosen")
        assert line.note is not None


def test_what_a_role_may_do_and_how_far() -> None:
    access = load_pack("lv-8.3.4").access
    assert access.scope_of("director", "see-plans") is Scope.INSTITUTION
    assert access.scope_of("municipal-coordinator", "pay") is Scope.MUNICIPALITY
    assert access.scope_of("regional-coordinator", "see-plans") is Scope.REGION
    assert access.scope_of("ikvd", "erase") is Scope.STATE
    assert access.scope_of("analyst", "take-extract") is Scope.PSEUDONYMOUS
    assert access.scope_of("director", "pay") is None
    assert access.scope_of("nobody", "see-plans") is None
    assert access.who("erase") == ("ikvd",)


def test_where_nothing_is_said_nobody_may() -> None:
    assert AccessTable().scope_of("ikvd", "see-plans") is None
    assert AccessTable().who("see-plans") == ()


@pytest.mark.parametrize("pack_id", available_packs())
def test_an_auditor_changes_nothing_and_an_analyst_sees_no_person(pack_id: str) -> None:
    access = load_pack(pack_id).access
    assert {action for action in ACTIONS if access.scope_of("auditor", action)} == {
        "see-institutions", "see-learners", "see-plans", "see-money", "see-history", "see-statistics", "verify",
    }  # fmt: skip
    assert {action for action in ACTIONS if access.scope_of("analyst", action)} == {
        "see-institutions",
        "see-statistics",
        "take-extract",
    }


def test_an_overlay_replaces_a_row_as_a_whole_and_keeps_its_title() -> None:
    pack = laid(f"  pay: {{replaces: true, roles: {{ikvd: state}}, {SAID}}}\n")
    before = load_pack("lv-8.3.4").access.lines["pay"]
    after = pack.access.lines["pay"]
    assert (after.title, dict(after.roles), after.origin) == (before.title, {"ikvd": Scope.STATE}, "own.yaml")
    assert pack.hash != load_pack("lv-8.3.4").hash
    named = laid(f"  pay: {{replaces: true, title: {{lv: maksā, en: pays}}, roles: {{}}, {SAID}}}\n").access
    assert (named.lines["pay"].title.en, named.who("pay")) == ("pays", ())


def test_a_role_of_the_overlay_gets_a_row() -> None:
    terms = f"terms:\n  roles:\n    clerk:\n      title: {{lv: a, en: a}}\n      entries: [{{from: 2017-03-01, {SAID}}}]\n"
    pack = laid(f"  pay: {{replaces: true, roles: {{clerk: region}}, {SAID}}}\n", terms=terms)
    assert pack.access.scope_of("clerk", "pay") is Scope.REGION


def test_the_order_of_roles_and_the_file_are_not_part_of_the_law() -> None:
    first, second = "ikvd: state, director: institution", "director: institution, ikvd: state"
    rows = [f"  pay: {{replaces: true, roles: {{{roles}}}, {SAID}}}\n" for roles in (first, second)]
    assert laid(rows[0]).hash == laid(rows[1]).hash


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (f"  pay: {{roles: {{ikvd: state}}, {SAID}}}\n", "overlay-silent", "replaces: true"),
        (f"  pay: {{replaces: true, roles: {{direktor: institution}}, {SAID}}}\n", "code-unknown", "director"),
        (f"  see-plan: {{roles: {{ikvd: state}}, {SAID}}}\n", "action-unknown", "see-plans"),
        (f"  xxxxxxxx: {{replaces: true, roles: {{ikvd: state}}, {SAID}}}\n", "replaces-nothing", "see-plans"),
        (f"  xxxxxxxx: {{roles: {{ikvd: state}}, {SAID}}}\n", "action-unknown", "see-plans"),
        (f"  pay: {{replaces: true, roles: {{ikvd: country}}, {SAID}}}\n", "overlay-invalid", ""),
        ("  pay: {replaces: true, roles: {ikvd: state}, source: a, status: chosen}\n", "overlay-invalid", ""),
    ],
)
def test_a_row_that_is_wrong_is_told_with_its_place(rows: str, code: str, said: str) -> None:
    with pytest.raises(ProgrammeError) as wrong:
        laid(rows)
    assert wrong.value.code == code
    assert said in wrong.value.remedy
    assert str(wrong.value.place.pointer).startswith("/access/")


@pytest.fixture
def own_pack(tmp_path: Path) -> Callable[[str], Pack]:
    """A pack of a plug-in with one role and these rows."""

    def made(rows: str, overlay: str = "") -> Pack:
        folder = tmp_path / "xx"
        folder.mkdir(exist_ok=True)
        role = f"terms:\n  roles:\n    clerk: {{title: {{lv: a, en: a}}, entries: [{{from: 2017-03-01, {SAID.replace('example', 'verified')}}}]}}\n"
        (folder / "a.yaml").write_text(f"pack: xx\ntitle: {{lv: a, en: a}}\n{role}", encoding="utf-8")
        (folder / "b.yaml").write_text(f"pack: xx\n{rows}", encoding="utf-8")
        above = [OverlayText("own.yaml", f"overlay_for: xx\ntitle: {{lv: a, en: a}}\n{overlay}")] if overlay else []
        return load_pack("xx", above, folders=[folder])

    return made


def test_a_pack_without_rows_gives_nobody_anything_and_an_overlay_adds_some(own_pack: Callable[..., Pack]) -> None:
    assert own_pack("").access == AccessTable()
    added = own_pack("", f"access:\n  pay: {{roles: {{clerk: state}}, {SAID}}}\n")
    assert added.access.scope_of("clerk", "pay") is Scope.STATE
    assert added.access.lines["pay"].title.lv == "pay"


def test_a_pack_says_an_action_once(own_pack: Callable[..., Pack], tmp_path: Path) -> None:
    row = "access:\n  pay: {title: {lv: a, en: a}, roles: {clerk: state}, source: a, status: verified}\n"
    assert own_pack(row).access.who("pay") == ("clerk",)
    more = tmp_path / "xx" / "c.yaml"
    more.write_text(f"pack: xx\n{row}", encoding="utf-8")
    (tmp_path / "again").mkdir()
    folder = (tmp_path / "xx").rename(tmp_path / "again" / "xx")
    with pytest.raises(ProgrammeError) as twice:
        load_pack("xx", folders=[folder])
    assert twice.value.code == "path-twice"


def test_a_pack_whose_row_names_a_role_of_nobody_is_wrong(own_pack: Callable[..., Pack]) -> None:
    with pytest.raises(ProgrammeError) as wrong:
        own_pack("access:\n  pay: {title: {lv: a, en: a}, roles: {boss: state}, source: a, status: verified}\n")
    assert (wrong.value.code, wrong.value.found) == ("code-unknown", "boss")


def test_what_an_overlay_does_to_the_table_is_told() -> None:
    pack = load_pack("lv-8.3.4")
    changed = effect(pack, laid(f"  pay: {{replaces: true, roles: {{ikvd: state}}, {SAID}}}\n")).access_changes
    assert [(one.path, one.before, dict(one.after.roles)) for one in changed] == [
        ("access/pay", pack.access.lines["pay"], {"ikvd": Scope.STATE})
    ]
    assert changed[0].title == pack.access.lines["pay"].title


def test_every_row_stands_in_the_inventory_with_its_source() -> None:
    cited = [citation for citation in inventory(load_pack("lv-8.3.4")).citations if citation.role == "access"]
    assert {citation.path for citation in cited} == {f"access/{action}" for action in ACTIONS}
    assert {(citation.status, citation.days) for citation in cited} == {("chosen", None)}


def test_an_editor_completes_actions_and_roles() -> None:
    made = overlay_schema_of(load_pack("lv-8.3.4"))["properties"]["access"]
    assert set(made["properties"]) == set(ACTIONS)
    assert made["additionalProperties"] is False
    assert "director" in made["properties"]["pay"]["properties"]["roles"]["properties"]


def test_it_shows_itself_as_a_table() -> None:
    html = load_pack("lv-8.3.4").access._repr_html_()
    assert html.count("<tr>") == len(ACTIONS) + 1
    assert "<td>erase: " in html
