"""The running sum of Polars rows that lie in any order: reckoned in the order of the keys, put back where each row lies."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from pmp_core.rules.frames.magnitude import MOST_ROWS
from pmp_core.rules.frames.preparing import OF_OURS
from pmp_core.rules.frames.target import COUNTED, REFUSED, Keys, claim_twice, run_lengths

_BITS = 63


def prior_unsorted(api: Any, keys: Keys, frame: Any) -> Any:
    """What the earlier claims of each row's group used.

    Args:
        api: Polars.
        keys: the columns of the running sum.
        frame: an eager frame of these columns, of what counts, and of who is refused: they neither count nor need it.

    Raises:
        FactError: `claim-twice`.
    """
    frame, rows, where = frame.rechunk(), len(frame), None  # in pieces, gathering takes eight times as long
    if REFUSED in frame.columns:
        counts = ~frame[REFUSED].fill_null(False)  # null only where a cell is empty that was not at the look
        where, frame = counts.arg_true(), frame.filter(counts)
    packed, order_bits = _packed(api, frame, keys)
    lying = frame.select(**packed)
    turn = lying.to_series().arg_sort() if len(packed) == 1 else lying.select(api.arg_sort_by(list(packed))).to_series()
    numbers = [api.col(name) for name in packed]
    if len(packed) == 1:  # the group stands in the upper bits
        in_turn = api.DataFrame([column.gather(turn) for column in (*lying.get_columns(), frame[COUNTED])])
        new = (numbers[0] ^ numbers[0].shift(1)) >= (1 << order_bits)
    else:
        in_turn = lying.hstack(frame.select(*keys.by, COUNTED)).select(api.all().gather(turn))
        new = reduce(or_, [api.col(key) != api.col(key).shift(1) for key in keys.by])
    twice = api.all_horizontal([number == number.shift(1) for number in numbers]).any()
    found = in_turn.select(prior=run_lengths(api, api.col(COUNTED), new, may_wrap=len(frame) > MOST_ROWS), twice=twice)
    if len(found) and found["twice"][0]:
        raise claim_twice(keys)
    places = turn if where is None else where.gather(turn)
    return api.zeros(rows, api.Int64, eager=True).scatter(places, found["prior"])


def _packed(api: Any, frame: Any, keys: Keys) -> tuple[dict[str, Any], int]:
    """The keys as few columns to sort by: whole numbers and days side by side share 63 bits. And the bits that `order` takes."""
    numbers = [api.col(name).to_physical() for name in keys.all if _is_number(frame.schema[name])]
    bounds = frame.select(*(n.min().name.prefix("low ") for n in numbers), *(n.max().name.prefix("high ") for n in numbers))
    packed: list[Any] = []
    room, order_bits = -1, 0  # bits left in the last of them; -1: it takes no further key
    for name in keys.all:
        if not len(frame) or not _is_number(frame.schema[name]):
            packed, room, width = [*packed, api.col(name)], -1, _BITS
        else:
            low, high = int(bounds[f"low {name}"][0]), int(bounds[f"high {name}"][0])
            width, number = (high - low).bit_length(), api.col(name).to_physical().cast(api.Int64) - low
            if width > _BITS:  # the difference itself would wrap around
                packed, room = [*packed, api.col(name)], -1
            elif width <= room:
                packed[-1], room = packed[-1] * (1 << width) + number, room - width
            else:
                packed, room = [*packed, number], _BITS - width
        order_bits += width if name in keys.order else 0
    return {f"{OF_OURS}key {i}": expression for i, expression in enumerate(packed)}, order_bits


def _is_number(dtype: Any) -> bool:
    """Whether it fits into 64 bits with a sign."""
    return bool((dtype.is_integer() and "128" not in str(dtype) and str(dtype) != "UInt64") or dtype.is_temporal())
