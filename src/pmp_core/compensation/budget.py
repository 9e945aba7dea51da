"""What a partner has for compensation in a semester."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Count, Entity, Id, Money, Name, Semester


class Budget(Entity):
    """What an institution or a municipality has for compensation in a semester.

    Exactly one of `institution_id` and `municipality_id` is given.

    Args:
        institution_id: the institution whose it is.
        municipality_id: the municipality whose it is, for those of its institutions that keep none of their own.
        kind: for one kind of expense only, a code of `measure-kinds` under `compensation`; None: for all.
        amount: how much there is; 0: nothing can be paid.

    Raises:
        InvalidValue: `partner-unclear`, `budget-negative`.
    """

    id: Id
    institution_id: Id | None = None
    municipality_id: Id | None = None
    kind: Name | None = None
    semester: Semester
    amount: Money
    version: Count = 0

    @model_validator(mode="after")
    def _one_partner(self) -> Self:
        if (self.institution_id is None) == (self.municipality_id is None):
            raise InvalidValue("partner-unclear", "A budget is a municipality's or an institution's.", remedy="Give exactly one.")
        if self.amount.cents < 0:
            raise InvalidValue("budget-negative", "A budget is not negative.", found=self.amount, remedy="Correct the amount.")
        return self

    @property
    def scope(self) -> str:
        """Of what there is one budget only: partner, kind and semester as one text.

        >>> Budget(id="U-1", institution_id="I-1", semester=Semester("2022/23-1"), amount=Money(100)).scope
        '2022/23-1 * institution I-1'
        """
        partner = f"municipality {self.municipality_id}" if self.institution_id is None else f"institution {self.institution_id}"
        return f"{self.semester} {self.kind or '*'} {partner}"
