"""What is written once stays: the tables themselves refuse to change or lose it, whoever asks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.db.utils import DatabaseError
from tests.people import NOW, People
from tests.store import (
    arrears_rows,
    article_rows,
    campaign_rows,
    case_rows,
    check_rows,
    ending_rows,
    joint_rows,
    lead_rows,
    letter_rows,
    listing_rows,
    measure_rows,
    open_rows,
    paper_rows,
    plan_rows,
    report_rows,
    sharing_rows,
    up_rows,
    visit_rows,
)
from tests.store.rows import Rows

from xinheng.store.models import Record

WRITTEN: dict[str, Callable[[Rows], Model]] = {
    "recorddetail": lambda rows: rows.detail(),
    "recordnote": lambda rows: rows.note(),
    "policyversion": lambda rows: rows.version(),
    "openchange": open_rows.change,
    "openrelease": open_rows.release,
    "ledgerevent": lambda rows: rows.ledger_event(),
    "ledgerbatch": lambda rows: rows.ledger_batch(),
    "ledgerleaf": lambda rows: rows.leaf(),
    "caseevent": lambda rows: rows.event(rows.case()),
    "draw": lambda rows: rows.draw(),
    "drawannouncement": lambda rows: rows.announcement(),
    "drawnobject": lambda rows: rows.drawn(rows.draw()),
    "score": lambda rows: rows.score(),
    "modelfeedback": lambda rows: rows.feedback(),
    "resultnotice": lambda rows: rows.notice(),
    "noticestep": lambda rows: rows.notice_step(),
    "sharingcall": sharing_rows.call,
    "sharingreading": sharing_rows.reading,
    "deadlinemove": case_rows.move,
    "casereminder": case_rows.reminder,
    "issuedletter": letter_rows.letter,
    "servicetry": letter_rows.service_try,
    "planfiling": plan_rows.filing,
    "checkmade": check_rows.check_made,
    "checkdecision": check_rows.decision,
    "checkcorrection": check_rows.correction,
    "madereport": report_rows.report,
    "reviewedsubject": report_rows.reviewed,
    "drawsecret": plan_rows.secret,
    "visitarrival": visit_rows.arrival,
    "visitsheet": visit_rows.sheet,
    "visitpoint": visit_rows.point,
    "visitrating": visit_rows.rating,
}
STAYING: dict[str, Callable[[Rows], Model]] = {
    **{name: make for name, make in WRITTEN.items() if name != "score"},
    "visit": visit_rows.visit,
    "reviewreport": report_rows.review,
    "provincerequest": report_rows.province_request,
    "creditagency": report_rows.agency,
    "agencyreport": report_rows.agency_report,
    "drawfailure": plan_rows.failure,
    "drawsubstitute": plan_rows.substitute,
    "leadhandover": lead_rows.handover,
    "jointcheck": joint_rows.joint,
    "lead": lead_rows.lead,
    "jointmember": joint_rows.member,
    "casedeadline": lambda rows: rows.deadline(rows.case()),
    "recusal": case_rows.recusal,
    "flowmigration": case_rows.migration,
    "signingkey": letter_rows.key,
    "record": lambda rows: rows.record(),
    "publication": lambda rows: rows.publication(),
    "subject": lambda rows: rows.subject(),
    "subjectname": lambda rows: rows.name(rows.subject()),
    "batch": lambda rows: rows.batch(),
    "givengrade": lambda rows: rows.given_grade(),
    "modeltrial": lambda rows: rows.trial(),
    "resultpush": lambda rows: rows.push(),
    "upreport": up_rows.up_report,
    "uprow": up_rows.up_row,
    "article": article_rows.article,
    "articlefile": article_rows.file,
    "arrearsnotice": arrears_rows.arrears,
    "senderkey": lambda rows: rows.sender_key(),
    "senderplace": lambda rows: rows.sender_place(),
    "connector": lambda rows: rows.connector(),
    "connectorpull": lambda rows: rows.pull(),
    "subjectflag": lambda rows: rows.flag(),
    "relation": lambda rows: rows.relation(),
    "consent": sharing_rows.consent,
    "sharinggrant": sharing_rows.grant,
    "deletionproposal": lambda rows: rows.deletion(),
    "member": lambda rows: rows.member(),
    "superiorletter": lambda rows: rows.letter(),
    "attachment": lambda rows: paper_rows.attachment(rows),
    "scanbundle": lambda rows: paper_rows.bundle(rows),
    "ending": ending_rows.ending,
    "telling": ending_rows.telling,
    "measureapplied": measure_rows.measure,
    "measuretask": measure_rows.task,
    "measureuse": measure_rows.use,
    "fairreview": measure_rows.fair_review,
    "incentivereview": measure_rows.incentive_review,
    "casecheck": plan_rows.check,
    "classification": plan_rows.classification,
    "oversightnotice": plan_rows.notice,
    "campaign": campaign_rows.campaign,
    "campaignline": campaign_rows.line,
    "listentry": listing_rows.entry,
    "listrelease": listing_rows.release,
    "localrule": listing_rows.rule,
    "measurehandout": measure_rows.handout,
    "measurelistsent": measure_rows.list_sent,
}


@pytest.fixture
def rows(people: People) -> Rows:
    return Rows(people)


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return getattr(error.__cause__, "sqlstate", "") == "XH001"
    return False


@pytest.mark.row("M3-02")
@pytest.mark.parametrize("name", WRITTEN)
def test_a_row_that_only_grows_cannot_be_changed(rows: Rows, name: str) -> None:
    row = WRITTEN[name](rows)
    key = row._meta.pk.column  # type: ignore[union-attr]
    assert refused(f"UPDATE store_{name} SET {key} = {key} WHERE {key} = {row.pk}")


@pytest.mark.row("M3-02")
@pytest.mark.parametrize("name", STAYING)
def test_a_row_that_stays_cannot_be_removed(rows: Rows, name: str) -> None:
    row = STAYING[name](rows)
    key = row._meta.pk.column  # type: ignore[union-attr]
    assert refused(f"DELETE FROM store_{name} WHERE {key} = {row.pk}")


@pytest.mark.parametrize("name", STAYING)
def test_a_table_that_stays_cannot_be_emptied(rows: Rows, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgtype & 32 <> 0 FROM pg_trigger WHERE tgname = 'never_emptied' AND tgenabled = 'O'"
            f" AND tgrelid = 'store_{name}'::regclass"
        )
        assert cursor.fetchone() == (True,)


@pytest.mark.row("M3-02")
@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 1},
        {"known_until": NOW + timedelta(days=1), "state": 6},
        {"known_at": NOW - timedelta(days=1)},
        {"natural_hash": b"x" * 16},
    ],
)
def test_a_record_is_closed_and_not_changed(rows: Rows, change: dict[str, Any]) -> None:
    record = rows.record()
    with pytest.raises(DatabaseError, match="只能被新版本取代"), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(**change)


def test_a_closed_record_is_neither_opened_nor_closed_again(rows: Rows) -> None:
    record = rows.record()
    one = Record.objects.filter(pk=record.pk)
    assert one.update(known_until=NOW + timedelta(days=1)) == 1
    for moment in (None, NOW + timedelta(days=2)):
        with pytest.raises(DatabaseError, match="只能被新版本取代"), transaction.atomic():
            one.update(known_until=moment)


@pytest.mark.row("M2-04")
def test_an_attachment_is_checked_and_withdrawn_once_and_never_changed(rows: Rows) -> None:
    one = paper_rows.attachment(rows)
    change = f"UPDATE store_attachment SET {{}} WHERE id = {one.pk}"
    assert refused(change.format("title = '另一份'"))
    assert refused(change.format(f"file_id = {rows.file().pk}"))
    assert not refused(change.format("checked = 'clean'"))
    assert not refused(change.format("withdrawn_at = now(), withdrawn_why = '扫错页'"))
    assert refused(change.format("withdrawn_at = NULL, withdrawn_why = ''"))


@pytest.mark.row("M12-04")
def test_an_ending_is_spread_once_and_never_changed(rows: Rows) -> None:
    one = ending_rows.ending(rows)
    change = f"UPDATE store_ending SET {{}} WHERE id = {one.pk}"
    assert refused(change.format("cause = 'disputed'"))
    assert not refused(change.format("spread_at = now()"))
    assert refused(change.format("spread_at = NULL"))


@pytest.mark.row("M2-03")
def test_a_bundle_is_received_once_and_never_changed(rows: Rows) -> None:
    one = paper_rows.bundle(rows)
    change = f"UPDATE store_scanbundle SET {{}} WHERE id = {one.pk}"
    assert refused(change.format("receipt = 'sha256:1'"))
    assert not refused(change.format("received_at = now(), received_by = '区信用办'"))
    assert refused(change.format("received_by = '别人'"))
