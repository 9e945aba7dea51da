"""What sets a part of a plan's page in the words of one language."""

from __future__ import annotations

from pmp_core.reports.blocks import Line
from pmp_core.reports.labels import LABELS
from pmp_core.reports.plan_content import PlanContent, Titled
from pmp_core.reports.writing import Writing

NOTHING = ""  # a cell that may stay empty


class Worded:
    """A plan's content, and how a language writes it.

    Args:
        content: what the document says.
        writing: how its language writes.
    """

    def __init__(self, content: PlanContent, writing: Writing) -> None:
        self.content, self.writing = content, writing

    def say(self, label: str, **parts: str) -> str:
        """A label of the document."""
        return LABELS[label][self.writing.language].format(**parts)

    def line(self, label: str, text: str | None) -> Line:
        """A label, and what stands beside it."""
        return Line(self.say(label), text)


def title_of(titled: Titled | None) -> str | None:
    """Its title, if there is one."""
    return None if titled is None else titled.title
