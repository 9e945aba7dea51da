"""What a page consists of. One description of a page is set as HTML and as PDF, so that both say the same.

Where a text is None, nobody has entered it, and the page says so; an empty text is a cell that may stay empty.
Nothing here shows itself in a `repr`: it is personal data.
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from pmp_core.values import Language


@frozen(repr=False)
class Line:
    """A label and what stands beside it."""

    label: str
    text: str | None


@frozen(repr=False)
class Fields:
    """Labels and texts, one below the other; with a heading of its own where it is one thing of several."""

    lines: tuple[Line, ...]
    heading: str | None = None
    kind: Literal["fields"] = field(default="fields", init=False)


@frozen(repr=False)
class Table:
    """A table.

    Args:
        caption: what it shows.
        headings: of its columns; the first cell of a row is the row's heading.
        rows: as many cells each as there are headings.
        shares: how wide the columns are, against each other.
        numbers: the columns, from 0, with numbers.
        to_sign: whether its last column is left free for a hand to write in.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    shares: tuple[int, ...]
    numbers: tuple[int, ...] = ()
    to_sign: bool = False
    kind: Literal["table"] = field(default="table", init=False)


@frozen(repr=False)
class Paragraph:
    """A text of several sentences, or a remark of the document's own."""

    text: str | None
    remark: bool = False
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


Block = Fields | Table | Paragraph


@frozen(repr=False)
class Section:
    """A part of the page under one heading."""

    heading: str
    blocks: tuple[Block, ...]


@frozen(repr=False)
class Page:
    """A whole document.

    Args:
        language: of its labels.
        title: for the window's title and the file's properties; names nobody.
        heading: the first heading.
        above: what stands over the heading.
        status: in words, for the top and the foot of every page.
        foot: what tells the pages of this document from others'.
        watermark: across every page; None: the document counts.
        missing: what stands where nobody has entered anything.
        page_of: how a page is numbered, with `{page}` and `{pages}`.
    """

    language: Language
    title: str
    heading: str
    above: str
    status: Line
    foot: str
    watermark: str | None
    missing: str
    page_of: str
    sections: tuple[Section, ...]
