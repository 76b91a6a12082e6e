"""Finds the grade of a cycle that is over anew where a record behind it has changed since, so that a carry-over ends
with its ground (legal guard G9;《河南省社会信用条例》第四十一条).

The grade is found by the rules and the day of the cycle's last run, from the records that were known to it as they
stand now: what was repaired or withdrawn counts no more, and what came to be known later is not held against anybody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from xinheng.core.evaluation import Fact, evaluate
from xinheng.core.feeds import ITEMS
from xinheng.core.indicators import EVALUATION
from xinheng.core.models import grade_word
from xinheng.services.given_grades import file_given_grades, give_instead, models_read, read_in_force
from xinheng.services.ledger import note
from xinheng.services.rules import remembered_rules
from xinheng.services.scores import ask_for_refresh
from xinheng.store.records import WEIGHABLE, Record
from xinheng.store.scores import EvaluationRun, GivenGrade, Regrade, scores_of

FACT_COLUMNS = (
    "pk",
    "item",
    "day",
    "valid_to",
    "amount_fen",
    "headcount",
    "seriousness",
    "finality",
    "state",
    "result",
)
"""Of a record, in the order of core.treatment.Fact; ``day``: decided on, else valid from."""
MANY = 10_000
"""Subjects that one question to the database names."""


def mend_former_grades(subjects: Sequence[int], *, now: datetime) -> int:
    """Look again at the former grades of some subjects; returns how many are others now.

    Inside the caller's transaction and lock of runs.
    """
    mended = 0
    for model, subject in file_given_grades(subjects):
        _look_again(model, subject)
    for run in _closing_runs(subjects):
        starts = range(0, len(subjects), MANY)
        touched = (each for start in starts for each in _touched(run, subjects[start : start + MANY]))
        for given in touched:
            grade = _grade_now(run, given)
            if grade == (given.grade if given.until is None else None):
                continue
            give_instead(given, grade)
            mended += 1
            _look_again(given.model, given.subject_id)
            told = {"model": given.model, "cycle": given.cycle_on.isoformat(), "run": run.public_id}
            note("grade.mended", now=now, subject=given.subject.public_id, payload=told)
    return mended


def _look_again(model: str, subject: int) -> None:
    if read_in_force(model, itself=True):
        Regrade.objects.create(subject_id=subject)
        ask_for_refresh()


def _closing_runs(subjects: Sequence[int]) -> Iterable[EvaluationRun]:
    """The last run of each cycle that is over and may rest on what has changed, in the order in which they were made.

    A run knew an older version of a changed record only where its mark lies between the record's number and that of
    the last version; new records alone lead to no cycle. Runs that read grades are looked at always.
    """
    first, last_one = _changed(subjects)
    official = EvaluationRun.objects.filter(cycle_on__isnull=False)
    last = official.order_by().values("model", "cycle_on").annotate(last=Max("pk")).values("last")
    runs = EvaluationRun.objects.filter(pk__in=last, current=False).order_by("pk")
    return [
        run
        for run in runs
        if first <= (run.record_mark or 0) < last_one or models_read(remembered_rules(run).model)
    ]


def _changed(subjects: Sequence[int]) -> tuple[int, int]:
    """The lowest number of a record of these subjects that has another version, and the highest of such a version;
    (0, 0) where none has."""
    numbers: list[int] = []
    for start in range(0, len(subjects), MANY):
        versions = Record.objects.filter(subject__in=subjects[start : start + MANY])
        found = versions.exclude(pk=F("record_key")).aggregate(low=Min("record_key"), high=Max("pk"))
        numbers += [number for number in found.values() if number is not None]
    return (min(numbers), max(numbers)) if numbers else (0, 0)


def _touched(run: EvaluationRun, subjects: Sequence[int]) -> Iterable[GivenGrade]:
    """Grades of the cycle that rest on a file of which a record, known then, has another version now; or on a former
    grade that has. One that was found to be none is among them, since its ground may stand again."""
    changed = Record.objects.filter(
        subject=OuterRef("subject"), record_key__lte=run.record_mark, pk__gt=run.record_mark
    )
    given = _last_given(run, subjects)
    found = Q(Exists(changed))
    if read := models_read(remembered_rules(run).model):
        other = GivenGrade.objects.filter(
            subject=OuterRef("subject"), model__in=read, until__gt=run.grade_mark, pk__lte=run.grade_mark
        )
        found |= Q(Exists(other))
    return list(given.filter(found).select_related("subject").order_by("pk"))


def _last_given(run: EvaluationRun, subjects: Sequence[int]) -> QuerySet[GivenGrade]:
    """The last fact of each subject in the cycle: an open one, or one that ended although the run had graded it."""
    of_cycle = GivenGrade.objects.filter(model=run.model, cycle_on=run.cycle_on or run.as_of)
    standing = of_cycle.filter(subject__in=list(subjects), subject__merged_into__isnull=True)
    last = standing.order_by("subject", "-pk").distinct("subject")
    graded = scores_of(run).filter(subject=OuterRef("subject")).exclude(grade="")
    instead = GivenGrade.objects.filter(
        subject=OuterRef("subject"),
        model=run.model,
        until__isnull=True,
        cycle_on__lt=OuterRef("cycle_to"),
        cycle_to__gt=OuterRef("cycle_on"),
    )
    ended = Q(until__isnull=False) & Q(Exists(graded)) & ~Q(Exists(instead))
    return GivenGrade.objects.filter(pk__in=last.values("pk")).filter(Q(until__isnull=True) | ended)


def _grade_now(run: EvaluationRun, given: GivenGrade) -> str | None:
    rules = remembered_rules(run)
    facts = (*_records_then(run, given.subject_id), *_grades_then(run, given))
    return evaluate(rules.model, facts, as_of=run.as_of, treatment=rules.treatment).grade


def _records_then(run: EvaluationRun, subject: int) -> tuple[Fact, ...]:
    """What was known to the run, as it stands now."""
    versions = Record.objects.filter(
        WEIGHABLE, subject=subject, record_key__lte=run.record_mark, known_until__isnull=True
    )
    rows = versions.annotate(day=Coalesce("decided_on", "valid_from")).filter(day__isnull=False)
    return tuple(Fact(*row) for row in rows.values_list(*FACT_COLUMNS))


def _grades_then(run: EvaluationRun, given: GivenGrade) -> tuple[Fact, ...]:
    """The grades that the run read, as they stand now."""
    read = models_read(remembered_rules(run).model)
    if not read:
        return ()
    versions = GivenGrade.objects.filter(subject=given.subject_id, model__in=read)
    known = set(versions.filter(pk__lte=run.grade_mark).values_list("model", "cycle_on"))
    return tuple(
        Fact(each.pk, ITEMS[EVALUATION], each.decided_on, result=grade_word(each.model, each.grade))
        for each in versions.filter(until__isnull=True).order_by("pk")
        if (each.model, each.cycle_on) in known
        and (each.model != run.model or each.cycle_to <= given.cycle_on)
    )
