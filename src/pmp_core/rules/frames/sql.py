"""A lowered rule as one query of SQL, as DuckDB speaks it: one plan to bind, where a step at a time would be a dozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import narwhals as nw

from pmp_core.rules.expression import (
    FALSE,
    Binary,
    Choice,
    Constant,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    Not,
    Present,
    Running,
    StepValue,
    nodes,
    rebuilt,
)
from pmp_core.rules.frames.looking import bounds_of, held
from pmp_core.rules.frames.preparing import OF_OURS, PREFIX, Prepared
from pmp_core.rules.frames.steps import without_a_gap
from pmp_core.rules.frames.target import Keys
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.result import OUTCOMES
from pmp_core.rules.rule import Rule

SOURCE, PLACE, MASK = f"{OF_OURS}claims", f"{OF_OURS}place", f"{OF_OURS}mask"
_OPERATORS = {"==": "=", "and": "AND", "or": "OR"}


def quoted(name: str) -> str:
    """A name of a column or table."""
    return '"' + name.replace('"', '""') + '"'


class SqlExpressions:
    """Writes expressions as SQL. `nullable`: the columns with empty cells."""

    def __init__(self, ready: Prepared, nullable: frozenset[str]) -> None:
        self.ready, self.nullable = ready, nullable
        self.absent = {column.name: column.absent for column in ready.columns if column.absent is not None}

    def write(self, e: Expression) -> str:
        """An expression."""
        match e:
            case Known(value):
                return self.literal(value)
            case FactValue(name):
                own = quoted(self.ready.named[name])
                fills = name in self.nullable and name in self.absent
                return f"coalesce({own}, {self.literal(self.absent[name])})" if fills else own
            case Present(name):
                return f"({quoted(self.ready.named[name])} IS NOT NULL)"
            case StepValue(name):
                return quoted(PREFIX + name)
            case Not(inner):
                return f"(NOT {self.write(inner)})"
            case Member(inner, members):
                ends, value = without_a_gap(members), self.write(inner)
                listed = ", ".join(map(self.literal, members))
                if not members:
                    return f"(CASE WHEN {value} IS NOT NULL THEN FALSE END)"
                return f"({value} IN ({listed}))" if ends is None else f"({value} BETWEEN {ends[0]} AND {ends[1]})"
            case Choice():
                return self.choice(e)
            case Mask(bits):
                return " + ".join(f"CASE WHEN {self.write(when)} THEN {bit} ELSE 0 END" for bit, when in bits) or "0"
            case Binary("min" | "max" as which, left, right):
                return f"{'least' if which == 'min' else 'greatest'}({self.write(left)}, {self.write(right)})"
            case Binary("+" | "-" | "*" as sign, left, right):
                return f"({self.wide(left)} {sign} {self.wide(right)})"
            case Binary(between, left, right):
                return f"({self.write(left)} {_OPERATORS.get(between, between)} {self.write(right)})"
        raise TypeError(f"{type(e).__name__} is no part of a lowered rule")

    def wide(self, e: Expression) -> str:
        """A number to calculate with, in 64 bits."""
        return f"{self.write(e)}::BIGINT" if isinstance(e, Known) else self.write(e)

    def key(self, name: str) -> str:
        """A column of the running sum: text by its bytes, whatever order the column was given."""
        own = quoted(name)
        return f"encode({own})" if self.ready.frame.collect_schema()[name] == nw.String else own

    def choice(self, e: Expression) -> str:
        """A chain of choices as one CASE. Whole numbers are 64 bits wide, so that none wraps around."""
        arms, numbers = [], True
        while isinstance(e, Choice):
            numbers = numbers and isinstance(e.yes, Known) and type(e.yes.value) is int
            arms.append(f"WHEN {self.write(e.condition)} THEN {self.write(e.yes)}")
            e = e.no
        return f"CASE {' '.join(arms)} ELSE {self.write(e)} END{'::BIGINT' if numbers else ''}"

    @staticmethod
    def literal(value: Constant) -> str:
        """A constant."""
        match value:
            case bool():
                return str(value).upper()
            case int():
                return str(value) if abs(value) < 1 << 31 else f"{value}::BIGINT"
            case date():
                return f"DATE '{value}'"
        return "'" + str(value).replace("'", "''") + "'"


def query(
    rule: Rule,
    levels: Sequence[Mapping[str, Expression]],
    expressions: SqlExpressions,
    given: Sequence[str],
    keys: Keys,
    relied_on: Sequence[str],
    *,
    place: bool,
) -> str:
    """The query that decides every row of the table `SOURCE`.

    A refused claim neither counts nor needs the running sum: only the others are sorted for it.

    Args:
        rule: bound.
        levels: its lowered steps, put together by what they need.
        expressions: writes them.
        given: the caller's columns.
        keys: of the running sum.
        relied_on: the columns that must not have an empty cell: a row with one gets no reasons and no amount.
        place: whether the rows have a column `PLACE`, and come back in its order.
    """
    failed, missing = first_bits(rule)
    judging = next((i + 1 for i, level in enumerate(levels) if "refused" in level and rule.by), 0)
    kept = ", ".join(map(quoted, [*given, *([PLACE] if place else [])]))
    live = [{name: _of_the_others(e, failed, missing) for name, e in level.items()} for level in levels[judging:]]
    with_ = _tables([*levels[:judging], *live] if judging else levels, expressions, keys, judging)
    source = f"{OF_OURS}{len(levels) - 1}"
    there = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in relied_on) or "TRUE"
    mask, amount = quoted(MASK), quoted(PREFIX + "amount") if rule.asked else "NULL"
    judged = f"(SELECT *, CASE WHEN {there} THEN {quoted(PREFIX + 'reasons')} END AS {mask} FROM {quoted(source)})"
    arms = " ".join(f"WHEN {mask} < {bit} THEN '{of}'" for bit, of in zip((1, failed, missing), OUTCOMES, strict=False))
    answers = f"""SELECT {kept}, CASE {arms} ELSE '{OUTCOMES[-1]}' END AS outcome,
        (CASE WHEN {mask} < {missing} THEN {amount} END)::BIGINT AS amount_cents, {mask}::BIGINT AS reasons
        FROM {judged}"""
    if judging:
        of_refused = expressions.write(Mask(tuple(_bits(levels[-1]["reasons"], failed, missing))))
        answers += f""" UNION ALL SELECT {kept}, '{OUTCOMES[2]}', 0::BIGINT, ({of_refused})::BIGINT
        FROM {quoted(f"{OF_OURS}{judging - 1}")} WHERE {quoted(PREFIX + "refused")}"""
    outputs, ordered = ", ".join(map(quoted, given)), f" ORDER BY {quoted(PLACE)}" if place else ""
    return f"{with_}, answers AS ({answers}) SELECT {outputs}, outcome, amount_cents, reasons FROM answers{ordered}"


def look(ready: Prepared, keys: Keys | None) -> str:
    """The query that looks over the columns, one row, with the names that `looking.seen` reads; and whether all turns differ.

    Claims mostly lie in the order of their last key, such as their ids: if each is above the one before, all differ.
    """
    found = ["count(*) AS rows"]
    for column in ready.columns:
        own, given = quoted(ready.named[column.name]), quoted(held(ready, column))
        found.append(f"count(*) - count({own}) AS {quoted(f'empty {column.name}')}")
        if bounds_of(column):
            found += [f"min({own}) AS {quoted(f'low {column.name}')}", f"max({own}) AS {quoted(f'high {column.name}')}"]
        wrong = f"{given} <> date_trunc('day', {given})" if column.name in ready.moments else ""
        if column.choices:
            wrong = f"{own} NOT IN ({', '.join(map(SqlExpressions.literal, column.choices))})"
        found += [f"coalesce(bool_or({wrong}), FALSE) AS {quoted(f'wrong {column.name}')}"] if wrong else []
    if keys is not None:
        key = SqlExpressions(ready, frozenset()).key(keys.order[-1])
        pairs = f"SELECT {key} AS now, lag({key}) OVER () AS above FROM {quoted(SOURCE)}"
        found.append(f"(SELECT coalesce(bool_and(now > above), TRUE) FROM ({pairs})) AS differ")
    return f"SELECT {', '.join(found)} FROM {quoted(SOURCE)}"


def turns_taken_twice(
    levels: Sequence[Mapping[str, Expression]], expressions: SqlExpressions, keys: Keys, *, with_refused: bool
) -> str:
    """The query that finds a group and turn which two claims that count have."""
    where = f" WHERE {quoted(PREFIX + 'refused')} IS NOT TRUE" if with_refused else ""
    turn = ", ".join(map(expressions.key, keys.all))
    source = quoted(f"{OF_OURS}{len(levels) - 1}")
    return f"{_tables(levels, expressions, keys, 0)} SELECT 1 FROM {source}{where} GROUP BY {turn} HAVING count(*) > 1 LIMIT 1"


def _tables(levels: Sequence[Mapping[str, Expression]], expressions: SqlExpressions, keys: Keys, judging: int) -> str:
    """The steps as tables, each over the one before; from number `judging` on, unless it is 0, without the refused."""
    tables, source = [], SOURCE
    for i, level in enumerate(levels):
        columns = [
            f"{_prior(expressions, keys) if isinstance(e, Running) else expressions.write(e)} AS {quoted(PREFIX + name)}"
            for name, e in level.items()
        ]
        where = f" WHERE {quoted(PREFIX + 'refused')} IS NOT TRUE" if judging == i > 0 else ""
        selected = f"SELECT *, {', '.join(columns)} FROM {quoted(source)}{where}"
        tables.append(f"{quoted(f'{OF_OURS}{i}')} AS NOT MATERIALIZED ({selected})")
        source = f"{OF_OURS}{i}"
    return f"WITH {', '.join(tables)}"


def _of_the_others(e: Expression, failed: int, missing: int) -> Expression:
    """A step where no claim is refused: no check has failed."""
    masks = [node for node in nodes(e) if isinstance(node, Mask)]
    less: dict[Expression, Expression] = {
        mask: Mask(tuple((bit, rebuilt(when, _NONE)) for bit, when in mask.bits if not failed <= bit < missing)) for mask in masks
    }
    return rebuilt(e, {**_NONE, **less})


_NONE: Mapping[Expression, Expression] = {StepValue("refused"): FALSE}


def _bits(reasons: Expression, low: int, high: int) -> Iterator[tuple[int, Expression]]:
    """The bits of the masks that lie in a range."""
    for node in nodes(reasons):
        if isinstance(node, Mask):
            yield from ((bit, when) for bit, when in node.bits if low <= bit < high)


def _prior(expressions: SqlExpressions, keys: Keys) -> str:
    by, order = ", ".join(map(expressions.key, keys.by)), ", ".join(map(expressions.key, keys.order))
    window = f"PARTITION BY {by} ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    return f"coalesce(sum({quoted(PREFIX + 'counted')}) OVER ({window}), 0)::BIGINT"
