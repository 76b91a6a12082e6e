"""A night either puts all results of a model in force or leaves the former ones: also where it is cut off in the middle."""

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.services import scores
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.nightly import run_night
from xinheng.services.rebuild import rebuild_run
from xinheng.services.records import Change, change_state
from xinheng.services.refresh import refresh_grades
from xinheng.services.runs import last_order, last_orders
from xinheng.store.models import EvaluationRun, GivenGrade, LedgerEvent, PublicScore, Record, Regrade, Score
from xinheng.store.scores import scores_of

MODEL, TRIAL = "food/food-operators", "general/trial"
LATER = NOW + timedelta(hours=5)
NEXT_YEAR = date(2027, 3, 1)


@pytest.fixture
def city(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    people = committed_people
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 9)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(tmp_path, penalty(1, fine="1"), penalty(2)), delivery)
    for model in (MODEL, TRIAL):
        moment = NOW + timedelta(hours=1)
        run_model(model, policy=policy, as_of=TODAY, actor=people.li, now=moment, publish=model == MODEL)
    return people


def _in_force() -> dict[str, tuple[int, dict[int, tuple[int, str]]]]:
    return {
        run.model: (run.pk, {each.subject_id: (each.points_milli, each.grade) for each in scores_of(run)})
        for run in EvaluationRun.objects.filter(current=True)
    }


def _withdraw(people: People, policy: Policy, number: int) -> None:
    record = Record.objects.get(subject__code=code(number), item=4, known_until__isnull=True)
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    moment = NOW + timedelta(hours=2)
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=moment)


def _end_backend() -> None:
    """As if the server had lost the connection of the job: its transaction is gone."""
    at = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with psycopg.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.row("M7-07")
@pytest.mark.parametrize("written", [0, 1])
def test_a_night_that_is_cut_off_while_it_writes_leaves_the_former_results(
    city: People, policy: Policy, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, public = _in_force(), PublicScore.objects.count()
    kept = (Score.objects.count(), GivenGrade.objects.count(), EvaluationRun.objects.count())
    real, calls = scores._copy, 0

    def cut_off(cursor: CursorWrapper, target: str, source: Path, options: str = "") -> None:
        nonlocal calls
        calls += 1
        if calls > written:
            rows = source.read_bytes().splitlines(keepends=True)
            source.write_bytes(b"".join(rows[: len(rows) // 2]))
            real(cursor, target, source, options)
            _end_backend()
        real(cursor, target, source, options)

    _withdraw(city, policy, 2)
    waiting = Regrade.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(scores, "_copy", cut_off)
        with pytest.raises((OperationalError, psycopg.OperationalError)):
            run_night(policy=policy, as_of=NEXT_YEAR, now=LATER)
    connection.close()
    assert calls == written + 1
    after = _in_force()
    assert after[MODEL] == before[MODEL]
    assert after[TRIAL] == before[TRIAL]
    assert (Score.objects.count(), GivenGrade.objects.count(), EvaluationRun.objects.count()) == kept
    assert PublicScore.objects.count() == public - 1
    assert Regrade.objects.count() == waiting
    assert not list((settings.HOME / "work").iterdir())
    night = run_night(policy=policy, as_of=NEXT_YEAR, now=LATER + timedelta(hours=1))
    assert {run.model for run in night.runs} == {MODEL, TRIAL}
    assert all(rebuild_run(run.public_id, now=LATER + timedelta(hours=2)).same for run in night.runs)


def test_a_run_without_rules_is_not_refreshed_and_says_so_once(city: People, policy: Policy) -> None:
    old = EvaluationRun.objects.get(model=MODEL, current=True)
    EvaluationRun.objects.filter(pk=old.pk).update(treatment_digest="", record_mark=None, grade_mark=None)
    _withdraw(city, policy, 2)
    refresh_grades(now=LATER)
    _withdraw(city, policy, 1)
    refresh_grades(now=LATER)
    refused = LedgerEvent.objects.get(kind="evaluation.refused")
    assert refused.object == f"model:{MODEL}"
    assert old.public_id in refused.reason
    assert "请重新运行评价" in refused.reason
    assert EvaluationRun.objects.get(model=MODEL, current=True) == old
    assert EvaluationRun.objects.get(model=TRIAL, current=True).base is not None
    assert run_night(policy=policy, as_of=TODAY, now=LATER).refused == {MODEL: "M04"}


def test_the_last_order_is_told_of_each_model(city: People, policy: Policy) -> None:
    old = EvaluationRun.objects.get(model=MODEL, current=True)
    assert last_orders() == ()
    EvaluationRun.objects.filter(pk=old.pk).update(treatment_digest="", record_mark=None)
    _withdraw(city, policy, 2)
    refresh_grades(now=LATER)
    run_model(TRIAL, policy=policy, as_of=TODAY, actor=city.li, now=LATER)
    pending = last_order(MODEL)
    assert pending is not None
    assert pending.kind == "evaluation.refused"
    assert last_order(TRIAL) is None
    assert last_order() == pending
    moment = LATER + timedelta(hours=1)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=city.li, now=moment, publish=True)
    assert last_order(MODEL) is None
