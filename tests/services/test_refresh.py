"""A changed file is graded anew at once, as the full run in force would have graded it; and any run can be made again."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services import refresh
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import explain_grade, run_model
from xinheng.services.nightly import run_night
from xinheng.services.rebuild import rebuild_run
from xinheng.services.records import Change, change_state
from xinheng.services.refresh import refresh_grades
from xinheng.store.models import (
    EvaluationRule,
    EvaluationRun,
    LedgerEvent,
    PublicRun,
    PublicScore,
    Record,
    Regrade,
    Subject,
)
from xinheng.store.scores import scores_of

MODEL, TRIAL = "food/food-operators", "general/trial"
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def city(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    rows = [registration(number) for number in range(1, 9)]
    _deliver(committed_people, policy, tmp_path, *rows, register=True)
    _deliver(committed_people, policy, tmp_path, penalty(1, fine="1"), penalty(2))
    for model in (MODEL, TRIAL):
        run_model(
            model,
            policy=policy,
            as_of=TODAY,
            actor=committed_people.li,
            now=NOW + timedelta(hours=1),
            publish=model == MODEL,
        )
    return committed_people


def _deliver(people: People, policy: Policy, folder: Path, *rows: object, register: bool = False) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    words = {"header": REGISTER, "called": "登记注册.csv"} if register else {}
    import_file(write(folder, *rows, **words), delivery)  # type: ignore[arg-type]


def _withdraw(people: People, policy: Policy, number: int) -> None:
    record = Record.objects.filter(subject__code=code(number), item=4, known_until__isnull=True).earliest(
        "pk"
    )
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    moment = NOW + timedelta(hours=2)
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=moment)


def _grades(model: str = MODEL) -> dict[str, tuple[int, str, list[int]]]:
    run = EvaluationRun.objects.get(model=model, current=True)
    return {
        score.subject.code or "": (score.points_milli, score.grade, score.contributions)
        for score in scores_of(run).select_related("subject")
    }


def _change_everything(people: People, policy: Policy, folder: Path) -> None:
    _withdraw(people, policy, 2)
    _deliver(people, policy, folder, penalty(3), penalty(1, document="汴市监罚〔2026〕8号", fine="60"))
    _deliver(people, policy, folder, registration(9), registration(5, status="注销"), register=True)


@pytest.mark.parametrize("few", [2_000, 0])
def test_a_refresh_finds_what_a_full_run_finds(
    city: People, policy: Policy, tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "FEW", few)
    full = {model: EvaluationRun.objects.get(model=model, current=True) for model in (MODEL, TRIAL)}
    before = _grades()
    _change_everything(city, policy, tmp_path)
    assert refresh_grades(now=LATER) == 5
    refreshed = {model: _grades(model) for model in (MODEL, TRIAL)}
    assert refreshed[MODEL] != before
    runs = {model: EvaluationRun.objects.get(model=model, current=True) for model in (MODEL, TRIAL)}
    assert all(runs[model].base == full[model] for model in runs)
    counted = {model: (run.subjects, run.distribution) for model, run in runs.items()}
    for model in (MODEL, TRIAL):
        again = run_model(model, policy=policy, as_of=TODAY, actor=city.li, now=LATER, publish=model == MODEL)
        assert _grades(model) == refreshed[model]
        assert (again.subjects, again.distribution) == counted[model]
    assert not Regrade.objects.exists()


def test_a_changed_file_has_its_new_grade_in_public_at_once(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    page = PublicRun.objects.get().public_id
    before = PublicScore.objects.count()
    _withdraw(city, policy, 2)
    assert PublicScore.objects.count() == before - 1
    refresh_grades(now=LATER)
    assert PublicScore.objects.count() == before
    assert PublicRun.objects.get().public_id == page
    subject = Subject.objects.get(code=code(2))
    explained = explain_grade(subject, policy=policy, model_id=MODEL)
    assert explained is not None
    assert not explained.stale
    assert explained.evaluation.points_milli == PublicScore.objects.get(subject=subject.pk).points_milli


def test_results_before_a_refresh_stay_readable(city: People, policy: Policy) -> None:
    before, run = _grades(), EvaluationRun.objects.get(model=MODEL, current=True)
    _withdraw(city, policy, 2)
    refresh_grades(now=LATER)
    run.refresh_from_db()
    told = {score.subject.code: score.points_milli for score in scores_of(run).select_related("subject")}
    assert told == {number: points for number, (points, _, _) in before.items()}


def test_nothing_is_run_where_nothing_has_changed(city: People) -> None:
    refresh_grades(now=LATER)
    runs = EvaluationRun.objects.count()
    assert refresh_grades(now=LATER) == 0
    assert EvaluationRun.objects.count() == runs


def test_a_subject_without_a_run_in_force_is_not_noted(
    committed_people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    _deliver(committed_people, policy, tmp_path, registration(1), register=True)
    assert not Regrade.objects.exists()


@pytest.mark.row("M7-07")
def test_every_run_can_be_made_again_to_the_same_digest(city: People, policy: Policy, tmp_path: Path) -> None:
    _change_everything(city, policy, tmp_path)
    refresh_grades(now=LATER)
    _withdraw(city, policy, 3)
    run_night(policy=policy, as_of=TODAY + timedelta(days=1), now=LATER + timedelta(hours=1))
    _withdraw(city, policy, 1)
    refresh_grades(now=LATER + timedelta(hours=2))
    Subject.objects.filter(code=code(4)).update(status="moved", sector="transport")
    runs = EvaluationRun.objects.all()
    assert len(runs) >= 7
    for run in runs:
        rebuilt = rebuild_run(run.public_id, now=LATER + timedelta(hours=3))
        assert rebuilt.same, (run.pk, run.base_id)


def test_a_run_whose_rules_were_changed_is_not_made_again(city: People, policy: Policy) -> None:
    run = EvaluationRun.objects.filter(current=True).earliest("pk")
    kept = EvaluationRule.objects.get(digest=run.treatment_digest)
    other = EvaluationRule.objects.create(
        digest="sha256:other", kind="treatment", body={**kept.body, "otherwise_days": 1}
    )
    EvaluationRun.objects.filter(pk=run.pk).update(treatment_digest=other.digest)
    with pytest.raises(Refusal, match="摘要不一致"):
        rebuild_run(run.public_id, now=LATER)
    with pytest.raises(Refusal, match="没有编号"):
        rebuild_run("nothing", now=LATER)


def test_a_night_runs_what_is_in_force_as_it_was_published(city: People, policy: Policy) -> None:
    tomorrow = TODAY + timedelta(days=1)
    _withdraw(city, policy, 2)
    night = run_night(policy=policy, as_of=tomorrow, now=LATER)
    assert [(run.model, run.published, run.as_of) for run in night.runs] == [
        (MODEL, True, tomorrow),
        (TRIAL, False, tomorrow),
    ]
    assert set(EvaluationRun.objects.filter(current=True)) == set(night.runs)
    assert night.refreshed == 0
    assert LedgerEvent.objects.filter(kind="evaluation.night").count() == 1


def test_a_model_that_is_refused_at_night_keeps_its_results(
    city: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = EvaluationRun.objects.get(model=MODEL, current=True)
    real = run_night.__globals__["run_on"]

    def refused(snapshot: object, model: object, **given: object) -> object:
        if getattr(model, "id", "") == MODEL:
            raise Refusal("X01", "磁盘已满。")
        return real(snapshot, model, **given)

    monkeypatch.setattr("xinheng.services.nightly.run_on", refused)
    night = run_night(policy=policy, as_of=TODAY, now=LATER)
    assert night.refused == {MODEL: "X01"}
    assert EvaluationRun.objects.get(model=MODEL, current=True) == before
    assert LedgerEvent.objects.get(kind="evaluation.refused").object == f"model:{MODEL}"
