"""A special report holds four kinds of facts of the chosen fields and period, says what it covers, and certifies nothing."""

from datetime import date
from typing import Any

import pytest
from tests.core.test_reports import AT, FIRM, TODAY, a_fact
from tests.refusals import code_of

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.reports import Fact, Head, Report, facts_digest, twin_of
from xinheng.core.special_reports import Coverage, Scope, check_scope, compose_special, fields_of

pytestmark = [pytest.mark.row("M6-05"), pytest.mark.row("X-05"), pytest.mark.guard("G10")]
MARKET = frozenset({"market_regulation"})


def a_scope(*fields: str, **changed: Any) -> Scope:
    given = {"from_on": date(2022, 1, 1), "until_on": TODAY} | changed
    return Scope(fields=fields, **given)


def a_special(policy: Policy, *facts: Fact, scope: Scope | None = None, until: date | None = None) -> Report:
    return compose_special(
        scope or a_scope(),
        about=FIRM,
        facts=facts,
        coverage=[Coverage("market_regulation", ("开封市市场监督管理局",), until)],
        head=Head(number="1", issuer="信用开封", issued_at=AT, purpose="自查", policy=policy.digest),
        policy=policy,
        on=TODAY,
    )


def of_market(**changed: Any) -> Fact:
    return a_fact(sectors=MARKET, **changed)


def lines(report: Report) -> list[str]:
    return [line.title for part in report.sections for line in part.lines]


def test_seven_chapters_one_of_them_never_collected(policy: Policy) -> None:
    report = a_special(policy, of_market())
    assert [one.number for one in report.sections] == list(range(1, 8))
    assert dict(report.counts) == {
        "行政处罚": 1,
        "行政强制": 0,
        "严重失信主体名单": 0,
        "刑事裁判": None,
    }
    assert all(one.lines or one.says or one.facts for one in report.sections)


def test_it_certifies_nothing_and_names_its_limits(policy: Policy) -> None:
    said = str(twin_of(a_special(policy)))
    assert "不证明有无违法违规" in said and "仅限本平台" in said and "没有列出不等于没有发生" in said
    assert "无违法违规" not in said.replace("有无违法违规", "")


def test_only_the_chosen_fields_and_period_are_told(policy: Policy) -> None:
    tax = a_fact(key=2, title="偷税", sectors=frozenset({"tax"}))
    old = of_market(key=3, title="旧案", decided_on=date(2021, 12, 31))
    undated = of_market(key=4, title="没有日期", decided_on=None)
    facts = (of_market(title="市监"), tax, old, undated)
    assert lines(a_special(policy, *facts, scope=a_scope("market_regulation"))) == ["市监"]
    assert lines(a_special(policy, *facts)) == ["市监", "偷税"]
    until = a_scope(until_on=date(2026, 5, 31))
    assert lines(a_special(policy, *facts, scope=until)) == []


def test_what_nobody_can_place_is_counted_among_fields_and_told_among_all(policy: Policy) -> None:
    unplaced = a_fact(title="领域不明的一则")
    some = a_special(policy, unplaced, scope=a_scope("tax"))
    assert lines(some) == [] and "另有 1 条信息不能确定" in str(twin_of(some))
    assert lines(a_special(policy, unplaced)) == ["领域不明的一则"]


def test_minor_failings_and_compulsion_stand_though_no_page_shows_them(policy: Policy) -> None:
    minor = of_market(title="轻微", seriousness=Seriousness.MINOR, shown=False)
    seized = of_market(
        key=2, title="扣押", item=Item.COMPULSION.value, seriousness=Seriousness.NONE, shown=False
    )
    assert set(lines(a_special(policy, minor, seized))) == {"轻微", "扣押"}


@pytest.mark.parametrize(
    "ended",
    [
        {"state": RecordState.REPAIRED},
        {"state": RecordState.WITHDRAWN},
        {"finality": Finality.REVOKED},
        {"shown": False, "decided_on": date(2022, 1, 10)},
        {"item": Item.PERMIT.value, "seriousness": Seriousness.NONE},
        {"item": Item.COMPLAINT.value},
    ],
)
def test_what_ended_or_is_of_another_kind_is_not_told(policy: Policy, ended: dict[str, Any]) -> None:
    assert lines(a_special(policy, of_market(**ended))) == []


def test_a_new_delivery_alone_makes_no_report_stale(policy: Policy) -> None:
    before, after = (twin_of(a_special(policy, of_market(), until=day)) for day in (None, date(2026, 11, 20)))
    assert before != after and facts_digest(before) == facts_digest(after)
    assert facts_digest(before) != facts_digest(twin_of(a_special(policy)))
    other = twin_of(a_special(policy, of_market(), scope=a_scope("market_regulation")))
    assert facts_digest(before) != facts_digest(other)


def test_a_wider_field_holds_the_narrower_ones(policy: Policy) -> None:
    known = fields_of(policy)
    assert "market_regulation" in known and "food" not in known and "any" not in known


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (a_scope("astrology"), "BG10"),
        (a_scope("food"), "BG10"),
        (a_scope(from_on=date(2026, 11, 21)), "BG11"),
        (a_scope(until_on=date(2026, 11, 21)), "BG11"),
        (a_scope(from_on=date(2021, 11, 19)), "BG11"),
    ],
)
def test_a_scope_that_is_none_is_refused(policy: Policy, scope: Scope, code: str) -> None:
    assert code_of(check_scope, scope, policy=policy, on=TODAY) == code


def test_the_longest_period_is_taken_to_the_day(policy: Policy) -> None:
    check_scope(a_scope(from_on=date(2021, 11, 20)), policy=policy, on=TODAY)
