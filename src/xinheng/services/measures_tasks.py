"""Asks departments to act on a measure or to stop, takes their answers, and keeps the uses and typical cases they report.

发起—响应—反馈 (南阳方案四（三）). When a measure ends, everybody who was asked or was given it is told to stop,
and the answers are the acknowledgement list.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.masking import mask_personal
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.measures import (
    MeasureApplied,
    MeasureHandout,
    MeasureTask,
    MeasureUse,
    TaskAnswer,
    TaskKind,
    UseOutcome,
)
from xinheng.store.organisations import Organisation

RESPOND, LIFT = "measures.respond_workdays", "measures.lift_workdays"


def ask_to_apply(
    measure: MeasureApplied, responders: Iterable[Organisation], *, policy: Policy, now: datetime
) -> int:
    """Ask each department once, with the term of policy; empty while that is 待确认 (G15)."""
    tasks = [
        _task(measure, TaskKind.APPLY, policy=policy, now=now, organisation=one)
        for one in dict.fromkeys(responders)
    ]
    MeasureTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


def ask_to_stop(measure: MeasureApplied, *, policy: Policy, now: datetime) -> int:
    """Tell everybody who was asked, and everybody outside who was given the measure, to stop. A second run adds nothing."""
    asked = MeasureTask.objects.filter(measure=measure, kind=TaskKind.APPLY)
    units = Organisation.objects.filter(pk__in=asked.values("organisation"))
    given = MeasureHandout.objects.filter(measures__contains=[measure.pk])
    outside = given.order_by().values_list("recipient", flat=True).distinct()
    tasks = [_task(measure, TaskKind.STOP, policy=policy, now=now, organisation=one) for one in units]
    tasks += [_task(measure, TaskKind.STOP, policy=policy, now=now, recipient=one) for one in outside]
    MeasureTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


def _task(
    measure: MeasureApplied,
    kind: TaskKind,
    *,
    policy: Policy,
    now: datetime,
    organisation: Organisation | None = None,
    recipient: str = "",
) -> MeasureTask:
    today = day_of(now)
    term = policy.parameter(RESPOND if kind is TaskKind.APPLY else LIFT, on=today).value
    due = policy.calendar.add_workdays(today, term) if term is not None else None
    return MeasureTask(
        measure=measure,
        kind=kind,
        organisation=organisation,
        recipient=recipient,
        asked_at=now,
        due_on=due.on if due else None,
        provisional=due.provisional if due else False,
    )


@transaction.atomic
def answer_task(public_id: str, answer: str, *, said: str, actor: User, now: datetime) -> MeasureTask:
    """Take the answer of a department. Refusals: MT1 nothing waits, MT2 the measure has ended, MT3 no reason given."""
    task = (
        MeasureTask.objects.select_for_update(of=("self",))
        .select_related("measure__subject")
        .filter(public_id=public_id)
        .first()
    )
    if task is None or task.answer:
        raise Refusal("MT1", "没有这项待反馈的通知，或者已经反馈。", advice="请刷新页面。")
    if task.kind == TaskKind.APPLY and task.measure.ended_at is not None and answer == TaskAnswer.DONE:
        raise Refusal("MT2", "措施已经终止，不能再执行。", advice="请反馈“停止执行”的通知。")
    chosen = TaskAnswer(answer)
    if chosen is not TaskAnswer.DONE and not said.strip():
        raise Refusal("MT3", "不办理的须写明理由。", advice="请补充后重试。")
    task.answer, task.note = chosen, mask_personal(said.strip()).text[:500]
    task.answered_by, task.answered_at = actor, now
    task.save(update_fields=["answer", "note", "answered_by", "answered_at"])
    note(
        "measure.answered",
        now=now,
        actor=actor,
        subject=task.measure.subject.public_id,
        object=f"measure:{task.measure.public_id}",
        payload={"kind": task.kind, "answer": task.answer},
    )
    return task


def counting_for(organisation: Organisation) -> QuerySet[MeasureTask]:
    """Requests that make a measure count for a department: it was asked to apply it and has not declined."""
    asked = MeasureTask.objects.filter(kind=TaskKind.APPLY, organisation=organisation)
    return asked.exclude(answer__in=[TaskAnswer.ELSEWHERE, TaskAnswer.WRONG])


def waiting_tasks(organisations: Iterable[int]) -> QuerySet[MeasureTask]:
    """What these units have not answered, those that are due first on top."""
    return (
        MeasureTask.objects.filter(organisation__in=list(organisations), answer="")
        .select_related("measure__subject", "organisation")
        .order_by("due_on", "pk")
    )


def late_tasks(*, today: date) -> QuerySet[MeasureTask]:
    """Unanswered after their term; one on a provisional day is not late yet."""
    return MeasureTask.objects.filter(answer="", due_on__lt=today, provisional=False)


_DOCUMENT = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]")
"""A year in brackets, as numbers of documents have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a measure. ``text``: the case without names, where it is offered as a typical one."""

    occasion: str
    acted_on: date
    outcome: str
    what: str
    text: str = ""


@transaction.atomic
def report_use(
    measure: MeasureApplied, use: Use, *, organisation: Organisation, actor: User, now: datetime
) -> MeasureUse:
    """Keep what a department did. Refusals: MU1 outside the days of the measure, MU2 a matter it does not fit, MU3 the
    text of a typical case names the enterprise by a name of today or before, or by its code, MU8 it holds the number of a
    document, by which everybody finds the enterprise."""
    end = day_of(measure.ended_at) if measure.ended_at else day_of(now)
    if not measure.from_on <= use.acted_on <= end:
        raise Refusal(
            "MU1",
            "办理日期不在措施执行期间。",
            advice="请核对日期；措施终止以后不得再执行，已经执行的请纠正。",
        )
    if use.occasion not in measure.occasions:
        titles = "、".join(Occasion(one).label for one in measure.occasions)
        raise Refusal("MU2", f"该措施只用于{titles}。", advice="请核对事项。")
    subject = measure.subject
    former = subject.names.values_list("name", flat=True)
    if any(word and word in use.text for word in (subject.name, subject.code, *former)):
        raise Refusal("MU3", "典型案例不写企业名称和代码。", advice="请写成“某食品公司”等后重试。")
    if _DOCUMENT.search(use.text):
        raise Refusal(
            "MU8",
            "典型案例不写决定书等的文号，凭文号能查到是哪家企业。",
            advice="请写成“有关部门的处罚决定”等后重试。",
        )
    made = MeasureUse.objects.create(
        measure=measure,
        organisation=organisation,
        occasion=use.occasion,
        acted_on=use.acted_on,
        outcome=UseOutcome(use.outcome),
        what=mask_personal(use.what.strip()).text[:500],
        text=mask_personal(use.text.strip()).text[:2000],
        entered_by=actor,
        entered_at=now,
    )
    note(
        "measure.used",
        now=now,
        actor=actor,
        subject=subject.public_id,
        object=f"measure:{measure.public_id}",
        payload={"occasion": use.occasion, "outcome": use.outcome},
    )
    return made


@transaction.atomic
def review_use(public_id: str, *, accepted: bool, review: str, actor: User, now: datetime) -> MeasureUse:
    """Another person of the credit office accepts or refuses a typical case. Refusals: MU4 nothing to review, MU5 the
    same person, MU6 no words, MU7 it may no longer be held up as an example."""
    use = (
        MeasureUse.objects.select_for_update(of=("self",))
        .select_related("measure")
        .filter(public_id=public_id)
        .first()
    )
    if use is None or use.accepted is not None or not use.text:
        raise Refusal("MU4", "没有这份待审核的典型案例。", advice="请刷新页面。")
    if use.entered_by_id == actor.pk:
        raise Refusal("MU5", "典型案例须由填报人以外的另一人审核。", advice="请转交另一名人员。")
    if not review.strip():
        raise Refusal("MU6", "审核须写明意见。", advice="请补充后重试。")
    if accepted and use.measure.ended_at is not None and use.measure.end_cause != "term_expired":
        raise Refusal("MU7", "这项措施的依据已经修复或者撤销，不能再作为典型案例。", advice="请不予采用。")
    use.accepted, use.review = accepted, review.strip()[:300]
    use.reviewed_by, use.reviewed_at = actor, now
    use.save(update_fields=["accepted", "review", "reviewed_by", "reviewed_at"])
    note("measure.case_reviewed", now=now, actor=actor, object=f"measure_use:{public_id}")
    return use
