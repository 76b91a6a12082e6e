"""The ways up count on policy's days of repair alone; a trial changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.counterfactual import WayKind
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.what_if import Supposition
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import explain_grade, run_model
from xinheng.services.what_if import Basis, basis_of, suppose, suppositions_for, ways_of
from xinheng.store.models import LedgerEvent, Record, Subject

MODEL = "food/food-operators"


@pytest.fixture
def basis(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> Basis:
    """A food business with three fines, decided while order 36 holds."""
    people = committed_people
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv"), delivery)
    fines = [
        penalty(1, fine="60", decided=f"2026-{month:02d}-20", document=f"汴市监罚〔2026〕{month}号")
        for month in (2, 3, 4)
    ]
    import_file(write(tmp_path, *fines), delivery)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW + timedelta(hours=1))
    return _basis(policy)


def _basis(policy: Policy) -> Basis:
    subject = Subject.objects.get(code=code(1))
    explained = explain_grade(subject, policy=policy, model_id=MODEL)
    assert explained is not None
    return basis_of(subject, explained)


@pytest.mark.row("M7-11")
def test_the_ways_up_name_the_first_day_of_repair_that_policy_knows(basis: Basis, policy: Policy) -> None:
    ways = ways_of(basis, policy=policy, today=TODAY)
    assert ways
    assert [way.on for way in ways] == sorted(way.on for way in ways)
    repairs = dict(pair for way in ways if way.kind is WayKind.REPAIR for pair in way.repairs)
    for record in Record.objects.filter(pk__in=repairs):
        assert record.decided_on is not None
        period = policy.publication_period(
            Seriousness(record.seriousness), decided_on=record.decided_on, sector="food"
        )
        assert period.earliest_repair_on is not None
        assert repairs[record.pk] == max(period.earliest_repair_on, TODAY)
    assert all(way.on >= TODAY for way in ways)


@pytest.mark.row("M7-11")
def test_a_trial_answers_and_writes_nothing_but_that_it_was_asked(
    basis: Basis, committed_people: People
) -> None:
    before = (Record.objects.count(), Subject.objects.get(code=code(1)).version)
    fines = [record for record, choices in suppositions_for(basis).items() if Supposition.REPAIRED in choices]
    answer = suppose(
        basis, dict.fromkeys(fines, Supposition.REPAIRED), actor=committed_people.wang, run="r" * 16, now=NOW
    )
    assert len(fines) == 3
    assert answer.gained_milli > 0
    assert answer.moved
    assert (Record.objects.count(), Subject.objects.get(code=code(1)).version) == before
    event = LedgerEvent.objects.get(kind="grade.supposed")
    assert (event.actor, event.subject) == (committed_people.wang, basis.subject.public_id)


def test_what_is_not_offered_is_not_supposed(basis: Basis, committed_people: People) -> None:
    fine = next(
        record for record, choices in suppositions_for(basis).items() if Supposition.REPAIRED in choices
    )
    for supposed in ({fine: Supposition.PAID}, {10**9: Supposition.WITHDRAWN}):
        with pytest.raises(Refusal, match="不能按"):
            suppose(basis, supposed, actor=committed_people.wang, run="r" * 16, now=NOW)
    assert not LedgerEvent.objects.filter(kind="grade.supposed").exists()
