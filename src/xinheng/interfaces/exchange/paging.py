"""Decides where a fetch ends when a source has more than one fetch may take: never within one value of the cursor.

The next fetch asks for what is later than the cursor, so that rows of a value that was cut in two would never come.
"""

from collections.abc import Sequence
from functools import cmp_to_key

from xinheng.core.connectors import is_later
from xinheng.core.refusal import Refusal

LONGEST = 200
"""Characters of a cursor."""


def value_of(found: object, *, field: str) -> str:
    """Refusal X22 for a row that has no value of the cursor, or one that cannot be kept."""
    value = "" if found is None else str(found)
    if not value or len(value) > LONGEST:
        raise Refusal(
            "X22",
            f"游标列“{field}”有空值，或者有超过 {LONGEST} 字的值，这次没有收。",
            advice="请来源单位补齐，或者改用每行都有值的列（例如流水号）作游标列。",
        )
    return value


def stop_before(values: Sequence[str], *, most: int, field: str) -> str:
    """The value from which on rows are left to the next fetch; ``values`` are more than ``most``."""
    in_order = sorted(values, key=cmp_to_key(_order))
    if not is_later(in_order[most], in_order[0]):
        raise too_many_of_one(most, field=field)
    return in_order[most]


def _order(one: str, other: str) -> int:
    return is_later(one, other) - is_later(other, one)


def too_many(most: int) -> Refusal:
    return Refusal("X20", f"来源的记录超过每次 {most} 行的上限。", advice="请设游标列，分次获取。")


def too_many_of_one(most: int, *, field: str) -> Refusal:
    return Refusal(
        "X21",
        f"游标列“{field}”的同一个值超过每次 {most} 行的上限，不能分次获取。",
        advice="请调高每次行数的上限，或者改用不重复的列（例如流水号）作游标列。",
    )
