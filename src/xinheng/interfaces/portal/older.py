"""Pages of the portal that show the newest in front and lead on to what is older by the number of the last one shown."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from xinheng.interfaces.web.parts import Paging

Row = TypeVar("Row", bound=Model)


def newest_first(
    request: HttpRequest, known: QuerySet[Row], *, here: str, page: int, kept: str = ""
) -> tuple[list[Row], Paging]:
    """What ``older`` of the query asks for. ``here``: the address, ``page``: how many stand on one, ``kept``: the query that stays."""
    given = request.GET.get("older", "")
    older = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None
    ordered = known.order_by("-pk")
    rows = list((ordered.filter(pk__lt=older) if older else ordered)[: page + 1])
    shown, more = rows[:page], len(rows) > page
    first = f"{here}?{kept}" if kept else here
    following = f"{first}{'&' if kept else '?'}older={shown[-1].pk}" if more else ""
    return shown, Paging(previous_url=first if older else "", next_url=following, shown=len(shown))
