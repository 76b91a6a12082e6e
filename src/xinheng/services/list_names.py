"""Finds entries of lists whose enterprise is written like one here and may be it, where no code decides: a code that differs
says no, and natural persons are compared with nobody (legal guard G2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from xinheng.matching.listing import Asked, SubjectList
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Near:
    """``record`` is the entry, of another file than ``subject``, who was given something. ``score`` up to 1."""

    record: Record
    subject: Subject
    given: Sequence[str]
    score: float


def near_names(rows: QuerySet[Record], given: Mapping[int, Sequence[str]], *, on: date) -> list[Near]:
    """Pairs that a person has to look at: written the same, or nearly, and told apart by no code."""
    standing = rows.exclude(valid_to__lte=on).filter(subject__merged_into__isnull=True)
    entries: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in standing.select_related("subject", "detail").order_by("pk"):
        entries[record.subject.name.strip(), record.subject.code or ""].append(record)
    if not entries or not given:
        return []
    lists = SubjectList(entries)
    found: list[Near] = []
    pending = sorted(given)
    for start in range(0, len(pending), AT_ONCE):
        wanted = Subject.objects.filter(pk__in=pending[start : start + AT_ONCE], merged_into__isnull=True)
        found += _pairs(lists, entries, list(wanted.order_by("pk")), given)
    return found


def _pairs(
    lists: SubjectList,
    entries: Mapping[tuple[str, str], list[Record]],
    subjects: Sequence[Subject],
    given: Mapping[int, Sequence[str]],
) -> Iterable[Near]:
    asked = [Asked(one.name, one.code or "") for one in subjects]
    for subject, match in zip(subjects, lists.match(asked), strict=True):
        if match.same is False or match.listed is None:
            continue
        for record in entries.get((match.listed.name, match.listed.code), ()):
            if record.subject_id != subject.pk and not (subject.code and record.subject.code):
                yield Near(record, subject, given[subject.pk], match.score)
