"""Asks the search table for the names that hold all tokens of one of several sets.

Two ways lead to the same names: the index, asked for the rarest tokens of each set alone, the others looked for on the rows;
and a walk over the rows by their place, where so many names hold the tokens that few rows are passed. Places are
scattered, so that a walk meets a word at the same rate all along, wherever its names were entered.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from xinheng.interfaces.portal import showing
from xinheng.interfaces.portal.often import Often
from xinheng.store.public import PublicSearch

LEFT_OUT = 2
"""So many names by the index, were tokens independent: of those that are not, a hundred times as many may come, and
further tokens cost their lists of names and leave out few rows."""
MANY = 5_000
"""From so many names on a walk passes fewer rows than the index brings."""
DOUBT = 20
"""So many times more than expected may hold a set: what its rarest token allows."""
WALKED = 6_000
"""Rows that a walk passes at most, about; in a narrowed list, where the index brings enterprises too, WALKED_NARROWED."""
WALKED_NARROWED = 30_000
ALL_PLACES = 1 << 32


class Holding:
    """Names that hold all tokens of one of the ``sets``, of subjects with the ``narrowing`` fields. Ids come with places."""

    def __init__(self, often: Often, sets: Sequence[Sequence[str]], narrowing: dict[str, str]) -> None:
        self.probably_many = any(
            often.at_most(one) >= MANY and often.expected(one) >= MANY / DOUBT for one in sets
        )
        rows = WALKED_NARROWED if narrowing else WALKED
        self._width = ALL_PLACES * rows // often.rows if often.rows > rows else ALL_PLACES
        self._sets = [often.rarest_first(one) for one in sets]
        self._asked: dict[tuple[str, ...], list[list[str]]] = {}
        for one in self._sets:
            enough = often.enough(one, LEFT_OUT)
            self._asked.setdefault(tuple(one[:enough]), []).append(one[enough:])
        self._walked: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._rows = PublicSearch.objects.using(showing.DATABASE).filter(**narrowing)

    @staticmethod
    def place_of(subject: int) -> int:
        """Before all others where the subject bears no name."""
        known = PublicSearch.objects.using(showing.DATABASE).filter(subject_id=subject)
        return known.values_list("place", flat=True).first() or -1

    def some(self, most: int) -> list[tuple[int, int]]:
        """At most so many, in whatever order the index gives them first."""
        return list(self._by_index().values_list("place", "subject_id")[:most])

    def walked(self, start: int, most: int) -> list[tuple[int, int]]:
        """The first beyond a place, of those that a walk passes."""
        if (start, most) not in self._walked:
            passed = self._rows.filter(place__gt=start, place__lte=start + self._width)
            known = passed.filter(reduce(or_, (_on_row(one) for one in self._sets)))
            found = known.order_by("place").values_list("place", "subject_id")
            self._walked[start, most] = list(found[:most])
        return self._walked[start, most]

    def batches(self, start: int, size: int, most: int) -> Iterator[list[tuple[int, int]]]:
        """Those beyond a place, so many at a time and ``most`` in all. Where a walk does not meet so many, the index is asked
        for all that are left."""
        while most > 0 and len(found := self.walked(start, min(size, most))) == min(size, most):
            yield found
            start, most = found[-1][0], most - len(found)
        if most > 0:
            known = self._by_index().filter(place__gt=start).order_by(F("place") + 0)
            left = list(known.values_list("place", "subject_id")[:most])
            yield from (left[begin : begin + size] for begin in range(0, len(left), size))

    def _by_index(self) -> QuerySet[PublicSearch]:
        """The index reads nothing but the rarest tokens; sets that share these are looked for together."""
        return self._rows.filter(reduce(or_, (_held(*one) for one in self._asked.items())))


def _held(rarest: Sequence[str], others: Sequence[Sequence[str]]) -> Q:
    by_index = Q(tokens__contains=_texts(rarest))
    return by_index & reduce(or_, map(_on_row, others)) if all(others) else by_index


def _on_row(tokens: Sequence[str]) -> Q:
    """To hold all, asked in words that no index answers; the rarest first, of which most rows are found wanting."""
    asked = Func(
        F("tokens"),
        _texts(tokens),
        template="(%(expressions)s) IS TRUE",
        arg_joiner=" @> ",
        output_field=BooleanField(),
    )
    return Q(asked)


def _texts(tokens: Sequence[str]) -> Value:
    """Tokens as one parameter."""
    return Value(list(tokens), output_field=ArrayField(TextField()))
