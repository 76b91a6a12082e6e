"""The yearly classification as office and portal show it: a row a county, then the sum."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinheng.core.grading import GRADES
from xinheng.core.policy import Policy

Counts = Sequence[Mapping[str, Any]]


def rows_of(counts: Counts, policy: Policy) -> list[dict[str, Any]]:
    """Numbers in the order A … E, without grade, sole traders; places by name."""
    places = {code: county.name for code, county in policy.counties.items()}
    return [
        {"place": places.get(row["county"], "县区未注明"), "cells": _cells(row), "sum": sum(_cells(row))}
        for row in counts
    ]


def total_of(counts: Counts) -> dict[str, Any]:
    sums = [sum(column) for column in zip(*(_cells(row) for row in counts), strict=True)]
    return {"place": "合计", "cells": sums or [0] * (len(GRADES) + 2), "sum": sum(sums)}


def _cells(row: Mapping[str, Any]) -> list[int]:
    return [*(row["grades"][grade] for grade in GRADES), row["ungraded"], row["sole_traders"]]
