"""What a feed says, in words: by which headers a file is known, what each column becomes, which rules judge its rows.

The same as in the policy file, for people who do not read YAML.
"""

from collections.abc import Iterator

from xinheng.core.feeds import (
    FINALITY_WORDS,
    PENALTY_KINDS,
    SERIOUSNESS_WORDS,
    Column,
    Feed,
    SeriousnessCase,
    Sourced,
    Target,
    Unit,
)
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.services.mapping import CHOICES

_UNITS = {Unit.FEN: "分", Unit.YUAN: "元", Unit.WAN: "万元"}
_CLOSED = {
    Target.SERIOUSNESS: {
        word: Seriousness(number).label or "不分级" for number, word in enumerate(SERIOUSNESS_WORDS)
    },
    Target.FINALITY: {word: Finality(number).label for number, word in enumerate(FINALITY_WORDS)},
    Target.PARTY_CATEGORY: {"person": "自然人", "organisation": "单位", "sole_trader": "个体工商户"},
    Target.PROCEDURE: {"simple": "简易程序", "ordinary": "普通程序"},
}


def column_lines(feed: Feed) -> list[tuple[str, str, str]]:
    """Of each field: what it is called, the headers by which it is found, how its cells are read."""
    named = [(CHOICES.get(target.value, ""), target, column) for target, column in feed.columns.items()]
    lines = [(label, _found(column), _read(column, target)) for label, target, column in named]
    return [
        *lines,
        *((f"{name}（记录内容）", _found(column), _read(column)) for name, column in feed.details.items()),
    ]


def _found(column: Column) -> str:
    if column.headers:
        return "、".join(column.headers)
    return f"第 {column.position} 列" if column.position else "文件中没有这一列"


def _read(column: Column, target: Target | None = None) -> str:
    own = {**column.values, **{f"含“{text}”": word for text, word in column.contains.items()}}
    closed = _CLOSED.get(target, {}) if target else {}
    parts = [
        "必填" if column.required else "",
        f"单位 {_UNITS[column.unit]}" if column.unit else "",
        *(f"“{header}”的单位 {_UNITS[unit]}" for header, unit in column.units.items()),
        f"没有时写“{column.default}”" if column.default else "",
        _values(own, closed),
        "其他写法退回改正" if own and not column.unknown else "",
        "可以有几个值" if column.separators else "",
        "写的是不再有效的第一天" if target is Target.VALID_TO and column.says_first_day_off else "",
        "日在月前" if column.day_first else "",
        f"至多 {column.max_length} 字" if column.max_length else "",
        "人名，不保存" if column.person else "" if column.public else "不公开",
    ]
    return "；".join(part for part in parts if part)


def _values(own: dict[str, str], closed: dict[str, str]) -> str:
    """The wordings of the file; where the stored word is fixed, also what each becomes."""
    told = [
        f"{text}＝{closed[word]}" if word in closed and closed[word] != text else text
        for text, word in own.items()
    ]
    return f"取值 {'、'.join(dict.fromkeys(told))}" if told else ""


def recognised_by(feed: Feed) -> list[str]:
    """What a file must have so that it is taken for one of this feed."""
    rule = feed.recognise
    lines = [f"有“{'”或“'.join(group)}”列" for group in rule.headers]
    lines += [f"没有“{header}”列" for header in rule.absent]
    if rule.title:
        must = "必须" if rule.title_required else "最好"
        lines.append(f"标题、工作表名或文件名中{must}有“{'”或“'.join(rule.title)}”")
    return lines or ["没有表头，按各列的样子认出"]


def rule_lines(feed: Feed, policy: Policy) -> list[tuple[str, str]]:
    """What judges the rows beyond the columns."""
    return [(label, words) for label, words in _rules(feed, policy) if words]


def _rules(feed: Feed, policy: Policy) -> Iterator[tuple[str, str]]:
    yield "来源类别", feed.provenance.label
    if feed.seriousness:
        words = [f"{_case(one, feed)}：{_grave(one.seriousness)}" for one in feed.seriousness.cases]
        otherwise = f"{'其余' if words else '一律'}：{_grave(feed.seriousness.otherwise)}"
        yield "失信程度", "；".join([*words, otherwise]) + _cited(feed.seriousness, policy)
    if feed.lateness:
        yield (
            "迟报",
            f"决定之日起超过 {feed.lateness.workdays} 个工作日算迟报{_cited(feed.lateness, policy)}",
        )
    if feed.amounts:
        yield "金额", f"{_results(feed.amounts.needs, feed)}须有金额"
    titles = [policy.feeds[key].title for key in feed.ends if key in policy.feeds]
    yield "终止", f"每一行使“{'”“'.join(titles)}”中同一主体、同一文书的记录终止" if titles else ""
    yield "扫描件", {"required": "必须附", "optional": "可以附"}.get(feed.scan or "", "")
    if feed.expect.accepted_per_mille:
        yield "通常的合格率", f"不低于 {feed.expect.accepted_per_mille / 10:g} %，低于的在回执中说明"


def _case(case: SeriousnessCase, feed: Feed) -> str:
    parts = [
        _results(case.result, feed),
        f"金额 {case.amount_from_fen / 100:g} 元以上" if case.amount_from_fen is not None else "",
        f"金额不满 {case.amount_below_fen / 100:g} 元" if case.amount_below_fen else "",
        f"事由含“{'”或“'.join(case.title_contains)}”" if case.title_contains else "",
    ]
    return "，".join(part for part in parts if part)


def _results(words: tuple[str, ...], feed: Feed) -> str:
    """Stored words of the result in the wording of the file."""
    column = feed.columns.get(Target.RESULT)
    known = dict(PENALTY_KINDS)
    if column is not None:
        for text, word in (*reversed(column.contains.items()), *reversed(column.values.items())):
            known[word] = text
    return "、".join(known.get(word, word) for word in words)


def _grave(word: str) -> str:
    return _CLOSED[Target.SERIOUSNESS][word]


def _cited(rule: Sourced, policy: Policy) -> str:
    source = policy.sources.get(rule.source)
    told = source.cite(rule.clause) if source else rule.source
    return f"（{told}{'' if rule.verified else '，待核'}）"
