"""The feed by which the lines of a package are read: one for each catalogue item, made from the item and the lines, so
that what comes from another platform passes every check that a department's file passes (services.collect)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from xinheng.core.exchange_package import Line, Said
from xinheng.core.feeds import FINALITY_WORDS, SERIOUSNESS_WORDS, Column, Feed, Recognise, Target, Unit
from xinheng.core.policy import Policy

_HEADERS = {
    Target.NAME: "交换名称",
    Target.CODE: "交换统一社会信用代码",
    Target.REGISTRATION_NO: "交换工商注册号",
    Target.ORGANISATION_NO: "交换组织机构代码",
    Target.TAX_NO: "交换税务登记号",
    Target.SOURCE_KEY: "交换编号",
    Target.DOCUMENT_NO: "交换文号",
    Target.DECIDED_ON: "交换决定日期",
    Target.VALID_FROM: "交换有效期自",
    Target.VALID_TO: "交换有效期至",
    Target.AUTHORITY: "交换机关",
    Target.AUTHORITY_CODE: "交换机关代码",
    Target.AMOUNT: "交换金额（分）",
    Target.HEADCOUNT: "交换人数",
    Target.RESULT: "交换结果",
    Target.SERIOUSNESS: "交换失信程度",
    Target.FINALITY: "交换效力",
    Target.TITLE: "交换事由",
}
_OTHER = {
    "registration": Target.REGISTRATION_NO,
    "organisation": Target.ORGANISATION_NO,
    "tax": Target.TAX_NO,
}
_PERIOD_END = "end"


def feed_id(item: str) -> str:
    return f"exchange-{item.replace('_', '-')}"


def reading(item: str, lines: Iterable[Line], policy: Policy) -> Policy:
    """The policy with the feed of one item; its digest stays, since the feed follows from it and the package."""
    feed = feed_of(item, lines, policy)
    return replace(policy, feeds={**policy.feeds, feed.id: feed})


def feed_of(item: str, lines: Iterable[Line], policy: Policy) -> Feed:
    """Results are the words that any feed of the item knows; another word sends the row back (E02)."""
    titles = sorted({label for line in lines if line.say for label in line.say.fields})
    columns = {target: Column(headers=(header,)) for target, header in _HEADERS.items()}
    columns[Target.NAME] = Column(headers=(_HEADERS[Target.NAME],), required=True)
    columns[Target.AMOUNT] = Column(headers=(_HEADERS[Target.AMOUNT],), unit=Unit.FEN)
    columns[Target.VALID_TO] = Column(headers=(_HEADERS[Target.VALID_TO],), period=_PERIOD_END)
    columns[Target.SERIOUSNESS] = _words(Target.SERIOUSNESS, SERIOUSNESS_WORDS)
    columns[Target.FINALITY] = _words(Target.FINALITY, FINALITY_WORDS)
    columns[Target.RESULT] = _words(Target.RESULT, results_of(item, policy), separators="+")
    return Feed(
        id=feed_id(item),
        title=f"{policy.catalogue.items[item].title}（上下级交换）",
        item=item,
        recognise=Recognise(headers=tuple((header,) for header in _HEADERS.values())),
        columns=columns,
        details={label: Column(headers=(label,)) for label in titles},
    )


def results_of(item: str, policy: Policy) -> tuple[str, ...]:
    found: set[str] = set()
    for feed in policy.feeds.values():
        column = feed.columns.get(Target.RESULT)
        if feed.item == item and column is not None:
            found |= column.words
    return tuple(sorted(found)) or ("none",)


def _words(target: Target, words: Sequence[str], *, separators: str | None = None) -> Column:
    return Column(headers=(_HEADERS[target],), values={word: word for word in words}, separators=separators)


def write_rows(lines: Sequence[Line], path: Path) -> None:
    """The lines as JSON records; the first stands in row 2, below the header."""
    labels = sorted({label for line in lines if line.say for label in line.say.fields})
    rows = [_cells(line.id, line.say, labels) for line in lines if line.say is not None]
    path.write_text(json.dumps({"records": rows}, ensure_ascii=False), encoding="utf-8")


def _cells(mark: str, said: Said, labels: Sequence[str]) -> dict[str, str]:
    told = {
        Target.NAME: said.name,
        Target.CODE: said.code,
        Target.DOCUMENT_NO: said.document_no,
        Target.DECIDED_ON: said.decided_on,
        Target.VALID_FROM: said.valid_from,
        Target.VALID_TO: said.valid_to,
        Target.AUTHORITY: said.authority,
        Target.AUTHORITY_CODE: said.authority_code,
        Target.AMOUNT: "" if said.amount_fen is None else str(said.amount_fen),
        Target.HEADCOUNT: "" if said.headcount is None else str(said.headcount),
        Target.RESULT: said.result,
        Target.SERIOUSNESS: SERIOUSNESS_WORDS[said.seriousness],
        Target.FINALITY: FINALITY_WORDS[said.finality],
        Target.TITLE: said.title,
        Target.SOURCE_KEY: "" if said.document_no else mark,
    }
    if said.other_kind in _OTHER:
        told[_OTHER[said.other_kind]] = said.other_code
    cells = {header: told.get(target, "") for target, header in _HEADERS.items()}
    return cells | {label: said.fields.get(label, "") for label in labels}
