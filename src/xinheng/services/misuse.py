"""Complaints that credit information was misused, leaked or tampered with: taken from anybody, sealed, investigated with what
the ledger says, concluded by a second person, told to the complainant (requirements M13-03; legal guard G13).

The unit complained of does not see the case, and nobody of it handles it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.ids import normalise_code
from xinheng.core.misuse import LETTER, Fault
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.case_lookup import give_code
from xinheng.services.cases import Opening, last_step, open_case, roles_in, take_step
from xinheng.services.ledger import note
from xinheng.services.objections import Lodged
from xinheng.services.objections_aims import credit_office
from xinheng.services.reach import tree
from xinheng.services.subjects import subject_of_code
from xinheng.services.time import day_of, end_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.ledger import LedgerEvent
from xinheng.store.objections import LedgerExtract, MisuseComplaint
from xinheng.store.organisations import Organisation
from xinheng.store.sealing import open_secret, seal_secret
from xinheng.store.subjects import Subject

KIND = "misuse"
SERIES = "TS"
PURPOSE = "misuse complaint"
MOST_LINES = 2000
LONGEST = timedelta(days=366)
_READERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR, Role.DECIDER, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What is complained of. ``contact`` is optional; ``code`` is that of the enterprise whose information it is."""

    fault: Fault
    what: str
    code: str = ""
    unit: Organisation | None = None
    contact: str = ""


@transaction.atomic
def complain(grievance: Grievance, *, actor: User | None, policy: Policy, now: datetime) -> Lodged:
    """Taken from anybody, by the counter (no actor) or the window. Refusals TS1 nothing said, TS2 no such enterprise."""
    if len(grievance.what.strip()) < 10:
        raise Refusal(
            "TS1", "没有写明发生了什么。", advice="请写明何时、哪个单位、哪项信息、怎样被滥用、泄露或者篡改。"
        )
    opening = Opening(
        flow=KIND, kind=KIND, series=SERIES, title="信息安全投诉", organisation=credit_office(policy)
    )
    subject = _named(grievance.code)
    verb = "take_in" if actor else "receive"
    case = open_case(opening, verb=verb, actor=actor, policy=policy, now=now)
    said = {"what": grievance.what.strip()[:4000], "contact": grievance.contact.strip()[:200]}
    MisuseComplaint.objects.create(
        case=case,
        fault=grievance.fault.value,
        sealed=seal_secret(json.dumps(said, ensure_ascii=False).encode(), purpose=_purpose(case)),
        subject=subject,
        unit=grievance.unit,
    )
    return Lodged(case, give_code(case.public_id, actor=actor, now=now))


def _purpose(case: Case) -> str:
    return f"{PURPOSE} {case.number}"


def _named(code: str) -> Subject | None:
    found = subject_of_code(code)
    if found is None and normalise_code(code):
        raise Refusal(
            "TS2", "没有这个统一社会信用代码的主体。", advice="请核对代码；不清楚的可以留空，写在情况说明里。"
        )
    return found


def may_read(case: Case, user: User, *, on: date) -> bool:
    """Those who handle or audit, and nobody who belongs to the unit complained of or below it."""
    complaint = MisuseComplaint.objects.filter(case=case).first()
    if complaint is None or not roles_in(user, case.organisation, on=on) & _READERS:
        return False
    return complaint.unit_id is None or complaint.unit_id not in tree().path(user.organisation_id)


