"""A page as HTML: one file, nothing from elsewhere, for a screen and for A4."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from pmp_core.reports.blocks import Page
from pmp_core.reports.extra import require


def html_of(page: Page) -> str:
    """The page as one HTML file. Whatever people wrote is escaped.

    Args:
        page: what is to be set.

    Raises:
        PluginError: `extra-missing`.
    """
    return str(_template().render(page=page, foot=css_text(page.foot), page_of=_counted(page.page_of)))


def css_text(text: str) -> str:
    """A text as a string of CSS: whatever is no letter or digit by its number, so that nothing ends the string or the style.

    >>> css_text('a"b')
    '"a\\\\22 b"'
    """
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


def _counted(page_of: str) -> str:
    """How a page is numbered, as CSS content."""
    before, _, rest = page_of.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return f"{css_text(before)} counter(page) {css_text(between)} counter(pages) {css_text(after)}"


@cache
def _template() -> Any:
    jinja = require("jinja2")
    text = files("pmp_core.reports").joinpath("templates", "page.html.jinja").read_text(encoding="utf-8")
    environment = jinja.Environment(autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(text)
