"""Proposes visits of several organs as one, and takes what a named person of each organ says to it (进一次门、查多项事).

Machines propose, nobody is bound who did not agree, and whoever falls away leaves the others as they were
(《优化营商环境条例》第五十四条; legal guard G7: each organ's visit counts for that organ).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from xinheng.core.joint_checks import MAXIMUM, Answer, Joint, Task, propose
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import Kind
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.inspection_plans import PlanBatch
from xinheng.store.joint_checks import JointCheck, JointMember
from xinheng.store.letters import IssuedLetter
from xinheng.store.locks import JOINTS
from xinheng.store.visits import NEVER_MADE, Visit

NOTICE = "inspection_notice"
_CITATION = "《优化营商环境条例》第五十四条"


@dataclass(frozen=True, slots=True)
class Made:
    """``tasks``: visits looked at; ``proposed``: joint checks made of them; ``spared``: visits that would be saved."""

    tasks: int
    proposed: int
    spared: int
    ended: int


@transaction.atomic
def propose_joints(*, policy: Policy, now: datetime) -> Made:
    """End what came to nothing and propose anew, for all organs at once. Who refused once is not asked again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOINTS])
    ended, today = _end_stale(today=day_of(now), now=now), day_of(now)
    tasks = tuple(_tasks(today))
    maximum = policy.parameter(MAXIMUM, on=today).value
    found = propose(tasks, calendar=policy.calendar, maximum=maximum)
    _keep(found.joints, now=now)
    made = Made(len(tasks), len(found.joints), found.saved, ended)
    if made.proposed or made.ended:
        payload = {"proposed": made.proposed, "spared": made.spared, "ended": made.ended}
        note("joint.proposed", now=now, object=f"day:{today.isoformat()}", payload=payload)
    return made


def _tasks(today: date) -> Iterable[Task]:
    """Drawn visits that wait for their day. Checks on a lead wait for nobody and stay out."""
    batches: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = open_visits().filter(drawn__isnull=False).exclude(kind=Kind.CASE.value)
    rows = rows.exclude(joints__in=JointMember.objects.filter(Q(left_at=None) | Q(answer=Answer.REFUSED)))
    named = PlanBatch.objects.filter(plan__in=rows.values("plan")).order_by("until_on", "from_on")
    for plan, first, last in named.values_list("plan", "from_on", "until_on"):
        batches[plan].append((first, last))
    fields = ("pk", "organisation", "plan", "drawn__draw__drawn_at")
    place = ("subject__address", Coalesce("subject__merged_into", "subject"))
    for visit, organ, plan, drawn_at, address, subject in rows.order_by("pk").values_list(*fields, *place):
        planned = batches.get(plan, [])
        at = bisect_left(planned, day_of(drawn_at), key=lambda one: one[1])
        if at < len(planned):
            first, last = planned[at]
            yield Task(visit, subject, "".join(address.split()), organ, max(first, today), last)


def open_visits() -> QuerySet[Visit]:
    """Visits that may be made one with others: approved, and no notice made out to the enterprise yet."""
    told = IssuedLetter.objects.filter(kind=NOTICE, case__state="approved").values("case")
    return Visit.objects.filter(case__state="approved").exclude(case__in=told)


def _keep(joints: Collection[Joint], *, now: datetime) -> None:
    made = JointCheck.objects.bulk_create(
        [
            JointCheck(
                subject_id=one.subject,
                place=one.place,
                first_on=one.first,
                last_on=one.last,
                day=one.last,
                proposed_at=now,
            )
            for one in joints
        ],
        batch_size=2000,
    )
    JointMember.objects.bulk_create(
        (
            JointMember(joint=row, visit_id=visit, position=position)
            for row, one in zip(made, joints, strict=True)
            for position, visit in enumerate(one.visits, 1)
        ),
        batch_size=4000,
    )


def _end_stale(*, today: date, now: datetime) -> int:
    """What passed its day without being tied, what passed it and nobody went, and what only one is left of."""
    ended = 0
    over = Q(day__lt=today) | Q(members__visit__case__state__in=NEVER_MADE, members__left_at__isnull=True)
    came = JointMember.objects.filter(visit__arrival__isnull=False).values("joint")
    found = set(running().filter(over).exclude(pk__in=came).values_list("pk", flat=True))
    for joint in running().filter(pk__in=found).select_for_update().order_by("pk"):
        if joint.day < today:
            _end(joint, "约定的日子已过" if joint.tied_at else "约定的日子已过，仍有机关没有答复", now=now)
        else:
            _shed(joint, now=now)
        ended += joint.ended_at is not None
    return ended


def running() -> QuerySet[JointCheck]:
    """Proposed or agreed, and not come to nothing."""
    return JointCheck.objects.filter(ended_at__isnull=True)


def waiting_for(organisations: Collection[int]) -> QuerySet[JointCheck]:
    """Proposals to which an organ of these has still to answer."""
    waiting = JointMember.objects.filter(
        answer=Answer.WAITING, left_at=None, visit__organisation__in=organisations
    )
    return running().filter(pk__in=waiting.values("joint"))


def answers_for(user: User) -> frozenset[int]:
    """Organs for which this person may speak: the own one and those above it."""
    return frozenset(tree().path(user.organisation_id))


