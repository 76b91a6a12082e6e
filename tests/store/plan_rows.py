"""One valid batch, filing, case check and notice, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def batch(rows: Rows, **given: Any) -> store.PlanBatch:
    meant = {
        "position": 1,
        "scope": "全市食品经营者",
        "planned": 20,
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=30),
    }
    if "plan" not in given:
        meant["plan"] = rows.plan()
    return store.PlanBatch.objects.create(**meant | given)


def filing(rows: Rows, **given: Any) -> store.PlanFiling:
    meant = {
        "plan": rows.plan(),
        "filed_with": "河南省市场监督管理局",
        "number": "豫市监备〔2026〕9号",
        "filed_on": TODAY,
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    return store.PlanFiling.objects.create(**meant | given)


def check(rows: Rows, **given: Any) -> store.CaseCheck:
    meant = {
        "plan": rows.plan(kind="case"),
        "subject": rows.subject(),
        "reason": "complaint",
        "explanation": "12315 转来的投诉，反映销售过期食品",
        "emergency": False,
    }
    return store.CaseCheck.objects.create(**meant | given)


def notice(rows: Rows, **given: Any) -> store.OversightNotice:
    meant = {"occasion": "approved", "told_to": "司法行政部门（行政执法监督）", "told_at": NOW}
    if "check_of" not in given:
        meant["check_of"] = check(rows)
    return store.OversightNotice.objects.create(**meant | given)


def classification(rows: Rows, **given: Any) -> store.Classification:
    meant = {
        "model": "food/food-operators",
        "year": 2026,
        "run": rows.run(),
        "as_of": TODAY,
        "counts": [],
        "digest": DIGEST,
        "made_by": rows.people.wang,
        "made_at": NOW,
    }
    return store.Classification.objects.create(**meant | given)


def _published_twice(rows: Rows) -> None:
    for _ in range(2):
        classification(rows, published_by=rows.people.zhao, published_at=NOW)


def _same_place(rows: Rows) -> None:
    first = batch(rows)
    batch(rows, plan=first.plan)


def _told_twice(rows: Rows) -> None:
    first = notice(rows)
    notice(rows, check_of=first.check_of)


def failure(rows: Rows, **given: Any) -> store.DrawFailure:
    said = {
        "cause": "no_reveal",
        "party": "市场监管部门",
        "reason": "原值已经遗失",
        "proposed_by": rows.people.wang,
        "proposed_at": NOW,
    }
    if "announcement" not in given:
        said["announcement"] = rows.announcement()
    return store.DrawFailure.objects.create(**said | given)


def substitute(rows: Rows, **given: Any) -> store.DrawSubstitute:
    said = {
        "absent_no": "4102000001",
        "cause": "recused",
        "reason": "申请依法回避",
        "proposed_by": rows.people.wang,
        "proposed_at": NOW,
    }
    if "drawn" not in given:
        said["drawn"] = rows.drawn(rows.draw())
    drawn = given.get("drawn") or said["drawn"]
    return store.DrawSubstitute.objects.create(draw=drawn.draw, **said | given)


def secret(rows: Rows, **given: Any) -> store.DrawSecret:
    said = {"party": "市场监管部门", "commitment": DIGEST, "given_by": rows.people.wang, "given_at": NOW}
    if "announcement" not in given:
        said |= {"announcement": rows.announcement(), "words": b"sealed"}
    announcement = given.get("announcement", said.get("announcement"))
    plan = announcement.plan if announcement else rows.plan()  # type: ignore[attr-defined]
    return store.DrawSecret.objects.create(**{"plan": plan, **said, **given})


def _revealed_twice(rows: Rows) -> None:
    first = secret(rows)
    secret(rows, announcement=first.announcement, words=b"sealed", given_by=rows.people.zhao)


def _for_two(rows: Rows) -> None:
    first = secret(rows)
    secret(rows, announcement=first.announcement, words=b"sealed", party="财政部门")


def _tried_twice(rows: Rows) -> None:
    version = rows.version()
    for _ in range(2):
        store.RiskWatch.objects.create(version=version, on=TODAY, trial={}, tried_at=NOW)


def _agreed(rows: Rows, **given: Any) -> store.DrawSubstitute:
    by = {"agreed_by": rows.people.zhao, "agreed_at": NOW, "sequence": 1, "substitute_no": "4102000009"}
    return substitute(rows, **by | given)


def _replaced_twice(rows: Rows) -> None:
    first = _agreed(rows)
    _agreed(rows, drawn=first.drawn, absent_no="4102000002")


def _proposed_twice(rows: Rows) -> None:
    first = substitute(rows)
    substitute(rows, drawn=first.drawn)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "plan_kind_known": lambda rows: rows.plan(kind="surprise"),
    "classification_once_a_year": _published_twice,
    "classification_published_by_another": lambda rows: classification(
        rows, published_by=rows.people.wang, published_at=NOW
    ),
    "planbatch_place_once": _same_place,
    "planbatch_says_how_many": lambda rows: batch(rows, planned=0),
    "planbatch_period": lambda rows: batch(rows, until_on=TODAY - timedelta(days=1)),
    "planfiling_whole": lambda rows: filing(rows, number=""),
    "casecheck_says_why": lambda rows: check(rows, explanation=""),
    "casecheck_begins_early_in_an_emergency": lambda rows: check(
        rows, begun_by=rows.people.wang, begun_at=NOW
    ),
    "drawfailure_says_why": lambda rows: failure(rows, reason=""),
    "drawfailure_names_who_kept_silent": lambda rows: failure(rows, party=""),
    "drawfailure_agreed_by_another": lambda rows: failure(rows, agreed_by=rows.people.wang, agreed_at=NOW),
    "drawsecret_revealed_once": _revealed_twice,
    "drawsecret_one_a_person": _for_two,
    "drawsecret_names_its_party": lambda rows: secret(rows, party=""),
    "drawsecret_reveals_words": lambda rows: secret(rows, announcement=None, words=b"kept"),
    "riskwatch_once_a_day": _tried_twice,
    "drawsubstitute_says_why": lambda rows: substitute(rows, reason=""),
    "drawsubstitute_cause_known": lambda rows: substitute(rows, cause="ill"),
    "drawsubstitute_agreed_by_another": lambda rows: _agreed(rows, agreed_by=rows.people.wang),
    "drawsubstitute_sequence_once": _replaced_twice,
    "drawsubstitute_proposed_once": _proposed_twice,
    "oversight_told_once": _told_twice,
    "oversight_occasion_known": lambda rows: notice(rows, occasion="rumour"),
    "oversight_seen_by_somebody": lambda rows: notice(rows, seen_at=NOW),
}
