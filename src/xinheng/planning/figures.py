"""Figures by which an order of visits is judged: area under the curve, hits in the first part, calibration, shift."""

import numpy as np

from xinheng.planning.visits import Floats, Ints


def area_under_curve(failed: Ints, scores: Floats | Ints) -> float:
    """How often a visit that found something stands before one that did not; ties count half. 0.5 where one is missing."""
    positive = int(failed.sum())
    negative = failed.size - positive
    if not positive or not negative:
        return 0.5
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[place][failed == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def area_error(failed: Ints, area: float) -> float:
    """Standard error of the area (Hanley and McNeil, 1982)."""
    positive = max(int(failed.sum()), 1)
    negative = max(failed.size - positive, 1)
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area)
    spread += (positive - 1) * (first - area * area) + (negative - 1) * (second - area * area)
    return float(np.sqrt(max(spread, 0.0) / (positive * negative)))


def found_in_first(failed: Ints, scores: Floats | Ints, share: float) -> float:
    """Share of all findings met by the ``share`` of visits with the highest scores; ties are taken in proportion."""
    found = int(failed.sum())
    if not found:
        return 0.0
    wanted = failed.size * share
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    _, starts, counts = np.unique(-np.asarray(scores)[order], return_index=True, return_counts=True)
    hits = np.add.reduceat(failed[order], starts)
    taken = np.clip((wanted - starts) / counts, 0.0, 1.0)
    return float((hits * taken).sum() / found)


def precision_at(failed: Ints, scores: Floats | Ints, count: int) -> float:
    """Findings among the ``count`` visits with the highest scores, ties in proportion."""
    return found_in_first(failed, scores, count / failed.size) * float(failed.sum()) / max(count, 1)


def shift_index(expected: Floats, actual: Floats) -> float:
    """Population stability index of two counts over the same bins; empty bins count as half a visit."""
    before = (expected + 0.5) / (expected.sum() + 0.5 * expected.size)
    after = (actual + 0.5) / (actual.sum() + 0.5 * actual.size)
    return float(((after - before) * np.log(after / before)).sum())
