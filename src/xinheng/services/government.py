"""The file of a government body or state-owned enterprise with the failures that stand against it, and the figures by unit.

A failure is a record whose result says so (core.government), whoever sent it; it is over when its settlement is told. Each may
be the ground of a letter to the superior unit and the audit office (services.superiors; 平顶山市方案第17项).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from xinheng.core.government import failure_words
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.services.merged_files import one_with
from xinheng.store.flags import SubjectFlag, SuperiorLetter
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True)
class Failure:
    """One established failure. ``letters``: how many letters that were released rest on it."""

    record: Record
    standing: bool
    letters: int


@dataclass(frozen=True, slots=True)
class Body:
    """One subject that is or was marked. ``amount_fen`` of what stands; ``oldest_on``: the day of the
    oldest that stands; ``superior``: empty where nobody has marked it."""

    subject: Subject
    superior: str
    standing: int
    over: int
    amount_fen: int
    oldest_on: date | None
    letters: int


def failures_of(subject: Subject, *, policy: Policy) -> list[Failure]:
    """Of the subject and what is merged into it, those that stand first, then the newest."""
    records = list(_failures(policy).filter(subject__in=one_with(subject)).order_by("-decided_on", "-pk"))
    sent = _letters(record.record_key for record in records)
    found = [Failure(one, one.state in STANDING, sent.get(one.record_key, 0)) for one in records]
    return sorted(found, key=lambda one: not one.standing)


def _failures(policy: Policy) -> QuerySet[Record]:
    words = failure_words(policy.feeds)
    told = [Q(item=item, result__in=sorted(results)) for item, results in words.items()]
    return open_versions().filter(reduce(or_, told, Q(pk__in=()))).select_related("batch")


def _letters(records: Iterable[int]) -> dict[int, int]:
    """Released letters that stand, by the record they rest on."""
    living = SuperiorLetter.objects.filter(
        record_key__in=list(records), released_at__isnull=False, withdrawn_at__isnull=True
    )
    counted: dict[int, int] = {}
    for key in living.values_list("record_key", flat=True):
        counted[key] = counted.get(key, 0) + 1
    return counted


def bodies(*, policy: Policy) -> list[Body]:
    """Every subject that is or was marked, those with the most that stands first. Files that were merged count once."""
    flagged = SubjectFlag.objects.values_list("subject__merged_into", "subject")
    ever = {merged or subject for merged, subject in flagged}
    marked = Q(state_body=True) | Q(state_owned=True) | Q(pk__in=ever)
    known = list(Subject.objects.filter(marked, merged_into__isnull=True).order_by("pk"))
    records: dict[int, list[Record]] = {}
    for record in _failures(policy).filter(subject__in=[one.pk for one in known]):
        records.setdefault(record.subject_id, []).append(record)
    sent = _letters(one.record_key for those in records.values() for one in those)
    superiors = _superiors()
    found = [_body(one, superiors.get(one.pk, ""), records.get(one.pk, []), sent) for one in known]
    return sorted(found, key=lambda one: (-one.standing, -one.amount_fen, one.subject.name))


def _superiors() -> dict[int, str]:
    """Superior unit by the subject that is marked now."""
    living = SubjectFlag.objects.filter(ended_at__isnull=True).select_related("subject").order_by("pk")
    return {one.subject.merged_into_id or one.subject_id: one.superior for one in living}


def _body(subject: Subject, superior: str, records: list[Record], sent: dict[int, int]) -> Body:
    standing = [one for one in records if one.state in STANDING]
    return Body(
        subject=subject,
        superior=superior,
        standing=len(standing),
        over=len(records) - len(standing),
        amount_fen=sum(one.amount_fen or 0 for one in standing),
        oldest_on=min((one.decided_on for one in standing if one.decided_on), default=None),
        letters=sum(sent.get(one.record_key, 0) for one in records),
    )
