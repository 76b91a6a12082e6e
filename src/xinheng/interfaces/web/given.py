"""What people and systems give in addresses, forms and bodies, looked at once before anything reads it.

The sign NUL and half a surrogate pair stand on no keyboard and in no text column of PostgreSQL: a form or a body that bears
one is refused, a parameter of an address of a page that bears NUL counts as not given, like other values that no page knows.
"""

import re
from collections.abc import Mapping

from django.http import QueryDict

from xinheng.core.refusal import Refusal

_NUL = "\x00"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def refuse_nul(posted: QueryDict) -> None:
    """Raises Refusal W05, shown with status 400."""
    refuse_unkeepable(dict(posted.lists()))


def refuse_unkeepable(given: object) -> None:
    """``given``: texts in lists and mappings, however deep. Raises Refusal W05, shown with status 400."""
    left = [given]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list | tuple):
            left += one
        elif isinstance(one, str) and _UNKEEPABLE.search(one):
            raise Refusal(
                "W05",
                "填写的内容里有不能保存的字符（NUL 或者不成对的代理码）。",
                advice="请删去该字符后重新提交。",
            )


def names_nothing(parts: Mapping[str, object]) -> bool:
    """Whether a part of an address bears NUL, so that nothing can be found by it."""
    return any(_NUL in str(part) for part in parts.values())


def without_nul(query: QueryDict) -> QueryDict:
    """The parameters that can be looked for."""
    wrong = [name for name, values in query.lists() if any(_NUL in value for value in values)]
    if not wrong:
        return query
    kept = query.copy()
    for name in wrong:
        del kept[name]
    return kept
