"""A review tells what applies to each enterprise, gives no verdict, and of what has ended since only how much."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.documents.letters import NOW
from tests.documents.test_letters import _metadata

from xinheng.core.canonical import digest_of
from xinheng.core.review_reports import Reviewed, ReviewHead, ReviewKind, facts_of, review_of
from xinheng.documents.reports import check_file, set_report, sign_report
from xinheng.documents.signing import new_signer, sign_value

LINE = {"内容": "限制参加评先评优", "依据": "《条例》", "所依据的记录": "汴市监罚〔2026〕7号", "单位": "市场监管局",
        "起": "2026-06-01", "止": "随依据终止"}  # fmt: skip
HEAD: dict[str, Any] = {
    "kind": ReviewKind.TENDER,
    "number": "20261120100000ABCDEFGH",
    "issuer": "信用开封",
    "issued_at": datetime(2026, 11, 20, 10, tzinfo=UTC),
    "as_of": date(2026, 11, 20),
    "occasion": "招标投标",
    "project": "招2026-1",
    "purpose": "评标",
    "body": "交易中心",
    "policy": "sha256:0",
}
pytestmark = pytest.mark.row("M6-07")


def a_firm(name: str = "甲公司", *, then: bool = True, **parts: list[dict[str, str]]) -> Reviewed:
    return Reviewed(name=name, code="91410200MA00000013", parts=parts, then=then)


def a_review(*firms: Reviewed, before: dict[str, Any] | None = None, **head: Any) -> dict[str, Any]:
    return review_of(ReviewHead(**HEAD | head), firms, before=before)


@pytest.mark.guard("G14")
@pytest.mark.guard("G16")
def test_it_gives_no_verdict_and_checks_no_person() -> None:
    told = a_review(a_firm(lists=[LINE]), a_firm("乙公司"))
    assert "未核查自然人任职资格" in told["persons"]
    assert "没有适用的内容" in told["bidders"][1]["says"]
    said = str(told)
    for verdict in ("合格", "不予通过", "排名", "得分", "拒绝其"):
        assert verdict not in said
    assert {"verdict", "score", "rank", "passed"}.isdisjoint(told) and list(told["bidders"][0]) == [
        "name",
        "code",
        "says",
        "parts",
    ]


@pytest.mark.guard("G9")
def test_what_ended_since_is_counted_and_never_told_again() -> None:
    before = a_review(a_firm(lists=[LINE]))
    again = a_review(a_firm(measures=[LINE | {"内容": "新措施"}]), before=before, kind=ReviewKind.AGAIN)
    (change,) = again["changes"]
    assert change["ended"] == 1 and [one["内容"] for one in change["added"]] == ["新措施"]
    assert "限制参加评先评优" not in str(again)
    assert not a_review(a_firm(lists=[LINE]), before=before)["changes"]
    assert facts_of(before["bidders"]) != facts_of(again["bidders"])


def test_one_that_was_unknown_on_the_day_says_so() -> None:
    told = a_review(a_firm(then=False))
    assert told["bidders"][0]["says"] == "截至 2026-11-20，本平台还没有收到这个主体的信息。"


@pytest.mark.row("M6-04")
def test_the_signed_paper_is_archivable_and_told_from_a_forged_one() -> None:
    signer = new_signer(organ="信用开封", now=NOW)
    twin = a_review(a_firm(lists=[LINE]))
    data = sign_value(twin, signer)
    pdf = sign_report(
        set_report(twin, verify_url="http://127.0.0.1/verify/1", development=True, signed_twin=data),
        twin,
        signer,
    )
    assert "<pdfaid:part>3</pdfaid:part>" in _metadata(pdf)
    seen = check_file(pdf, [signer.certificate])
    assert (seen.genuine, seen.number, seen.digest) == (True, twin["number"], digest_of(twin))
    middle = len(pdf) // 2
    assert not check_file(
        pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :], [signer.certificate]
    ).genuine
