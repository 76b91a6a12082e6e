"""Subscribers are sent what the portal shows, and by number alone what it shows no more."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.records import Change, change_state
from xinheng.services.results_push import (
    HEAD,
    KEYS,
    LICENCE,
    Recipient,
    as_json,
    ask_for_pushes,
    push,
    receive,
    subscribe,
    unsubscribe,
)
from xinheng.store.files import read_file
from xinheng.store.models import (
    EvaluationRun,
    LedgerEvent,
    Record,
    ResultPush,
    ResultSubscription,
    Subject,
)
from xinheng.store.public import PublicScore

MODEL = "food/food-operators"
BANK = Recipient(name="开封某某银行", kind="bank", model=MODEL, purpose="贷前参考")
LATER = NOW + timedelta(hours=2)


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 4)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(folder, *(penalty(number) for number in range(1, 4))), delivery)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW + timedelta(hours=1), publish=True)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def bank(city: People, policy: Policy) -> ResultSubscription:
    return subscribe(BANK, policy=policy, actor=city.wang, today=TODAY, now=NOW)


def _lines(sent: ResultPush | None) -> list[str]:
    assert sent is not None
    return b"".join(read_file(sent.file)).decode("utf-8-sig").splitlines()


@pytest.mark.row("M7-10")
@pytest.mark.row("M7-01")
def test_a_subscriber_is_sent_what_the_public_may_see(bank: ResultSubscription, policy: Policy) -> None:
    sent = push(bank.public_id, policy=policy, now=LATER)
    licence, head, *rows = _lines(sent)
    assert licence == LICENCE
    assert head.startswith("状态,编号")
    assert len(rows) == 3
    assert any(code(1) in row and name(1) in row for row in rows)
    assert sent is not None and sent.digest == sent.file.digest
    exports = policy.days_kept("exports", on=TODAY)
    assert exports is not None and sent.file.destroy_on == TODAY + timedelta(days=exports)
    assert LedgerEvent.objects.get(kind="results.pushed").object == f"push:{sent.public_id}"


@pytest.mark.row("M7-10")
@pytest.mark.guard("G1")
@pytest.mark.guard("G9")
def test_nothing_leaves_that_the_public_may_not_see(
    bank: ResultSubscription, city: People, policy: Policy
) -> None:
    run = EvaluationRun.objects.get()
    Subject.objects.filter(code=code(1)).update(kind="sole_trader")
    Subject.objects.filter(code=code(2)).update(version=F("version") + 1)
    sent = push(bank.public_id, policy=policy, now=LATER)
    _, head, *rows = _lines(sent)
    assert tuple(head.split(",")) == HEAD
    assert len(rows) == 1 and rows[0].startswith("公开,") and code(3) in rows[0]
    public = Subject.objects.get(code=code(3))
    grade = PublicScore.objects.get(subject=public.pk).grade
    title = policy.models[MODEL].title
    assert rows[0] == f"公开,{public.public_id},{code(3)},{name(3)},{title},{grade},{run.as_of}"


@pytest.mark.row("M7-10")
def test_the_file_for_machines_says_the_same(bank: ResultSubscription, policy: Policy) -> None:
    Subject.objects.filter(code=code(1)).update(name='=HYPERLINK(1)，“引号"和,逗号”')
    sent = push(bank.public_id, policy=policy, now=LATER)
    assert sent is not None
    told = json.loads(b"".join(as_json(sent.file)))
    assert (told["licence"], told["source_digest"]) == (LICENCE, sent.digest)
    assert [tuple(one) for one in told["results"]] == [KEYS] * 3
    _, _, *rows = csv.reader(_lines(sent))
    assert [row[2] for row in rows] == [one["code"] for one in told["results"]]
    assert '=HYPERLINK(1)，“引号"和,逗号”' in {one["name"] for one in told["results"]}
    assert "'=HYPERLINK(1)，“引号\"和,逗号”" in {row[3] for row in rows}


@pytest.mark.guard("G9")
def test_what_was_sent_is_withdrawn_when_its_model_is_retired(
    bank: ResultSubscription, policy: Policy
) -> None:
    push(bank.public_id, policy=policy, now=LATER)
    EvaluationRun.objects.update(current=False)
    without = replace(policy, models={key: one for key, one in policy.models.items() if key != MODEL})
    sent = push(bank.public_id, policy=without, now=LATER + timedelta(minutes=1))
    assert sent is not None and (sent.rows, sent.withdrawn) == (0, 3)
    assert all(line.startswith("撤回,") for line in _lines(sent)[2:])


@pytest.mark.guard("G9")
def test_what_is_public_no_more_is_withdrawn_by_number_alone(
    bank: ResultSubscription, city: People, policy: Policy
) -> None:
    push(bank.public_id, policy=policy, now=LATER)
    record = Record.objects.get(item=4, subject__code=code(1))
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    change_state(record_key=record.record_key, change=change, actor=city.zhao, policy=policy, now=LATER)
    sent = push(bank.public_id, policy=policy, now=LATER + timedelta(minutes=1))
    gone = [line for line in _lines(sent) if line.startswith("撤回,")]
    number = Subject.objects.get(code=code(1)).public_id
    assert gone == [f"撤回,{number},,,,,"]
    assert all(code(1) not in line for line in _lines(sent))


@pytest.mark.guard("G4")
def test_a_model_on_trial_is_sent_to_nobody(city: People, policy: Policy) -> None:
    wanted = Recipient(name="某协会", kind="association", model="general/trial", purpose="了解")
    with pytest.raises(Refusal, match="试算"):
        subscribe(wanted, policy=policy, actor=city.wang, today=TODAY, now=NOW)
    EvaluationRun.objects.update(published=False)
    bank = subscribe(BANK, policy=policy, actor=city.wang, today=TODAY, now=NOW)
    assert push(bank.public_id, policy=policy, now=LATER) is None


def test_a_push_is_asked_for_once_and_only_where_something_changed(
    bank: ResultSubscription, city: People, policy: Policy
) -> None:
    for _ in range(2):
        ask_for_pushes(today=TODAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'push_results' AND status = 'todo'"
        )
        assert cursor.fetchone()[0] == 1
    push(bank.public_id, policy=policy, now=LATER)
    assert ask_for_pushes(today=TODAY) == 0
    unsubscribe(bank.public_id, actor=city.wang, reason="不再需要", today=TODAY, now=LATER)
    assert push(bank.public_id, policy=policy, now=LATER) is None


def test_a_receipt_is_registered_once(bank: ResultSubscription, city: People, policy: Policy) -> None:
    sent = push(bank.public_id, policy=policy, now=LATER)
    assert sent is not None
    with pytest.raises(Refusal, match="回执"):
        receive(sent.public_id, receipt=" ", actor=city.wang, now=LATER)
    receive(sent.public_id, receipt="YH-2026-0001", actor=city.wang, now=LATER)
    with pytest.raises(Refusal, match="已经登记"):
        receive(sent.public_id, receipt="再来一次", actor=city.wang, now=LATER)
    assert ResultPush.objects.get().receipt == "YH-2026-0001"


def test_a_recipient_subscribes_once(bank: ResultSubscription, city: People, policy: Policy) -> None:
    with pytest.raises(Refusal, match="已经订阅"):
        subscribe(BANK, policy=policy, actor=city.wang, today=TODAY, now=NOW)
