"""Permits and penalties go upwards once as they are public, come back with an answer, and what ends is taken down above."""

import json
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from zipfile import ZipFile

import pytest
from django.db import OperationalError, connection, transaction
from tests.interfaces.portal_city import DECIDED, a_subject
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.up_reports import (
    hand_over,
    held,
    make_reports,
    refused_rows,
    report_again,
    standings,
    take_file,
    take_receipt,
    to_report,
)
from xinheng.store.files import read_file
from xinheng.store.locks import UP_REPORTS
from xinheng.store.models import BatchState, Publication, Record, RecordDetail, UpReport

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M5-02")]
FIELDS = {
    "违法行为类型": "未按规定公示",
    "违法事实": "未公示年度报告",
    "处罚依据": "《样例法》第一条",
    "处罚类别": "罚款",
    "处罚内容": "罚款五千元",
}


def _penalty(people: People, *, whole: bool = True) -> Publication:
    rows = Rows(people)
    rows.numbers = count(Record.objects.count() + 1)
    batch = rows.batch(
        state=BatchState.LOADED, loaded_at=NOW, item=4, file_digest=f"b{Record.objects.count()}"
    )
    firm = a_subject("=样例食品有限公司")
    record = rows.record(
        subject=firm,
        batch=batch,
        decided_on=DECIDED,
        valid_to=date(2027, 3, 3),
        amount_fen=500_000,
        seriousness=2,
    )
    own = {"authority_code": "11410200MB18868439"} if whole else {}
    number = f"样市监处罚〔2026〕{record.pk}号"
    RecordDetail.objects.create(
        record=record,
        document_no=number,
        authority="市市场监管局",
        title="未按规定公示",
        fields=FIELDS,
        **own,
    )
    return rows.publication(ground=record, decided_on=DECIDED, due_on=DECIDED + timedelta(days=11))


def _files(report: UpReport) -> dict[str, bytes]:
    with ZipFile(BytesIO(b"".join(read_file(report.file)))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _ended(shown: Publication) -> None:
    Publication.objects.filter(pk=shown.pk).update(stopped_at=NOW + timedelta(days=1), stop_reason="repair")


def test_what_is_public_goes_up_once_in_the_national_columns(people: People, policy: Policy) -> None:
    shown = _penalty(people)
    (made,) = make_reports(policy=policy, now=NOW)
    assert make_reports(policy=policy, now=NOW) == [] and not to_report("penalty", policy).exists()
    files = _files(made)
    head, row = files["penalty-20261120.csv"].decode("utf-8-sig").splitlines()
    assert head.startswith("CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM")
    assert row.startswith("'=样例食品有限公司,法人及非法人组织,") and ",0.5," in row and ",2027-03-02," in row
    told = json.loads(files["manifest.json"])
    assert (told["rows"], told["layout_verified"]) == (1, False)
    hand_over(made.public_id, actor=people.wang, now=NOW)
    assert code_of(hand_over, made.public_id, actor=people.wang, now=NOW) == "UR1"
    answer = {"receipt": "回执1", "actor": people.wang, "now": NOW}
    assert code_of(take_receipt, made.public_id, "一行", **answer) == "UR5"
    assert take_receipt(made.public_id, "全部接受", **answer) == (1, 0)
    assert made.lines.get().ground == shown.ground


def test_the_button_waits_for_the_night(people: People, policy: Policy) -> None:
    _penalty(people)
    night = connection.copy()
    try:
        with night.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [UP_REPORTS])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            make_reports(policy=policy, now=NOW)
    finally:
        night.close()
    assert len(make_reports(policy=policy, now=NOW)) == 1


def test_what_came_back_waits_with_its_department_until_it_goes_again(people: People, policy: Policy) -> None:
    _penalty(people)
    (made,) = make_reports(policy=policy, now=NOW)
    assert code_of(take_receipt, made.public_id, "全部接受", receipt="1", actor=people.wang, now=NOW) == "UR3"
    hand_over(made.public_id, actor=people.wang, now=NOW)
    words = "1,退回,经办人身份证410202199001011237有误"
    assert take_receipt(made.public_id, words, receipt="回执1", actor=people.wang, now=NOW) == (0, 1)
    (back,) = refused_rows([people.market.pk])
    assert "410202199001011237" not in back.reason
    assert not refused_rows([people.city.pk]) and standings(policy, today=TODAY)[1].refused == 1
    assert make_reports(policy=policy, now=NOW) == []
    assert code_of(report_again, back.pk, among=[people.city.pk], actor=people.wang, now=NOW) == "UR6"
    report_again(back.pk, among=[people.market.pk], actor=people.li, now=NOW)
    assert [one.rows for one in make_reports(policy=policy, now=NOW)] == [1]


def test_what_lacks_a_column_does_not_go_and_is_told_as_late(people: People, policy: Policy) -> None:
    shown = _penalty(people, whole=False)
    assert make_reports(policy=policy, now=NOW) == []
    (one,) = held("penalty", [people.market.pk], policy, most=9)
    assert one.record == shown.ground and "缺少处罚机关统一社会信用代码" in one.gaps
    assert held("penalty", [people.city.pk], policy, most=9) == []
    assert standings(policy, today=TODAY)[1].late == 1


@pytest.mark.guard("G9")
def test_what_ended_leaves_an_open_file_and_is_taken_down_above(people: People, policy: Policy) -> None:
    first, second = _penalty(people), _penalty(people)
    (made,) = make_reports(policy=policy, now=NOW)
    _ended(first)
    assert code_of(hand_over, made.public_id, actor=people.wang, now=NOW) == "UR2"
    (fresh,) = make_reports(policy=policy, now=NOW)
    made.refresh_from_db()
    assert made.file.destroyed_at is not None and fresh.lines.get().ground == second.ground
    hand_over(fresh.public_id, actor=people.wang, now=NOW)
    assert take_file(fresh, actor=people.wang, now=NOW) == fresh.file, "taken again after it was handed over"
    _ended(second)
    assert code_of(take_file, fresh, actor=people.wang, now=NOW) == "UR7"
    (down,) = make_reports(policy=policy, now=NOW + timedelta(days=2))
    assert down.withdraws and make_reports(policy=policy, now=NOW + timedelta(days=2)) == []
    text = _files(down)["penalty-withdrawn-20261122.csv"].decode()
    assert second.ground.detail.document_no in text and "样例食品" not in text