@transaction.atomic
def agree(
    public_id: str, organisation: int, *, day: date, seen: int, actor: User, policy: Policy, now: datetime
) -> JointCheck:
    """A named person of the organ agrees to the day. Who agrees first may choose it within the window of all.

    Refusals: JC1 nothing of this organ in it, JC10 somebody else's organ, JC2 come to nothing, JC3 somebody was quicker, JC4
    a day that does not suit all, JC5 another day than the one agreed, JC7 answered before.
    """
    joint, own = _asked(public_id, organisation, seen=seen, actor=actor, now=now)
    if joint.ended_at is not None:
        return joint
    if any(one.answer != Answer.WAITING for one in own):
        raise Refusal("JC7", "本机关已经答复过。", advice="请刷新页面；要退出的，请写明理由。")
    _check_day(joint, day, policy=policy, today=day_of(now))
    joint.day = day
    _answer(own, Answer.AGREED, actor=actor, now=now)
    _settled(joint, now=now)
    payload = {"day": day.isoformat(), "organ": organisation, "tied": joint.tied_at is not None}
    note("joint.agreed", now=now, actor=actor, object=f"joint:{joint.public_id}", payload=payload)
    return joint


@transaction.atomic
def decline(
    public_id: str, organisation: int, *, reason: str, seen: int, actor: User, now: datetime
) -> JointCheck:
    """A named person of the organ says why it does not go along, before or after all have agreed; its visit goes on alone.

    Refusals: JC1, JC10, JC2, JC3, JC6 no reason.
    """
    said = mask_personal(reason.strip()).text[:500]
    if len(said) < 4:
        raise Refusal(
            "JC6",
            "没有写明为什么不参加。",
            citation=_CITATION,
            advice="能合并的检查应当合并；不能的，请写明理由。",
        )
    joint, own = _asked(public_id, organisation, seen=seen, actor=actor, now=now)
    if joint.ended_at is not None:
        return joint
    _answer(own, Answer.REFUSED, actor=actor, now=now, reason=said)
    _settled(joint, now=now)
    payload = {"organ": organisation, "ended": joint.ended_at is not None}
    note(
        "joint.declined",
        now=now,
        actor=actor,
        object=f"joint:{joint.public_id}",
        reason=said,
        payload=payload,
    )
    return joint


def _asked(
    public_id: str, organisation: int, *, seen: int, actor: User, now: datetime
) -> tuple[JointCheck, list[JointMember]]:
    """The proposal under lock as it stands now, and what of it belongs to the organ. Whoever fell away is out."""
    joint = JointCheck.objects.select_for_update().filter(public_id=public_id).first()
    if joint is None or not joint.members.filter(visit__organisation=organisation).exists():
        raise Refusal("JC1", "这项联合检查不涉及本机关。", advice="请从“联合检查”列表中打开。")
    if organisation not in answers_for(actor):
        raise Refusal("JC10", "须由检查机关自己的人员答复。", advice="请由该机关的承办人答复。")
    if joint.ended_at is not None or joint.members.filter(visit__arrival__isnull=False).exists():
        why = joint.ended_why or "检查人员已经入企"
        raise Refusal("JC2", f"这项联合检查已经结束：{why}。", advice="请刷新页面；各机关的检查不受影响。")
    if joint.version != seen:
        raise Refusal(
            "JC3", "您看到的不是最新的：别的机关刚刚作了答复。", advice="请刷新页面，核对日期后再答复。"
        )
    _shed(joint, now=now)
    own = [one for one in living(joint) if one.visit.organisation_id == organisation]
    if joint.ended_at is None and not own:
        raise Refusal("JC1", "这项联合检查不涉及本机关。", advice="请从“联合检查”列表中打开。")
    return joint, own


def _check_day(joint: JointCheck, day: date, *, policy: Policy, today: date) -> None:
    if day < max(joint.first_on, today) or day > joint.last_on or not policy.calendar.is_workday(day):
        raise Refusal(
            "JC4",
            f"{day} 不是各机关计划期限内的工作日。",
            advice=f"请选择 {max(joint.first_on, today)} 至 {joint.last_on} 之间的工作日。",
        )
    agreed = [one for one in living(joint) if one.answer == Answer.AGREED]
    if agreed and day != joint.day:
        raise Refusal(
            "JC5", f"已有机关同意 {joint.day}。", advice="请同意这一天；不能的，请写明理由，不参加联合检查。"
        )


def living(joint: JointCheck) -> list[JointMember]:
    """Visits that are still in it, the leading one in front."""
    rows = joint.members.filter(left_at__isnull=True).exclude(visit__case__state__in=NEVER_MADE)
    return list(rows.select_related("visit__case", "visit__plan").order_by("position"))


def _answer(
    own: Iterable[JointMember], answer: Answer, *, actor: User, now: datetime, reason: str = ""
) -> None:
    for one in own:
        one.answer, one.answered_by, one.answered_at, one.reason = answer.value, actor, now, reason
        one.left_at = now if answer is Answer.REFUSED else None
        one.save()


def _shed(joint: JointCheck, *, now: datetime) -> None:
    """Let go of visits that were withdrawn or, before all agreed, went their own way."""
    gone = joint.members.filter(left_at__isnull=True)
    if joint.tied_at:
        gone = gone.filter(visit__case__state__in=NEVER_MADE)
    else:
        gone = gone.exclude(visit__in=open_visits())
    if gone.update(left_at=now):
        _settled(joint, now=now)


def _settled(joint: JointCheck, *, now: datetime) -> None:
    """Tied once all who are left have agreed; at an end where fewer than two are left."""
    left = living(joint)
    joint.version += 1
    if len(left) < 2:
        _end(joint, "只剩一项检查", now=now)
        return
    if joint.tied_at is None and all(one.answer == Answer.AGREED for one in left):
        joint.tied_at = now
    joint.save()


def _end(joint: JointCheck, why: str, *, now: datetime) -> None:
    joint.ended_at, joint.ended_why = now, why
    joint.save()
    joint.members.filter(left_at__isnull=True).update(left_at=now)
