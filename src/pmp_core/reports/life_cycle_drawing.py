"""A life cycle drawn from its table: a line for each status, and a column for each step from line to line."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from textwrap import wrap

from pmp_core.programme import LifeCycle, LifeCycleStep
from pmp_core.values import Language, Text

# Sizes in pixels. Text is taken to be as wide as a wide font makes it, so that it fits whatever font is there.
_ROW, _COLUMN, _LINE, _MARGIN, _LETTER = 46, 112, 16, 16, 7.6
_TITLE_LETTERS = 13
_INK, _FAINT, _PAPER = "#1a1a1a", "#767676", "#ffffff"

_WORDS = {
    "title": Text("Dzīves cikls «{name}»", "Life cycle “{name}”"),
    "step": Text("{title}: no {sources} uz {target}", "{title}: from {sources} to {target}"),
    "idle": Text("{title}: nav lietošanā", "{title}: out of use"),
    "begins": Text("Sākas statusā: {status}.", "It begins in: {status}."),
    "from": Text("○ no šī statusa", "○ from this status"),
    "to": Text("▲▼ uz šo statusu", "▲▼ to this status"),
    "initial": Text("● sākums", "● beginning"),
    "final": Text("dubults rāmis: no šejienes nekur", "double frame: nowhere from here"),
    "chosen": Text("pārtraukta līnija: mūsu izvēle (chosen)", "dashed line: a choice of ours (chosen)"),
    "out": Text("nav lietošanā", "out of use"),
}


def draw_life_cycle(cycle: LifeCycle, language: Language = "lv") -> str:
    """A life cycle as a drawing that needs no colour, no font and no other file.

    Args:
        cycle: any life cycle, such as `programme.life_cycle("plan")`.
        language: of the titles of statuses and steps.

    Returns:
        The text of an SVG file. All that it shows is said in its description too, for those who do not see it.

    >>> from pmp_core import load_programme
    >>> drawing = draw_life_cycle(load_programme("lv-8.3.4").life_cycle("claim"), "en")
    >>> drawing.startswith("<svg ") and "withdraw: from submitted to draft" in drawing
    True
    """
    return "\n".join(_Drawing(cycle, language).parts()) + "\n"


class _Drawing:
    """Where everything lies."""

    def __init__(self, cycle: LifeCycle, language: Language) -> None:
        self.cycle, self.language = cycle, language
        self.heads = [_wrapped(step.title[language]) for step in cycle.steps]
        self.names = {code: wrap(title[language], 22) or [code] for code, title in cycle.statuses.items()}
        self.left = _MARGIN + 24
        self.box = 20 + max((len(line) for lines in self.names.values() for line in lines), default=8) * _LETTER
        self.row = max(_ROW, max((len(lines) for lines in self.names.values()), default=1) * _LINE + 24)
        self.top = 40 + max((len(lines) for lines in self.heads), default=0) * _LINE + 30
        self.bottom = self.top + len(self.names) * self.row
        self.lines = {code: self.top + (i + 0.5) * self.row for i, code in enumerate(self.names)}
        legend = [_WORDS[word][language] for word in ("initial", "from", "to", "final", "chosen")]
        self.legend = "   ·   ".join(legend)
        self.width = max(self.left + self.box + 30 + len(cycle.steps) * _COLUMN + _MARGIN, 2 * _MARGIN + len(self.legend) * 6.2)
        self.height = self.bottom + 40

    def parts(self) -> Iterator[str]:
        name = escape(self.cycle.name)
        ids = f"life-cycle-{name}-{self.language}"
        size = f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" width="{self.width:.0f}" height="{self.height:.0f}"'
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" xml:lang="{self.language}" lang="{self.language}" '
            f'aria-labelledby="{ids}-title {ids}-desc" font-family="system-ui, sans-serif" font-size="13">'
        )
        yield f'<title id="{ids}-title">{escape(self.said("title", name=self.cycle.name))}</title>'
        yield f'<desc id="{ids}-desc">{escape(" ".join(self.sentences()))}</desc>'
        yield f'<rect width="100%" height="100%" rx="8" fill="{_PAPER}" stroke="{_FAINT}"/>'
        yield self.text(_MARGIN, 26, self.said("title", name=self.cycle.name), 'font-weight="bold"')
        for code in self.names:
            yield from self.status(code)
        for i, step in enumerate(self.cycle.steps):
            yield from self.step(i, step)
        yield self.text(_MARGIN, self.height - 14, self.legend, f'font-size="11" fill="{_INK}"')
        yield "</svg>"

    def said(self, word: str, **parts: str) -> str:
        return _WORDS[word][self.language].format(**parts)

    def sentences(self) -> Iterator[str]:
        """The whole table in words."""
        title = {code: text[self.language] for code, text in self.cycle.statuses.items()}
        yield self.said("begins", status=title.get(self.cycle.initial, self.cycle.initial))
        for step in self.cycle.steps:
            named = {"title": step.title[self.language], "target": title.get(step.target, step.target)}
            sources = ", ".join(title.get(code, code) for code in step.sources)
            yield self.said("step" if step.sources else "idle", sources=sources, **named) + "."

    def status(self, code: str) -> Iterator[str]:
        """The box of a status and the line that begins at it."""
        y, half = self.lines[code], len(self.names[code]) * _LINE / 2 + 7
        yield f'<line x1="{self.left + self.box:.1f}" y1="{y:.1f}" x2="{self.width - _MARGIN:.1f}" y2="{y:.1f}" stroke="{_FAINT}"/>'
        yield self.frame(self.left, y - half, self.box, 2 * half)
        if not self.cycle.possible(code):
            yield self.frame(self.left + 3, y - half + 3, self.box - 6, 2 * half - 6)
        if code == self.cycle.initial:
            yield f'<circle cx="{self.left - 12}" cy="{y:.1f}" r="6" fill="{_INK}"/>'
        for i, line in enumerate(self.names[code]):
            yield self.text(self.left + 10, y - half + 7 + (i + 0.8) * _LINE, line)

    def step(self, i: int, step: LifeCycleStep) -> Iterator[str]:
        """The column of a step: a ring on the line of each source, an arrow to the line of the target."""
        x = self.left + self.box + 30 + (i + 0.5) * _COLUMN
        first = self.top - 22 - (len(self.heads[i]) - 1) * _LINE
        for k, line in enumerate(self.heads[i]):
            yield self.text(x, first + k * _LINE, line, 'text-anchor="middle" font-weight="600"')
        yield self.text(x, self.top - 6, step.step[:17], f'text-anchor="middle" font-size="11" fill="{_FAINT}"')
        if not step.sources:
            yield self.text(x, self.top + 14, self.said("out"), 'text-anchor="middle" font-size="11" font-style="italic"')
            return
        dashes = ' stroke-dasharray="6 4"' if step.status == "chosen" else ""
        to, sources = self.lines[step.target], [self.lines[code] for code in step.sources]
        gap = 7 if to in sources else 1  # where the step also stays, the ring on the line is left free
        for end, sign in ((min(sources), 1), (max(sources), -1)):
            if (to - end) * sign > 0:
                yield self.stroke(f"M {x:.1f} {end:.1f} V {to - sign * (gap + 8):.1f}", dashes)
                tip, back = to - sign * gap, to - sign * (gap + 11)
                yield f'<polygon points="{x:.1f},{tip:.1f} {x - 6:.1f},{back:.1f} {x + 6:.1f},{back:.1f}" fill="{_INK}"/>'
        if to in sources:
            yield self.stroke(
                f"M {x + 5:.1f} {to - 3:.1f} C {x + 40:.1f} {to - 26:.1f} {x + 40:.1f} {to + 26:.1f} {x + 14:.1f} {to + 9:.1f}",
                dashes,
            )
            yield f'<polygon points="{x + 6:.1f},{to + 3:.1f} {x + 18:.1f},{to + 5:.1f} {x + 11:.1f},{to + 14:.1f}" fill="{_INK}"/>'
        for y in sources:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_PAPER}" stroke="{_INK}" stroke-width="2"/>'

    def stroke(self, path: str, dashes: str) -> str:
        return f'<path d="{path}" fill="none" stroke="{_INK}" stroke-width="2"{dashes}/>'

    def frame(self, x: float, y: float, width: float, height: float) -> str:
        size = f'width="{width:.1f}" height="{height:.1f}" rx="4"'
        return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{_PAPER}" stroke="{_INK}" stroke-width="1.5"/>'

    def text(self, x: float, y: float, words: str, more: str = "") -> str:
        fill = "" if "fill=" in more else f' fill="{_INK}"'
        return f'<text x="{x:.1f}" y="{y:.1f}"{fill}{" " + more if more else ""}>{escape(words)}</text>'


def _wrapped(title: str) -> list[str]:
    return wrap(title, _TITLE_LETTERS) or [title]
