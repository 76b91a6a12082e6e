"""Lays points and grades of a draft beside those of the version in force, for some real subjects.

The row-by-row reference judges by what is known now; nothing is written but that somebody looked. The sample is the
same at every look, so that a change of the draft shows by itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from xinheng.core.evaluation import Evaluation, Evaluator, Fact
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.services.finding import Search, find_subjects
from xinheng.services.given_grades import Marks, grade_mark, grades_read
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.records import WEIGHABLE, Record
from xinheng.store.subjects import Subject

SAMPLE = 200
MOST_NAMED = 10
EVERYTHING = 2**63 - 1
"""A mark above every record."""
_GONE = ("cancelled", "revoked", "moved")


@dataclass(frozen=True, slots=True)
class Seen:
    """One subject under both versions; ``old`` is None where no version is in force or it does not cover it."""

    subject: Subject
    old: Evaluation | None
    new: Evaluation


@dataclass(frozen=True, slots=True)
class Preview:
    """``named`` were asked for, ``unknown`` are words for which nobody was found, ``sample`` was drawn."""

    named: tuple[Seen, ...]
    unknown: tuple[str, ...]
    sample: tuple[Seen, ...]


def preview(
    model: ScoringModel,
    *,
    base: ScoringModel | None,
    wanted: Sequence[str],
    actor: User,
    policy: Policy,
    now: datetime,
) -> Preview:
    """``wanted`` are codes or parts of names; only subjects that the draft covers are shown."""
    asked, unknown = _asked(model, wanted)
    drawn = list(_covered(model).exclude(pk__in=[one.pk for one in asked]).order_by("public_id")[:SAMPLE])
    facts = facts_of([one.pk for one in (*asked, *drawn)])
    judge = _Judge(model, base, policy=policy, on=day_of(now))
    note(
        "model.previewed", now=now, actor=actor, object=f"model:{model.id}", payload={"digest": model.digest}
    )
    return Preview(
        named=tuple(judge.see(one, facts[one.pk]) for one in asked),
        unknown=unknown,
        sample=tuple(judge.see(one, facts[one.pk]) for one in drawn),
    )


class _Judge:
    """Both versions made ready for one day."""

    def __init__(self, model: ScoringModel, base: ScoringModel | None, *, policy: Policy, on: date) -> None:
        treatment = policy.treatment(on=on)
        self._new = Evaluator(model, treatment=treatment)
        self._old = Evaluator(base, treatment=treatment) if base else None
        self._model, self._base, self._on = model, base, on
        self._marks = Marks(EVERYTHING, grade_mark())

    def see(self, subject: Subject, facts: Sequence[Fact]) -> Seen:
        covered = self._base is not None and self._base.covers(
            kind=subject.kind, sector=subject.sector or None
        )
        old = None
        if self._old and self._base and covered:
            old = self._old.evaluate((*facts, *self._grades(self._base, subject)), as_of=self._on)
        new = self._new.evaluate((*facts, *self._grades(self._model, subject)), as_of=self._on)
        return Seen(subject, old, new)

    def _grades(self, reader: ScoringModel, subject: Subject) -> tuple[Fact, ...]:
        return grades_read(reader, as_of=self._on, marks=self._marks, subject=subject.pk)


def _covered(model: ScoringModel) -> QuerySet[Subject]:
    found = Subject.objects.filter(kind__in=list(model.population.kinds)).exclude(status__in=_GONE)
    wanted = model.population.sectors
    return found.filter(sector__in=wanted) if wanted else found


def _asked(model: ScoringModel, wanted: Sequence[str]) -> tuple[list[Subject], tuple[str, ...]]:
    found, unknown = list[Subject](), list[str]()
    for word in [word.strip() for word in wanted if word.strip()][:MOST_NAMED]:
        near = find_subjects(Search(query=word), limit=20).subjects
        one = next((each for each in near if model.covers(kind=each.kind, sector=each.sector or None)), None)
        if one is None:
            unknown.append(word)
        elif one not in found:
            found.append(one)
    return found, tuple(unknown)


def facts_of(subjects: Sequence[int]) -> dict[int, list[Fact]]:
    """What is known now, by subject."""
    found: dict[int, list[Fact]] = defaultdict(list)
    known = Record.objects.filter(WEIGHABLE, subject_id__in=subjects, known_until__isnull=True)
    for record in known.order_by("pk"):
        day = record.decided_on or record.valid_from
        if day is not None:
            found[record.subject_id].append(
                Fact(
                    record_id=record.pk,
                    item=record.item,
                    decided_on=day,
                    valid_to=record.valid_to,
                    amount_fen=record.amount_fen,
                    headcount=record.headcount,
                    seriousness=record.seriousness,
                    finality=record.finality,
                    state=record.state,
                    result=record.result,
                )
            )
    return found
