"""How good a signal is: whom it would have flagged, at each threshold, beside what became of the learners.

It looks back and decides nothing about anybody. What is not known, of the signal or of the outcome, is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import narwhals as nw

from pmp_core.errors import FactError, InvalidValue
from pmp_core.risks.signals import Comparison
from pmp_core.statistics.intervals import Share, check_confidence, share
from pmp_core.values import Language, Text

FEW = 10
_TITLES = {
    "threshold": Text("Slieksnis", "Threshold"),
    "flagged": Text("Atzīmētu", "Flagged"),
    "true_positives": Text("Pareizi", "True positives"),
    "false_positives": Text("Lieki", "False positives"),
    "missed": Text("Palaisti garām", "Missed"),
    "signal_not_known": Text("Pazīme nav zināma", "Signal not known"),
    "precision": Text("Precizitāte", "Precision"),
    "recall": Text("Pārklājums", "Recall"),
    "share_flagged": Text("Atzīmēto daļa", "Share flagged"),
}
_SHARES = ("precision", "recall", "share_flagged")


@dataclass(frozen=True, slots=True)
class Observation:
    """One learner in one semester: what was measured, the most that it may have been, and whether the outcome came about.

    Attributes:
        value: None is not known; where it may be more, the least that it can be.
        at_most: the most that it can be; `value` where that is exactly known; None: no bound is known.
        outcome: None is not known.
    """

    value: int | None
    at_most: int | None
    outcome: bool | None

    def flagged(self, threshold: int, comparison: Comparison) -> bool | None:
        """Whether a signal with this threshold is there; None where that is not known."""
        if self.value is None:
            return None
        if comparison == "below":
            if self.value >= threshold:
                return False
            return True if self.at_most is not None and self.at_most < threshold else None
        if self.value > threshold:
            return True
        return False if self.at_most is not None and self.at_most <= threshold else None


@dataclass(frozen=True, slots=True)
class ThresholdQuality:
    """What a signal would have come to with one threshold.

    Attributes:
        threshold: what the measure is compared with.
        in_force: whether it is the one that the programme has.
        flagged: learners whom it would flag, whatever is known of the outcome.
        not_flagged: whom it would not.
        signal_not_known: of whom nobody can say whether it would, whatever is known of the outcome.
        true_positives: flagged, and the outcome came about.
        false_positives: flagged, and it did not.
        missed: not flagged, and it came about.
        true_negatives: not flagged, and it did not.
        outcome_with_signal_not_known: the outcome came about, and nobody can say whether the signal was there. They are in
            neither of the shares.
        precision: of those flagged whose outcome is known: of how many it came about.
        recall: of those with the outcome whose signal is known: how many were flagged; None where it cannot be known.
        share_flagged: of all whose signal is known: how many were flagged.
    """

    threshold: int
    in_force: bool
    flagged: int
    not_flagged: int
    signal_not_known: int
    true_positives: int
    false_positives: int
    missed: int
    true_negatives: int
    outcome_with_signal_not_known: int
    precision: Share
    recall: Share | None
    share_flagged: Share


@dataclass(frozen=True, slots=True)
class SignalQuality:
    """How good a signal is, a line for each threshold; shows itself as a table in a notebook.

    Attributes:
        signal: the name of the signal's rule, or of the column that was measured.
        outcome: the name of the outcome.
        comparison: on which side of the threshold the signal is.
        semesters: which; none where a frame did not say.
        confidence: the level of the intervals.
        observations: how many learners in semesters there are: one learner in two semesters is two.
        outcome_came: of how many of them the outcome came about.
        outcome_not_known: of how many of them that is not known.
        lines: one for each threshold, ascending.
        warnings: what the figures do not say, in both languages.
    """

    signal: str
    outcome: str
    comparison: Comparison
    semesters: tuple[str, ...]
    confidence: float
    observations: int
    outcome_came: int
    outcome_not_known: int
    lines: tuple[ThresholdQuality, ...]
    warnings: tuple[Text, ...] = field(default=())

    def as_dicts(self) -> list[dict[str, Any]]:
        """The lines as dictionaries: counts, and of each share the value, `…_low` and `…_high`, None where there is none."""
        return [_flat(line) for line in self.lines]

    def to_frame(self, backend: str = "polars") -> Any:
        """The lines as a data frame, one row a threshold.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; it has to be installed.

        Returns:
            A native frame: `in_force` a truth; `precision`, `recall`, `share_flagged` and the ends of their intervals
            floating-point numbers, empty where there is none; everything else 64-bit integers.

        Raises:
            FactError: `backend-unknown`, `backend-missing`.
        """
        if backend not in ("polars", "pandas", "pyarrow"):
            raise FactError(
                "backend-unknown", "There is no such kind of frame.", found=backend, remedy="Use polars, pandas or pyarrow."
            )
        rows = self.as_dicts()
        names = list(_flat(_NOTHING))
        schema = {
            name: nw.Boolean() if name == "in_force" else nw.Float64() if name.startswith(_SHARES) else nw.Int64()
            for name in names
        }
        try:
            frame: Any = nw.from_dict({name: [row[name] for row in rows] for name in names}, schema, backend=backend)  # type: ignore[arg-type]
        except ModuleNotFoundError:
            raise FactError(
                "backend-missing", f"{backend} is not installed.", remedy=f"Install it: `pip install {backend}`."
            ) from None
        return frame.to_native()

    def rows(self, language: Language) -> tuple[list[str], list[list[str]]]:
        """Headings and cells for people; the threshold that the programme has is marked with an asterisk."""
        headings = [title[language] for title in _TITLES.values()]
        return headings, [[_cell(name, line, language) for name in _TITLES] for line in self.lines]

    def _repr_html_(self) -> str:
        headings, rows = self.rows("lv")
        head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        notes = "".join(f"<li>{escape(warning.lv)}</li>" for warning in self.warnings)
        title = escape(f"{self.signal} → {self.outcome} ({', '.join(self.semesters) or '–'}), n = {self.observations}")
        return f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><ul>{notes}</ul>"


def quality(
    observations: Iterable[Observation],
    *,
    signal: str,
    outcome: str,
    thresholds: Sequence[int],
    comparison: Comparison = "more-than",
    in_force: int | None = None,
    semesters: Sequence[str] = (),
    confidence: float = 0.95,
    only_flagged_seen: bool = False,
    warnings: Sequence[Text] = (),
) -> SignalQuality:
    """Count at each threshold.

    Args:
        observations: one for each learner and semester.
        signal: what was measured, and `outcome`: what became of the learners; for the title.
        thresholds: each once, in any order.
        comparison: `more-than` or `below`.
        in_force: the threshold that the programme has.
        semesters: which.
        confidence: the level of the intervals, between 0 and 1.
        only_flagged_seen: whether the outcome is known only of those flagged, so that there is no recall.
        warnings: what the figures do not say beside what is found here.

    Raises:
        InvalidValue: `threshold-invalid`, `share-invalid`.
    """
    check_confidence(confidence)
    seen = list(observations)
    lines = []
    for threshold in _checked(thresholds):
        counts = Counter((one.flagged(threshold, comparison), one.outcome) for one in seen)
        lines.append(_line(counts, threshold, threshold == in_force, confidence, only_flagged_seen))
    came = sum(one.outcome is True for one in seen)
    not_known = sum(one.outcome is None for one in seen)
    found = _warnings(lines, came, not_known, len(seen), only_flagged_seen)
    return SignalQuality(
        signal, outcome, comparison, tuple(semesters), confidence, len(seen), came, not_known, tuple(lines), (*warnings, *found)
    )


def _line(
    counts: Counter[tuple[bool | None, bool | None]], threshold: int, in_force: bool, confidence: float, flagged_only: bool
) -> ThresholdQuality:
    flagged, not_flagged, not_known = (sum(counts[flag, came] for came in (True, False, None)) for flag in (True, False, None))
    right, wrong, missed = counts[True, True], counts[True, False], counts[False, True]
    return ThresholdQuality(
        threshold=threshold,
        in_force=in_force,
        flagged=flagged,
        not_flagged=not_flagged,
        signal_not_known=not_known,
        true_positives=right,
        false_positives=wrong,
        missed=missed,
        true_negatives=counts[False, False],
        outcome_with_signal_not_known=counts[None, True],
        precision=share(right, right + wrong, confidence),
        recall=None if flagged_only else share(right, right + missed, confidence),
        share_flagged=share(flagged, flagged + not_flagged, confidence),
    )


def _checked(thresholds: Sequence[int]) -> list[int]:
    for threshold in thresholds:
        if isinstance(threshold, bool) or not isinstance(threshold, int) or threshold < 0:
            raise InvalidValue(
                "threshold-invalid", "A threshold is a whole number from 0.", found=threshold, remedy="Correct the threshold."
            )
    if not thresholds:
        raise InvalidValue(
            "threshold-invalid",
            "No threshold is given, and the programme has none for this signal.",
            remedy="Name one or several to compare, such as 5, 10 and 20.",
        )
    return sorted(set(thresholds))


def _warnings(lines: Sequence[ThresholdQuality], came: int, not_known: int, observations: int, flagged_only: bool) -> list[Text]:
    found = []
    if flagged_only:
        found.append(
            Text(
                "Iznākums ir zināms tikai par tiem, kurus kāds izvērtēja: cik palaists garām, nav zināms, un pārklājuma nav.",
                "The outcome is known only of those whom somebody looked at: how many were missed is not known, and there is no recall.",
            )
        )
    if came < FEW:
        found.append(
            Text(
                f"Iznākums iestājies tikai {came}: skaitļi ir mazi.",
                f"The outcome came about {came} times only: the numbers are small.",
            )
        )
    few = [str(line.threshold) for line in lines if line.flagged < FEW]
    if few:
        found.append(
            Text(
                f"Ar slieksni {', '.join(few)} atzīmētu mazāk nekā {FEW}.",
                f"With the threshold {', '.join(few)} fewer than {FEW} would be flagged.",
            )
        )
    if not_known:
        found.append(
            Text(
                f"Iznākums nav zināms par {not_known} no {observations}; tie nav ne precizitātē, ne pārklājumā.",
                f"The outcome is not known of {not_known} of {observations}; they are in neither precision nor recall.",
            )
        )
    unclear = [str(line.threshold) for line in lines if line.outcome_with_signal_not_known]
    if unclear:
        found.append(
            Text(
                f"Ar slieksni {', '.join(unclear)} iznākums iestājies arī dažiem, par kuriem pazīme nav zināma; pārklājumā to nav.",
                f"With the threshold {', '.join(unclear)} the outcome also came about of some whose signal is not known; recall leaves them out.",
            )
        )
    return found


def _flat(line: ThresholdQuality) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ThresholdQuality.__slots__:
        value = getattr(line, name)
        if name in _SHARES:
            shown = share(0, 0) if value is None else value
            told |= {name: shown.value, f"{name}_low": shown.low, f"{name}_high": shown.high}
        else:
            told[name] = value
    return told


def _cell(name: str, line: ThresholdQuality, language: Language) -> str:
    value = getattr(line, name)
    if name == "threshold":
        return f"{value}{' *' if line.in_force else ''}"
    if name not in _SHARES:
        return str(value)
    if value is None or value.value is None:
        return "–"
    written = f"{value.value:.2f} ({value.low:.2f}–{value.high:.2f})"
    return written.replace(".", ",") if language == "lv" else written


_NOTHING = ThresholdQuality(0, False, 0, 0, 0, 0, 0, 0, 0, 0, share(0, 0), None, share(0, 0))
