"""A credit report holds what may stand in it, says of what is empty that it is, and never a score or a verdict."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from xinheng.core.catalogue import Disclosure, Item
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.report_rules import AUTHORISED, BASIC, Kind, ReportRules
from xinheng.core.reports import (
    About,
    Fact,
    Head,
    Report,
    Standing,
    compose,
    facts_digest,
    number_of,
    twin_of,
    typed_number,
)

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
FIRM = About(
    name="样例有限公司", code="91410202MA0000001X", sole_trader=False, facts=(("名称", "样例有限公司"),)
)
pytestmark = pytest.mark.row("M6-01")


def a_fact(**changed: Any) -> Fact:
    given: dict[str, Any] = {
        "item": Item.PENALTY.value,
        "key": 1,
        "title": "未按规定公示年度报告",
        "document_no": "汴市监罚〔2026〕7号",
        "authority": "开封市市场监督管理局",
        "decided_on": date(2026, 6, 1),
        "seriousness": Seriousness.GENERAL,
        "finality": Finality.FINAL,
        "state": RecordState.ACTIVE,
        "fields": {"处罚内容": "罚款", "法定代表人": "张三", "备注": "内部"},
        "shown": True,
    }
    return Fact(**given | changed)


def a_report(policy: Policy, *facts: Fact, kind: str = BASIC, about: About = FIRM, **head: Any) -> Report:
    given: dict[str, Any] = {
        "number": "1",
        "issuer": "信用开封",
        "issued_at": AT,
        "purpose": "自查",
        "policy": policy.digest,
    }
    return compose(kind, about=about, facts=facts, head=Head(**given | head), policy=policy, on=TODAY)


def said(report: Report) -> str:
    return str(twin_of(report))


def test_the_ten_chapters_stand_in_order_and_the_empty_ones_say_so(policy: Policy) -> None:
    report = a_report(policy)
    assert [one.number for one in report.sections] == list(range(1, 11))
    assert report.sections[0].title == "登记注册基础信息"
    assert all(one.lines or one.says or one.facts for one in report.sections)
    assert "没有列出不等于没有发生" in report.sections[3].says
    assert "诚信理念" in report.sections[9].says
    assert len(report.counts) == 8


def test_a_fact_stands_in_its_chapter_with_the_chosen_fields_alone(policy: Policy) -> None:
    report = a_report(policy, a_fact())
    assert dict(report.counts)["行政管理信息"] == 1
    told = dict(report.sections[1].lines[0].told)
    assert told["文书号"] == "汴市监罚〔2026〕7号" and told["处罚内容"] == "罚款"
    assert "张三" not in said(report) and "内部" not in said(report)
    assert "1条" in report.sections[9].says


def test_days_and_amounts_are_written_alike(policy: Policy) -> None:
    fields = {"有效期至": "2026/3/8", "许可内容": "2026年3月8日"}
    permit = a_fact(item=Item.PERMIT.value, seriousness=Seriousness.NONE, fields=fields)
    told = dict(a_report(policy, permit).sections[1].lines[0].told)
    assert told["有效期至"] == "2026-03-08" and told["许可内容"] == "2026年3月8日"
    fined = dict(a_report(policy, a_fact(fields={"罚款金额": "5000.00"})).sections[1].lines[0].told)
    assert fined["罚款金额"] == "5000元"


@pytest.mark.guard("G16")
@pytest.mark.parametrize("kind", [BASIC, AUTHORISED])
def test_no_report_holds_an_evaluation(policy: Policy, kind: str) -> None:
    fields = {"评价等级": "D", "评价名称": "某评价"}
    graded = a_fact(
        item=Item.EVALUATION.value, seriousness=Seriousness.NONE, title="评价 D 级", fields=fields
    )
    report = a_report(policy, graded, kind=kind)
    assert dict(report.counts)["信用评价信息"] is None
    assert "某评价" not in said(report) and "D 级" not in said(report)
    assert "无违法违规的证明" in said(report)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": RecordState.REPAIRED},
        {"state": RecordState.WITHDRAWN},
        {"state": RecordState.SHIELDED},
        {"finality": Finality.REVOKED},
        {"seriousness": Seriousness.MINOR},
        {"item": Item.COMPLAINT.value},
        {"item": Item.COMPULSION.value},
        {"item": 9999},
    ],
)
@pytest.mark.parametrize("kind", [BASIC, AUTHORISED])
@pytest.mark.guard("G9")
@pytest.mark.guard("G10")
def test_what_may_not_stand_in_a_report_does_not(policy: Policy, changed: dict[str, Any], kind: str) -> None:
    assert a_report(policy, a_fact(**changed), kind=kind).sections[1].lines == ()
    assert "汴市监罚" not in said(a_report(policy, a_fact(**changed), kind=kind))


def test_what_is_not_shown_or_needs_asking_stands_in_the_authorised_one_alone(policy: Policy) -> None:
    hidden = a_fact(shown=False)
    kept_back = a_fact(fields={"公开类型": "授权查询"})
    contract = a_fact(
        item=Item.CONTRACT.value, seriousness=Seriousness.NONE, fields={"合同名称": "供货"}, shown=False
    )
    for fact in (hidden, kept_back, contract):
        assert sum(count or 0 for _, count in a_report(policy, fact).counts) == 0
        assert sum(count or 0 for _, count in a_report(policy, fact, kind=AUTHORISED).counts) == 1


@pytest.mark.guard("G15")
@pytest.mark.parametrize("changed", [{"decided_on": date(2021, 1, 1)}, {"decided_on": None}])
def test_what_burdens_and_could_be_shown_no_more_is_in_no_report(
    policy: Policy, changed: dict[str, Any]
) -> None:
    """Three years were the longest for a general failing of that day; without a day nobody knows its term."""
    report = a_report(policy, a_fact(shown=False, **changed), kind=AUTHORISED)
    assert report.sections[1].lines == ()
    unclassed = a_fact(shown=False, seriousness=Seriousness.NONE)
    assert a_report(policy, unclassed, kind=AUTHORISED).sections[1].lines == ()


@pytest.mark.guard("G1")
def test_the_home_of_a_sole_trader_is_in_no_report(policy: Policy) -> None:
    trader = About(name="张记小吃店", code="92410202MA00000011", sole_trader=True, facts=())
    fact = a_fact(fields={"处罚内容": "罚款", "经营场所": "样例路 9 号"})
    assert "样例路" not in said(a_report(policy, fact, kind=AUTHORISED, about=trader))


def test_an_open_objection_stands_beside_the_line(policy: Policy) -> None:
    report = a_report(policy, a_fact(state=RecordState.DISPUTED))
    assert report.sections[1].lines[0].mark == "异议中"


def test_a_list_of_good_faith_stands_among_the_honours(policy: Policy) -> None:
    standing = Standing(title="守信激励对象", authority="市发改委", from_on=date(2026, 1, 1), until_on=None)
    head = Head(number="1", issuer="信用开封", issued_at=AT, purpose="自查", policy="")
    report = compose(BASIC, about=FIRM, facts=(), standings=[standing], head=head, policy=policy, on=TODAY)
    assert [line.title for line in report.sections[2].lines] == ["守信激励对象"]


def test_the_digest_of_the_facts_changes_with_them_and_with_nothing_else(policy: Policy) -> None:
    first = facts_digest(twin_of(a_report(policy, a_fact())))
    later = a_report(policy, a_fact(), number="2", issued_at=datetime(2027, 1, 1, tzinfo=UTC), purpose="融资")
    assert facts_digest(twin_of(later)) == first
    for other in (a_fact(state=RecordState.DISPUTED), a_fact(title="别的"), a_fact(shown=False)):
        assert facts_digest(twin_of(a_report(policy, other))) != first
    assert facts_digest(twin_of(a_report(policy, a_fact(), kind=AUTHORISED))) != first


@pytest.mark.row("M6-04")
def test_a_number_tells_the_moment_and_what_was_drawn_for_it() -> None:
    assert number_of(AT, drawn="23456789") == "2026112010000023456789"
    for wrong in ("2345678", "2345678O", "234567890"):
        with pytest.raises(ValueError):
            number_of(AT, drawn=wrong)


def _widened(rules: dict[str, Any]) -> None:
    rules["kinds"]["basic"]["disclosures"] = ["public", "query"]


def _shared(rules: dict[str, Any]) -> None:
    rules["kinds"]["authorised"]["disclosures"] = ["public", "shared"]


def _missing(rules: dict[str, Any]) -> None:
    del rules["sections"]["judicial"]["items"]["court"]


def _nine(rules: dict[str, Any]) -> None:
    del rules["sections"]["advice"]


def _graded(rules: dict[str, Any]) -> None:
    rules["left_out"].pop("evaluation")
    rules["sections"]["evaluation"]["items"] = {"evaluation": ["评价等级"]}


@pytest.mark.parametrize("spoil", [_widened, _shared, _missing, _nine, _graded])
@pytest.mark.guard("G16")
def test_rules_that_widen_or_grade_are_refused(
    policy: Policy, spoil: Callable[[dict[str, Any]], None]
) -> None:
    rules = policy.reports.model_dump(mode="json")
    assert ReportRules.model_validate(rules) == policy.reports
    spoil(rules)
    with pytest.raises(ValidationError):
        ReportRules.model_validate(rules)


def test_every_field_that_a_chapter_names_is_in_the_catalogue_and_public(policy: Policy) -> None:
    loose = {
        (item, name)
        for one in policy.reports.sections.values()
        for item, names in one.items.items()
        for name in names
        if not (known := policy.catalogue.items[item].fields.get(name)) or not known.public
    }
    assert loose == set()


def test_nothing_closed_or_shared_among_bodies_can_enter(policy: Policy) -> None:
    kinds: list[Kind] = list(policy.reports.kinds.values())
    assert {one for kind in kinds for one in kind.disclosures} == {Disclosure.PUBLIC, Disclosure.QUERY}


@pytest.mark.row("M6-04")
@pytest.mark.parametrize(
    "typed",
    [
        "20261122200549HTVFDVV6",
        " 2026 1122 2005 49 htvf dvv6 ",
        "报告编号：2O26II22-200549-HTVFDVV6",
        "２０２６１１２２２００５４９ＨＴＶＦＤＶＶ６",
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert typed_number(typed) == "20261122200549HTVFDVV6"


@pytest.mark.parametrize("typed", ["", "2026", "20261122200549HTVFDVV0", "../../etc/passwd", "😀" * 22])
def test_what_is_no_number_of_a_report_is_none(typed: str) -> None:
    assert typed_number(typed) == ""
