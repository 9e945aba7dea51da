"""Eight writers and eight readers at once: no update is lost, no plan is there twice, nobody waits for ever, conflicts are told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import crowd
from fork_server import ForkServer
from whole import check_whole

_WRITERS, _READERS = 8, 8
_REFUSED = {"plan-exists", "not-unique"}  # of what may happen beside being told that somebody else was first


def test_eight_write_and_eight_read_at_once(forks: ForkServer, place: str, long: bool, tmp_path: Path) -> None:
    with crowd.opened(place) as register:
        crowd.begin(register)
    folder, rounds, seconds = str(tmp_path), 2, 60 if long else 0
    writers = [
        forks.start("write", target=place, number=number, rounds=rounds, seconds=seconds, folder=folder)
        for number in range(_WRITERS)
    ]
    readers = [forks.start("read", target=place, folder=folder) for _ in range(_READERS)]
    for each in (*writers, *readers):
        assert each.next() == ["ready"]
    (tmp_path / "go").touch()
    try:
        written = [words for writer in writers for words in writer.to_the_end()[1:]]
    finally:
        (tmp_path / "stop").touch()
    seen = [words for reader in readers for words in reader.to_the_end()[1:]]
    assert [each.ended for each in (*writers, *readers)] == [0] * (_WRITERS + _READERS), forks.errors()
    told: Counter[str] = Counter()
    for what, *rest in (*written, *seen):
        assert what != "odd", rest
        if what not in ("plan", "claim"):
            told[what] += int(rest[0])
    assert set(told) <= {"added", "looked", *crowd.TOLD, *_REFUSED}, told
    assert told["looked"] >= _READERS
    assert told["version-conflict"] + told["transaction-conflict"] > 0, "they were not at it at once"
    with crowd.opened(place) as register, register.unit_of_work(keep=False) as work:
        assert int(work.municipalities.get("count").name) == told["added"] >= _WRITERS * rounds
        assert sum(int(work.municipalities.get(side).name) for side in ("left", "right")) == crowd.TOGETHER
        plans = {plan.id for plan in work.plans.find() if plan.id.count("-") == 2}
        assert plans == {rest[0] for what, *rest in written if what == "plan"}
        assert crowd.half_a_plan(work) is None
        claims = {rest[0] for what, *rest in written if what == "claim"}
        assert {claim.id for claim in work.claims.find()} == claims
        assert {rest[1] for what, *rest in written if what == "claim"} == {"decided"}
        assert sum(crowd.granted(work)) <= 150_00  # the ceiling, however many asked at once
        waiting = [claim.id for claim in work.claims.find(status="submitted", order=("submitted_on",))]
    with crowd.opened(place) as register:
        for id in waiting:  # it was undetermined while one that was submitted before it waited for its own decision
            register.decide_claim(id, by=crowd.CLERK, on=crowd.LAST)
        with register.unit_of_work(keep=False) as work:
            assert sum(crowd.granted(work)) == min(150_00, 20_00 * len(claims))
        check_whole(register, place)
