"""Overlays over life cycles: steps and chains that are added, replaced, taken out of use; and what would leave them unworkable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core import load_programme
from pmp_core.errors import ProgrammeError
from pmp_core.loading import CYCLE_NEEDS
from pmp_core.programme import CycleChange, Effect, LifeCycle, OverlayText, Pack, cycle_differences, effect, inventory, load_pack
from pmp_core.values import Text

HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
SAID = "source: made up, status: example"
TITLE = "title: {lv: cits, en: other}"
DIRECTOR = "actors: [director]"
STATUS = f"{{title: {{lv: Pārbaudīts, en: checked}}, entries: [{{from: 2017-03-01, {SAID}}}]}}"
CHECKED = f"terms:\n  plan-statuses: {{checked: {STATUS}}}\n"
EXTRA_CLAIM = f"terms:\n  claim-statuses: {{checked: {STATUS}}}\n"
SUBMIT = "step: submit, replaces: true, to: in-approval, actors: [plan-author], guards: [has-risk]"
APPROVE = "step: approve, replaces: true, from: [in-approval], guards: [next-station]"
ALL = "actors: [director, municipal-coordinator, ikvd]"
CHAIN = "state-general-institution"


def cycle(*steps: str, chains: str = "", name: str = "plan", head: str = "") -> str:
    """An overlay with steps and chains for one life cycle; each step is said by nobody in particular."""
    text = f"{HEAD}{head}life_cycles:\n  {name}:\n"
    text += "    steps:\n" if steps else ""
    text += "".join(f"      - {{{step}, {SAID}}}\n" for step in steps)
    return text + (f"    chains: {{{chains}}}\n" if chains else "")


def chain(stations: str, more: str = "", kind: str = CHAIN) -> str:
    return cycle(chains=f"{kind}: {{{more}stations: [{stations}], {SAID}}}")


def laid(*texts: str, names: str = "{}.yaml") -> list[Pack]:
    overlays = [OverlayText(names.format(i), text) for i, text in enumerate(texts)]
    return [load_pack("lv-8.3.4", overlays[:i], needs=CYCLE_NEEDS) for i in range(len(overlays) + 1)]


def plan(*texts: str) -> LifeCycle:
    return laid(*texts)[-1].life_cycle("plan")


def effect_of(*texts: str) -> Effect:
    *_, before, after = laid(*texts)
    return effect(before, after)


def told(found: Effect) -> list[tuple[str, str]]:
    return [(change.kind, change.path) for change in found.cycle_changes]


NEW_STEP = f"step: check, {TITLE}, from: [draft], to: checked, {DIRECTOR}"
THROUGH = cycle(NEW_STEP, f"{SUBMIT}, from: [checked, under-revision]", head=CHECKED)
REVISE = cycle(f"step: revise, replaces: true, from: [approved], to: under-revision, {DIRECTOR}")
RETIRED = cycle("step: revise, replaces: true, from: []")


# --- what an overlay can do


def test_a_step_is_replaced_where_it_stands_and_keeps_its_title() -> None:
    before, after = (pack.life_cycle("plan") for pack in laid(REVISE))
    assert [step.step for step in after.steps] == [step.step for step in before.steps]
    step = after.step("revise")
    assert (step.title, step.sources, step.actors) == (before.step("revise").title, ("approved",), ("director",))
    assert (step.source, step.status, step.note, step.origin) == ("made up", "example", None, "0.yaml")
    assert (before.step("revise").sources, before.step("revise").origin) == (("approved", "in-progress"), "lv-8.3.4")


def test_a_step_can_be_given_another_title() -> None:
    titled = cycle(f"step: revise, replaces: true, {TITLE}, from: [approved], to: under-revision, {DIRECTOR}")
    assert plan(titled).step("revise").title == Text("cits", "other")
    retired = cycle(f"step: revise, replaces: true, {TITLE}, from: []")
    assert plan(retired).step("revise").title == Text("cits", "other")


def test_a_new_status_is_known_to_the_cycle_and_can_be_used_in_the_same_overlay() -> None:
    made = plan(THROUGH)
    assert made.statuses["checked"] == Text("Pārbaudīts", "checked")
    assert (made.possible("draft"), made.possible("checked")) == (("delete", "transfer", "check"), ("submit",))
    assert "checked" not in plan().statuses


def test_a_new_status_may_be_a_last_one_and_is_known_without_any_step() -> None:
    archived = cycle(f"step: archive, {TITLE}, from: [closed], to: checked, {DIRECTOR}", head=CHECKED)
    assert plan(archived).possible("checked") == ()
    assert "checked" in plan(HEAD + CHECKED).statuses


def test_a_step_is_taken_out_of_use_and_the_rest_of_it_stays() -> None:
    step, before = plan(RETIRED).step("revise"), plan().step("revise")
    assert (step.sources, step.target, step.actors, step.title) == ((), before.target, before.actors, before.title)
    assert (step.source, step.origin) == ("made up", "0.yaml")
    assert "revise" not in plan(RETIRED).possible("approved")


def test_a_step_out_of_use_keeps_its_guards_and_reason_and_can_be_taken_into_use_again() -> None:
    out = cycle("step: suspend, replaces: true, from: []", "step: resume, replaces: true, from: []")
    assert (plan(out).step("suspend").reason_required, plan(out).step("resume").guards) == (True, ("same-semester",))
    again = cycle(f"step: resume, replaces: true, from: [suspended], to: under-revision, {DIRECTOR}, guards: []")
    assert plan(out, again).step("resume").guards == ()


def test_a_chain_is_replaced_and_a_later_overlay_replaces_it_again() -> None:
    first, second = chain("director, municipal-coordinator, ikvd", "replaces: true, "), chain("ikvd", "replaces: true, ")
    assert plan(first).chain(CHAIN).stations == ("director", "municipal-coordinator", "ikvd")
    assert (plan(first, second).chain(CHAIN).stations, plan(second, first).chain(CHAIN).origin) == (("ikvd",), "1.yaml")
    assert [one.partner_kind for one in plan(first).chains] == [one.partner_kind for one in plan().chains]


def test_a_kind_of_partner_of_ones_own_gets_a_chain() -> None:
    kind = f"terms:\n  partner-kinds: {{college: {STATUS}}}\n"
    added = cycle(chains=f"college: {{stations: [director, ikvd], {SAID}}}", head=kind)
    assert plan(added).chain("college").stations == ("director", "ikvd")


def test_a_step_that_an_earlier_overlay_added_is_replaced_by_a_later_one() -> None:
    later = cycle(f"step: check, replaces: true, from: [draft], to: checked, {ALL}")
    assert plan(THROUGH, later).step("check").actors == ("director", "municipal-coordinator", "ikvd")
    assert told(effect_of(THROUGH, later)) == [("replaces", "life_cycles/plan/check")]


def test_guards_and_the_reason_go_where_that_is_said() -> None:
    bare = cycle(f"step: resume, replaces: true, from: [suspended], to: under-revision, {DIRECTOR}, guards: []")
    assert plan(bare).step("resume").guards == ()
    quiet = cycle(f"step: suspend, replaces: true, from: [in-progress], to: suspended, {DIRECTOR}, reason_required: false")
    assert plan(quiet).step("suspend").reason_required is False


def test_the_target_of_an_approval_can_be_another_status() -> None:
    begun = cycle(f"{APPROVE}, to: in-progress, {ALL}")
    assert plan(begun).step("approve").target == "in-progress"


def test_what_stands_still_in_the_pack_may_stand_still_in_an_overlay(tmp_path: Path) -> None:
    folder = tmp_path / "xx-1"
    folder.mkdir()
    term = f"{{{TITLE}, entries: [{{from: 2020-01-01, source: s, status: verified}}]}}"
    steps = f"steps: [{{step: keep, {TITLE}, from: [open], to: open, actors: [clerk], source: s, status: verified}}]"
    cycles = f"life_cycles: {{file: {{statuses: statuses, initial: open, {steps}}}}}\n"
    (folder / "one.yaml").write_text(
        f"pack: xx-1\nterms: {{statuses: {{open: {term}}}, roles: {{clerk: {term}}}}}\n{cycles}", "utf-8"
    )
    text = cycle("step: keep, replaces: true, from: [open], to: open, actors: [clerk], reason_required: true", name="file")
    overlay = OverlayText("o.yaml", text.replace("lv-8.3.4", "xx-1"))
    assert load_pack("xx-1", [overlay], folders=[folder]).life_cycle("file").step("keep").reason_required


def test_a_claim_may_be_checked_while_it_waits_and_appealed_when_it_is_decided() -> None:
    waits = cycle(
        f"step: check, {TITLE}, from: [submitted], to: checked, {DIRECTOR}",
        f"step: decide, replaces: true, from: [submitted, checked], to: decided, {DIRECTOR}",
        name="claim",
        head=EXTRA_CLAIM,
    )
    assert laid(waits)[-1].life_cycle("claim").possible("checked") == ("decide",)
    appeals = cycle(f"step: appeal, {TITLE}, from: [decided], to: checked, {DIRECTOR}", name="claim", head=EXTRA_CLAIM)
    assert laid(appeals)[-1].life_cycle("claim").possible("decided") == ("pay", "correct", "appeal")


# --- what it cannot do


def out(step: str) -> str:
    return f"step: {step}, replaces: true, from: []"


NO_WAY_OUT = cycle(
    out("resume"), out("transfer"), f"step: close, replaces: true, from: [in-progress], to: closed, {DIRECTOR}, guards: []"
)
REFUSED: dict[str, tuple[str, str, str, str]] = {
    "unknown cycle": (cycle(NEW_STEP, name="plans"), "life-cycle-unknown", "/life_cycles/plans", "There are: plan"),
    "override in silence": (
        cycle(f"step: revise, from: [approved], to: under-revision, {DIRECTOR}"),
        "overlay-silent",
        "/life_cycles/plan/steps/0",
        "'lv-8.3.4' says how it is.*replaces: true",
    ),
    "override of a chain in silence": (
        chain("director"),
        "overlay-silent",
        f"/life_cycles/plan/chains/{CHAIN}",
        "replaces: true",
    ),
    "guards dropped in silence": (
        cycle(f"step: close, replaces: true, from: [in-progress], to: closed, {DIRECTOR}"),
        "overlay-silent",
        "/life_cycles/plan/steps/0",
        "Write `guards`.*evaluated",
    ),
    "reason dropped in silence": (
        cycle(f"step: suspend, replaces: true, from: [approved], to: suspended, {DIRECTOR}"),
        "overlay-silent",
        "/life_cycles/plan/steps/0",
        "`reason_required` as it is to be: below it is true",
    ),
    "nothing to replace": (
        cycle(f"step: revize, replaces: true, from: [approved], to: under-revision, {DIRECTOR}"),
        "replaces-nothing",
        "/life_cycles/plan/steps/0/replaces",
        "There are: submit, .*revise",
    ),
    "no chain to replace": (
        cycle(
            chains=f"college: {{replaces: true, stations: [ikvd], {SAID}}}",
            head=f"terms:\n  partner-kinds: {{college: {STATUS}}}\n",
        ),
        "replaces-nothing",
        "/life_cycles/plan/chains/college/replaces",
        "There are: municipality",
    ),
    "nothing to take out of use": (
        cycle("step: revize, replaces: true, from: []"),
        "replaces-nothing",
        "/life_cycles/plan/steps/0/replaces",
        "There are",
    ),
    "misspelt step without a title": (
        cycle(f"step: revize, from: [approved], to: under-revision, {DIRECTOR}"),
        "step-unknown",
        "/life_cycles/plan/steps/0/step",
        "Nearest: revise",
    ),
    "one step twice": (
        cycle(NEW_STEP, NEW_STEP, head=CHECKED),
        "step-twice",
        "/life_cycles/plan/steps/1/step",
        "Two steps",
    ),
    "unknown source": (
        cycle(NEW_STEP.replace("draft", "drafft"), head=CHECKED),
        "code-unknown",
        "/life_cycles/plan/steps/0/from",
        "Nearest: draft",
    ),
    "unknown target": (cycle(NEW_STEP), "code-unknown", "/life_cycles/plan/steps/0/to", "Found: 'checked'"),
    "unknown role": (
        cycle(NEW_STEP.replace("[director]", "[directr]"), head=CHECKED),
        "code-unknown",
        "/life_cycles/plan/steps/0/actors",
        "Nearest: director",
    ),
    "unknown guard": (
        cycle(f"{NEW_STEP}, guards: [has-rsik]", head=CHECKED),
        "guard-unknown",
        "/life_cycles/plan/steps/0/guards",
        "Guards: has-risk",
    ),
    "a guard where none is asked": (
        cycle(f"step: withdraw, replaces: true, from: [submitted], to: draft, {DIRECTOR}, guards: [has-risk]", name="claim"),
        "guard-unknown",
        "/life_cycles/claim/steps/0/guards",
        "none, leave it out",
    ),
    "a guard of another step": (
        cycle(f"{NEW_STEP}, guards: [next-station]", head=CHECKED),
        "guard-fixed",
        "/life_cycles/plan/steps/0/guards",
        "Take it away",
    ),
    "a step without its guard": (
        cycle(f"step: approve, replaces: true, from: [in-approval], to: approved, {ALL}, guards: []"),
        "guard-fixed",
        "/life_cycles/plan/steps/0/guards",
        "Add 'next-station'",
    ),
    "unknown kind of partner": (chain("director", kind="colege"), "code-unknown", "/life_cycles/plan/chains/colege", "Known"),
    "unknown station": (
        chain("director, ikdv", "replaces: true, "),
        "code-unknown",
        f"/life_cycles/plan/chains/{CHAIN}/stations",
        "Nearest: ikvd",
    ),
    "a station that may not approve": (
        chain("director, regional-coordinator", "replaces: true, "),
        "chain-without-step",
        f"/life_cycles/plan/chains/{CHAIN}",
        "Add the role to the actors of 'approve'",
    ),
    "an approval without a station of the pack": (
        cycle(f"{APPROVE}, to: approved, actors: [director, ikvd]"),
        "chain-without-step",
        "/life_cycles/plan/steps/0",
        "Found: 'municipal-coordinator'",
    ),
    "a chain where nothing goes by one": (
        cycle(chains=f"municipality: {{stations: [director], {SAID}}}", name="claim"),
        "chain-without-step",
        "/life_cycles/claim/chains/municipality",
        "Leave the chain out",
    ),
    "standing still": (
        cycle(f"step: return, replaces: true, from: [draft, in-approval], to: draft, {ALL}, reason_required: true"),
        "step-stands-still",
        "/life_cycles/plan/steps/0/to",
        "Found: 'draft'",
    ),
    "back from where the place was given up": (
        cycle(f"step: restore, {TITLE}, from: [closed, inactive], to: draft, {DIRECTOR}"),
        "step-from-released",
        "/life_cycles/plan/steps/0/from",
        "Found: 'inactive'",
    ),
    "no way out": (
        NO_WAY_OUT,
        "status-without-exit",
        "/life_cycles/plan/steps/0",
        "status 'suspended'.*without the overlay: resume, transfer, close",
    ),
    "submit out of use": (cycle(out("submit")), "step-needed", "/life_cycles/plan/steps/0/from", "cannot be out of use"),
    "decide out of use": (
        cycle(out("decide"), name="claim"),
        "step-needed",
        "/life_cycles/claim/steps/0/from",
        "cannot be out of use",
    ),
    "a close that cannot be reached": (
        cycle(out("start"), out("suspend")),
        "step-unreachable",
        "/life_cycles/plan",
        "'close'.*Found: 'in-progress, suspended'.*From 'draft' on can be reached: draft, in-approval, approved",
    ),
    "a submit that cannot be reached": (
        cycle(f"{SUBMIT}, from: [checked]", head=CHECKED),
        "step-unreachable",
        "/life_cycles/plan/steps/0",
        "'submit'",
    ),
    "a claim that is not submitted from the beginning": (
        cycle(
            f"step: prepare, {TITLE}, from: [draft], to: checked, {DIRECTOR}",
            f"step: submit, replaces: true, from: [checked], to: submitted, {DIRECTOR}",
            f"step: decide, replaces: true, from: [checked, submitted], to: decided, {DIRECTOR}",
            name="claim",
            head=EXTRA_CLAIM,
        ),
        "step-misplaced",
        "/life_cycles/claim/steps/1/from",
        "can be taken from 'draft'",
    ),
    "a claim that is withdrawn elsewhere": (
        cycle(f"step: withdraw, replaces: true, from: [submitted], to: checked, {DIRECTOR}", name="claim", head=EXTRA_CLAIM),
        "step-misplaced",
        "/life_cycles/claim/steps/0/to",
        "leads back to 'draft'",
    ),
    "a decision that leads back": (
        cycle(f"step: decide, replaces: true, from: [submitted], to: draft, {DIRECTOR}", name="claim"),
        "step-misplaced",
        "/life_cycles/claim/steps/0/to",
        "and not back",
    ),
    "a reason that nobody is asked for": (
        cycle(f"step: decide, replaces: true, from: [submitted], to: decided, {DIRECTOR}, reason_required: true", name="claim"),
        "reason-unasked",
        "/life_cycles/claim/steps/0/reason_required",
        "always be refused",
    ),
    "a claim that would not count as waiting": (
        cycle(
            f"step: check, {TITLE}, from: [submitted], to: checked, {DIRECTOR}",
            f"step: back, {TITLE}, from: [checked], to: submitted, {DIRECTOR}",
            name="claim",
            head=EXTRA_CLAIM,
        ),
        "status-unsettled",
        "/life_cycles/claim/steps/0",
        "Add 'checked' to `from` of 'decide'",
    ),
    "a claim that is decided without a decision": (
        cycle(f"step: drop, {TITLE}, from: [submitted], to: decided, {DIRECTOR}", name="claim"),
        "status-unsettled",
        "/life_cycles/claim/steps/0",
        "'decided' is reached without the step 'decide'",
    ),
    "a claim that is withdrawn after it was paid": (
        cycle(f"step: withdraw, replaces: true, from: [submitted, paid], to: draft, {DIRECTOR}", name="claim"),
        "step-misplaced",
        "/life_cycles/claim/steps/0/to",
        "does not lead from 'paid'.*Found: 'draft'",
    ),
    "a claim that is taken up again after it was decided": (
        cycle(f"step: reopen, {TITLE}, from: [decided], to: submitted, {DIRECTOR}", name="claim"),
        "step-misplaced",
        "/life_cycles/claim/steps/0/to",
        "does not lead from 'decided', which is settled",
    ),
    "a recovered claim that goes back by way of another status": (
        cycle(
            f"step: appeal, {TITLE}, from: [recovered], to: checked, {DIRECTOR}",
            f"step: drop, {TITLE}, from: [checked], to: draft, {DIRECTOR}",
            name="claim",
            head=EXTRA_CLAIM,
        ),
        "step-misplaced",
        "/life_cycles/claim/steps/1/to",
        "does not lead from 'checked'",
    ),
    "a claim that is decided again without a correction": (
        cycle(f"step: decide, replaces: true, from: [submitted, corrected], to: decided, {DIRECTOR}", name="claim"),
        "step-misplaced",
        "/life_cycles/claim/steps/0/from",
        "is taken once: 'corrected'",
    ),
}


@pytest.mark.parametrize(("text", "code", "pointer", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_told_with_its_place(text: str, code: str, pointer: str, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        laid(text)
    place = caught.value.place
    assert (caught.value.code, place.file, place.pointer) == (code, "0.yaml", pointer)
    assert place.row is not None


INVALID = {
    "a station twice": chain("director, director", "replaces: true, "),
    "an empty chain": chain("", "replaces: true, "),
    "a source twice": cycle(NEW_STEP.replace("[draft]", "[draft, draft]"), head=CHECKED),
    "a guard twice": cycle(f"{NEW_STEP}, guards: [has-risk, has-risk]", head=CHECKED),
    "no actors": cycle(NEW_STEP.replace("[director]", "[]"), head=CHECKED),
    "a new step out of use": cycle(f"step: check, {TITLE}, from: []"),
    "out of use, and to somewhere": cycle("step: revise, replaces: true, from: [], to: draft"),
    "out of use, and by somebody": cycle(f"step: revise, replaces: true, from: [], {DIRECTOR}"),
    "out of use, with guards": cycle("step: revise, replaces: true, from: [], guards: []"),
    "out of use, with a reason": cycle("step: revise, replaces: true, from: [], reason_required: true"),
    "from nowhere said": cycle(f"step: revise, replaces: true, to: draft, {DIRECTOR}"),
    "a cycle with nothing in it": f"{HEAD}life_cycles: {{plan: {{}}}}\n",
    "another beginning": f"{HEAD}life_cycles: {{plan: {{initial: approved}}}}\n",
    "another release": f"{HEAD}life_cycles: {{plan: {{released: [closed]}}}}\n",
    "chosen without a note": cycle("step: revise, replaces: true, from: []").replace("status: example", "status: chosen"),
    "unset": cycle("step: revise, replaces: true, from: []").replace("status: example", "status: unset"),
}


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_what_the_schema_refuses(text: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        laid(text)
    assert (caught.value.code, caught.value.place.file) == ("overlay-invalid", "0.yaml")
    assert caught.value.place.pointer


def test_the_order_of_overlays_decides_what_there_is_to_replace() -> None:
    later = cycle(f"step: check, replaces: true, from: [draft], to: checked, {ALL}", head="")
    assert plan(THROUGH, later).step("check").origin == "1.yaml"
    with pytest.raises(ProgrammeError, match="replaces-nothing"):
        laid(HEAD + CHECKED, later, THROUGH)
    with pytest.raises(ProgrammeError, match=r"overlay-silent.*'0\.yaml' says how it is"):
        laid(THROUGH, cycle(NEW_STEP))


def test_an_earlier_overlays_chain_is_checked_against_a_later_overlays_step() -> None:
    wider = cycle(f"{APPROVE}, to: approved, actors: [director, municipal-coordinator, ikvd, regional-coordinator]")
    regional = chain("director, regional-coordinator", "replaces: true, ")
    assert plan(wider, regional).chain(CHAIN).stations == ("director", "regional-coordinator")
    with pytest.raises(ProgrammeError, match="chain-without-step") as caught:
        laid(wider, regional, cycle(f"{APPROVE}, to: approved, {ALL}"))
    assert (caught.value.place.file, caught.value.place.pointer) == ("2.yaml", "/life_cycles/plan/steps/0")


def test_anchors_stand_for_what_they_name() -> None:
    text = f"{HEAD}life_cycles:\n  plan:\n    chains:\n"
    text += f"      {CHAIN}: &same {{replaces: true, stations: [ikvd], {SAID}}}\n"
    text += "      state-university-vocational-institution: *same\n"
    assert plan(text).chain("state-university-vocational-institution").stations == ("ikvd",)


def test_without_needs_only_ways_out_are_looked_after() -> None:
    freely = [OverlayText("o.yaml", cycle(f"{SUBMIT}, from: [checked]", head=CHECKED))]
    assert load_pack("lv-8.3.4", freely).life_cycle("plan").step("submit").sources == ("checked",)
    with pytest.raises(ProgrammeError, match="status-without-exit"):
        load_pack("lv-8.3.4", [OverlayText("o.yaml", NO_WAY_OUT)])


def test_the_programme_looks_after_what_the_library_needs() -> None:
    with pytest.raises(ProgrammeError, match="step-needed"):
        load_programme("lv-8.3.4", overlays=[OverlayText("o.yaml", cycle(out("approve")))])
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("o.yaml", THROUGH)])
    assert [one.path for one in load_programme("lv-8.3.4").cycle_differences(programme)] == [
        "life_cycles/plan/submit",
        "life_cycles/plan/check",
    ]


# --- what is told of it


def test_what_an_overlay_does_is_told() -> None:
    found = effect_of(cycle(NEW_STEP, out("revise"), f"{SUBMIT}, from: [checked, under-revision]", head=CHECKED))
    assert told(found) == [
        ("replaces", "life_cycles/plan/submit"),
        ("takes-out-of-use", "life_cycles/plan/revise"),
        ("adds", "life_cycles/plan/check"),
    ]
    assert [term.path for term in found.codes] == ["plan-statuses/checked"]
    replaced = effect_of(chain("ikvd", "replaces: true, "))
    (change,) = replaced.cycle_changes
    assert (change.kind, change.title.en, change.before is not None) == ("replaces", "state general education institution", True)
    assert effect_of(HEAD + CHECKED).cycle_changes == ()
    assert isinstance(change, CycleChange)


def test_the_sources_are_those_of_the_overlay() -> None:
    listed = [one for one in inventory(laid(RETIRED)[-1]).citations if one.path == "life_cycles/plan/revise"]
    assert [(one.source, one.status, one.role) for one in listed] == [("made up", "example", "step")]


def test_two_laws_are_compared_row_by_row() -> None:
    bare, changed = laid(cycle(NEW_STEP, f"{SUBMIT}, from: [checked, under-revision]", head=CHECKED))
    found = {one.path: one for one in cycle_differences(bare, changed)}
    assert list(found) == ["life_cycles/plan/submit", "life_cycles/plan/check"]
    assert found["life_cycles/plan/submit"].aspects == ("sources", "source", "status", "guards", "note")
    assert (found["life_cycles/plan/check"].before, found["life_cycles/plan/check"].aspects) == (None, ("path",))
    back = {one.path: one for one in cycle_differences(changed, bare)}
    assert (back["life_cycles/plan/check"].after, back["life_cycles/plan/check"].title.en) == (None, "other")
    assert cycle_differences(bare, bare) == ()


# --- the hash


def test_the_hash_covers_life_cycles_and_no_file_names() -> None:
    assert (
        len({laid(text)[-1].hash for text in (HEAD + CHECKED, THROUGH, REVISE, RETIRED, chain("ikvd", "replaces: true, "))}) == 5
    )
    assert len({laid(REVISE, names=name)[-1].hash for name in ("{}.yaml", "other-{}.yml")}) == 1
    assert cycle_differences(laid(REVISE)[-1], laid(REVISE, names="other-{}.yaml")[-1]) == ()


def test_the_order_of_statuses_and_roles_says_nothing_and_that_of_stations_does() -> None:
    one = "step: delete, replaces: true, from: [draft, approved], to: inactive, actors: [director, plan-author], guards: [no-measures]"
    other = one.replace("draft, approved", "approved, draft").replace("director, plan-author", "plan-author, director")
    assert one != other
    ours, theirs = laid(cycle(one))[-1], laid(cycle(other))[-1]
    assert (ours.hash == theirs.hash, cycle_differences(ours, theirs)) == (True, ())
    assert (
        laid(chain("director, ikvd", "replaces: true, "))[-1].hash != laid(chain("ikvd, director", "replaces: true, "))[-1].hash
    )


PARTS = (
    RETIRED,
    cycle(f"step: keep, {TITLE}, from: [closed], to: inactive, {DIRECTOR}"),
    cycle(f"step: lose, {TITLE}, from: [closed], to: inactive, {DIRECTOR}"),
    chain("ikvd", "replaces: true, "),
    chain("ikvd", "replaces: true, ", "state-vocational-institution"),
)


@given(st.permutations(PARTS))
def test_overlays_that_do_not_meet_come_to_the_same_in_any_order(parts: list[str]) -> None:
    assert laid(*parts)[-1].hash == laid(*PARTS)[-1].hash


STEPS = tuple(step.step for step in load_pack("lv-8.3.4").life_cycle("plan").steps)


@given(st.lists(st.sampled_from(STEPS), unique=True))
def test_whatever_is_out_of_use_plans_can_still_be_closed_or_the_overlay_is_refused(retired: list[str]) -> None:
    refusal = ""
    try:
        made = plan(cycle(*map(out, retired)) if retired else HEAD)
    except ProgrammeError as error:
        made, refusal = plan(), error.code
    assert refusal in ("", "step-needed", "step-unreachable", "status-without-exit")
    assert all(made.reached() & set(made.step(step).sources) for step in ("submit", "approve", "close"))
    assert {status for status in made.reached() if not made.possible(status)} <= {"inactive", "closed"}
