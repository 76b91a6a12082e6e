"""The failures of government bodies and state-owned enterprises, unit by unit: inside the offices only, of no person.

Serves 平顶山市方案第17、18项 and 淮安 四（五）; the letters to superior units are in subjects_superiors.
"""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.government import failure_kind
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, in_memory
from xinheng.interfaces.office.records_shown import record_url, title_of
from xinheng.interfaces.office.wording import finality_word
from xinheng.interfaces.web.figures import count, yuan
from xinheng.interfaces.web.parts import Crumb, Link, Tile
from xinheng.services.flags import flags_of
from xinheng.services.government import Body, Failure, bodies, failures_of
from xinheng.store.flags import FlagKind
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

HEAD = (
    *("单位", "统一社会信用代码", "性质", "上级单位", "在列失信", "其中涉及金额（元）", "最早认定", "已了结"),
    "已发通报",
)


@asks(Verb.READ_DASHBOARD)
def government(call: Call) -> HttpResponse:
    found = bodies(policy=call.policy)
    if call.request.GET.get("export") == "csv":
        return as_table(f"政务诚信-{call.today:%Y-%m-%d}", HEAD, (_cells(one) for one in found))
    page, paging = in_memory(found, call.request)
    standing = [one for one in found if one.standing]
    context = {
        "crumbs": [Crumb("政务诚信", reverse("office:government"))],
        "tiles": [
            Tile("机关、事业单位和国有企业", count(len(found)), unit="户"),
            Tile("有在列失信", count(len(standing)), unit="户", attention=bool(standing)),
            Tile("在列失信", count(sum(one.standing for one in found)), unit="条"),
            Tile("涉及金额", yuan(sum(one.amount_fen for one in found))),
            Tile("已了结", count(sum(one.over for one in found)), unit="条"),
        ],
        "superiors": _by_superior(found),
        "bodies": [_line(one) for one in page],
        "paging": paging,
        "exports": [Link("导出表格", address(call.request, export="csv")), *_arrears(call)],
    }
    return call.render("government", context)


def _arrears(call: Call) -> list[Link]:
    may = call.may_somewhere(Verb.FLAG_SUBJECT) or call.may_somewhere(Verb.DECIDE_CASE)
    return [Link("拖欠账款公示", reverse("office:arrears"))] if may else []


def _kind(subject: Subject) -> str:
    if subject.state_body:
        return FlagKind.STATE_BODY.label
    return FlagKind.STATE_OWNED.label if subject.state_owned else "未标注"


def _cells(one: Body) -> tuple[object, ...]:
    return (
        one.subject.name,
        one.subject.code or "",
        _kind(one.subject),
        one.superior,
        one.standing,
        f"{one.amount_fen / 100:.2f}",
        one.oldest_on or "",
        one.over,
        one.letters,
    )


def _line(one: Body) -> dict[str, Any]:
    own = {"subject": one.subject.public_id}
    return {
        "name": one.subject.name or "（名称未登记）",
        "url": reverse("office:subject", kwargs=own),
        "code": one.subject.code or "",
        "kind": _kind(one.subject),
        "superior": one.superior,
        "standing": one.standing,
        "amount": yuan(one.amount_fen) if one.amount_fen else "",
        "oldest_on": one.oldest_on,
        "over": one.over,
        "letters": one.letters,
        "letters_url": reverse("office:superior_letters", kwargs=own),
        "marks_url": reverse("office:marks", kwargs=own),
    }


def _by_superior(found: list[Body]) -> list[tuple[str, str, str, str]]:
    """Superior unit with its bodies, those with failures, and the failures that stand."""
    units, failing, failures = Counter[str](), Counter[str](), Counter[str]()
    for one in found:
        key = one.superior or "未登记上级单位"
        units[key] += 1
        failing[key] += bool(one.standing)
        failures[key] += one.standing
    ordered = sorted(units, key=lambda key: (-failures[key], key))
    return [(key, count(units[key]), count(failing[key]), count(failures[key])) for key in ordered]


def failures_part(call: Call, subject: Subject) -> dict[str, Any] | None:
    """What the file of a body shows of its failures; None for every other subject."""
    found = failures_of(subject, policy=call.policy)
    marks = flags_of(subject)
    if not found and not marks:
        return None
    own = {"subject": subject.public_id}
    return {
        "lines": [_failure(one, call.policy, call, subject) for one in found],
        "superior": "、".join(dict.fromkeys(one.superior for one in marks)),
        "letters_url": reverse("office:superior_letters", kwargs=own),
        "marks_url": "" if marks else reverse("office:marks", kwargs=own),
    }


def _failure(one: Failure, policy: Policy, call: Call, subject: Subject) -> dict[str, Any]:
    record: Record = one.record
    return {
        "title": title_of(call, record),
        "url": record_url(subject, record),
        "kind": failure_kind(record.result, policy.feeds),
        "document_no": record.detail.document_no,
        "authority": record.detail.authority,
        "decided_on": record.decided_on,
        "amount": yuan(record.amount_fen) if record.amount_fen else "",
        "finality": finality_word(record.finality),
        "state": "在列" if one.standing else "已了结",
        "tone": "decide" if one.standing else "done",
        "letters": one.letters,
    }
