"""What runs leave is kept for its term and rebuilt within it; what is in force or still needed is never ended."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.nightly import run_night
from xinheng.services.rebuild import rebuild_run
from xinheng.services.records import Change, change_state
from xinheng.services.refresh import refresh_grades
from xinheng.services.results_retention import Forgotten, forget_results
from xinheng.store.models import EvaluationRun, GivenGrade, LedgerEvent, Record, Score
from xinheng.store.roles import APP
from xinheng.store.scores import scores_of

MODEL = "food/food-operators"


@pytest.fixture
def term(policy: Policy) -> int:
    days = policy.days_kept("superseded_score", on=TODAY)
    assert days is not None
    assert days == policy.days_kept("run_file", on=TODAY)
    return days


def beginning(people: People, policy: Policy, folder: Path) -> None:
    """A full run, a refresh of it and, the next day, a night."""
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 6)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(folder, penalty(1), penalty(2)), delivery)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=_at(hours=1), publish=True)
    _withdraw(people, policy, 1, now=_at(hours=2))
    refresh_grades(now=_at(hours=3))
    _withdraw(people, policy, 2, now=_at(hours=4))
    run_night(policy=policy, as_of=TODAY + timedelta(days=1), now=_at(days=1))


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


def _at(**later: int) -> datetime:
    return NOW + timedelta(**later)


def _withdraw(people: People, policy: Policy, number: int, *, now: datetime) -> None:
    record = Record.objects.get(subject__code=code(number), item=4, known_until__isnull=True)
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=now)


def _forget(policy: Policy, days: int) -> Forgotten:
    today: date = TODAY + timedelta(days=days)
    return forget_results(policy=policy, today=today, now=_at(days=days))


@pytest.mark.row("M7-07")
def test_within_the_term_everything_stays_and_is_rebuilt(city: People, policy: Policy, term: int) -> None:
    assert _forget(policy, term - 1) == Forgotten()
    runs = EvaluationRun.objects.all()
    assert len(runs) == 3
    assert all(rebuild_run(run.public_id, now=_at(days=term)).same for run in runs)


@pytest.mark.row("M7-07")
def test_after_the_term_superseded_results_leave_and_the_rest_holds(
    city: People, policy: Policy, term: int
) -> None:
    full, refreshed, night = EvaluationRun.objects.order_by("pk")
    before = dict(scores_of(night).values_list("subject", "points_milli"))
    done = _forget(policy, term + 5)
    assert (done.scores, done.files) == (2, 1)
    night.refresh_from_db()
    assert dict(scores_of(night).values_list("subject", "points_milli")) == before
    assert not Score.objects.filter(until__isnull=False).exists()
    full.refresh_from_db()
    assert full.forgotten_at is not None
    assert not scores_of(full).exists()
    assert rebuild_run(night.public_id, now=_at(days=term + 5)).same
    for run in (full, refreshed):
        with pytest.raises(Refusal, match="已过保存期限"):
            rebuild_run(run.public_id, now=_at(days=term + 5))
    assert LedgerEvent.objects.filter(kind="results.forgotten").count() == 1
    assert _forget(policy, term + 5) == Forgotten()


def test_a_refresh_leaves_once_nothing_rests_on_it(city: People, policy: Policy, term: int) -> None:
    _, refreshed, _ = EvaluationRun.objects.order_by("pk")
    _forget(policy, term + 5)
    assert EvaluationRun.objects.filter(pk=refreshed.pk).exists()
    assert Score.objects.filter(run=refreshed).exists()
    for_all = run_model(
        MODEL, policy=policy, as_of=TODAY + timedelta(days=2), actor=city.li, now=_at(days=2), publish=True
    )
    Score.objects.filter(run=refreshed, until__isnull=True).update(until=for_all)
    assert GivenGrade.objects.filter(run=refreshed).exists() is False
    done = _forget(policy, term + 10)
    assert (done.scores, done.refreshes) == (1, 1)
    assert not EvaluationRun.objects.filter(pk=refreshed.pk).exists()


def test_lists_of_who_was_graded_leave_with_their_runs(city: People, policy: Policy, term: int) -> None:
    folder = settings.HOME / "runs"
    stray = folder / "population-of-nobody.parquet"
    stray.write_bytes(b"")
    assert _forget(policy, term + 5).files == 2
    assert not stray.exists()
    left = list(folder.glob("population-*.parquet"))
    assert left
    night = EvaluationRun.objects.get(current=True)
    assert rebuild_run(night.public_id, now=_at(days=term + 5)).same


def test_what_an_announced_draw_rests_on_stays(city: People, policy: Policy, term: int) -> None:
    full = EvaluationRun.objects.order_by("pk")[0]
    rows = Rows(city)
    rows.announcement(plan=rows.plan(), run=full)
    assert _forget(policy, term + 5) == Forgotten()
    assert scores_of(full).count() == 5


def test_the_application_ends_no_score_that_holds(city: People) -> None:
    night = EvaluationRun.objects.get(current=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP}")
        try:
            cursor.execute("SELECT store_forget_scores(%s, %s)", [[night.pk], [night.line_key]])
            assert cursor.fetchone()[0] == 0
            cursor.execute(
                "SELECT store_forget_refreshes(%s)",
                [list(EvaluationRun.objects.values_list("pk", flat=True))],
            )
            assert cursor.fetchone()[0] == 0
        finally:
            cursor.execute("RESET ROLE")
