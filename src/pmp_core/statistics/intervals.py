"""How sure a share is: Wilson's interval, which stays between 0 and 1 and holds for small numbers too."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from pmp_core.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole, with the interval in which it lies at a level of confidence.

    Attributes:
        part: how many.
        whole: of how many.
        low: the lower end of the interval, from 0 to 1; None where the whole is 0.
        high: its upper end.
    """

    part: int
    whole: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The share itself; None where the whole is 0."""
        return self.part / self.whole if self.whole else None


def share(part: int, whole: int, confidence: float = 0.95) -> Share:
    """A share with Wilson's score interval.

    Args:
        part: how many, from 0 to `whole`.
        whole: of how many.
        confidence: the level, between 0 and 1.

    Raises:
        InvalidValue: `share-invalid`, if the confidence does not lie between 0 and 1, or the part not between 0 and the whole.

    >>> one = share(8, 10)
    >>> one.value, round(one.low, 3), round(one.high, 3)
    (0.8, 0.49, 0.943)
    >>> share(0, 0).value is None
    True
    """
    check_confidence(confidence)
    if not 0 <= part <= whole:
        raise InvalidValue(
            "share-invalid", "A part lies between 0 and the whole.", found=f"{part} of {whole}", remedy="Count anew."
        )
    if not whole:
        return Share(0, 0, None, None)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (part + z * z / 2) / (whole + z * z)
    reach = z * sqrt(part * (whole - part) / whole + z * z / 4) / (whole + z * z)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    # The ends are exact where none or all are: there the rounding of the formula would leave a trace.
    return Share(part, whole, 0.0 if part == 0 else low, 1.0 if part == whole else high)


def check_confidence(confidence: float) -> None:
    """Whether a level of confidence can be one.

    Raises:
        InvalidValue: `share-invalid`.
    """
    if not 0 < confidence < 1:
        raise InvalidValue(
            "share-invalid",
            "The level of confidence does not lie between 0 and 1.",
            found=confidence,
            remedy="Write 0.95 for 95 %.",
        )
