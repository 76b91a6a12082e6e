"""The register of reports that organs took in place of certificates, what they refused, and how far that has come (应替尽替).

The coverage is of matters that policy names; a matter that nobody entered anything for is said to be open, not covered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from xinheng.core.code_text import as_typed
from xinheng.core.masking import mask_personal
from xinheng.core.misuse import Fault
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.reports import reported
from xinheng.services.reports_verifying import State, verify_number
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.objections import MisuseComplaint
from xinheng.store.report_acceptances import ReportAcceptance, ReportSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A report that came in. ``code``: of the enterprise; ``reason``: why it was not taken, empty where it was."""

    matter: str
    source: ReportSource
    number: str
    code: str
    received_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """Of one matter: what was entered, and by how many organs it was taken."""

    matter: str
    accepted: int = 0
    refused: int = 0
    organs: int = 0


@transaction.atomic
def enter_received(received: Received, *, by: User, policy: Policy, now: datetime) -> ReportAcceptance:
    """Enter what an organ did with a report. Refusals BG5 no such subject, BG12 no such report of ours or not of this
    subject, BG13 it holds no more, BG14 entered before, BG15 no such matter or day."""
    today = day_of(now)
    if received.matter not in policy.reports.substitutes or received.received_on > today:
        raise Refusal(
            "BG15", "没有这个事项，或者收到日期在今天以后。", advice="请从列出的事项中选择，并核对日期。"
        )
    subject = reported(received.code)
    number = as_typed(received.number)
    made = None
    if received.source == ReportSource.CITY:
        answer = verify_number(number, policy=policy, today=today)
        made = answer.report
        if made is None or made.subject_id != subject.pk:
            raise Refusal(
                "BG12",
                "本平台没有为这家企业出具过这个编号的报告。",
                advice="请核对报告首页的编号和统一社会信用代码；核对无误的，不要采用这份报告。",
            )
        if not received.reason and answer.state is not State.CURRENT:
            raise Refusal(
                "BG13", "这份报告已有更新，不能据此办理。", advice="请企业重新获取，免费、随时可取。"
            )
    accepted, fresh = ReportAcceptance.objects.get_or_create(
        organisation=by.organisation,
        matter=received.matter,
        number=number,
        defaults={
            "subject": subject,
            "source": received.source,
            "made": made,
            "accepted": not received.reason,
            "reason": mask_personal(received.reason.strip()).text[:300],
            "received_on": received.received_on,
            "by": by,
            "at": now,
        },
    )
    if not fresh:
        raise Refusal("BG14", "本单位已经为这个事项登记过这份报告。", advice="不需要重复登记。")
    _note(accepted, policy, by=by, now=now)
    return accepted


def _note(entered: ReportAcceptance, policy: Policy, *, by: User, now: datetime) -> None:
    note(
        "report.accepted" if entered.accepted else "report.refused",
        now=now,
        actor=by,
        subject=entered.subject.public_id,
        object=f"report:{entered.number}",
        reason=policy.reports.substitutes[entered.matter].title,
        payload={"number": entered.number, "matter": entered.matter, "source": entered.source},
    )


def entered_by(units: Collection[int]) -> QuerySet[ReportAcceptance]:
    """What these organs entered, with subject and organ."""
    held = ReportAcceptance.objects.filter(organisation__in=list(units))
    return held.select_related("subject", "organisation")


def coverage_of(year: int, *, policy: Policy) -> tuple[Covered, ...]:
    """Of each matter in a year, of all organs."""
    rows = ReportAcceptance.objects.filter(received_on__year=year).values("matter")
    counted = rows.annotate(
        accepted_count=Count("pk", filter=Q(accepted=True)),
        refused_count=Count("pk", filter=Q(accepted=False)),
        organs=Count("organisation", filter=Q(accepted=True), distinct=True),
    )
    found = {row["matter"]: row for row in counted}
    return tuple(
        Covered(key, row["accepted_count"], row["refused_count"], row["organs"])
        if (row := found.get(key))
        else Covered(key)
        for key in policy.reports.substitutes
    )


def complaints_in(year: int) -> int:
    """Complaints of the year that a report was not taken and a certificate asked for."""
    return MisuseComplaint.objects.filter(fault=Fault.REFUSED.value, case__opened_at__year=year).count()
