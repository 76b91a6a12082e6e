"""Marks, persons of a listing, deletion and the census, as officers meet them on the file of a subject."""

import importlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People, make_user
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write
from tests.services.test_exits import LIST, entry, leaving, told

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.roles import Role
from xinheng.services.collect import Delivery, import_file
from xinheng.store.models import (
    Batch,
    LedgerEvent,
    Record,
    RecordDetail,
    Relation,
    Subject,
    SubjectFlag,
)

pytestmark = pytest.mark.usefixtures("office_clock")

MARK: dict[str, object] = {
    "kind": "state_owned",
    "superior": "市国资委",
    "audit_contact": "市审计局 0371-23150000",
    "source": "国有企业名录（2026年版）",
    "from_on": "2026-01-01",
}


@pytest.fixture
def delivery(people: People, policy: Policy, home: Path, tmp_path: Path) -> Delivery:
    sent = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=9))
    rows = [registration(number) for number in (1, 2, 3)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), sent)
    import_file(write(tmp_path, penalty(1), penalty(2), called="行政处罚.csv"), sent)
    import_file(write(tmp_path, entry(1), header=LIST, called="失信被执行人.csv"), sent)
    return sent


@pytest.fixture
def officer(delivery: Delivery, people: People) -> Client:
    return signed_in(people.wang)


def own(number: int = 1) -> dict[str, str]:
    return {"subject": Subject.objects.get(code=code(number)).public_id}


def open_record(number: int, item: int) -> Record:
    return Record.objects.get(subject__code=code(number), item=item, known_until__isnull=True)


@pytest.mark.row("M1-05")
def test_a_state_owned_enterprise_is_marked_with_superior_audit_office_and_source(officer: Client) -> None:
    post(officer, reverse("office:add_mark", kwargs=own()), MARK)
    flag = SubjectFlag.objects.get()
    assert Subject.objects.get(code=code(1)).state_owned
    page = text(officer.get(reverse("office:marks", kwargs=own())))
    assert all(word in page for word in ("国有企业", "市国资委", "市审计局", "国有企业名录"))
    assert "国有" in text(officer.get(reverse("office:subject", kwargs=own())))
    assert "已标注" in text(post(officer, reverse("office:add_mark", kwargs=own()), MARK))
    ended = {"to_on": "2026-11-20", "reason": "改制"}
    post(officer, reverse("office:end_mark", kwargs={**own(), "number": flag.pk}), ended)
    assert not Subject.objects.get(code=code(1)).state_owned
    assert "改制" in text(officer.get(reverse("office:marks", kwargs=own())))


@pytest.mark.row("M1-06")
def test_the_census_counts_every_kind_by_county_and_sector_and_is_exported(officer: Client) -> None:
    Subject.objects.create(name="某合作社", kind="cooperative", status="active", last_known_at=NOW)
    Subject.objects.filter(code=code(3)).update(status="cancelled")
    page = text(officer.get(reverse("office:census")))
    assert "在册主体 3 户" in page
    assert "农民专业合作社" in page or "合作社" in page
    table = officer.get(reverse("office:census"), {"export": "csv"}).content.decode("utf-8-sig")
    assert "龙亭区,企业," in table
    assert table.splitlines()[0] == "县区,主体类型,行业,性质,主体数,有记录的主体数"
    Subject.objects.filter(code=code(1)).update(state_owned=True)
    assert "国有企业,1,1" in officer.get(reverse("office:census"), {"export": "csv"}).content.decode(
        "utf-8-sig"
    )
    assert "主体性质" in text(officer.get(reverse("office:census")))


@pytest.mark.row("M1-04")
@pytest.mark.guard("G11")
def test_a_person_of_a_listing_is_sealed_opened_with_a_reason_and_gone_at_the_exit(
    officer: Client, delivery: Delivery, tmp_path: Path
) -> None:
    given = {
        "listing": open_record(1, 2).record_key,
        "kind": "legal_representative",
        "name": "欧阳某乙",
        "source": "限制消费令（2026）豫0202执1号",
        "from_on": "2026-03-02",
    }
    post(officer, reverse("office:add_person", kwargs=own()), given)
    relation = Relation.objects.get()
    assert "欧阳某乙".encode() not in bytes(relation.sealed or b"")
    assert "欧阳某乙" not in text(officer.get(reverse("office:persons", kwargs=own())))
    place = reverse("office:person", kwargs={**own(), "person": relation.public_id})
    assert "欧阳某乙" not in text(post(officer, place))
    assert "欧阳某乙" in text(post(officer, place, {"reason": "送达限制消费令"}))
    assert LedgerEvent.objects.get(kind="relation.opened").reason == "送达限制消费令"
    assert "没有找到" in text(officer.get("/office/subjects/", {"q": "欧阳某乙"}))
    told(tmp_path, delivery, leaving(1, day="2026-11-10"))
    relation.refresh_from_db()
    assert (relation.sealed, relation.wrapped_key) == (None, None)
    assert officer.get(place).status_code in (400, 404, 409, 422)


