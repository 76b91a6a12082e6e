"""An address is registered, tried and ended by key; messages are posted and verified; the owner sees them in the office."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.api_calls import Caller, caller
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.sources import Source, served
from tests.people import NOW, People
from tests.services.sharers import granted, reader
from tests.store import webhook_rows
from tests.store.rows import Rows

from examples.receive_webhooks import genuine
from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.interfaces.exchange.webhook_round import send_due
from xinheng.services.sharing import ReadingSystem, give_key
from xinheng.store.models import Webhook, WebhookMessage

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.row("M10-02")]
HERE = ("127.0.0.1/32",)
HOOKS = "/api/v1/webhooks"


@pytest.fixture
def source() -> Iterator[Source]:
    with served() as made:
        yield made


@pytest.fixture
def system(people: People, policy: Policy, settings: object) -> Caller:
    settings.WEBHOOK_NETWORKS = HERE  # type: ignore[attr-defined]
    _, key, text_ = reader(people, policy)
    return Caller(key, text_)


def _url(source: Source) -> str:
    return f"http://127.0.0.1:{source.port}/xinheng?of=1"


def _said(response: HttpResponse) -> tuple[int, object]:
    told = json.loads(response.content)
    return response.status_code, told.get("code", told)


def test_a_registered_address_gets_a_message_that_it_can_verify(system: Caller, source: Source) -> None:
    made = json.loads(system.send(HOOKS, {"url": _url(source)}).content)
    status, tried = _said(system.send(f"{HOOKS}/{made['webhook']}/test", {}))
    assert status == 200
    source.answers = [(204, b"", {"Content-Length": ""})]
    assert send_due(networks=HERE, now=NOW) == 1
    (path, headers), (body,) = source.seen[0], source.bodies
    named = {name.lower(): value for name, value in headers.items()}
    assert path == "/xinheng?of=1" and genuine(named, body, made["secret"], now=NOW.timestamp())
    assert json.loads(body)["sandbox"] and named["webhook-id"] == tried["message"]  # type: ignore[index]
    row = WebhookMessage.objects.get()
    assert (row.status, row.next_at, row.attempts) == (204, None, 1)
    assert send_due(networks=HERE, now=NOW + timedelta(hours=1)) == 0


def test_what_is_not_taken_waits_and_the_cause_is_kept(system: Caller, source: Source) -> None:
    made = json.loads(system.send(HOOKS, {"url": _url(source)}).content)
    system.send(f"{HOOKS}/{made['webhook']}/test", {})
    source.answers = [(302, b"", {"Location": "http://10.0.0.1/"}), (500, b"", {})]
    assert send_due(networks=HERE, now=NOW) == 0 and len(source.seen) == 1, "nobody is followed elsewhere"
    row = WebhookMessage.objects.get()
    assert "要求转到别处" in row.trouble and row.next_at == NOW + timedelta(minutes=1)
    assert send_due(networks=(), now=NOW + timedelta(hours=1)) == 0
    assert len(source.seen) == 1 and "不在允许的范围内" in WebhookMessage.objects.get().trouble
    assert "failing_since" in system.get(HOOKS).content.decode()
    assert Webhook.objects.get().failing_since == NOW


@pytest.mark.row("M17-02")
def test_one_address_that_fails_keeps_nobody_from_the_others(people: People, source: Source) -> None:
    rows = Rows(people)
    hooks = [webhook_rows.webhook(rows, url=url) for url in ("http://127.0.0.1:1/x", _url(source))]
    from xinheng.services.webhooks import rotate, send_test

    for hook in hooks:
        rotate(hook, now=NOW)
        Webhook.objects.update(secret_before=None)
        send_test(hook, now=NOW)
    source.answers = [(200, b"{}", {})]
    assert send_due(networks=HERE, now=NOW) == 1


def test_a_key_ends_its_own_address_and_knows_no_other(
    system: Caller, people: People, policy: Policy
) -> None:
    made = json.loads(system.send(HOOKS, {"url": "https://tender.example.com/x"}).content)
    one = f"{HOOKS}/{made['webhook']}"
    stranger = Caller(*give_key(system.key.grant, ReadingSystem(name="别的系统"), actor=people.wang, now=NOW))  # type: ignore[arg-type]
    assert _said(stranger.send(f"{one}/test", {})) == (404, "WH6")
    assert _said(stranger.get(HOOKS)) == (200, {"webhooks": []})
    assert _said(system.send(HOOKS, {"url": "https://10.8.1.1/x"})) == (400, "WH2")
    assert _said(system.send(HOOKS, {"url": "gopher://x.example"})) == (400, "WH1")
    assert _said(caller(people, policy).send(HOOKS, {"url": "https://x.example.com/"})) == (403, "WH3")
    fresh = json.loads(system.send(f"{one}/secret", {}).content)
    assert fresh["secret"].startswith("whsec_") and fresh["secret"] != made["secret"]
    listed = system.get(HOOKS).content.decode()
    assert made["webhook"] in listed and "whsec_" not in listed
    ended = Client().delete(one, headers=system.headers())
    assert ended.status_code == 200 and json.loads(ended.content)["ended_at"]
    assert _said(system.send(f"{one}/secret", {})) == (409, "WH7")


def test_a_key_to_try_out_may_register_and_try(people: People, policy: Policy) -> None:
    grant = granted(people, policy, purpose=Purpose.TENDER)
    sandbox = Caller(*give_key(grant, ReadingSystem(name="试用", sandbox=True), actor=people.wang, now=NOW))
    made = json.loads(sandbox.send(HOOKS, {"url": "https://tender.example.com/x"}).content)
    assert _said(sandbox.send(f"{HOOKS}/{made['webhook']}/test", {}))[0] == 200


def test_the_owner_of_the_key_sees_messages_sends_again_and_ends(
    system: Caller, people: People, home: Path
) -> None:
    made = json.loads(system.send(HOOKS, {"url": "https://tender.example.com/x"}).content)
    system.send(f"{HOOKS}/{made['webhook']}/test", {})
    WebhookMessage.objects.update(next_at=None, attempts=9, trouble="回答 400", status=400)
    owner, part = signed_in(people.li), {"webhook": made["webhook"]}
    assert "审批系统" in text(owner.get(reverse("office:webhooks")))
    page = text(owner.get(reverse("office:webhook", kwargs=part)))
    assert "没有送达，不再重试" in page and "whsec_" not in page and made["secret"] not in page
    message = WebhookMessage.objects.get()
    again = reverse("office:repeat_webhook", kwargs={"message": message.public_id})
    assert post(owner, again).status_code == 302
    message.refresh_from_db()
    assert message.next_at is not None and message.attempts == 0
    end = reverse("office:end_webhook", kwargs=part)
    assert "请写明停用的原因" in text(post(owner, end, {"reason": ""}))
    assert post(owner, end, {"reason": "系统下线"}).status_code == 302
    assert "请重新登记一个" in text(post(owner, again))


def test_a_dead_address_stands_on_the_desk_until_somebody_has_looked(people: People) -> None:
    rows = Rows(people)
    hook = webhook_rows.webhook(rows, dead=True, ended_at=NOW, ended_reason="多日没有收下通知")
    owner = signed_in(people.wang)
    assert "多日没有收下通知，已停发" in text(owner.get(reverse("office:desk")))
    end = reverse("office:end_webhook", kwargs={"webhook": hook.public_id})
    assert post(owner, end, {"reason": "已联系"}).status_code == 302
    assert "多日没有收下通知，已停发" not in text(owner.get(reverse("office:desk")))
