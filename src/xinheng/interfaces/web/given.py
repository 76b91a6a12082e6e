"""What people give in addresses and forms, looked at once before anything reads it.

The sign NUL stands on no keyboard and in no text column of PostgreSQL: a form that bears it is refused, a parameter of
an address that bears it counts as not given, like other values that no page knows.
"""

from django.http import QueryDict

from xinheng.core.refusal import Refusal

_NUL = "\x00"


def refuse_nul(posted: QueryDict) -> None:
    """Raises Refusal W05, shown with status 400."""
    if any(_NUL in value for _, values in posted.lists() for value in values):
        raise Refusal(
            "W05", "填写的内容里有不能保存的字符（NUL）。", advice="请返回上一页，删去该字符后重新提交。"
        )


def without_nul(query: QueryDict) -> QueryDict:
    """The parameters that can be looked for."""
    wrong = [name for name, values in query.lists() if any(_NUL in value for value in values)]
    if not wrong:
        return query
    kept = query.copy()
    for name in wrong:
        del kept[name]
    return kept
