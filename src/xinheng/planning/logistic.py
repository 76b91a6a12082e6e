"""Logistic regression over bins: one coefficient a bin, drawn to zero and to its neighbours in order.

Newton's method: the gradient from all rows, the curvature from an even sample of them, which suffices to converge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xinheng.planning.visits import Floats

Codes = npt.NDArray[np.int32]
_SAMPLE = 12_000
_ROUNDS, _ENOUGH = 40, 1e-3


@dataclass(frozen=True, slots=True)
class Fitted:
    """``weights`` by column of the bins; log-odds of failing are ``intercept`` plus one weight a feature."""

    intercept: float
    weights: Floats

    def log_odds(self, codes: Codes) -> Floats:
        total: Floats = self.intercept + self.weights[codes].sum(axis=1)
        return total


def penalty(sizes: Sequence[int], ordered: Sequence[bool], *, ridge: float, smooth: float) -> Floats:
    """Square form over all bins: ``ridge`` draws each to zero, ``smooth`` each to its neighbour where bins are ordered.

    The last bin of a feature is the one of what is unknown and has no neighbour.
    """
    form = np.eye(sum(sizes)) * ridge
    start = 0
    for size, in_order in zip(sizes, ordered, strict=True):
        if in_order:
            for at in range(start, start + size - 2):
                pair = np.ix_([at, at + 1], [at, at + 1])
                form[pair] += smooth * np.array([[1.0, -1.0], [-1.0, 1.0]])
        start += size
    return form


def fit(codes: Codes, failed: Floats, weight: Floats, form: Floats, start: Fitted | None = None) -> Fitted:
    """``codes``: for each row the places of its bins, one a feature, counted over all features together."""
    size = form.shape[0]
    base = float(np.average(failed, weights=weight))
    beta = np.zeros(size + 1)
    beta[-1] = np.log(base / (1 - base))
    if start is not None:
        beta = np.append(start.weights, start.intercept)
    full = np.zeros((size + 1, size + 1))
    full[:size, :size] = form
    sample = slice(0, None, max(1, len(codes) // _SAMPLE))
    share = weight[sample] * (weight.sum() / weight[sample].sum())
    for _ in range(_ROUNDS):
        chance = _chances(codes, beta)
        gradient = _summed(codes, (failed - chance) * weight, size + 1)
        spread = chance * (1 - chance)
        curve = _paired(codes[sample], spread[sample] * share, size + 1)
        step = np.linalg.solve(curve + full + np.eye(size + 1) * 1e-6, gradient - full @ beta)
        longest = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / max(longest, 1e-12))
        if longest < _ENOUGH:
            break
    return Fitted(float(beta[-1]), beta[:-1])


def _paired(codes: Codes, values: Floats, size: int) -> Floats:
    """Sums of values by pair of bins; the last row and column stand for the intercept. Counted, not multiplied: a
    library that multiplies in several threads gives other last digits on another machine."""
    sums = np.zeros((size, size))
    least, most = codes.min(axis=0), codes.max(axis=0)
    places = [feature - low for feature, low in zip(codes.T, least, strict=True)]
    for first, own in enumerate(places):
        rows = slice(least[first], most[first] + 1)
        for second in range(first, len(places)):
            width = int(most[second] - least[second]) + 1
            height = rows.stop - rows.start
            counted = np.bincount(own * width + places[second], weights=values, minlength=height * width)
            columns = slice(least[second], most[second] + 1)
            sums[rows, columns] = counted.reshape(height, width)
            sums[columns, rows] = sums[rows, columns].T
    sums[-1] = sums[:, -1] = _summed(codes, values, size)
    return sums


def _chances(codes: Codes, beta: Floats) -> Floats:
    odds = np.full(len(codes), beta[-1])
    for feature in codes.T:
        odds += beta[feature]
    chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return chances


def _summed(codes: Codes, values: Floats, size: int) -> Floats:
    """Sums of values by bin, and over all rows in the last place."""
    sums = np.zeros(size)
    for feature in codes.T:
        sums += np.bincount(feature, weights=values, minlength=size)
    sums[-1] = values.sum()
    return sums


def slope_of(log_odds: Floats, failed: Floats) -> float:
    """By how much log-odds have to be stretched so that they agree with what was found; 1 where they do."""
    beta = np.array([0.0, 1.0])
    sides = np.stack([np.ones_like(log_odds), log_odds], axis=1)
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(sides @ beta, -30.0, 30.0)))
        curve = sides.T @ (sides * (chance * (1 - chance))[:, None]) + np.eye(2) * 1e-6
        step = np.linalg.solve(curve, sides.T @ (failed - chance))
        beta = beta + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return float(beta[1])


def stretched(fitted: Fitted, slope: float, codes: Codes, failed: Floats, weight: Floats) -> Fitted:
    """Weights times ``slope``, and the intercept at which all rows together expect what was found."""
    weights = fitted.weights * slope
    intercept = fitted.intercept
    wanted = float(np.average(failed, weights=weight))
    for _ in range(_ROUNDS):
        chance = _chances(codes, np.append(weights, intercept))
        spread = float(np.average(chance * (1 - chance), weights=weight))
        step = (wanted - float(np.average(chance, weights=weight))) / max(spread, 1e-9)
        intercept += float(np.clip(step, -1.0, 1.0))
        if abs(step) < _ENOUGH:
            break
    return Fitted(intercept, weights)
