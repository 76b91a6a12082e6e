"""Marks government bodies and state-owned enterprises, and counts every kind of subject by place and sector.

A mark needs a source, a superior unit and the audit office to which failures are told (汴政办〔2020〕46号第17项). The
census is the denominator of coverage: every subject on the register, of whatever kind (汴政办〔2020〕46号第9项).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Case, Count, Value, When

from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.merged_files import follow_marks, one_with
from xinheng.store.accounts import User
from xinheng.store.flags import FlagKind, SubjectFlag
from xinheng.store.subjects import Subject, SubjectStatus

GONE = (SubjectStatus.CANCELLED, SubjectStatus.REVOKED, SubjectStatus.MOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """``audit_contact``: the office that audits, by name and line of the office, never a person."""

    kind: FlagKind
    superior: str
    audit_contact: str
    source: str
    from_on: date


@transaction.atomic
def mark_subject(subject: Subject, mark: Mark, *, actor: User, now: datetime) -> SubjectFlag:
    """Mark a subject; it takes effect at once in its file and in everything derived from it."""
    if not all(word.strip() for word in (mark.superior, mark.audit_contact, mark.source)):
        raise Refusal("FLAG1", "标注须写明上级单位、审计机关和来源。", advice="请补充后重试。")
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    if any(one.kind == mark.kind for one in flags_of(locked)):
        raise Refusal("FLAG2", f"该主体已标注为{mark.kind.label}。", advice="内容有变的，请先终止原标注。")
    made = SubjectFlag.objects.create(
        subject=locked,
        kind=mark.kind,
        superior=mark.superior.strip()[:200],
        audit_contact=mark.audit_contact.strip()[:200],
        source=mark.source.strip()[:300],
        from_on=mark.from_on,
        set_by=actor,
        set_at=now,
    )
    follow_marks(frozenset({locked.pk}))
    note(
        "subject.flagged",
        now=now,
        actor=actor,
        subject=locked.public_id,
        object=f"flag:{made.pk}",
        payload={"kind": mark.kind.value, "source": made.source},
    )
    return made


@transaction.atomic
def end_mark(flag: int, *, subject: Subject, actor: User, reason: str, to_on: date, now: datetime) -> None:
    """End a mark of the subject from a day on."""
    if not reason.strip():
        raise Refusal("FLAG3", "终止标注必须写明理由。", advice="请补充后重试。")
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    found = next((one for one in flags_of(locked) if one.pk == flag), None)
    if found is None:
        raise Refusal("FLAG4", "没有这项标注，或它已经终止。", advice="请刷新页面。")
    if to_on < found.from_on:
        raise Refusal("FLAG5", "终止日期早于起始日期。", advice="请核对日期。")
    found.to_on, found.ended_by, found.ended_at, found.ended_reason = to_on, actor, now, reason.strip()[:300]
    found.save(update_fields=["to_on", "ended_by", "ended_at", "ended_reason"])
    follow_marks(frozenset({locked.pk, found.subject_id}))
    note(
        "subject.unflagged",
        now=now,
        actor=actor,
        subject=locked.public_id,
        object=f"flag:{found.pk}",
        reason=found.ended_reason,
    )


def flags_of(subject: Subject) -> list[SubjectFlag]:
    """Marks in force on the subject and on those merged into it, oldest first."""
    return list(
        SubjectFlag.objects.filter(subject__in=one_with(subject), ended_at__isnull=True).order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many subjects of a kind a county and sector have. ``mark``: of a FlagKind, or empty."""

    division: str
    kind: str
    sector: str
    mark: str
    subjects: int
    with_records: int


def census() -> list[Counted]:
    """Every subject on the register by county, kind, sector and mark, and how many of them have a file with records.

    Who bears both marks counts as a government body.
    """
    marked = Case(
        When(state_body=True, then=Value(FlagKind.STATE_BODY.value)),
        When(state_owned=True, then=Value(FlagKind.STATE_OWNED.value)),
        default=Value(""),
    )
    on_register = Subject.objects.exclude(status__in=GONE).filter(merged_into__isnull=True)
    on_register = on_register.annotate(mark=marked)
    cells = ("division_code", "kind", "sector", "mark")
    found = on_register.order_by().values_list(*cells).annotate(Count("pk"))
    counted = cast(Iterable[tuple[Any, ...]], found)
    filled = on_register.filter(records__known_until__isnull=True, records__isnull=False).order_by()
    held = {row[:4]: row[4] for row in filled.values_list(*cells).annotate(Count("pk", distinct=True))}
    return sorted(
        (Counted(row[0], row[1], row[2], row[3], row[4], held.get(row[:4], 0)) for row in counted),
        key=lambda one: (one.division, one.kind, one.sector, one.mark),
    )
