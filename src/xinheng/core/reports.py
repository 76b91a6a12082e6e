"""Composes a credit report (信用报告) from facts and policy: ten chapters, what is empty said so, no score and no grade.

The chapters and their fields are those of ``reports.yml``; which facts may stand in a kind of report is decided here, by
the attribute of their item, the class of a failing record and the state of its decision (《信用修复管理办法》国家发展
改革委令第36号; legal guards G1, G3, G8, G9, G10, G16). Nobody is certified to have done nothing wrong: a report says what
this platform holds, and as of when.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from xinheng.core.canonical import digest_of
from xinheng.core.catalogue import FIRST_LOCAL_NUMBER, CatalogueItem, FieldKind, Nature, item_code
from xinheng.core.code_text import normalise_code
from xinheng.core.credit_code import LOOK_ALIKES
from xinheng.core.policy import Policy
from xinheng.core.public_fields import public_fields
from xinheng.core.publication import open_to_all
from xinheng.core.records import STANDING, Finality, RecordState, Seriousness
from xinheng.core.report_rules import Chapter, Information, Kind

FORMAT = "xinheng-report-1"
EDITION = "V2.0"
NUMBER = re.compile(r"[0-9]{14}[2-9A-HJKMNP-TV-Z]{8}")
LOCAL = "local"
SIGNS, LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 8
"""Of the part of a number that nobody guesses; none is taken for another."""
_NAMES = ("许可证书名称", "承诺事由", "荣誉名称", "名单名称", "情形", "评价名称")
"""Fields that say more than the title under which a feed brings a record."""
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_HEADS = {
    "commitment": ("承诺编码", "受理单位", "作出日期"),
    "serious_list": ("文书号", "列入机关", "列入日期"),
    "abnormal_operation": ("文书号", "列入机关", "列入日期"),
    "inspection": ("文书号", "检查机关", "检查日期"),
    "honour": ("文书号", "授予单位", "授予日期"),
    "intellectual_property": ("权利编号", "授权单位", "授权日期"),
    "court": ("文书号", "法院", "发布日期"),
    "compliance": ("文书号", "认定机关", "认定日期"),
}
"""How number, body and day of a record are called, where not as those of a decision."""
_NONE = "截至本报告的数据日期，本平台没有归集到可以列入本章的信息。没有列出不等于没有发生。"
_CLEAN = "建议秉持诚信理念，合法有序开展经营活动。"
_NOTES = (
    "本报告只反映本平台在数据日期归集的范围内、依规可以列入的信息，如实汇总，不作增删和评价，不载评分和等级。",
    "本报告不是有无违法违规的证明，也不构成准予或者拒绝的结论；使用单位应当结合其他情况自行判断。",
    "已经修复、撤销、屏蔽、移出或者公示期满的信息不列入；轻微失信信息依规不公示，不列入。",
    "数据日期以后的变化请扫描首页二维码，或者在核验页面输入报告编号核验；有变化的，请重新获取报告。",
    "对所列信息有异议的，可以向本平台或者作出认定的单位提出异议；符合条件的，可以申请信用修复。提出异议和申请修复不收取费用。",
    "不载法定代表人等自然人的姓名、证件号码、住址和联系方式；个体工商户另不载经营场所。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One open version of a record. ``shown``: it is shown to the public now; ``shown_until``: its last day there.
    ``sectors``: fields of supervision of whoever decided; empty where nobody can say."""

    item: int
    key: int
    title: str
    document_no: str
    authority: str
    decided_on: date | None
    seriousness: Seriousness
    finality: Finality
    state: RecordState
    fields: Mapping[str, Any]
    shown: bool
    shown_until: date | None = None
    repair_from: date | None = None
    sectors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A list of good faith on which the subject stands; such an entry has no record behind it."""

    title: str
    authority: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom a report is on. ``facts`` are label and value of the first chapter."""

    name: str
    code: str
    sole_trader: bool
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """``purpose`` in words; ``policy``: digest of the policy by which the report was composed."""

    number: str
    issuer: str
    issued_at: datetime
    purpose: str
    policy: str


@dataclass(frozen=True, slots=True)
class Line:
    """``mark`` says 异议中 and the like beside the title."""

    title: str
    kind: str
    mark: str
    told: tuple[tuple[str, str], ...]
    adverse: bool
    repair_from: date | None


