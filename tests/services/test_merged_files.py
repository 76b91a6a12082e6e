"""What is filed under a subject follows its merge into another, or is read through it; a split restores it exactly."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write
from tests.services.test_given_grades import BASE, HOUR, _run, beginning, city, rules

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.services.flags import Mark, end_mark, flags_of, mark_subject
from xinheng.services.merged_files import WAYS, absorbed_by, one_with
from xinheng.services.refresh import refresh_grades
from xinheng.services.relations import relations_of
from xinheng.services.subject_merge import decide_merge, decide_split, propose_merge, propose_split
from xinheng.store.models import (
    Conflict,
    ConflictKind,
    EvaluationRun,
    FlagKind,
    GivenGrade,
    Organisation,
    Record,
    Relation,
    Subject,
    SubjectFlag,
    SubjectMerge,
)
from xinheng.store.scores import scores_of

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M1-02")]
__all__ = ["beginning", "city", "rules"]


def _subject(number: int) -> Subject:
    return Subject.objects.get(code=code(number))


def _merge(people: People, policy: Policy, gone: int, kept: int, *, hour: int = 1) -> SubjectMerge:
    moment = NOW + hour * HOUR
    why: dict[str, Any] = {"reason": "换发代码", "ground": "登记底册第3页", "now": moment}
    proposed = propose_merge(_subject(gone), _subject(kept), keep=_subject(kept), actor=people.wang, **why)
    decision: dict[str, Any] = {"agree": True, "reason": "已核对", "policy": policy, "now": moment}
    return decide_merge(proposed.public_id, actor=people.zhao, **decision)


def _split(merge: SubjectMerge, people: People, policy: Policy, *, hour: int = 2) -> None:
    moment = NOW + hour * HOUR
    propose_split(merge.public_id, reason="查明是两家企业", actor=people.wang, now=moment)
    decision: dict[str, Any] = {"agree": True, "reason": "底册有误", "policy": policy, "now": moment}
    decide_split(merge.public_id, actor=people.zhao, **decision)


def _held(model: type[models.Model]) -> set[tuple[int, int]]:
    return set(model._default_manager.values_list("pk", "subject"))


@pytest.fixture
def two(people: People, policy: Policy, tmp_path: Path) -> People:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, penalty(1), penalty(2), penalty(3)), delivery)
    return people


def test_every_column_that_names_a_subject_has_its_way() -> None:
    found = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("store").get_models()
        if model._meta.managed
        for field in model._meta.local_fields
        if field.related_model is Subject
    }
    assert found == set(WAYS)


def _rest_on_a_record(people: People, record: Record) -> None:
    """A person named by the record's listing, and a disagreement on the record."""
    Relation.objects.create(
        subject=record.subject,
        ground=record,
        record_key=record.record_key,
        kind="actual_controller",
        sealed=b"s",
        wrapped_key=b"k",
        source="列入决定书",
        from_on=date(2026, 3, 2),
        entered_by=people.wang,
        entered_at=NOW,
    )
    Conflict.objects.create(
        kind=ConflictKind.CONTENT,
        subject=record.subject,
        item=record.item,
        record_key=record.record_key,
        other_key=record.record_key + 100_000,
        first_sender=people.market,
        second_sender=Organisation.objects.get(key="kaifeng.city"),
        found_at=NOW,
    )


def test_what_rests_on_a_record_goes_with_it_and_back(two: People, policy: Policy) -> None:
    for number in (1, 2):
        _rest_on_a_record(two, Record.objects.get(subject=_subject(number)))
    before = _held(Relation), _held(Conflict)
    merge = _merge(two, policy, 2, 1)
    assert len(relations_of(_subject(1))) == 2
    assert relations_of(_subject(2)) == []
    assert set(Conflict.objects.values_list("subject", flat=True)) == {_subject(1).pk}
    _split(merge, two, policy)
    assert (_held(Relation), _held(Conflict)) == before


@pytest.mark.guard("G11")
def test_a_person_named_during_a_merge_leaves_with_the_listing(two: People, policy: Policy) -> None:
    merge = _merge(two, policy, 2, 1)
    _rest_on_a_record(two, Record.objects.get(subject=_subject(1), known_until__isnull=True, row_no=3))
    _split(merge, two, policy)
    assert Relation.objects.get().subject == _subject(2)


MARK = Mark(
    kind=FlagKind.STATE_OWNED,
    superior="市国资委",
    audit_contact="市审计局 0371-1",
    source="国资名录",
    from_on=TODAY,
)


def test_marks_are_read_through_the_one_that_stays(two: People, policy: Policy) -> None:
    mark_subject(_subject(2), MARK, actor=two.wang, now=NOW)
    assert _subject(2).state_owned
    merge = _merge(two, policy, 2, 1)
    assert _subject(1).state_owned
    (flag,) = flags_of(_subject(1))
    assert flag.subject == _subject(2)
    _split(merge, two, policy)
    assert (_subject(1).state_owned, _subject(2).state_owned) == (False, True)
    assert flags_of(_subject(1)) == []


def test_a_mark_ended_through_the_one_that_stays_is_ended_for_both(two: People, policy: Policy) -> None:
    mark_subject(_subject(2), MARK, actor=two.wang, now=NOW)
    merge = _merge(two, policy, 2, 1)
    end = {"reason": "改制", "to_on": TODAY, "now": NOW + HOUR}
    end_mark(SubjectFlag.objects.get().pk, subject=_subject(1), actor=two.wang, **end)
    assert not _subject(1).state_owned
    _split(merge, two, policy)
    assert not _subject(2).state_owned


def test_who_was_absorbed_is_told_with_names_and_codes(two: People, policy: Policy) -> None:
    merge = _merge(two, policy, 2, 1)
    (gone,) = absorbed_by(_subject(1))
    assert (gone.subject, gone.codes) == (_subject(2), (code(2),))
    assert list(one_with(_subject(1))) == [_subject(1), _subject(2)]
    _split(merge, two, policy)
    assert absorbed_by(_subject(1)) == ()


@pytest.mark.row("M7-04")
@pytest.mark.parametrize("kept", [3, 6])
def test_a_carry_over_goes_with_the_one_that_earned_it_and_comes_back(
    city: People, rules: Policy, tmp_path: Path, kept: int
) -> None:
    """Number 1 was D last year; 3 was graded then too, 6 was not."""
    _run(BASE, rules, city)
    _run(BASE, rules, city, hours=2, as_of=date(2027, 12, 20))
    delivery = Delivery(policy=rules, organisation=city.market, actor=city.li, now=NOW + 3 * HOUR)
    late = registration(6).replace(",2020-01-", ",2025-01-")
    import_file(write(tmp_path, late, header=REGISTER, called="新登记.csv"), delivery)
    refresh_grades(now=NOW + 3 * HOUR)
    before = _grades()
    assert (before[code(1)], before[code(kept)]) == ("C", "B")
    former = _former()
    merge = _merge(city, rules, 1, kept, hour=4)
    refresh_grades(now=NOW + 5 * HOUR)
    assert code(1) not in _grades()
    assert _grades()[code(kept)] == "C"
    _split(merge, city, rules, hour=6)
    refresh_grades(now=NOW + 7 * HOUR)
    assert _grades() == before
    assert _former() == former


def _grades() -> dict[str, str]:
    run = EvaluationRun.objects.get(model=BASE, current=True)
    return {score.subject.code or "": score.grade for score in scores_of(run).select_related("subject")}


def _former() -> set[tuple[Any, ...]]:
    standing = GivenGrade.objects.filter(until__isnull=True)
    return set(standing.values_list("subject", "earned_by", "model", "cycle_on", "grade"))
