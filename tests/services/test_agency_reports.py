"""Reports of agencies are registered by digest and never kept, those of banks by their use alone; nothing rests on them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.intake.papers import pdf, pdf_with_file
from tests.interfaces.portal_city import a_subject
from tests.people import NOW, TODAY, People
from tests.refusals import code_of

from xinheng.core.policy import Policy
from xinheng.services.agency_reports import (
    Filing,
    Shown,
    enter_report,
    keep_answer,
    register_agency,
    registered_copies,
    reports_shown,
    strike_off,
    withdraw_report,
)
from xinheng.services.own_file import readings_of
from xinheng.store.models import AgencyAnswer, AgencyReport, CreditAgency, Record, StoredFile, Subject

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M6-06")]
FILING = Filing(
    name="样例信用服务有限公司",
    code="91410200MA00000013",
    filing_no="豫信备1号",
    filed_with="人民银行河南省分行",
    filed_on=TODAY,
)


@pytest.fixture
def firm(people: People) -> Subject:
    return a_subject("开封样例食品有限公司")


@pytest.fixture
def agency(people: People) -> CreditAgency:
    return register_agency(FILING, by=people.wang, now=NOW)


def shown(firm: Subject, agency: CreditAgency | None, **changed: Any) -> Shown:
    given: dict[str, Any] = {
        "code": firm.code,
        "agency": agency,
        "number": "" if agency is None else "R-1",
        "purpose": "评标",
        "made_on": TODAY,
        "valid_until": TODAY + timedelta(days=30),
    }
    return Shown(**given | changed)


def test_a_report_is_told_by_its_digest_until_it_ends(
    firm: Subject, agency: CreditAgency, people: People, policy: Policy, tmp_path: Path
) -> None:
    call: dict[str, Any] = {"by": people.li, "policy": policy, "now": NOW}
    file = pdf(tmp_path / "r.pdf")
    made = enter_report(shown(firm, agency), file, **call)
    assert not StoredFile.objects.exists() and not Record.objects.exists()
    assert registered_copies(file, now=NOW) == [made]
    other = pdf(tmp_path / "other.pdf", mark="changed")
    assert not registered_copies(other, now=NOW)
    assert not registered_copies(pdf_with_file(tmp_path / "b.pdf"), now=NOW), (
        "a file within is no reason to refuse"
    )
    (tmp_path / "c.pdf").write_text("x")
    assert code_of(registered_copies, tmp_path / "c.pdf", now=NOW) == "TP7"
    assert not registered_copies(file, now=NOW + timedelta(days=40))
    assert list(reports_shown(firm, today=TODAY)) == [made]
    assert "评标" in [one.reason for one in readings_of(firm, limit=5)[0]]
    assert code_of(enter_report, shown(firm, agency), file, **call) == "TP6"
    act: dict[str, Any] = {"by": people.li, "now": NOW}
    assert code_of(withdraw_report, made, "有误", by=people.wang, now=NOW) == "TP9"
    keep_answer(made, AgencyAnswer.CONFIRMED, "电话答复，张三 410202199001011237", **act)
    assert code_of(keep_answer, made, AgencyAnswer.DENIED, "再问", **act) == "TP8"
    withdraw_report(made, "企业要求退回", **act)
    made.refresh_from_db()
    assert "19900101" not in made.answer_said
    assert not reports_shown(firm, today=TODAY).exists()
    assert not registered_copies(file, now=NOW)
    enter_report(shown(firm, agency), file, **call)


def test_of_a_report_of_a_bank_only_the_use_is_kept(
    firm: Subject, people: People, policy: Policy, tmp_path: Path
) -> None:
    call: dict[str, Any] = {"by": people.li, "policy": policy, "now": NOW}
    assert code_of(enter_report, shown(firm, None), pdf(tmp_path / "r.pdf"), **call) == "TP4"
    made = enter_report(shown(firm, None, number="B-1"), None, **call)
    assert (made.number, made.digest) == ("", "")


def test_what_cannot_be_is_refused_and_enters_nothing(
    firm: Subject, agency: CreditAgency, people: People, policy: Policy, tmp_path: Path
) -> None:
    call: dict[str, Any] = {"by": people.li, "policy": policy, "now": NOW}
    file = pdf(tmp_path / "r.pdf")
    late = {"valid_until": TODAY - timedelta(days=1), "made_on": TODAY - timedelta(days=9)}
    assert code_of(enter_report, shown(firm, agency, **late), file, **call) == "TP12"
    assert (
        code_of(enter_report, shown(firm, agency, made_on=TODAY + timedelta(days=1)), file, **call) == "TP5"
    )
    assert code_of(enter_report, shown(firm, agency), None, **call) == "TP14"
    assert code_of(enter_report, shown(firm, agency, number=" "), file, **call) == "TP13"
    tomorrow = replace(FILING, filed_on=TODAY + timedelta(days=1))
    assert code_of(register_agency, tomorrow, by=people.wang, now=NOW) == "TP11"
    assert code_of(enter_report, shown(firm, agency, code="1"), file, **call) == "BG5"
    text = tmp_path / "r.txt"
    text.write_text("not a report")
    assert code_of(enter_report, shown(firm, agency), text, **call).startswith("AT")
    assert code_of(register_agency, FILING, by=people.wang, now=NOW) == "TP2"
    assert code_of(strike_off, agency.public_id, " ", by=people.wang, now=NOW) == "TP3"
    strike_off(agency.public_id, "备案注销", by=people.wang, now=NOW)
    agency.refresh_from_db()
    assert code_of(enter_report, shown(firm, agency), file, **call) == "TP4"
    assert not AgencyReport.objects.exists()
