"""What others than public bodies tell stands in the file with its class, and reaches no effect."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code, name, penalty, write

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance, class_causes
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import facts_known
from xinheng.services.notices import write_notices
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state
from xinheng.services.relations import Named, Person, name_person
from xinheng.services.snapshots import export_snapshot
from xinheng.services.subjects import handled_by
from xinheng.store.models import Batch, Publication, Record, RelationKind, Subject

LATER = NOW + timedelta(hours=1)
MEMBERS = "会员单位名称,统一社会信用代码,协会名称,记录类别,记录内容,记录日期,文件编号"
MEMBER = f"{name(1)},{code(1)},开封市食品行业协会,惩戒,违反自律公约,2026-05-06,协〔2026〕1号"
COMPLAINTS = "登记编号,被投诉主体,统一社会信用代码,问题类别,登记时间,处理结果,处理单位,投诉人,诉求内容"


def complaint(number: int, outcome: str) -> str:
    return (
        f"TS2026{number:04d},{name(1)},{code(1)},食品质量,2026-05-0{number},{outcome},开封市市场监督管理局,"
        "张三,电话13800000000要求赔偿"
    )


def delivered(people: People, policy: Policy, folder: Path, *rows: str, header: str, called: str) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    batch = import_file(write(folder, *rows, header=header, called=called), delivery)
    assert batch.accepted == len(rows), batch.report
    return batch


@pytest.mark.row("M3-07")
@pytest.mark.row("M2-09")
def test_an_association_member_record_is_kept_with_its_class_and_never_published(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    batch = delivered(people, policy, tmp_path, MEMBER, header=MEMBERS, called="会员信用.csv")
    assert batch.provenance == Provenance.MARKET.number
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 0
    record = Record.objects.get()
    assert (record.item, record.detail.title) == (Item.EVALUATION, "违反自律公约")
    for deed in ("shield", "restore"):
        change = Change(deed=deed, reason="核对", ground="协函〔2026〕1号")
        change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)
    assert not Publication.objects.exists()


@pytest.mark.row("M2-09")
def test_the_class_of_what_was_loaded_cannot_be_changed(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    batch = delivered(people, policy, tmp_path, MEMBER, header=MEMBERS, called="会员信用.csv")
    with pytest.raises(DatabaseError, match="来源类别"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE store_batch SET provenance = 1 WHERE id = %s", [batch.pk])


@pytest.mark.row("M2-09")
def test_the_snapshot_and_the_explanation_leave_out_what_is_kept_apart(
    committed_people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivered(committed_people, policy, tmp_path, MEMBER, header=MEMBERS, called="会员信用.csv")
    delivery = Delivery(
        policy=policy, organisation=committed_people.market, actor=committed_people.li, now=NOW
    )
    import_file(write(tmp_path, penalty(1)), delivery)
    snapshot = export_snapshot(tmp_path / "out", now=NOW)
    rows = [row for part in snapshot.parts for row in pq.read_table(snapshot.records / part.name).to_pylist()]
    assert [row["item"] for row in rows] == [Item.PENALTY]
    assert [fact.item for fact in facts_known(Subject.objects.get(code=code(1)), at=LATER)] == [Item.PENALTY]


@pytest.mark.row("M2-10")
@pytest.mark.row("M2-07")
@pytest.mark.guard("G13")
def test_a_complaint_is_public_only_when_handled_and_reviewed_and_without_its_words(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    rows = (complaint(1, "处理中"), complaint(2, "属实"), complaint(3, "调解不成"))
    batch = delivered(people, policy, tmp_path, *rows, header=COMPLAINTS, called="12315.csv")
    assert shown() == []
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    assert sorted(row[2] for row in shown()) == ["unsettled", "upheld"]
    assert not Publication.objects.exists()
    words = str(shown()) + str(list(Record.objects.values_list("detail__fields", flat=True)))
    assert "张三" not in words
    assert "13800000000" not in words
    Subject.objects.update(kind="sole_trader")
    assert shown() == []


def shown() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT received_on, category, outcome, authority FROM public_complaint")
        found: list[tuple[object, ...]] = cursor.fetchall()
        return found


INTERNET = "企业名称,统一社会信用代码,信息来源网站,网页地址,信息摘要,发布日期,采集日期,信息倾向"
REPORT = f"{name(1)},{code(1)},某新闻网,https://news.example/1,网传产品不合格,2026-05-06,2026-05-08,负面"


@pytest.mark.row("M2-09")
@pytest.mark.guard("G4")
@pytest.mark.parametrize(
    ("header", "row", "provenance"),
    [(MEMBERS, MEMBER, Provenance.MARKET), (INTERNET, REPORT, Provenance.INTERNET)],
)
def test_market_and_internet_information_is_delivered_like_others_and_grounds_nothing(
    people: People,
    policy: Policy,
    home: Path,
    tmp_path: Path,
    header: str,
    row: str,
    provenance: Provenance,
) -> None:
    batch = delivered(people, policy, tmp_path, row, header=header, called="来源.csv")
    assert batch.provenance == provenance.number
    assert batch.receipt
    record = Record.objects.get()
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 0
    assert not Publication.objects.exists()
    assert facts_known(record.subject, at=LATER) == ()
    named = Named(person=Person("某某甲"), kind=RelationKind.LEGAL_REPRESENTATIVE, source="x", from_on=TODAY)
    with pytest.raises(Refusal, match="REL1"):
        name_person(record_key=record.record_key, named=named, actor=people.wang, now=NOW)
    for item in ("serious_list", "court", "penalty", "compliance"):
        assert class_causes(item, provenance)
    assert write_notices(policy=policy, now=LATER) == 0
    shown = text(signed_in(people.wang).get(f"/office/subjects/{record.subject.public_id}/"))
    assert f'<span class="tag">{provenance.label}</span>' in shown


ACCIDENTS = "责任单位名称,统一社会信用代码,质量事故等级,质量事故类别,调查报告文号,认定日期,认定单位"
ARREARS = "用人单位名称,统一社会信用代码,险种,公告文号,公告日期,欠费金额（元）,公告机关"


@pytest.mark.row("M2-07")
@pytest.mark.row("M2-08")
@pytest.mark.parametrize(
    ("feed", "header", "row", "result"),
    [
        (
            "quality-accident",
            ACCIDENTS,
            f"{name(1)},{code(1)},较大事故,工程质量事故,汴质调〔2026〕1号,2026-05-06,开封市市场监督管理局",
            "accident_large",
        ),
        (
            "social-insurance-arrears",
            ARREARS,
            f"{name(1)},{code(1)},企业职工基本养老保险,汴社保公〔2026〕1号,2026-05-06,12000.50,开封市社会保险中心",
            "social_insurance_arrears",
        ),
    ],
)
def test_accidents_and_announced_arrears_are_records_of_the_bodies_that_found_them(
    people: People,
    policy: Policy,
    home: Path,
    tmp_path: Path,
    feed: str,
    header: str,
    row: str,
    result: str,
) -> None:
    batch = delivered(people, policy, tmp_path, row, header=header, called="一.csv")
    assert (batch.feed, batch.provenance) == (feed, Provenance.PUBLIC.number)
    record = Record.objects.get()
    assert (record.item, record.result) == (Item.COMPLIANCE, result)


HANDLING = "责任单位名称,统一社会信用代码,事故调查报告文号,处理文书号,处理结果,办结日期,处理单位"


@pytest.mark.row("M2-07")
def test_an_accident_leads_to_the_result_of_its_handling(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    accident = f"{name(1)},{code(1)},较大事故,工程质量事故,汴质调〔2026〕1号,2026-05-06,开封市市场监督管理局"
    delivered(people, policy, tmp_path, accident, header=ACCIDENTS, called="事故.csv")
    record = Record.objects.get()
    page = f"/office/subjects/{record.subject.public_id}/records/{record.record_key}/"
    assert handled_by(record) == []
    assert "还没有报送这起事故的处理结果" in text(signed_in(people.wang).get(page))
    rows = [
        f"{name(1)},{code(1)},汴质调（2026）1号,汴质处〔2026〕8号,已处理并整改,2026-09-01,开封市市场监督管理局",
        f"{name(1)},{code(1)},汴质调〔2026〕2号,汴质处〔2026〕9号,整改中,2026-09-02,开封市市场监督管理局",
        f"{name(2)},{code(2)},汴质调〔2026〕1号,汴质处〔2026〕10号,整改中,2026-09-03,开封市市场监督管理局",
    ]
    delivered(people, policy, tmp_path, *rows, header=HANDLING, called="处理.csv")
    found = handled_by(record)
    assert found is not None
    assert [one.detail.document_no for one in found] == ["汴质处〔2026〕8号"]
    assert found[0].seriousness == 0
    assert handled_by(found[0]) is None
    assert "汴质处〔2026〕8号" in text(signed_in(people.wang).get(page))


def test_every_feed_of_utilities_and_complaints_delivers_what_is_kept_apart(policy: Policy) -> None:
    items = {feed.id: feed.item for feed in policy.feeds.values() if "utility" in feed.id}
    assert set(items.values()) == {"utility"}
    complaints = [feed for feed in policy.feeds.values() if feed.item == "complaint"]
    assert {feed.provenance for feed in complaints} == {Provenance.COMPLAINT}
