"""A model officer runs a model from the office; what the rules refuse is said, and what is in force is shown."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import REGISTER, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services import runs
from xinheng.services.collect import Delivery, import_file
from xinheng.store.models import EvaluationRun, LedgerEvent, User

pytestmark = pytest.mark.usefixtures("office_clock")
MODEL, TRIAL = "food/food-operators", "general/trial"
LIST, RUN = "/office/evaluations/", "/office/evaluations/run/"


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    rows = [registration(number) for number in range(1, 6)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(folder, penalty(1, fine="60", decided="2025-12-20")), delivery)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def officer(city: People) -> Client:
    return signed_in(make_user("he", "何模型", city.market, Role.MODEL_OFFICER))


def _order(**changes: object) -> dict[str, object]:
    return {"model": MODEL, "as_of": TODAY.isoformat(), **changes}


def test_a_model_is_run_and_stands_in_the_list(officer: Client) -> None:
    assert "还没有运行过评价" in text(officer.get(LIST))
    assert post(officer, RUN, _order(publish="on")).headers["Location"] == LIST
    run = EvaluationRun.objects.get()
    assert (run.as_of, run.published, run.current, run.subjects) == (TODAY, True, True, 5)
    page = text(officer.get(LIST))
    assert "现行，已公布" in page
    assert "何模型" in page
    assert "已评价 5 户" in page
    assert LedgerEvent.objects.filter(kind="evaluation.run", actor__username="he").count() == 1


def test_a_run_that_is_not_published_leaves_the_published_one_in_force(officer: Client) -> None:
    post(officer, RUN, _order(publish="on"))
    post(officer, RUN, _order())
    assert [run.current for run in EvaluationRun.objects.order_by("pk")] == [True, False]
    assert "留存，未公布" in text(officer.get(LIST))


@pytest.mark.guard("G4")
def test_a_trial_is_not_published_and_the_form_keeps_what_was_chosen(officer: Client) -> None:
    page = text(post(officer, RUN, _order(model=TRIAL, publish="on")))
    assert "只作试算，结果不得发布" in page
    assert f'value="{TRIAL}" selected' in page
    assert not EvaluationRun.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"as_of": (TODAY + timedelta(days=1)).isoformat()}, "不能晚于今天"),
        ({"as_of": ""}, "请填写评价日期"),
        ({"as_of": "昨天"}, "日期请写成"),
    ],
)
def test_a_wrong_day_is_refused_in_words(officer: Client, changes: dict[str, object], said: str) -> None:
    assert said in text(post(officer, RUN, _order(**changes)))
    assert not EvaluationRun.objects.exists()


def test_a_large_city_is_left_to_the_worker(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 0)
    queued: list[dict[str, object]] = []
    monkeypatch.setattr(runs, "enqueue", lambda name, **payload: queued.append({"name": name, **payload}))
    post(officer, RUN, _order())
    post(officer, RUN, _order(publish="on"))
    assert [(job["name"], job["model"], job["publish"]) for job in queued] == [
        ("run_evaluation", MODEL, False),
        ("run_evaluation", MODEL, True),
    ]
    assert len({job["once"] for job in queued}) == 2, "one order does not swallow the other"
    assert not EvaluationRun.objects.exists()
    assert "正在运行" in text(officer.get(LIST))
    person = User.objects.get(username="he")
    order = runs.Order(model=MODEL, as_of=TODAY, publish=False)
    runs.note_refused(order, Refusal("M03", "计算期间已有结果生效。"), actor=person, now=NOW)
    page = text(officer.get(LIST))
    assert "没有运行" in page
    assert "计算期间已有结果生效" in page


def test_the_worker_runs_what_was_ordered(officer: Client) -> None:
    from xinheng.interfaces.jobs.tasks import run_evaluation

    person = User.objects.get(username="he")
    run_evaluation(model=TRIAL, as_of=TODAY.isoformat(), publish=False, actor=person.pk)
    run_evaluation(model=TRIAL, as_of=TODAY.isoformat(), publish=True, actor=person.pk)
    assert EvaluationRun.objects.get().started_by == person
    assert "不得发布" in LedgerEvent.objects.get(kind="evaluation.refused").reason