@transaction.atomic
def tell_orally(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Case:
    """The conclusion is told at the window to whoever left no way to be reached. Refusal TS10 to tell others without a letter."""
    flow = flow_of(case.flow, case.flow_version)
    written = any(step.notice == LETTER for step in flow.steps)
    if written and _said(case)["contact"]:
        raise Refusal(
            "TS10",
            "投诉人留有联系方式，结论须书面告知。",
            advice="请签发《信息安全投诉处理结果告知书》，送达后在文书上登记。",
        )
    return take_step(
        case.public_id, "tell", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


def told_of(case: Case) -> dict[str, str]:
    """What the letter of conclusion says already: the fault and the conclusion; empty before there is one."""
    concluded = last_step(case, "confirm", "dismiss")
    complaint = MisuseComplaint.objects.filter(case=case).first()
    if concluded is None or complaint is None:
        return {}
    upheld = "属实" if concluded.verb == "confirm" else "不属实，或者不属于本平台的事项"
    return {"fault": Fault(complaint.fault).label, "result": f"{upheld}。{concluded.reason}"}


@transaction.atomic
def open_words(case: Case, user: User, *, now: datetime) -> dict[str, str]:
    """What was said and how to reach the complainant; each opening is in the ledger. Refusal TS3 to all others."""
    if not may_read(case, user, on=day_of(now)):
        raise Refusal(
            "TS3",
            "这件投诉对您保密。",
            advice="投诉由信用办指定的人员调查，被投诉单位的人员不能查看。",
        )
    note("misuse.opened", now=now, actor=user, object=f"case:{case.number}")
    return _said(case)


def _said(case: Case) -> dict[str, str]:
    complaint = MisuseComplaint.objects.get(case=case)
    clear = open_secret(bytes(complaint.sealed), purpose=_purpose(case))
    said: dict[str, str] = json.loads(clear)
    return said


@transaction.atomic
def draw_extract(
    case: Case, *, code: str, from_on: date, to_on: date, actor: User, now: datetime
) -> LedgerExtract:
    """What the ledger says of one enterprise in a period: who did or read what, and why. Drawn by the auditor.

    Refusals: TS2 and TS7 no such enterprise, TS4 a period that is none or too long, TS5 too much for one extract, TS6 not
    for this person.
    """
    if not may_read(case, actor, on=day_of(now)):
        raise Refusal("TS6", "这件投诉对您保密。", advice="请由审计管理员提取。")
    if to_on < from_on or to_on - from_on > LONGEST:
        raise Refusal("TS4", "起止日期不对，或者超过一年。", advice="请分段提取，每段不超过一年。")
    subject = _named(code)
    if subject is None:
        raise Refusal("TS7", "没有写明是哪一个主体。", advice="请填写统一社会信用代码。")
    lines = lines_of(subject, from_on=from_on, to_on=to_on)
    if len(lines) > MOST_LINES:
        raise Refusal("TS5", "这一段的记录太多。", advice="请缩短起止日期后再提取。")
    extract = LedgerExtract.objects.create(
        case=case,
        subject=subject,
        from_on=from_on,
        to_on=to_on,
        lines=lines,
        digest=digest_of(lines),
        drawn_by=actor,
        drawn_at=now,
    )
    note(
        "misuse.extract",
        now=now,
        actor=actor,
        object=f"case:{case.number}",
        payload={"digest": extract.digest, "lines": len(lines)},
    )
    return extract


def lines_of(subject: Subject, *, from_on: date, to_on: date) -> list[dict[str, str]]:
    """Events on the enterprise from the first to the last day, in order; at most one more than an extract holds."""
    begin = end_of(from_on - timedelta(days=1))
    found = LedgerEvent.objects.filter(subject=subject.public_id, at__gte=begin, at__lt=end_of(to_on))
    rows = found.select_related("actor").order_by("pk")[: MOST_LINES + 1]
    names = tree()
    return [
        {
            "event": str(one.pk),
            "at": one.at.isoformat(),
            "kind": one.kind,
            "object": one.object,
            "who": one.actor.username if one.actor else "",
            "unit": names.name(one.actor.organisation_id) if one.actor else "",
            "reason": one.reason,
        }
        for one in rows
    ]


def still_so(extract: LedgerExtract) -> bool:
    """Whether the ledger says today what it said when the extract was drawn."""
    lines = lines_of(extract.subject, from_on=extract.from_on, to_on=extract.to_on)
    known = {line["event"] for line in extract.lines}
    return digest_of([line for line in lines if line["event"] in known]) == extract.digest
