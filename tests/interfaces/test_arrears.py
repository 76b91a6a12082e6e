"""Arrears of a body are public by decision alone, after it was told and heard, by two persons, and end with their ground."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject, an_act
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People
from tests.query_plans import locked
from tests.refusals import code_of

from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Finality
from xinheng.services.arrears import Decision, arrears_to_propose, propose_arrears, show_arrears, stop_arrears
from xinheng.services.records import Change, change_state
from xinheng.store.models import ArrearsNotice, LedgerEvent, Record, Subject

pytestmark = [
    pytest.mark.usefixtures("office_clock"),
    pytest.mark.row("M5-11"),
    pytest.mark.guard("G14"),
]
DECISION = Decision(
    number="宛政〔2026〕3号",
    organ="市人民政府",
    decided_on=TODAY,
    told_on=TODAY - timedelta(days=9),
    told_proof="回证1",
)


@pytest.fixture
def nanyang() -> Policy:
    return load_policy(settings.POLICY_ROOT, city="nanyang")


def _finding(people: People, **given: Any) -> Record:
    subject = given.pop("subject", None) or a_subject("样例城投有限公司", state_owned=True)
    found = {
        "result": "arrears_small",
        "finality": Finality.FINAL,
        "amount_fen": 12_000_000,
        "item": 18,
    } | given
    return an_act(subject, people, published=False, title="拖欠工程款", fields={}, **found).record


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, nanyang: Policy) -> Policy:
    """The city of the tests with the column of 南阳."""
    for place in (
        "xinheng.interfaces.portal.law.policy_in_force",
        "xinheng.interfaces.office.access.policy_in_force",
    ):
        monkeypatch.setattr(place, lambda on: nanyang)
    return nanyang


def test_one_proposes_another_decides_and_it_is_public_until_its_ground_ends(
    client: Client, people: People, opened: Policy
) -> None:
    record = _finding(people)
    officer, decider = signed_in(people.wang), signed_in(people.zhao)
    assert f"/office/arrears/propose/{record.record_key}/" in text(officer.get("/office/arrears/"))
    given = {
        "number": DECISION.number,
        "organ": DECISION.organ,
        "decided_on": "2026-11-18",
        "told_on": "2026-11-10",
        "told_proof": "回证1号",
    }
    address = f"/office/arrears/propose/{record.record_key}/"
    assert "不能早于认定和告知的日期" in text(post(officer, address, given | {"told_on": "2027-01-01"}))
    page = text(officer.get(address))
    assert "样例城投有限公司：拖欠工程款，120,000" in page
    assert officer.get("/office/arrears/propose/999999/").status_code == 404
    assert post(officer, address, given).status_code == 302
    notice = ArrearsNotice.objects.get()
    assert "样例城投" not in text(client.get("/arrears"))
    own = f"/office/arrears/{notice.public_id}/"
    assert "放弃提出公示" in text(officer.get(own)) and "单位的意见" in text(decider.get(own))
    assert "单位陈述意见的期限：没有规定" in text(decider.get(own))
    assert post(decider, own, {"heard": "没有提出意见"}).status_code == 302
    page = client.get("/arrears")
    for word in ("样例城投有限公司", "120,000", "市人民政府 宛政〔2026〕3号", "依据待核", "提出异议"):
        assert word in text(page), word
    known = {"If-None-Match": page.headers["ETag"]}
    assert client.get("/arrears", headers=known).status_code == 304
    Subject.objects.filter(pk=record.subject_id).update(name="样例城投集团有限公司")
    assert "样例城投集团有限公司" in text(client.get("/arrears", headers=known)), (
        "another name is another page"
    )
    assert "信衡建议值" not in text(page) + text(officer.get("/office/arrears/")), (
        "a city opened it, not the platform"
    )
    assert "noindex" in page.headers["X-Robots-Tag"]
    change = Change(deed="withdraw", reason="已经付清", ground="宛工信〔2026〕9号")
    change_state(
        record_key=record.record_key,
        change=change,
        actor=people.wang,
        policy=opened,
        now=NOW + timedelta(minutes=1),
    )
    assert "样例城投" not in text(client.get("/arrears"))
    notice.refresh_from_db()
    page = text(officer.get(own))
    assert "拖欠账款公示已停止" in page and "<form" not in page.partition("<main")[2], "nothing is left to do"
    assert notice.ended_why == "withdraw" and LedgerEvent.objects.filter(kind="arrears.ended").exists()


def test_a_city_without_a_document_shows_nothing(client: Client, people: People, policy: Policy) -> None:
    record = _finding(people)
    assert (
        code_of(propose_arrears, record.record_key, DECISION, actor=people.wang, policy=policy, now=NOW)
        == "AZ1"
    )
    assert "本市没有规定" in text(client.get("/arrears"))
    assert "本市没有规定" in text(signed_in(people.wang).get("/office/arrears/"))


@pytest.mark.guard("G3")
def test_what_is_not_final_no_arrears_or_of_no_body_is_not_proposed(people: People, nanyang: Policy) -> None:
    private, trader = a_subject("样例商贸有限公司"), a_subject("样例小吃店", kind="sole_trader")
    wrong = [
        _finding(people, finality=Finality.IN_COURT),
        _finding(people, result="contract_unkept"),
        _finding(people, subject=private),
        _finding(people, subject=trader),
        _finding(people, subject=a_subject("样例区某局", state_body=True)),
    ]
    given = {"actor": people.wang, "policy": nanyang, "now": NOW}
    for record in wrong[1:]:
        assert code_of(propose_arrears, record.record_key, DECISION, **given) == "AZ2"
    assert code_of(propose_arrears, wrong[0].record_key, DECISION, **given) != "AZ2"
    assert not ArrearsNotice.objects.exists()


def test_two_persons_a_hearing_and_a_reason_are_needed(people: People, nanyang: Policy) -> None:
    record = _finding(people)
    given: dict[str, Any] = {"policy": nanyang, "now": NOW}
    incomplete = replace(DECISION, told_proof=" ")
    assert code_of(propose_arrears, record.record_key, incomplete, actor=people.wang, **given) == "AZ3"
    for told, decided in ((0, 1), (400, 399)):
        days = {"told_on": TODAY - timedelta(days=told), "decided_on": TODAY - timedelta(days=decided)}
        early = replace(DECISION, **days)
        assert code_of(propose_arrears, record.record_key, early, actor=people.wang, **given) == "AZ3"
    notice = propose_arrears(record.record_key, DECISION, actor=people.wang, **given)
    assert not arrears_to_propose(nanyang).exists()
    assert code_of(propose_arrears, record.record_key, DECISION, actor=people.wang, **given) == "AZ4"
    assert code_of(show_arrears, notice.public_id, heard="无", actor=people.wang, **given) == "AZ6"
    assert code_of(show_arrears, notice.public_id, heard=" ", actor=people.zhao, **given) == "AZ7"
    with CaptureQueriesContext(connection) as seen:
        show_arrears(notice.public_id, heard="没有提出意见", actor=people.zhao, **given)
    assert locked(seen)[:2] == ["store_record", "store_arrearsnotice"], "as whoever ends the record"
    assert code_of(show_arrears, notice.public_id, heard="无", actor=people.zhao, **given) == "AZ5"
    assert code_of(stop_arrears, notice.public_id, reason="", actor=people.wang, now=NOW) == "AZ9"
    stop_arrears(notice.public_id, reason="决定撤销", actor=people.wang, now=NOW)
    assert code_of(stop_arrears, notice.public_id, reason="x", actor=people.wang, now=NOW) == "AZ5"
