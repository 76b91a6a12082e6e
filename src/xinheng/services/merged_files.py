"""What becomes of each table that names a subject when the subject is merged into another, and of what stays behind.

What rests on a record goes where the record goes; a given grade goes with its subject; all else stays with the row it
was written for and is read through the one that stays, so that a split leaves it as it was
(《河南省社会信用条例》第四十一条).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, Q, QuerySet

from xinheng.store.flags import FlagKind, SubjectFlag
from xinheng.store.subjects import Subject


class Way(StrEnum):
    """How the rows of a table follow a merge."""

    MASTER = "master"
    """Words of the row itself: they stay, the page and the search of the one that stays show them."""
    RECORD = "record"
    """Filed where the record is filed to which it belongs (services.refiling)."""
    EFFECT = "effect"
    """Lies on whom its record or list entry is filed under; what rests on a decision alone stays and is shown."""
    GRADE = "grade"
    """Goes with the subject that earned it and comes back on the split (services.given_grades)."""
    SHOWN = "shown"
    """Stays, and is read through the one that stays."""
    ANEW = "anew"
    """Found anew from the files of both."""
    COURSE = "course"
    """Says what was done with that row, or what it agreed to; a merge neither changes nor widens it."""


WAYS: Mapping[str, Way] = {
    "Subject.merged_into": Way.COURSE,
    "SubjectName.subject": Way.MASTER,
    "SubjectCode.subject": Way.MASTER,
    "SubjectSearch.subject": Way.ANEW,
    "Record.subject": Way.RECORD,
    "Publication.subject": Way.RECORD,
    "Relation.subject": Way.RECORD,
    "Conflict.subject": Way.RECORD,
    "DeletionProposal.subject": Way.RECORD,
    "GivenGrade.subject": Way.GRADE,
    "GivenGrade.earned_by": Way.COURSE,
    "Score.subject": Way.ANEW,
    "Regrade.subject": Way.ANEW,
    "ResultNotice.subject": Way.SHOWN,
    "SubjectFlag.subject": Way.SHOWN,
    "Member.subject": Way.SHOWN,
    "Mandate.subject": Way.SHOWN,
    "Case.subject": Way.SHOWN,
    "DrawnObject.subject": Way.SHOWN,
    "Visit.subject": Way.SHOWN,
    "CaseCheck.subject": Way.SHOWN,
    "JointCheck.subject": Way.SHOWN,
    "Lead.subject": Way.COURSE,
    "NameAlias.subject": Way.SHOWN,
    "RowIdentity.subject": Way.COURSE,
    "ListEntry.subject": Way.EFFECT,
    "MeasureApplied.subject": Way.EFFECT,
    "CampaignLine.subject": Way.EFFECT,
    "Commitment.subject": Way.SHOWN,
    "Objection.subject": Way.SHOWN,
    "Correction.subject": Way.SHOWN,
    "RepairApplication.subject": Way.SHOWN,
    "MisuseComplaint.subject": Way.COURSE,
    "LedgerExtract.subject": Way.COURSE,
    "MadeReport.subject": Way.COURSE,
    "ReportAcceptance.subject": Way.COURSE,
    "ProvinceRequest.subject": Way.COURSE,
    "AgencyReport.subject": Way.COURSE,
    "ReviewedSubject.subject": Way.COURSE,
    "ArrearsNotice.subject": Way.SHOWN,
    "Attachment.subject": Way.COURSE,
    "Consent.subject": Way.COURSE,
    "CheckMade.subject": Way.COURSE,
    "SharingReading.subject": Way.COURSE,
    "SubjectMerge.absorbed": Way.COURSE,
    "SubjectMerge.survivor": Way.COURSE,
}
"""Every column that names a subject. Code issues, rows that wait and statements name codes or departments: what comes
for an absorbed code is filed by the merge when it is loaded."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """A row of the master that leads to another; ``codes`` are all it bore, ``names`` all but the present one."""

    subject: Subject
    names: tuple[str, ...]
    codes: tuple[str, ...]


def one_with(subject: Subject) -> QuerySet[Subject]:
    """The subject and all that are merged into it now."""
    return Subject.objects.filter(Q(pk=subject.pk) | Q(merged_into=subject.pk)).order_by("pk")


def absorbed_by(subject: Subject) -> tuple[Absorbed, ...]:
    """Who was merged into the subject, with names and codes, oldest row first."""
    rows = Subject.objects.filter(merged_into=subject.pk).prefetch_related("names", "codes").order_by("pk")
    return tuple(
        Absorbed(
            row,
            tuple(sorted({one.name for one in row.names.all()} - {row.name})),
            tuple(sorted({*((row.code,) if row.code else ()), *(one.value for one in row.codes.all())})),
        )
        for row in rows
    )


def follow_marks(subjects: frozenset[int]) -> None:
    """Let every row of a group say what the marks say of it, and the one that stays what they say of any of its own."""
    open_marks = SubjectFlag.objects.filter(ended_at__isnull=True)
    for subject in Subject.objects.filter(pk__in=subjects).order_by("pk"):
        kinds = set(open_marks.filter(subject__in=one_with(subject)).values_list("kind", flat=True))
        now = {kind.value: kind.value in kinds for kind in FlagKind}
        if any(getattr(subject, name) != value for name, value in now.items()):
            Subject.objects.filter(pk=subject.pk).update(**now, version=F("version") + 1)
