"""A subject's file in the office: found by part of its name, assembled from many files, read on the record."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import NOW, People, make_user
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.roles import Role
from xinheng.services.collect import Delivery, import_file
from xinheng.services.records import Change, change_state
from xinheng.store.models import Case, LedgerEvent, Publication, Record, RoleGrant, Subject

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def city(people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=9)
    )
    rows = [registration(number) for number in (1, 2, 3)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(tmp_path, penalty(1), penalty(2), called="行政处罚.csv"), delivery)
    return people


@pytest.fixture
def officer(city: People) -> Client:
    return signed_in(city.wang)


def _file(number: int = 1) -> str:
    return reverse("office:subject", kwargs={"subject": Subject.objects.get(code=code(number)).public_id})


@pytest.mark.parametrize("query", ["某某1号", "kfmm", code(1), code(1)[:12]])
def test_a_subject_is_found_by_name_pinyin_and_code(officer: Client, query: str) -> None:
    assert name(1) in text(officer.get("/office/subjects/", {"q": query}))


def test_the_search_says_what_it_needs(officer: Client) -> None:
    assert "请至少输入两个汉字" in text(officer.get("/office/subjects/?q=a"))
    assert "没有找到" in text(officer.get("/office/subjects/?q=查无此店"))
    assert "输入名称中的两三个字" in text(officer.get("/office/subjects/"))
    assert name(3) in text(officer.get("/office/subjects/?division=410202"))
    assert officer.get("/office/subjects/?after=99999999999999999999999&kind=x").status_code == 200


@pytest.mark.row("M3-01")
@pytest.mark.row("M3-02")
def test_a_file_shows_every_record_with_its_source_file_and_row(officer: Client) -> None:
    page = text(officer.get(_file()))
    assert "登记注册.csv 第 2 行" in page
    assert "行政处罚.csv 第 2 行" in page
    assert "汴市监罚〔2026〕1号" in page
    only = text(officer.get(f"{_file()}?item=4"))
    assert "行政处罚.csv" in only
    assert "登记注册.csv 第 2 行" not in only


@pytest.mark.row("M3-02")
def test_opening_a_file_and_a_record_is_written_to_the_ledger(officer: Client, city: People) -> None:
    subject = Subject.objects.get(code=code(1))
    officer.get(_file())
    record = Record.objects.get(subject=subject, item=4)
    officer.get(reverse("office:record", kwargs={"subject": subject.public_id, "key": record.record_key}))
    events = LedgerEvent.objects.filter(subject=subject.public_id).order_by("pk")
    assert list(events.values_list("kind", "actor__username")) == [
        ("subject.read", "wang"),
        ("record.read", "wang"),
    ]


def test_a_collector_searches_but_opens_no_file(city: People) -> None:
    client = signed_in(city.li)
    assert name(1) in text(client.get("/office/subjects/?q=某某1号"))
    assert client.get(_file()).status_code == 403


@pytest.mark.guard("G9")
def test_the_past_opens_with_a_right_of_its_own_and_a_reason(officer: Client, city: People) -> None:
    past = f"{_file()}?known_on=2026-11-01"
    assert officer.get(past).status_code == 403
    auditor = signed_in(city.chen)
    silent = auditor.get(past)
    assert silent.status_code == 409
    assert "必须写明理由" in text(silent)
    page = text(auditor.get(f"{past}&reason=行政复议调阅"))
    assert "这是过去的档案" in page
    assert "行政处罚.csv" not in page
    event = LedgerEvent.objects.filter(kind="subject.read").latest("pk")
    assert event.reason == "行政复议调阅"


@pytest.mark.guard("G9")
def test_what_was_withdrawn_or_expired_stays_closed(officer: Client, city: People, policy: Policy) -> None:
    kept = Record.objects.get(subject__code=code(1), item=4)
    change = Change(deed="withdraw", reason="处罚决定被撤销", ground="汴政复决〔2026〕3号")
    withdrawn = change_state(
        record_key=kept.record_key, change=change, actor=city.wang, policy=policy, now=NOW
    )
    page = text(officer.get(_file()))
    assert "行政处罚.csv" not in page
    assert "另有 1 条记录" in page
    url = reverse("office:record", kwargs={"subject": kept.subject.public_id, "key": withdrawn.record_key})
    assert officer.get(url).status_code == 403
    auditor = signed_in(city.chen)
    assert "行政处罚.csv" in text(auditor.get(f"{_file()}?ended=1&reason=核查"))
    assert auditor.get(url).status_code == 409
    assert "已撤回" in text(auditor.get(f"{url}?reason=核查"))


@pytest.mark.guard("G9")
def test_a_record_published_to_its_last_day_is_archive(officer: Client, city: People) -> None:
    record = Record.objects.get(subject__code=code(2), item=4)
    Publication.objects.create(
        record_key=record.record_key, ground=record, subject=record.subject, item=4, calendar_version="v",
        reviewed_by=city.zhou, published_at=NOW - timedelta(days=8), stopped_at=NOW, stop_reason="expired",
    )  # fmt: skip
    assert "行政处罚.csv" not in text(officer.get(_file(2)))


def _change(client: Client, record: Record, **fields: object) -> str:
    part = {"subject": record.subject.public_id, "key": record.record_key}
    return text(post(client, reverse("office:change_record", kwargs=part), dict(fields)))


def test_what_was_over_on_the_day_it_began_is_shown_with_that_day(officer: Client, people: People) -> None:
    rows, day = Rows(people), date(2026, 3, 2)
    held = {"item": 13, "decided_on": day, "valid_to": day, "record_key": 1_000_001}
    rows.detail(record=rows.record(subject=Subject.objects.get(code=code(1)), **held))
    page = text(officer.get(_file()))
    assert "2026-03-02" in page and "2026-03-01" not in page


@pytest.mark.row("M3-05")
def test_a_record_is_corrected_with_reason_and_ground(officer: Client, city: People) -> None:
    record = Record.objects.get(subject__code=code(1), item=4)
    asked = {"deed": "correct", "reason": "金额录入错误", "ground": "更正函〔2026〕1号", "amount": "800.50"}
    assert "请写明文书名称和文号" in _change(officer, record, **{**asked, "ground": ""})
    assert "至少填写一项" in _change(officer, record, **{**asked, "amount": ""})
    _change(officer, record, **asked)
    now = Record.objects.get(record_key=record.record_key, known_until__isnull=True)
    assert (now.amount_fen, record.amount_fen) == (80_050, 500_000)
    part = {"subject": record.subject.public_id, "key": record.record_key}
    page = text(officer.get(reverse("office:record", kwargs=part)))
    assert "更正函〔2026〕1号" in page
    assert "800.50 元" in page


@pytest.mark.row("M3-05")
def test_a_heavier_correction_waits_for_the_decider_and_says_so(officer: Client, city: People) -> None:
    record = Record.objects.get(subject__code=code(1), item=4)
    part = {"subject": record.subject.public_id, "key": record.record_key}
    asked = {"deed": "correct", "reason": "金额录入错误", "ground": "更正函〔2026〕1号", "amount": "9000"}
    asked["valid_to"] = "2027-03-02"
    _change(officer, record, **asked)
    assert not Record.objects.filter(record_key=record.record_key).exclude(pk=record.pk).exists()
    case = Case.objects.get(kind="correction")
    address = reverse("office:case", args=[case.number])
    page = text(officer.get(reverse("office:record", kwargs=part)))
    assert "有一项加重更正待另一人决定" in page
    assert address in page
    decider = signed_in(city.zhao)
    shown = text(decider.get(address))
    assert "5,000.00" in shown
    assert "9,000.00" in shown
    assert "2027-03-02" in shown and "2027-03-03" not in shown
    assert "更正函〔2026〕1号" in shown
    step = reverse("office:case_step", args=[case.number, "carry"])
    given: dict[str, object] = {"reason": "与原件一致", "seen": case.version}
    assert post(officer, step, given).status_code != 302
    assert post(decider, step, given).status_code == 302
    now = Record.objects.get(record_key=record.record_key, known_until__isnull=True)
    assert (now.amount_fen, now.note.actor) == (900_000, city.zhao)
    assert now.valid_to == date(2027, 3, 3)
    page = text(officer.get(reverse("office:record", kwargs=part)))
    assert "2027-03-02" in page and "2027-03-03" not in page
    assert "信用信息更正告知书" in text(decider.get(address))
    clerk = make_user("sun", "孙窗口", city.city, Role.WINDOW_CLERK)
    own = reverse("counter:own_cases", args=[record.subject.public_id])
    assert case.number in text(visitor_of(record.subject, clerk).get(own))


@pytest.mark.row("M3-05")
def test_a_reporter_opens_and_mends_what_the_own_unit_delivered_and_nothing_else(
    city: People, policy: Policy
) -> None:
    record = Record.objects.get(subject__code=code(1), item=4)
    reporter = signed_in(city.li)
    part = {"subject": record.subject.public_id, "key": record.record_key}
    assert record.batch is not None
    listed = text(reporter.get(reverse("office:batch_records", args=[record.batch.public_id])))
    address = reverse("office:record", kwargs=part)
    assert address in listed
    assert record.detail.document_no in listed
    page = text(reporter.get(address))
    assert "改变这条记录" in page
    assert f'href="{_file()}"' not in page
    _change(reporter, record, deed="annotate", reason="补注", ground="更正函〔2026〕2号")
    now = Record.objects.get(record_key=record.record_key, known_until__isnull=True)
    assert now.state == RecordState.ANNOTATED
    assert reporter.get(_file()).status_code == 403
    health = type(city.market).objects.create(key="kaifeng.health", kind="department", parent=city.city)
    other = make_user("sun", "孙收集", health, Role.COLLECTOR)
    assert signed_in(other).get(address).status_code == 403
    gone = Change(deed="withdraw", reason="撤销", ground="甲")
    change_state(record_key=record.record_key, change=gone, actor=city.wang, policy=policy, now=NOW)
    assert reporter.get(address).status_code == 403


def test_a_record_of_another_department_is_not_changed(city: People) -> None:
    RoleGrant.objects.filter(user=city.wang).delete()
    health = type(city.market).objects.create(key="kaifeng.health", kind="department", parent=city.city)
    for role in (Role.REVIEWER,):
        RoleGrant.objects.create(user=city.wang, role=role, organisation=health, from_on=date(2026, 1, 1))
    record = Record.objects.get(subject__code=code(1), item=4)
    _change(signed_in(city.wang), record, deed="withdraw", reason="x", ground="y")
    record.refresh_from_db()
    assert (record.state, record.known_until) == (RecordState.ACTIVE, None)


def test_an_address_that_names_nothing_is_not_found(officer: Client) -> None:
    assert officer.get("/office/subjects/aaaaaaaaaaaaaaaa/").status_code == 404
    assert officer.get(f"{_file()}records/999999999999999999999999/").status_code == 404
    assert officer.get(f"{_file()}grade/food/food-operators/").status_code == 404
