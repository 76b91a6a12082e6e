"""What an enterprise is told of the measures on itself: ground, body, term, way to object, and who was told to stop.

Of one that has ended neither ground nor reason is told (legal guard G9), but whom the end reached: whoever still acts on
it can be named (《河南省社会信用条例》第三十七、四十二条).
"""

from dataclasses import dataclass
from datetime import date

from xinheng.core.days import last_day_if
from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.measure_rows import MeasureGroup, Occasion
from xinheng.core.policy import Policy
from xinheng.services.measures_findings import words_of_finding
from xinheng.services.measures_grounds import words_of
from xinheng.services.merged_files import one_with
from xinheng.services.objections_marks import marked
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.measures import MeasureApplied, TaskKind
from xinheng.store.subjects import Subject

MOST_ENDED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeasure:
    """``until_on`` is the last day, none where it lasts as long as its ground or is ``permanent``. ``objection`` is the
    number of the open one. ``reference`` names it to an objection; empty where none can be raised."""

    title: str
    kind: str
    occasions: tuple[str, ...]
    basis: str
    ground: str
    reason: str
    relation: str
    """Of a ban, the fault that was found and why the facts are it."""
    body: str
    number: str
    from_on: date
    until_on: date | None
    permanent: bool
    resting: bool
    reference: str
    objection: str
    ended_on: date | None = None
    why_ended: str = ""
    told: tuple[str, ...] = ()
    """Who was told to stop, and what was answered."""


def measures_on(subject: Subject, *, policy: Policy) -> tuple[list[OwnMeasure], list[OwnMeasure]]:
    """(those that lie on the enterprise, the newest that have ended)."""
    rows = MeasureApplied.objects.filter(subject__in=one_with(subject)).select_related("decision", "subject")
    lying = rows.filter(ended_at__isnull=True).order_by("-from_on", "-pk")
    ended = rows.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")[:MOST_ENDED]
    open_ones = {key[1]: one.case.number for key, one in marked([subject.pk]).items()}
    return (
        [_shown(row, subject, open_ones, policy) for row in lying],
        [_shown(row, subject, open_ones, policy) for row in ended],
    )


def _shown(row: MeasureApplied, subject: Subject, open_ones: dict[str, str], policy: Policy) -> OwnMeasure:
    over = row.ended_at is not None
    reference = f"measure:{row.pk}"
    may_object = not over and row.subject_id == subject.pk and reference not in open_ones
    ground = Ground(GroundKind(row.ground_kind), row.ground_key)
    return OwnMeasure(
        title=row.title,
        kind="市场或者行业禁入" if row.ban else MeasureGroup(row.group).label,
        occasions=tuple(Occasion(one).label for one in row.occasions),
        basis=row.basis,
        ground="" if over else words_of(ground, policy=policy),
        reason="" if over else row.reason,
        relation=words_of_finding(row.decision, policy=policy) if row.ban and not over else "",
        body=tree().name(row.organisation_id),
        number=row.decision.number,
        from_on=row.from_on,
        until_on=last_day_if(row.until_on),
        permanent=row.permanent,
        resting=row.suspended_at is not None and not over,
        reference=reference if may_object else "",
        objection="" if over else open_ones.get(reference, ""),
        ended_on=day_of(row.ended_at) if row.ended_at else None,
        why_ended=EndCause(row.end_cause).label if row.end_cause else "",
        told=tuple(_told(row)),
    )


def _told(row: MeasureApplied) -> list[str]:
    tasks = row.tasks.filter(kind=TaskKind.STOP).order_by("pk")
    return [
        f"{tree().name(one.organisation_id) if one.organisation_id else one.recipient}："
        f"{f'{day_of(one.answered_at)} 反馈已停止' if one.answered_at else '已通知停止，还没有反馈'}"
        for one in tasks
    ]
