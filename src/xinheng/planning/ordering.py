"""The order in which visits go: points of a table, from what the history knew before the day of each visit."""

from collections.abc import Sequence

import numpy as np

from xinheng.core.refusal import Refusal
from xinheng.planning.features import History, values_of
from xinheng.planning.points import PointsTable, Row
from xinheng.planning.visits import Ints, Visits


def order(visits: Visits, table: PointsTable, *, history: Visits, known_before: int | None = None) -> Ints:
    """Points of each visit, in their order; who has more is visited sooner.

    Of the history only days strictly before the visit's day are looked at, and, with ``known_before`` (an ordinal),
    only those before that day. Raises Refusal PLN30 where a column of the table is missing.
    """
    return sum_of(points_of(visits, table, history=history, known_before=known_before), len(visits))


def points_of(
    visits: Visits, table: PointsTable, *, history: Visits, known_before: int | None = None
) -> list[Ints]:
    """Of each row of the table the points of each visit."""
    return [row.points()[places] for row, places in _placed(visits, table, history, known_before)]


def places_by_row(
    visits: Visits, table: PointsTable, *, history: Visits, known_before: int | None = None
) -> list[Ints]:
    """Of each row of the table the step or word of each visit."""
    return [places for _, places in _placed(visits, table, history, known_before)]


def sum_of(cells: Sequence[Ints], count: int) -> Ints:
    """Points added up; 0 for each visit where the table has no rows."""
    total: Ints = np.sum([np.zeros(count, dtype=np.int64), *cells], axis=0)
    return total


def _placed(
    visits: Visits, table: PointsTable, history: Visits, known_before: int | None
) -> list[tuple[Row, Ints]]:
    for place, part in (("待排检查", visits), ("检查历史", history)):
        missing = [column for column in table.columns if column not in part.columns]
        if missing:
            raise Refusal(
                "PLN30",
                f"{place}中没有模型要用的列：{'、'.join(missing)}。",
                advice="请补上这些列（列名须与学习时相同），或用现有各列重新学习模型。",
            )
    cutoffs = visits.days if known_before is None else np.minimum(visits.days, known_before)
    past = History(history, base=table.base)
    values = values_of([row.feature for row in table.rows], visits, cutoffs, past)
    return [(row, row.places(values[row.feature])) for row in table.rows]