@pytest.mark.row("M1-04")
def test_nobody_is_entered_for_an_enterprise_that_is_not_listed(officer: Client) -> None:
    given = {
        "listing": open_record(2, 4).record_key,
        "kind": "actual_controller",
        "name": "某丙",
        "source": "甲",
        "from_on": "2026-03-02",
    }
    assert post(officer, reverse("office:add_person", kwargs=own(2)), given).status_code == 200
    assert not Relation.objects.exists()


@pytest.mark.row("M3-05")
@pytest.mark.guard("G13")
def test_a_deleted_record_leaves_a_tombstone_and_no_words(
    delivery: Delivery, people: People, tmp_path: Path
) -> None:
    record = open_record(2, 4)
    part = {**own(2), "key": record.record_key}
    place, decide = (
        reverse("office:delete_record", kwargs=part),
        reverse("office:decide_deletion", kwargs=part),
    )
    given = {"reason": "含不得归集的信息", "ground": "汴信函〔2026〕9号", "with_original": "on"}
    post(signed_in(people.li), place, given)
    assert open_record(2, 4).state == RecordState.ACTIVE
    post(signed_in(people.zhao), decide, {"agree": "yes", "reason": "核对无误"})
    tombstone = open_record(2, 4)
    assert (tombstone.state, tombstone.note.reason) == (RecordState.DELETED, "含不得归集的信息")
    words = RecordDetail.objects.filter(record__record_key=record.record_key)
    assert {(one.document_no, one.title, str(one.fields)) for one in words} == {("", "", "{}")}
    batch = Batch.objects.select_related("original").get(pk=record.batch_id)
    assert batch.original is not None
    assert batch.original.wrapped_key is None
    again = import_file(write(tmp_path, penalty(2, facts="另一种写法"), called="行政处罚二.csv"), delivery)
    assert (again.accepted, again.report["problems"]["E08"]) == (0, 1)


@pytest.mark.row("M3-05")
def test_nobody_deletes_alone_and_the_proposal_waits_on_the_desk_of_another(
    delivery: Delivery, people: People
) -> None:
    other = make_user("qian", "钱决定", people.city, Role.DECIDER)
    record = open_record(2, 4)
    part = {**own(2), "key": record.record_key}
    place, decide = (
        reverse("office:delete_record", kwargs=part),
        reverse("office:decide_deletion", kwargs=part),
    )
    zhao, qian = signed_in(people.zhao), signed_in(other)
    assert "请写明理由" in text(post(zhao, place, {"ground": "甲"}))
    post(zhao, place, {"reason": "含不得归集的信息", "ground": "汴信函〔2026〕9号"})
    assert "须由另一人确认" in text(zhao.get(place))
    assert "提出人以外的另一人确认" in text(post(zhao, decide, {"agree": "yes", "reason": "核对无误"}))
    assert "删除记录" not in text(zhao.get(reverse("office:desk")))
    assert place in text(qian.get(reverse("office:desk")))
    assert post(signed_in(people.wang), decide, {"agree": "yes", "reason": "甲"}).status_code == 403
    assert open_record(2, 4).state == RecordState.ACTIVE
    post(qian, decide, {"agree": "no", "reason": "应当更正"})
    assert open_record(2, 4).state == RecordState.ACTIVE
    assert place not in text(qian.get(reverse("office:desk")))


@pytest.mark.row("M3-02")
def test_the_file_names_feed_sender_and_receipt_of_each_fact(officer: Client, people: People) -> None:
    page = text(officer.get(reverse("office:subject", kwargs=own())))
    receipt = Batch.objects.get(file_name="行政处罚.csv").receipt.partition(":")[2][:12]
    assert receipt in page
    assert people.li.display_name in page
    assert name(1) in page


@pytest.mark.row("M1-01")
def test_a_row_put_in_past_the_loaders_does_not_keep_the_file_from_being_opened(officer: Client) -> None:
    kept = open_record(2, 4)
    bare = Record.objects.create(
        record_key=kept.pk + 1000,
        subject=kept.subject,
        batch=kept.batch,
        known_at=NOW,
        row_no=1,
        decided_on=date(2026, 11, 1),
        item=4,
        natural_hash=b"bare",
        content_hash=b"bare",
    )
    for found in (bare, Record.objects.select_related("detail").get(pk=bare.pk)):
        assert (found.detail.title, found.detail.document_no, found.detail.fields) == ("", "", {})
    page = officer.get(reverse("office:subject", kwargs=own(2)))
    assert page.status_code == 200
    assert "2026-11-01" in text(page)
    shown = reverse("office:record", kwargs={**own(2), "key": bare.record_key})
    assert officer.get(shown).status_code == 200


@pytest.mark.row("M1-01")
def test_measuring_adds_records_with_their_words(delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "bench")
    added = importlib.import_module("nightly").add(100_000)
    assert added > 0
    told = RecordDetail.objects.filter(record__content_hash=F("record__natural_hash"), title="测试所添")
    assert told.count() == added
    assert not Record.objects.filter(detail__isnull=True).exists()
