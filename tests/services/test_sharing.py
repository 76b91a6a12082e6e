"""Who may read what: applied for, approved by another for the city, read within bounds, written down, revoked at once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from tests.people import NOW, TODAY, People, make_user
from tests.refusals import code_of
from tests.sealing import seal_all
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write
from tests.services.sharers import FIELDS, WISH, applicant, granted, reader

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.sharing import Purpose, directory
from xinheng.services.collect import Delivery, import_file
from xinheng.services.records import Change, change_state
from xinheng.services.sharing import apply_for, approve_sharing, give_key, revoke_sharing
from xinheng.services.sharing_reads import Asked, read_changes, read_subject
from xinheng.services.sharing_use import usage, who_asked
from xinheng.services.time import day_of, end_of
from xinheng.store.models import (
    LedgerEvent,
    Record,
    SenderKey,
    SharingCall,
    SharingGrant,
    SharingReading,
    Subject,
)

ASKED = Asked(purpose=Purpose.PERMIT.value)
LATER = NOW + timedelta(minutes=5)


def _deliver(people: People, policy: Policy, folder: Path) -> People:
    """Two enterprises with two penalties each."""
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    rows = [penalty(number, document=f"汴市监罚〔2026〕{number}-{n}号") for number in (1, 2) for n in (1, 2)]
    import_file(write(folder, *rows), delivery)
    return people


@pytest.fixture
def city(people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    return _deliver(people, policy, tmp_path)


@pytest.fixture
def lasting(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    """The same where transactions really end, so that the ledger can be sealed."""
    return _deliver(committed_people, policy, tmp_path)


@pytest.mark.row("M2-13")
def test_the_directory_offers_no_field_that_may_name_a_person_and_nothing_that_is_closed(
    policy: Policy,
) -> None:
    offers = {one.code: one for one in directory(policy.catalogue)}
    assert not offers["complaint"].open
    assert offers["penalty"].open
    assert offers["utility"].consent
    told = {field for one in offers.values() for field in one.fields}
    assert not {field for field in told if "法定代表人" in field or "住所" in field or "户号" in field}
    assert "违法行为类型" in offers["penalty"].fields


@pytest.mark.parametrize(
    "changes",
    [
        {"items": {}},
        {"items": {"penalty": ()}},
        {"items": {"complaint": ("文书号",)}},
        {"items": {"penalty": ("法定代表人",)}},
        {"matter": " "},
        {"legal_basis": ""},
        {"daily_quota": 0},
        {"until_on": TODAY - timedelta(days=1), "from_on": TODAY - timedelta(days=9)},
        {"until_on": TODAY + timedelta(days=400)},
    ],
)
def test_what_cannot_be_applied_for_is_refused(
    people: People, policy: Policy, changes: dict[str, Any]
) -> None:
    wish = replace(WISH, **changes)
    by = applicant(people)
    assert code_of(apply_for, wish, organisation=people.market, actor=by, policy=policy, now=NOW) == "GX01"


@pytest.mark.row("M2-13")
def test_a_second_person_who_decides_for_the_city_approves(people: People, policy: Policy) -> None:
    by = applicant(people)
    case = apply_for(WISH, organisation=people.market, actor=by, policy=policy, now=NOW)
    own = make_user("qian", "钱决定", people.market, Role.DECIDER)
    said = code_of(approve_sharing, case.public_id, actor=own, policy=policy, now=NOW)
    assert said == "GX03"
    assert code_of(approve_sharing, case.public_id, actor=by, policy=policy, now=NOW) == "flow_role"
    grant = approve_sharing(case.public_id, actor=people.zhao, policy=policy, now=NOW)
    assert grant.items == {"penalty": list(FIELDS)}
    assert code_of(approve_sharing, case.public_id, actor=people.zhao, policy=policy, now=NOW) == "flow_state"
    assert LedgerEvent.objects.filter(kind="sharing.granted").count() == 1


@pytest.mark.row("M2-13")
def test_two_applications_at_once_make_one(committed_people: People, policy: Policy) -> None:
    by, start, codes = applicant(committed_people), Barrier(2), []

    def apply() -> None:
        start.wait(timeout=20)
        try:
            apply_for(WISH, organisation=committed_people.market, actor=by, policy=policy, now=NOW)
            codes.append("")
        except Refusal as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=apply) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == ["", "GX02"]


@pytest.mark.row("M2-13")
def test_a_key_reads_granted_items_and_fields_of_one_subject_and_it_is_written_down(
    city: People, policy: Policy
) -> None:
    grant, key, _ = reader(city, policy)
    body = read_subject(key, code(1), ASKED, policy=policy, now=LATER).body
    assert body["subject"]["name"] == name(1)
    assert [set(one["fields"]) <= set(FIELDS) for one in body["records"]] == [True, True]
    assert "罚款金额" not in str(body)
    call = SharingCall.objects.get()
    assert (call.purpose, call.records, call.refused) == ("permit", 2, "")
    reading = SharingReading.objects.get()
    assert (reading.subject.code, reading.records) == (code(1), 2)
    (asked,) = who_asked(Subject.objects.get(code=code(1)))
    assert (asked.organisation, asked.purpose, asked.day, asked.calls) == (
        "市市场监管局",
        Purpose.PERMIT.label,
        TODAY,
        1,
    )
    assert who_asked(Subject.objects.get(code=code(2))) == ()
    assert LedgerEvent.objects.get(kind="sharing.read").object == f"sharing:{grant.public_id}"


@pytest.mark.row("M2-13")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(purpose="tender"), "GX13"),
        (Asked(purpose=""), "GX13"),
        (Asked(purpose="permit", items=("permit",)), "GX14"),
        (Asked(purpose="permit", fields=("违法事实",)), "GX14"),
    ],
)
def test_what_was_not_granted_is_refused_and_counted_as_refused(
    city: People, policy: Policy, asked: Asked, said: str
) -> None:
    grant, key, _ = reader(city, policy)
    assert code_of(read_subject, key, code(1), asked, policy=policy, now=LATER) == said
    assert SharingCall.objects.get().refused == said
    assert not SharingReading.objects.exists()
    grant.refresh_from_db()
    assert grant.day_calls == 0


@pytest.mark.row("M2-13")
def test_a_grant_reads_on_its_days_only(city: People, policy: Policy) -> None:
    _, key, _ = reader(city, policy, from_on=TODAY + timedelta(days=1))
    assert code_of(read_subject, key, code(1), ASKED, policy=policy, now=LATER) == "GX12"
    tomorrow = NOW + timedelta(days=1)
    assert read_subject(key, code(1), ASKED, policy=policy, now=tomorrow).body["records"]
    assert code_of(read_subject, key, code(1), ASKED, policy=policy, now=NOW + timedelta(days=91)) == "GX12"


@pytest.mark.row("M2-13")
def test_the_quota_is_of_the_day_in_china(city: People, policy: Policy) -> None:
    _, key, _ = reader(city, policy, daily_quota=2)
    midnight = end_of(day_of(NOW))
    before = midnight - timedelta(seconds=1)
    for _ in range(2):
        read_subject(key, code(1), ASKED, policy=policy, now=before)
    assert code_of(read_subject, key, code(1), ASKED, policy=policy, now=before) == "GX16"
    assert read_subject(key, code(1), ASKED, policy=policy, now=midnight).body["records"]
    assert SharingGrant.objects.get().day_calls == 1


def test_an_unknown_code_counts_and_is_said(city: People, policy: Policy) -> None:
    grant, key, _ = reader(city, policy)
    assert code_of(read_subject, key, "9" * 18, ASKED, policy=policy, now=LATER) == "GX17"
    grant.refresh_from_db()
    assert (grant.day_calls, SharingCall.objects.get().refused) == (1, "GX17")


def test_a_key_that_delivers_reads_nothing(city: People, policy: Policy) -> None:
    from xinheng.services.senders import KeyOrder, make_key

    order = KeyOrder(
        organisation=city.market,
        name="报送系统",
        feeds=("penalty-dual-publicity",),
        expires_on=TODAY + timedelta(days=9),
    )
    key, _ = make_key(order, actor=city.wang, policy=policy, now=NOW)
    assert code_of(read_subject, key, code(1), ASKED, policy=policy, now=LATER) == "GX10"


def keys(page: dict[str, Any]) -> list[tuple[int, bool]]:
    return [(one["record"], one["ended"]) for one in page["records"]]


@pytest.mark.row("M2-13")
@pytest.mark.guard("G9")
def test_changes_come_once_page_by_page_and_what_ended_comes_as_a_number_to_who_had_it(
    lasting: People, policy: Policy
) -> None:
    _, key, _ = reader(lasting, policy)
    first = Record.objects.order_by("pk").first()
    assert first is not None
    assert keys(read_changes(key, ASKED, after="", limit=3, policy=policy, now=LATER).body) == []
    seal_all(LATER)
    page = read_changes(key, ASKED, after="", limit=3, policy=policy, now=LATER).body
    assert (len(page["records"]), page["more"]) == (3, True)
    rest = read_changes(key, ASKED, after=page["next"], limit=3, policy=policy, now=LATER).body
    assert (len(rest["records"]), rest["more"]) == (1, False)
    assert len({one for one, _ in keys(page) + keys(rest)}) == 4
    change = Change(deed="shield", reason="核查", ground="汴信函〔2026〕3号")
    change_state(record_key=first.record_key, change=change, actor=lasting.zhao, policy=policy, now=LATER)
    seal_all(LATER)
    last = read_changes(key, ASKED, after=rest["next"], limit=3, policy=policy, now=LATER).body
    assert last["records"] == [{"record": first.record_key, "ended": True}]
    again = read_changes(key, ASKED, after=last["next"], limit=3, policy=policy, now=LATER).body
    assert keys(again) == []
    _, other, _ = reader(lasting, policy, purpose=Purpose.TENDER)
    whole = read_changes(other, Asked(purpose="tender"), after="", limit=9, policy=policy, now=LATER).body
    assert first.record_key not in [one for one, _ in keys(whole)]
    assert len(whole["records"]) == 3


@pytest.mark.row("M2-13")
def test_a_grant_revoked_between_two_pages_ends_the_reading(lasting: People, policy: Policy) -> None:
    grant, key, _ = reader(lasting, policy)
    seal_all(LATER)
    page = read_changes(key, ASKED, after="", limit=2, policy=policy, now=LATER).body
    revoke_sharing(grant.case.public_id, actor=lasting.wang, reason="业务结束", policy=policy, now=LATER)
    said = code_of(read_changes, key, ASKED, after=page["next"], limit=2, policy=policy, now=LATER)
    assert said == "GX11"
    grant.refresh_from_db()
    assert code_of(give_key, grant, _system(), actor=lasting.wang, now=LATER) == "GX04"
    assert SharingCall.objects.filter(refused="GX11").count() == 1


def _system() -> Any:
    from xinheng.services.sharing import ReadingSystem

    return ReadingSystem(name="审批系统")


@pytest.mark.parametrize("after", ["1", "a.b.c", "1.2.3.4", "-1.0.0", "1.2." + "9" * 40])
def test_a_cursor_that_is_none_is_refused(city: People, policy: Policy, after: str) -> None:
    _, key, _ = reader(city, policy)
    assert code_of(read_changes, key, ASKED, after=after, limit=2, policy=policy, now=LATER) == "GX18"


@pytest.mark.guard("G9")
def test_records_that_ended_and_records_of_others_than_public_bodies_are_not_shared(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    _, key, _ = reader(city, policy, items={"penalty": FIELDS, "evaluation": ("文书号", "事由")})
    for record in Record.objects.filter(subject__code=code(1)):
        change = Change(deed="repair", reason="修复", ground="汴修〔2026〕1号")
        change_state(record_key=record.record_key, change=change, actor=city.zhao, policy=policy, now=NOW)
    from tests.services.test_provenance import MEMBER, MEMBERS, delivered

    delivered(city, policy, tmp_path, MEMBER, header=MEMBERS, called="会员信用.csv")
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"] == []


@pytest.mark.row("M2-13")
def test_the_use_is_counted_by_organisation_item_and_month_with_what_was_refused(
    city: People, policy: Policy
) -> None:
    _, key, _ = reader(city, policy)
    for number in (1, 1, 2):
        read_subject(key, code(number), ASKED, policy=policy, now=LATER)
    code_of(read_subject, key, code(1), Asked(purpose="funds"), policy=policy, now=LATER)
    lines = usage([city.market.pk], from_on=TODAY, until_on=TODAY)
    counted = {line.item: (line.calls, line.refused, line.subjects, line.records) for line in lines}
    assert counted == {"penalty": (3, 0, 2, 6), "": (1, 1, 0, 0)}
    assert usage([city.city.pk], from_on=TODAY, until_on=TODAY) == ()


def test_only_reading_keys_have_a_grant(people: People, policy: Policy) -> None:
    grant = granted(people, policy)
    key, text = give_key(grant, _system(), actor=people.wang, now=NOW)
    assert (key.feeds, key.grant_id) == ([], grant.pk)
    assert text not in str(list(SenderKey.objects.values()))
    assert code_of(give_key, grant, type(_system())(name=" "), actor=people.wang, now=NOW) == "K13"


def test_a_register_of_the_registrar_is_shared_by_its_granted_fields(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    delivery = Delivery(policy=policy, organisation=city.market, actor=city.li, now=NOW - timedelta(days=1))
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv"), delivery)
    _, key, _ = reader(city, policy, items={"registration": ("登记机关", "决定日期")})
    (record,) = read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"]
    assert set(record["fields"]) <= {"登记机关", "决定日期"}
    assert "某街" not in str(record)
