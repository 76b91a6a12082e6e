"""What a subject may do about its grade: the lawful ways up with their days, and a trial of what would follow if named
records were repaired, withdrawn or paid. Nothing is written but who asked.

From which day repair may be applied for is told by the publication of a record, else by the terms of policy; where
neither knows a day, no way by repair is told (legal guard G15; 国办发〔2025〕22号).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xinheng.core.counterfactual import Way, ways_up
from xinheng.core.evaluation import Fact
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment, why_not
from xinheng.core.what_if import PAID, Supposition, WhatIf, what_if
from xinheng.services.evaluate import ExplainedGrade, facts_known, known_when_given
from xinheng.services.ledger import note
from xinheng.services.publication import sector_of
from xinheng.store.accounts import User
from xinheng.store.effects import Publication
from xinheng.store.records import Record
from xinheng.store.scores import scores_of
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True)
class Basis:
    """What the grade in force of a subject was made from."""

    subject: Subject
    model: ScoringModel
    facts: tuple[Fact, ...]
    treatment: Treatment
    as_of: date

    def left_out(self) -> tuple[tuple[int, str], ...]:
        """Records on file that did not weigh, each with the rule."""
        found = (
            (fact.record_id, why_not(fact, treatment=self.treatment, as_of=self.as_of)) for fact in self.facts
        )
        return tuple((record, reason) for record, reason in found if reason)


def basis_of(subject: Subject, explained: ExplainedGrade) -> Basis:
    """Facts and rules as they were when the grade was given."""
    run = explained.run
    score = scores_of(run).select_related("run").get(subject=subject)
    return Basis(
        subject=subject,
        model=explained.rules.model,
        facts=facts_known(subject, at=known_when_given(score, run)),
        treatment=explained.rules.treatment,
        as_of=run.as_of,
    )


def ways_of(basis: Basis, *, policy: Policy, today: date) -> tuple[Way, ...]:
    """The nearest lawful ways to a better grade, the earliest first."""
    return ways_up(
        basis.model,
        basis.facts,
        as_of=basis.as_of,
        treatment=basis.treatment,
        repair_from=_repair_day(basis, policy=policy, today=today),
    )


def _repair_day(basis: Basis, *, policy: Policy, today: date) -> Callable[[Fact], date | None]:
    """Never before today: what may be applied for already may be applied for now."""
    failing = [fact.record_id for fact in basis.facts if fact.seriousness]
    records = Record.objects.filter(pk__in=failing).select_related("batch__organisation").in_bulk()
    shown = Publication.objects.filter(
        subject=basis.subject,
        record_key__in=[record.record_key for record in records.values()],
        stopped_at__isnull=True,
    )
    days = dict(shown.values_list("record_key", "earliest_repair_on"))

    def repair_from(fact: Fact) -> date | None:
        record = records.get(fact.record_id)
        if record is None:
            return None
        if record.record_key in days:
            day = days[record.record_key]
        else:
            day = policy.first_repair_day(fact, sector=sector_of(policy, record.batch))
        return None if day is None else max(day, today)

    return repair_from


def suppositions_for(basis: Basis) -> Mapping[int, tuple[Supposition, ...]]:
    """What may be supposed of each record that weighs: repair of a failing one, payment of an open debt, withdrawal."""
    return {
        fact.record_id: tuple(_suppositions(fact))
        for fact in sorted(basis.facts, key=lambda fact: (fact.decided_on, fact.record_id), reverse=True)
        if not why_not(fact, treatment=basis.treatment, as_of=basis.as_of)
    }


def _suppositions(fact: Fact) -> Sequence[Supposition]:
    found = [Supposition.REPAIRED] if fact.seriousness else []
    if set(fact.result.split("+")) & set(PAID):
        found.append(Supposition.PAID)
    return [*found, Supposition.WITHDRAWN]


def suppose(
    basis: Basis, supposed: Mapping[int, Supposition], *, actor: User, run: str, now: datetime
) -> WhatIf:
    """The result with and without; noted as a reading, with how much was supposed of what kind."""
    allowed = suppositions_for(basis)
    for record, what in supposed.items():
        if what not in allowed.get(record, ()):
            raise Refusal(
                "WHAT-IF-CHOICE",
                f"记录 {record} 不能按“{what.label}”试算。",
                advice="请从本页列出的记录和选项中选择。",
            )
    answer = what_if(basis.model, basis.facts, supposed, as_of=basis.as_of, treatment=basis.treatment)
    note(
        "grade.supposed",
        now=now,
        actor=actor,
        subject=basis.subject.public_id,
        object=f"run:{run}",
        payload={str(record): what.value for record, what in sorted(supposed.items())},
    )
    return answer
