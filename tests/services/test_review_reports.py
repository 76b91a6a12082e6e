"""Bidders are reviewed as of a day, each learns of it, and what has ended makes the older review worthless."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from tests.people import NOW, TODAY, People, make_user
from tests.refusals import code_of
from tests.services.measure_cases import Measures, make_measures

from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.review_reports import ReviewKind
from xinheng.core.roles import Role
from xinheng.services.measures_ending import end_measures
from xinheng.services.own_file import readings_of
from xinheng.services.reports_verifying import State, verify_file, verify_number
from xinheng.services.review_reports import (
    ReviewWanted,
    bidders_in,
    check_again,
    confirm_review,
    content_of_review,
    data_of_review,
    keep_use,
    make_review,
    paper_of_review,
)
from xinheng.store.models import Case, CheckMade, MeasureApplied, ReviewReport, Subject, User

CODE, OTHER = "91410200MA00000013", "91410200MA00000026"
URL = "http://127.0.0.1/verify/1"
pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M6-07")]


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


@pytest.fixture
def measure(measures: Measures) -> MeasureApplied:
    found = measures.in_force()
    Subject.objects.filter(pk=found.subject_id).update(code=CODE)
    measures.rows.name(found.subject)
    measures.rows.subject(code=OTHER, name="乙公司")
    return found


@pytest.fixture
def desk(people: People) -> User:
    return make_user("tan", "谭交易", people.market, Role.TENDER_OPERATOR)


def a_review(desk: User, policy: Policy, **given: Any) -> ReviewReport:
    wanted: dict[str, Any] = {
        "kind": ReviewKind.TENDER,
        "codes": (CODE, OTHER, "91410200MA00000039"),
        "occasion": Occasion.HONOURS,
        "project": "招2026-1 食堂设备",
        "purpose": "评标",
    }
    body = {"asked_by": desk.organisation, "asked_no": "汴文函〔2026〕1号"}
    more = body if given.get("kind") == ReviewKind.INQUIRY else {}
    return make_review(ReviewWanted(**wanted | more | given), by=desk, policy=policy, now=NOW)


def reading_units(measure: MeasureApplied) -> set[str]:
    return {one.unit for one in readings_of(measure.subject, limit=9)[0]}


def test_each_bidder_learns_who_checked_it_and_what_for(
    measure: MeasureApplied, desk: User, policy: Policy
) -> None:
    made = a_review(desk, policy)
    told = content_of_review(made, policy=policy, now=NOW)
    assert "限制参加评先评优" in str(told["bidders"][0]) and told["unknown"] == ["91410200MA00000039"]
    assert not told["bidders"][1]["parts"]
    assert told["body"] != desk.organisation.key and told["body"] in reading_units(measure)
    (reading,) = (one for one in readings_of(measure.subject, limit=9)[0] if one.what == "办事核查")
    assert "招2026-1 食堂设备：评标" in reading.reason and reading.unit
    assert CheckMade.objects.filter(reference__startswith="招2026-1").count() == 2


@pytest.mark.row("M6-04")
def test_paper_and_data_verify_and_are_refused_once_something_ended(
    measure: MeasureApplied, desk: User, policy: Policy, people: People
) -> None:
    made = a_review(desk, policy)
    paper = paper_of_review(made, verify_url=URL, policy=policy, now=NOW)
    for file in (paper, data_of_review(made, policy=policy, now=NOW)):
        seen = verify_file(file, policy=policy, today=TODAY)
        assert seen.genuine and seen.answer and seen.answer.number == made.number
        assert seen.answer.state is State.CURRENT
    case = Case.objects.get(pk=measure.decision_id)
    end_measures(case, "lift", actor=people.zhao, policy=policy, now=NOW, reason="已改正", seen=case.version)
    assert verify_number(made.number, policy=policy, today=TODAY).state is State.CHANGED
    assert code_of(content_of_review, made, policy=policy, now=NOW) == "HC7"
    again = check_again(made, by=desk, policy=policy, now=NOW)
    told = content_of_review(again, policy=policy, now=NOW)
    assert [one["ended"] for one in told["changes"]] == [1]
    assert "限制参加评先评优" not in str(told)


@pytest.mark.guard("G9")
def test_on_a_past_day_only_what_was_known_then_and_still_stands_is_told(
    measure: MeasureApplied, desk: User, policy: Policy
) -> None:
    earlier = TODAY - timedelta(days=1)
    code = code_of(a_review, desk, policy, as_of=earlier)
    assert code == "CX5" and code_of(a_review, desk, policy, as_of=TODAY + timedelta(days=1)) == "CX4"
    made = make_review(
        ReviewWanted(
            kind=ReviewKind.TENDER, codes=[CODE], occasion=Occasion.HONOURS, project="招1", purpose="评标", as_of=TODAY
        ),
        by=desk,
        policy=policy,
        now=NOW + timedelta(days=3),
    )  # fmt: skip
    assert made.as_of == TODAY
    assert "限制参加评先评优" in str(content_of_review(made, policy=policy, now=NOW + timedelta(days=3)))


def test_a_reply_goes_out_once_another_person_confirmed_it(
    measure: MeasureApplied, desk: User, policy: Policy, people: People
) -> None:
    made = a_review(desk, policy, kind=ReviewKind.INQUIRY)
    (reading,) = (one for one in readings_of(measure.subject, limit=9)[0] if one.what == "办事核查")
    assert "汴文函〔2026〕1号" in reading.reason and "答复" in reading.reason
    assert code_of(paper_of_review, made, verify_url=URL, policy=policy, now=NOW) == "HC10"
    assert code_of(confirm_review, made, by=desk, policy=policy, now=NOW) == "HC6"
    assert code_of(keep_use, made, "已采用", by=desk, now=NOW) == "HC9"
    other = make_user("dou", "窦核对", people.market, Role.TENDER_OPERATOR)
    confirm_review(made, by=other, policy=policy, now=NOW)
    assert code_of(confirm_review, made, by=other, policy=policy, now=NOW) == "HC5"
    made.refresh_from_db()
    paper = PdfReader(BytesIO(paper_of_review(made, verify_url=URL, policy=policy, now=NOW)))
    words = "".join("".join(page.extract_text().split()) for page in paper.pages)
    assert made.document_no.endswith("信核〔2026〕1号")
    assert made.document_no in words and "（印章）" in words
    keep_use(made, "评选时参考，张三 410202199001011237", by=desk, now=NOW)
    made.refresh_from_db()
    assert "19900101" not in made.used
    assert code_of(keep_use, made, "又一次", by=desk, now=NOW) == "HC9"
    assert code_of(check_again, made, by=desk, policy=policy, now=NOW) == "HC4"
    assert a_review(desk, policy, kind=ReviewKind.INQUIRY).document_no.endswith("信核〔2026〕2号")
    assert not a_review(desk, policy).document_no, "a review for a tender answers no letter"


def test_what_cannot_be_reviewed_enters_nothing(desk: User, policy: Policy, people: People) -> None:
    assert code_of(a_review, desk, policy, codes=["91410200MA00000039"]) == "HC1"
    assert code_of(a_review, desk, policy, codes=[f"9141{n:014d}" for n in range(501)]) == "HC2"
    assert code_of(a_review, desk, policy, purpose=" ") == "HC3"
    assert not ReviewReport.objects.exists() and not CheckMade.objects.exists()


def test_a_list_is_read_from_a_table_file(home: Any, tmp_path: Any) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"投标人,代码\n甲公司,{CODE}\n丙公司,12\n", encoding="gb18030")
    found = bidders_in(file)
    assert found.codes == (CODE,) and [one.line for one in found.wrong] == [3]