Dated: TypeAlias = tuple[date, int, Line]
"""A line with its day and its key, by which lines stand in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``number`` 0: the local supplement. ``says`` stands where there is no line; ``counted``: the summary counts its lines;
    ``closed``: there never is one. ``stated`` False: says what the platform holds, and states nothing of the subject."""

    key: str
    number: int
    title: str
    lines: tuple[Line, ...] = ()
    says: str = ""
    verified: bool = False
    counted: bool = False
    closed: bool = False
    stated: bool = True
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report says, of which paper, page and twin are made; nothing in it changes any more."""

    kind: str
    title: str
    says: str
    head: Head
    about: About
    sections: tuple[Section, ...]
    edition: str = EDITION
    notes: tuple[str, ...] = _NOTES

    @property
    def counts(self) -> tuple[tuple[str, int | None], ...]:
        """Of the chapters with records, as the summary (信用信息概要) gives them; None for one that holds no records ever."""
        told = (one for one in self.sections if one.counted)
        return tuple((one.title, None if one.closed else len(one.lines)) for one in told)


def typed_number(text: str) -> str:
    """The number of a report as somebody typed it: also in full width, with blanks, dashes or its label before it, and with
    letters in the place of digits. Empty for what is no such number."""
    plain = normalise_code(text)
    number = plain[:14].translate(LOOK_ALIKES) + plain[14:]
    return number if NUMBER.fullmatch(number) else ""


def number_of(at: datetime, *, drawn: str) -> str:
    """Fourteen digits of the moment, as its zone writes it, and the signs that were drawn for it. ``ValueError`` for others
    than ``LENGTH`` of ``SIGNS``."""
    number = f"{at:%Y%m%d%H%M%S}{drawn}"
    if NUMBER.fullmatch(number) is None:
        raise ValueError(drawn)
    return number


def may_stand(fact: Fact, kind: Kind, policy: Policy, *, on: date) -> bool:
    """Whether a fact belongs into this kind of report at all. What burdens and is not shown stands only while the term for
    which it could be shown is known and runs (legal guard G15)."""
    item = _item(policy, fact.item)
    if item is None or item_code(fact.item) in policy.reports.left_out:
        return False
    failing = fact.seriousness is not Seriousness.NONE
    if failing and not policy.seriousness.of(fact.seriousness).published:
        return False
    if fact.state not in STANDING or fact.finality is Finality.REVOKED:
        return False
    if kind.published_only:
        told = fact.shown and open_to_all(fact.fields)
    else:
        told = fact.shown or not (failing or item.nature is Nature.FAILING) or runs(fact, policy, on)
    return item.disclosure in kind.disclosures and told


def runs(fact: Fact, policy: Policy, on: date) -> bool:
    """Whether the term for which a failing fact could be shown is known and runs."""
    if fact.seriousness is Seriousness.NONE or fact.decided_on is None:
        return False
    period = policy.publication_period(fact.seriousness, decided_on=fact.decided_on)
    return period.stops_on is not None and period.stops_on > on


def compose(
    kind: str,
    *,
    about: About,
    facts: Iterable[Fact],
    standings: Iterable[Standing] = (),
    head: Head,
    policy: Policy,
    on: date,
) -> Report:
    """The report as of a day, its lines by day, newest first. KeyError for a kind that policy does not know."""
    rule, rules = policy.reports.kinds[kind], policy.reports
    places, lines = rules.places, dict[str, list[Dated]]()
    for fact in facts:
        if may_stand(fact, rule, policy, on=on):
            chapter = LOCAL if fact.item >= FIRST_LOCAL_NUMBER else places[item_code(fact.item)]
            line = line_of(fact, policy, wanted=rules.sections.get(chapter), sole_trader=about.sole_trader)
            lines.setdefault(chapter, []).append((fact.decided_on or date.min, fact.key, line))
    for one in standings:
        lines.setdefault("honesty", []).append((one.from_on, 0, _standing(one)))
    sections = [
        section_of(key, chapter, lines.get(key, []), says=chapter.says or _NONE)
        for key, chapter in rules.chapters
    ]
    adverse = [line for one in sections for line in one.lines if line.adverse]
    return Report(
        kind=kind,
        title=rule.title,
        says=rule.says,
        head=head,
        about=about,
        sections=(*_finished(sections, about, adverse), *_supplement(lines.get(LOCAL, []))),
    )


def _newest(lines: Iterable[Dated]) -> tuple[Line, ...]:
    return tuple(one[2] for one in sorted(lines, key=lambda one: (-one[0].toordinal(), one[1])))


def section_of(key: str, chapter: Chapter | Information, lines: Iterable[Dated], *, says: str) -> Section:
    """A chapter of records, the newest first; ``says`` where there is none."""
    told = _newest(lines)
    return Section(
        key=key,
        number=chapter.number,
        title=chapter.title,
        lines=told,
        says="" if told else says,
        verified=chapter.verified,
        counted=True,
        closed=not chapter.items,
    )


def _finished(sections: list[Section], about: About, adverse: list[Line]) -> Iterable[Section]:
    """The first and the last chapter hold no records."""
    for one in sections:
        if one.key == "registration":
            yield Section(key=one.key, number=1, title=one.title, verified=one.verified, facts=about.facts)
        elif one.key == "advice":
            yield Section(
                key=one.key, number=10, title=one.title, verified=one.verified, says=_advice(adverse)
            )
        else:
            yield one


def _advice(adverse: list[Line]) -> str:
    if not adverse:
        return _CLEAN
    days = sorted(one.repair_from for one in adverse if one.repair_from is not None)
    when = f"按公示期推算，其中最早的自{days[0]}起可以申请。" if days else ""
    return (
        f"本报告列有{len(adverse)}条失信或者受到处理的信息。请改正行为、履行义务，符合条件的及时申请信用修复。"
        f"{when}信用修复不收取费用，无须委托他人。"
    )


def _supplement(lines: list[Dated]) -> tuple[Section, ...]:
    told = _newest(lines)
    return (Section(key=LOCAL, number=0, title="公共信用信息地方补充内容", lines=told),) if told else ()


def _item(policy: Policy, number: int) -> CatalogueItem | None:
    return policy.catalogue.items.get(item_code(number))


def line_of(fact: Fact, policy: Policy, *, wanted: Chapter | Information | None, sole_trader: bool) -> Line:
    """What is told of a fact: ``wanted`` names the fields; without it all that may be told."""
    item = policy.catalogue.items[item_code(fact.item)]
    told = dict(public_fields(fact.fields, item.fields, sole_trader=sole_trader))
    chosen = wanted.items[item_code(fact.item)] if wanted else tuple(item.fields)
    failing = fact.seriousness is not Seriousness.NONE
    own = next((told[name] for name in _NAMES if name in told and name in chosen), "")
    number, organ, day = _HEADS.get(item_code(fact.item), ("文书号", "作出机关", "决定日期"))
    rows = (
        (number, fact.document_no),
        (organ, fact.authority),
        (day, fact.decided_on.isoformat() if fact.decided_on else ""),
        *((name, _measured(told[name], item, name)) for name in chosen if name in told),
        ("失信程度", fact.seriousness.label if failing else ""),
        ("复议诉讼", fact.finality.label if fact.finality is not Finality.UNKNOWN else ""),
        ("公示最后一日", fact.shown_until.isoformat() if fact.shown_until else ""),
        ("最早可申请修复", fact.repair_from.isoformat() if failing and fact.repair_from else ""),
    )
    return Line(
        title=own or fact.title or item.title,
        kind=item.title.removesuffix("信息"),
        mark="" if fact.state is RecordState.ACTIVE else fact.state.label,
        told=tuple((label, value) for label, value in rows if value),
        adverse=failing or item.nature is Nature.FAILING,
        repair_from=fact.repair_from,
    )


def _measured(value: str, item: CatalogueItem, name: str) -> str:
    """With the unit of the field; a day as all other days here are written."""
    known = item.fields.get(name)
    if known is not None and known.kind is FieldKind.DATE and (found := _DAY.fullmatch(value)):
        return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    return f"{value}{known.measured_in}" if known and value.replace(".", "").isdigit() else value


def _standing(one: Standing) -> Line:
    rows = (
        ("认定单位", one.authority),
        ("列入日期", one.from_on.isoformat()),
        ("最后一日", one.until_on.isoformat() if one.until_on else ""),
    )
    told = tuple((label, value) for label, value in rows if value)
    return Line(one.title, "守信激励对象名单", "", told, adverse=False, repair_from=None)


def twin_of(report: Report) -> dict[str, Any]:
    """The report for machines, of strings, booleans, whole numbers, arrays and objects: its canonical content."""
    head, about = report.head, report.about
    return {
        "format": FORMAT,
        "edition": report.edition,
        "number": head.number,
        "kind": report.kind,
        "title": report.title,
        "says": report.says,
        "issuer": head.issuer,
        "issued_at": head.issued_at.isoformat(timespec="seconds"),
        "purpose": head.purpose,
        "policy": head.policy,
        "subject": {"name": about.name, "code": about.code},
        "counts": [{"title": title, "count": count} for title, count in report.counts],
        "sections": [_told(one) for one in report.sections],
        "notes": list(report.notes),
    }


def facts_digest(twin: Mapping[str, Any]) -> str:
    """Of what a report states of its subject, without number, moment, purpose and advice: equal while nothing has changed."""
    lines = [[one["key"], one["facts"], one["lines"]] for one in twin["sections"] if one.get("stated", True)]
    return digest_of({"kind": twin["kind"], "subject": twin["subject"], "sections": lines})


def _told(one: Section) -> dict[str, Any]:
    return {
        "key": one.key,
        "number": one.number,
        "title": one.title,
        "says": one.says,
        "verified": one.verified,
        **({} if one.stated else {"stated": False}),
        "facts": _pairs(one.facts),
        "lines": [
            {"title": line.title, "kind": line.kind, "mark": line.mark, "told": _pairs(line.told)}
            for line in one.lines
        ],
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in pairs]
