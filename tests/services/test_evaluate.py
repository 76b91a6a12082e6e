"""Runs are reproducible and explained to the last unit; a changed file makes its grade stale."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import explain_grade, run_model
from xinheng.services.records import Change, change_state
from xinheng.store.models import EvaluationRun, PublicRun, PublicScore, Record, Score, Subject
from xinheng.store.scores import scores_of

MODEL = "food/food-operators"


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 6)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    fines = [penalty(1, fine="1"), penalty(1, document="汴市监罚〔2026〕8号", fine="60"), penalty(2)]
    import_file(write(folder, *fines), delivery)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


def _run(policy: Policy, people: People, **changes: object) -> EvaluationRun:
    words = {
        "as_of": TODAY,
        "actor": people.li,
        "now": NOW + timedelta(hours=1),
        "publish": True,
        **changes,
    }
    return run_model(MODEL, policy=policy, **words)  # type: ignore[arg-type]


@pytest.mark.row("M7-03")
def test_a_run_grades_the_sector_and_names_what_it_rests_on(city: People, policy: Policy) -> None:
    run = _run(policy, city)
    assert (run.subjects, run.current, run.trial) == (5, True, False)
    assert run.model_digest == policy.models[MODEL].digest
    grades = dict(Score.objects.values_list("subject__code", "points_milli"))
    assert grades[code(1)] < grades[code(2)] < policy.models[MODEL].scale.max * 1000


@pytest.mark.row("M7-07")
def test_the_same_run_gives_the_same_result(city: People, policy: Policy) -> None:
    first = _run(policy, city)
    again = _run(policy, city, now=NOW + timedelta(hours=2))
    assert first.result_digest == again.result_digest
    assert EvaluationRun.objects.filter(current=True).get() == again


@pytest.mark.row("M7-11")
def test_the_explanation_adds_up_to_the_stored_points(city: People, policy: Policy) -> None:
    _run(policy, city)
    for subject in Subject.objects.all():
        score = subject.scores.get()
        explained = explain_grade(subject, policy=policy, model_id=MODEL)
        assert explained is not None
        assert explained.evaluation.points_milli == score.points_milli
        assert (explained.evaluation.grade or "") == score.grade
        assert [c.points_milli for c in explained.evaluation.contributions] == score.contributions
        assert not explained.stale


@pytest.mark.row("M7-11")
def test_a_grade_is_explained_by_the_rules_it_was_given_by(city: People, policy: Policy) -> None:
    _run(policy, city)
    subject = Subject.objects.get(code=code(1))
    before = explain_grade(subject, policy=policy, model_id=MODEL)
    newer = policy.models[MODEL].model_copy(update={"version": 2, "indicators": ()})
    changed = replace(policy, models={**policy.models, MODEL: newer})
    assert before is not None
    assert explain_grade(subject, policy=changed, model_id=MODEL) == before


def test_a_withdrawn_record_makes_the_grade_stale_at_once(city: People, policy: Policy) -> None:
    _run(policy, city)
    record = Record.objects.filter(subject__code=code(2), item=4).get()
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    later = NOW + timedelta(hours=2)
    change_state(record_key=record.record_key, change=change, actor=city.zhao, policy=policy, now=later)
    explained = explain_grade(record.subject, policy=policy, model_id=MODEL)
    assert explained is not None
    assert explained.stale
    before = explained.evaluation.points_milli
    _run(policy, city, now=NOW + timedelta(hours=3))
    after = explain_grade(record.subject, policy=policy, model_id=MODEL)
    assert after is not None
    assert after.evaluation.points_milli > before
    assert not after.stale


@pytest.mark.guard("G4")
def test_a_published_run_stays_in_force_until_another_is_published(city: People, policy: Policy) -> None:
    published = _run(policy, city)
    tried = _run(policy, city, now=NOW + timedelta(hours=2), publish=False)
    assert (tried.current, scores_of(tried).count()) == (False, 5)
    assert PublicRun.objects.get().public_id == published.public_id
    assert PublicScore.objects.count() == 5
    renewed = _run(policy, city, now=NOW + timedelta(hours=3))
    assert PublicRun.objects.get().public_id == renewed.public_id


def test_an_unpublished_run_gives_way_to_the_next(city: People, policy: Policy) -> None:
    _run(policy, city, publish=False)
    again = _run(policy, city, now=NOW + timedelta(hours=2), publish=False)
    assert EvaluationRun.objects.get(current=True) == again


def test_a_run_that_knows_less_does_not_replace_the_one_in_force(city: People, policy: Policy) -> None:
    newer = _run(policy, city, now=NOW + timedelta(hours=3))
    with pytest.raises(Refusal, match="没有采用"):
        _run(policy, city, now=NOW)
    assert EvaluationRun.objects.get() == newer


@pytest.mark.guard("G4")
def test_a_trial_model_is_never_published(city: People, policy: Policy) -> None:
    with pytest.raises(Refusal, match="试算"):
        run_model("general/trial", policy=policy, as_of=TODAY, actor=city.wang, now=NOW, publish=True)
    assert not EvaluationRun.objects.exists()


@pytest.mark.guard("G4")
def test_only_the_body_of_the_sector_publishes_its_model(city: People, policy: Policy) -> None:
    with pytest.raises(Refusal, match="负责该领域"):
        _run(policy, city, actor=city.wang)
    assert not EvaluationRun.objects.exists()


def test_a_cancelled_enterprise_is_not_graded(city: People, policy: Policy, tmp_path: Path) -> None:
    delivery = Delivery(
        policy=policy, organisation=city.market, actor=city.li, now=NOW + timedelta(minutes=5)
    )
    import_file(write(tmp_path, registration(9, status="注销"), header=REGISTER, called="注销.csv"), delivery)
    assert _run(policy, city).subjects == 5


def test_a_second_run_writes_only_what_has_changed(city: People, policy: Policy) -> None:
    first = _run(policy, city)
    before = {score.subject_id: score.points_milli for score in scores_of(first)}
    record = Record.objects.filter(subject__code=code(2), item=4).get()
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    change_state(
        record_key=record.record_key,
        change=change,
        actor=city.zhao,
        policy=policy,
        now=NOW + timedelta(hours=2),
    )
    second = _run(policy, city, now=NOW + timedelta(hours=3))
    assert second.line == first
    assert Score.objects.filter(run=second).get().subject_id == record.subject_id
    assert Score.objects.count() == 6
    first.refresh_from_db()
    assert {score.subject_id: score.points_milli for score in scores_of(first)} == before
    after = {score.subject_id: score.points_milli for score in scores_of(second)}
    assert set(after) == set(before)
    assert {subject for subject, points in after.items() if points != before[subject]} == {record.subject_id}


def test_a_run_that_changes_most_scores_opens_a_new_line(city: People, policy: Policy) -> None:
    first = _run(policy, city)
    for number in (1, 2, 3):
        Subject.objects.filter(code=code(number)).update(version=9)
    second = _run(policy, city, now=NOW + timedelta(hours=3))
    assert (second.line, Score.objects.count()) == (None, 10)
    assert scores_of(first).count() == scores_of(second).count() == 5


def test_a_subject_that_leaves_the_city_has_no_score_from_then_on(city: People, policy: Policy) -> None:
    first = _run(policy, city)
    Subject.objects.filter(code=code(5)).update(status="moved")
    second = _run(policy, city, now=NOW + timedelta(hours=3))
    assert code(5) not in scores_of(second).values_list("subject__code", flat=True)
    first.refresh_from_db()
    assert scores_of(first).count() == 5


def test_a_run_that_fails_leaves_the_results_in_force(
    city: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _run(policy, city)

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("xinheng.services.evaluate.write_scores", broken)
    with pytest.raises(OSError, match="no space"):
        _run(policy, city, now=NOW + timedelta(hours=3))
    assert EvaluationRun.objects.get() == first
    assert scores_of(first).count() == 5
    assert not list((settings.HOME / "work").iterdir())
