"""What was known of an enterprise, or of an area or kind, before a day: visits, failures and when they were.

Only days strictly before the day asked for are looked at, so that visits of one day do not see each other and
nothing later is ever seen. A failure weighs half after each half-life.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from xinheng.planning.visits import Floats, Ints

_SPAN = 1 << 24
"""More than any ordinal of a day: key and day become one sorted number."""


class Past:
    """Counts by key and day. Keys are numbers from 0; half-lives are days, 0 for failures that never fade."""

    def __init__(self, keys: Ints, days: Ints, failed: Ints, *, half_lives: Sequence[int] = (0,)) -> None:
        packed, place = np.unique(keys * _SPAN + days, return_inverse=True)
        self._packed = packed
        self._key, self._day = packed // _SPAN, packed % _SPAN
        visits = np.bincount(place, weights=np.ones(place.size), minlength=packed.size)
        failures = np.bincount(place, weights=failed.astype(np.float64), minlength=packed.size)
        start = np.searchsorted(self._key, self._key)
        self._visits, self._failures = _since(visits, start), _since(failures, start)
        self._last_failed = failures > 0
        latest = np.maximum.accumulate(np.where(self._last_failed, np.arange(packed.size), -1))
        self._failure = np.where(latest >= start, latest, -1)
        self._first_day = self._day[start] if packed.size else self._day
        self._faded = _faded(self._day, start, np.stack([visits, failures]), half_lives)
        self._half_lives = tuple(half_lives)

    def at(self, keys: Ints, cutoffs: Ints) -> "Known":
        """What was known of each key before its cutoff."""
        found = np.searchsorted(self._packed, keys * _SPAN + cutoffs) - 1
        known = found >= 0
        known[known] = self._key[found[known]] == keys[known]
        return Known(self, np.where(known, found, -1))


class Known:
    """Answers of a ``Past``, one for each key asked; NaN where nothing was known."""

    def __init__(self, past: Past, found: Ints) -> None:
        self._past, self._found = past, found

    def _taken(self, values: Floats | Ints, missing: float = np.nan) -> Floats:
        if not len(values):
            return np.full(self._found.shape, missing)
        return np.where(self._found >= 0, values[self._found], missing).astype(np.float64)

    def visits(self) -> Floats:
        return self._taken(self._past._visits, 0.0)

    def failures(self) -> Floats:
        return self._taken(self._past._failures, 0.0)

    def last_failed(self) -> Floats:
        """1 where the latest day of visits found something."""
        return self._taken(self._past._last_failed.astype(np.float64))

    def days_since(self, days: Ints) -> Floats:
        """Days from the latest known visit to each of ``days``."""
        return days - self._taken(self._past._day)

    def days_since_first(self, days: Ints) -> Floats:
        return days - self._taken(self._past._first_day)

    def days_since_failure(self, days: Ints) -> Floats:
        """NaN where there was never one."""
        failure = self._taken(self._past._failure, -1.0).astype(np.int64)
        if not len(self._past._day):
            return np.full(self._found.shape, np.nan)
        return np.where(failure >= 0, days - self._past._day[failure], np.nan)

    def clean_since_failure(self) -> Floats:
        """Visits without a finding since the last one that had one; since the first visit where there was none."""
        failure = self._taken(self._past._failure, -1.0).astype(np.int64)
        if not len(self._past._day):
            return np.zeros(self._found.shape)
        before = np.where(failure >= 0, self._past._visits[failure], 0.0)
        return self.visits() - before

    def rate(self, days: Ints, *, half_life: int, base: float, weight: float) -> Floats:
        """Failures per visit, faded until each of ``days``, drawn to ``base`` as if by ``weight`` visits more."""
        place = self._past._half_lives.index(half_life)
        visits, failures = (self._taken(row[place], 0.0) for row in self._past._faded)
        if half_life:
            gap = np.nan_to_num(self.days_since(days))
            fading = np.exp2(-gap / half_life)
            visits, failures = visits * fading, failures * fading
        rate: Floats = (failures + weight * base) / (visits + weight)
        return rate


def _since(values: Floats | Ints, start: Ints) -> Floats:
    """Running sums that begin anew with each key."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: Floats = total[1:] - total[start]
    return sums


def _faded(days: Ints, start: Ints, values: Floats, half_lives: Sequence[int]) -> Floats:
    """Running sums by key in which older values fade: shape (values, half-lives, days of keys)."""
    per_day = np.array([1.0 / life if life else 0.0 for life in half_lives])
    sums = np.repeat(values[:, None, :], len(half_lives), axis=1)
    rank = np.arange(days.size) - start
    order = np.argsort(rank, kind="stable")
    ends = np.cumsum(np.bincount(rank)) if days.size else np.zeros(0, dtype=np.int64)
    for begin, end in pairwise(ends):
        now = order[begin:end]
        fading = np.exp2(-(days[now] - days[now - 1]) * per_day[:, None])
        sums[:, :, now] += sums[:, :, now - 1] * fading
    return sums
