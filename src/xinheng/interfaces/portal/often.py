"""How many names hold a token, from the statistics that the database keeps of the search table.

They decide in which way names are asked for, never which are found. Tokens that the statistics leave out stand in few.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from xinheng.interfaces.portal import showing
from xinheng.store.public_pages import PublicSearchOften

KEPT_SECONDS = 600
"""So long a process trusts the statistics that it has read."""


@dataclass(frozen=True, slots=True)
class Often:
    """``names`` by token; ``begins``: how often pairs and threes stand in names by all but their last sign; ``rows``: about
    how many names there are, by the token that most of them hold; ``least``: what a token that is left out may have."""

    names: Mapping[str, int]
    begins: Mapping[str, int]
    rows: int
    least: int

    @staticmethod
    def of(names: Mapping[str, int]) -> "Often":
        begins: dict[str, int] = defaultdict(int)
        for token, count in names.items():
            if len(token) > 1:
                begins[_start(token)] += count
        return Often(names, begins, max(names.values(), default=0), min(names.values(), default=0))

    def rarest_first(self, tokens: Iterable[str]) -> list[str]:
        return sorted(tokens, key=lambda one: (self.names.get(one, 0), len(one) == 1))

    def enough(self, rarest: Sequence[str], most: int) -> int:
        """How many of the tokens, the rarest first, a name has to be asked for until at most so many hold them, if tokens
        were independent; all where nothing is known."""
        found = float(self.rows)
        for place, token in enumerate(rarest if self.rows else (), 1):
            found *= self.names.get(token, self.least) / self.rows
            if found <= most:
                return place
        return len(rarest)

    def at_most(self, tokens: Iterable[str]) -> int:
        """In so many names the rarest stands."""
        return min((self.names.get(one, 0) for one in tokens), default=0)

    def expected(self, tokens: Collection[str]) -> float:
        """About how many names hold all tokens. A pair (or three) that goes on where another ends is as frequent as that one,
        as far as it stands behind its first signs; others are taken for independent."""
        ends = {_end(one) for one in tokens if len(one) > 1}
        found = float(self.rows)
        for token in tokens:
            goes_on = len(token) > 1 and _start(token) in ends
            most = max(self.begins.get(_start(token), 0), 1) if goes_on else self.rows
            found *= min(1.0, self.names.get(token, 0) / most) if most else 0.0
        return found


def _start(token: str) -> str:
    """All but the last sign, or syllable; that one keeps its sign, so that the syllable ai is not the initials a, i."""
    before, apart, _ = token.rpartition("'")
    return before + apart if apart else token[:-1]


def _end(token: str) -> str:
    """What a token that goes on from this one begins with."""
    mark, colon, signs = token.rpartition(":")
    _, apart, syllable = signs.rpartition("'")
    return mark + colon + (syllable + apart if apart else signs[1:])


_kept: tuple[float, Often] | None = None
_lock = Lock()


def often() -> Often:
    """The statistics, read anew every ten minutes."""
    global _kept
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
            told = PublicSearchOften.objects.using(showing.DATABASE).values_list("token", "names")
            _kept = time.monotonic(), Often.of(dict(told))
        return _kept[1]


def forget() -> None:
    """Have the statistics read anew with the next question."""
    global _kept
    _kept = None
