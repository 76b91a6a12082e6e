"""Systems are told by number alone what ended, what to ask again, which report is old; a silent address is given up."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.people import NOW, People
from tests.query_plans import locked
from tests.refusals import code_of
from tests.services.deliveries import code
from tests.services.measure_cases import HONOURS, Measures, make_measures
from tests.services.sharers import reader
from tests.store import report_rows, webhook_rows

from xinheng.core.check_decisions import CheckOutcome
from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.core.webhooks import DEAD_AFTER, MOST_IDS, Kind
from xinheng.services.check_outcomes import Outcome, keep_decision
from xinheng.services.checks_admitted import Check
from xinheng.services.checks_by_key import Checked, check_by_key
from xinheng.services.endings import follow_tellings, receiver_name, tell_receivers
from xinheng.services.endings_again import tell_again
from xinheng.services.records import Change, change_state, correct
from xinheng.services.senders import revoke_key
from xinheng.services.sharing import revoke_sharing
from xinheng.services.webhooks import (
    MOST,
    end_webhook,
    given_up,
    register,
    repeat,
    rotate,
    secrets_of,
    send_test,
    tell,
    tell_of_expiring,
)
from xinheng.services.webhooks_sending import due_messages, note_arrived, note_failed, something_due
from xinheng.services.webhooks_told import tell_news
from xinheng.store.models import (
    LedgerBatch,
    LedgerEvent,
    LedgerLeaf,
    MeasureApplied,
    Record,
    SenderKey,
    SharingGrant,
    Subject,
    Telling,
    Webhook,
    WebhookMessage,
)

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M10-02")]
URL = "https://tender.example.com/xinheng"
HOUR = timedelta(hours=1)
LATER, ENDED = NOW + HOUR, NOW + 2 * HOUR


class Desk:
    """A system that checks before honours are given and has an address; an enterprise with a measure."""

    def __init__(self, measures: Measures) -> None:
        self.measures, self.policy, self.people = measures, measures.policy, measures.people
        self.grant, self.key, _ = reader(self.people, self.policy, purpose=Purpose.HONOUR)
        self.hook, _ = register(self.key, URL, networks=(), now=NOW)
        self.record = measures.record()
        self.subject: Subject = self.record.subject
        Subject.objects.filter(pk=self.subject.pk).update(code=code(1))

    def check(self, *, now: datetime = LATER, key: SenderKey | None = None) -> Checked:
        asked = Check(purpose="honour", occasion="honours", reference="PX-3")
        return check_by_key(key or self.key, code(1), asked, policy=self.policy, now=now)

    def applied(self) -> MeasureApplied:
        return self.measures.in_force(self.record, HONOURS)

    def repaired(self, record: Record | None = None, *, now: datetime = ENDED) -> None:
        change = Change(deed="repair", reason="已修复", ground="修复决定1号")
        key = (record or self.record).record_key
        change_state(record_key=key, change=change, actor=self.people.wang, policy=self.policy, now=now)
        tell_receivers(policy=self.policy, now=now + timedelta(seconds=5))

    def told(self, kind: Kind = Kind.ENDED) -> list[list[str]]:
        rows = WebhookMessage.objects.filter(webhook=self.hook, kind=kind.value).order_by("pk")
        return [row.ids for row in rows]


@pytest.fixture
def desk(people: People, policy: Policy) -> Desk:
    return Desk(make_measures(people, policy))


def _seal() -> None:
    """As the sealer would, without waiting for the transaction of the test."""
    last = LedgerBatch.objects.order_by("-number").first()
    number = last.number + 1 if last else 1
    digest = f"sha256:{number:064x}"
    batch = LedgerBatch.objects.create(
        number=number,
        sealed_at=NOW,
        below_transaction=number,
        size=1,
        root=digest,
        previous=digest,
        chain=digest,
    )
    for place, event in enumerate(LedgerEvent.objects.filter(leaf__isnull=True)):
        LedgerLeaf.objects.create(event=event, batch=batch, position=place, digest=b"0" * 32)


@pytest.mark.guard("G9")
@pytest.mark.guard("G16")
@pytest.mark.row("M10-09")
def test_who_was_told_of_what_ended_is_given_the_number_of_the_check_and_no_word(desk: Desk) -> None:
    measure = desk.applied()
    before = desk.check(now=NOW - HOUR)
    check = desk.check()
    desk.repaired()
    assert desk.told() == [[check.number]] and before.number != check.number
    (out,) = due_messages(now=ENDED + HOUR)
    body = json.loads(out.body)
    assert set(body) == {"type", "timestamp", "sandbox", "data"}
    assert (body["type"], body["data"]) == ("check.ended", {"checks": [check.number]})
    words = out.body.decode()
    assert not [word for word in (code(1), desk.subject.name, measure.title, "修复") if word in words]
    tell_receivers(policy=desk.policy, now=ENDED + HOUR)
    assert len(desk.told()) == 1


def test_an_answer_of_the_address_is_the_receipt_of_the_ending(desk: Desk) -> None:
    desk.applied()
    desk.check()
    desk.repaired()
    row = Telling.objects.get(channel="webhook")
    assert (row.receiver, row.told_at) == (desk.hook.pk, None) and "审批系统" in receiver_name(row)
    (out,) = due_messages(now=ENDED + HOUR)
    note_arrived(out.message, status=204, now=ENDED + HOUR)
    follow_tellings(now=ENDED + 2 * HOUR)
    row.refresh_from_db()
    assert row.received_at == row.told_at == ENDED + HOUR and row.receipt


def test_another_matter_or_what_no_check_told_of_is_not_mentioned(desk: Desk) -> None:
    desk.check()
    other = desk.measures.record(subject=desk.subject)
    desk.repaired(other)
    assert desk.told() == [] and not Telling.objects.filter(channel="webhook").exists()


@pytest.mark.guard("G9")
def test_news_ask_to_check_again_without_saying_what_is_new(desk: Desk) -> None:
    check = desk.check(now=NOW - HOUR)
    desk.applied()
    assert tell_news(policy=desk.policy, now=LATER) == 0, "what is not sealed waits"
    _seal()
    assert tell_news(policy=desk.policy, now=LATER) == 1 and tell_news(policy=desk.policy, now=LATER) == 0
    assert desk.told(Kind.AGAIN) == [[check.number]]
    (out,) = due_messages(now=LATER)
    assert json.loads(out.body)["data"] == {"checks": [check.number]}


def _decided(desk: Desk, check: Checked) -> None:
    outcome = Outcome(outcome=CheckOutcome.UNAFFECTED, reason="符合条件", by="01号", grounds=[])
    keep_decision(desk.key, check.number, outcome, policy=desk.policy, now=NOW)


def _revoked(desk: Desk, check: Checked) -> None:
    grant = SharingGrant.objects.get(pk=desk.grant.pk)
    revoke_sharing(
        grant.case.public_id, actor=desk.people.zhao, reason="事项取消", policy=desk.policy, now=NOW
    )


@pytest.mark.guard("G16")
@pytest.mark.parametrize("done", [_decided, _revoked])
def test_no_news_of_a_matter_that_was_decided_or_for_a_grant_that_is_over(
    desk: Desk, done: Callable[[Desk, Checked], None]
) -> None:
    check = desk.check(now=NOW - HOUR)
    done(desk, check)
    desk.applied()
    _seal()
    assert tell_news(policy=desk.policy, now=LATER) == 0


def test_an_accepted_report_that_says_something_else_now_is_named_by_its_number(desk: Desk) -> None:
    rows, subject = desk.measures.rows, desk.subject
    made = report_rows.report(rows, subject=subject)
    report_rows.acceptance(rows, source="city", made=made, subject=subject, number=made.number)
    desk.repaired()
    assert desk.told(Kind.REPLACED) == [[made.number]]
    second = desk.measures.record(subject=subject)
    desk.repaired(second, now=ENDED + HOUR)
    assert len(desk.told(Kind.REPLACED)) == 1, "it is told once"


def test_an_accepted_report_is_named_once_a_fact_in_it_was_put_right(desk: Desk) -> None:
    rows, subject = desk.measures.rows, desk.subject
    made = report_rows.report(rows, subject=subject)
    report_rows.acceptance(rows, source="city", made=made, subject=subject, number=made.number)
    correct(
        record_key=desk.record.record_key,
        change=Change(deed="correct", reason="金额录入有误", ground="更正1号"),
        values={},
        fields={"处罚内容": "罚款"},
        actor=desk.people.wang,
        policy=desk.policy,
        now=LATER,
    )
    _seal()
    assert tell_news(policy=desk.policy, now=LATER) == 1
    assert desk.told(Kind.REPLACED) == [[made.number]] and desk.told() == []


def test_a_system_learns_that_its_key_ends_or_was_revoked(desk: Desk) -> None:
    SenderKey.objects.filter(pk=desk.key.pk).update(expires_on=(NOW + timedelta(days=10)).date())
    assert (tell_of_expiring(now=NOW), tell_of_expiring(now=NOW + timedelta(days=1))) == (1, 0)
    revoke_key(desk.key.public_id, actor=desk.people.wang, reason="更换", now=NOW)
    assert desk.told(Kind.KEY) == [["expiring"], ["revoked"]]
    body = json.loads(due_messages(now=NOW)[-1].body)
    assert body["data"] == {"key": f"xh_{desk.key.prefix}", "change": "revoked"}


def test_tries_wait_longer_and_a_silent_address_is_given_up_with_a_line_on_the_desk(desk: Desk) -> None:
    message, reach = send_test(desk.hook, now=NOW), frozenset({desk.people.market.pk})
    assert send_test(desk.hook, now=NOW).pk == message.pk
    with CaptureQueriesContext(connection) as seen:
        assert not note_failed(message.pk, status=503, trouble="回答 503", now=NOW)
    assert locked(seen) == ["store_webhook", "store_webhookmessage"], "as whoever ends the address"
    assert not something_due(now=NOW) and something_due(now=NOW + HOUR)
    assert not list(given_up(reach))
    assert note_failed(message.pk, status=None, trouble="连接不上", now=NOW + DEAD_AFTER)
    (dead,) = given_up(reach)
    assert dead.pk == desk.hook.pk and "连接不上" in dead.ended_reason
    assert not something_due(now=NOW + 2 * DEAD_AFTER)
    assert LedgerEvent.objects.filter(kind="webhook.dead").count() == 1
    end_webhook(dead, actor=desk.people.wang, reason="已联系，改用新地址", now=NOW + DEAD_AFTER)
    assert not list(given_up(reach))


def test_a_message_that_arrived_ends_the_silence(desk: Desk) -> None:
    first = send_test(desk.hook, now=NOW)
    note_failed(first.pk, status=500, trouble="回答 500", now=NOW)
    note_arrived(first.pk, status=200, now=NOW + HOUR)
    desk.hook.refresh_from_db()
    assert desk.hook.failing_since is None


def test_an_address_that_says_it_is_gone_is_given_up_at_once(desk: Desk) -> None:
    assert note_failed(send_test(desk.hook, now=NOW).pk, status=410, trouble="回答 410", now=NOW)


def test_a_person_has_a_message_sent_again_also_from_the_page_of_late_receipts(desk: Desk) -> None:
    desk.applied()
    desk.check()
    desk.repaired()
    (out,) = due_messages(now=ENDED + HOUR)
    note_arrived(out.message, status=200, now=ENDED + HOUR)
    repeat(WebhookMessage.objects.get(), actor=desk.people.wang, now=ENDED + 2 * HOUR)
    assert something_due(now=ENDED + 2 * HOUR)
    row = Telling.objects.get(channel="webhook")
    row.told_at = ENDED + HOUR
    row.save()
    tell_again(row.pk, reason="对方称没有收到", actor=desk.people.wang, now=ENDED + 3 * HOUR)
    assert LedgerEvent.objects.filter(kind="webhook.repeated").count() == 2


def test_both_secrets_sign_for_a_week(desk: Desk) -> None:
    (first,) = secrets_of(desk.hook, now=NOW)
    rotate(desk.hook, now=NOW)
    desk.hook.refresh_from_db()
    newest, before = secrets_of(desk.hook, now=NOW + timedelta(days=6))
    assert before == first and secrets_of(desk.hook, now=NOW + timedelta(days=7)) == [newest]
    assert len(Webhook.objects.get().secret) > len(newest), "it is sealed"


def test_who_may_register_what(desk: Desk, policy: Policy) -> None:
    assert code_of(register, desk.key, URL, networks=(), now=NOW) == "WH4"
    assert code_of(register, desk.key, "https://10.8.1.1/x", networks=(), now=NOW) == "WH2"
    delivers = desk.measures.rows.sender_key()
    assert code_of(register, delivers, URL, networks=(), now=NOW) == "WH3"
    for number in range(1, MOST):
        register(desk.key, f"{URL}/{number}", networks=(), now=NOW)
    assert code_of(register, desk.key, f"{URL}/more", networks=(), now=NOW) == "WH5"
    assert code_of(end_webhook, desk.hook, actor=None, reason=" ", now=NOW) == "WH8"
    end_webhook(desk.hook, actor=None, reason="下线", now=NOW)
    assert code_of(send_test, desk.hook, now=NOW) == "WH7"


def test_more_numbers_than_fit_go_in_further_messages(desk: Desk) -> None:
    ids = [f"n{number}" for number in range(MOST_IDS + 1)]
    for _ in range(2):
        tell(desk.hook, Kind.AGAIN, about="again:7", ids=ids, now=NOW)
    assert [len(one) for one in desk.told(Kind.AGAIN)] == [MOST_IDS, 1]


def test_no_other_key_is_told_of_a_check(desk: Desk, home: Path) -> None:
    other = webhook_rows.webhook(desk.measures.rows)
    desk.applied()
    desk.check()
    desk.repaired()
    assert not other.messages.exists()
