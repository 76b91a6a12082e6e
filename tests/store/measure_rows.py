"""One valid row of each table on measures, and rows that their constraints refuse."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, YESTERDAY, Rows

from xinheng.store import models as store


def measure(rows: Rows, **given: Any) -> store.MeasureApplied:
    applied = {
        "ground_kind": "record",
        "ground_key": next(rows.numbers),
        "organisation": rows.people.market,
        "measure": "limit_honours",
        "title": "限制参加评先评优",
        "group": 2,
        "edition": "2024",
        "policy_digest": DIGEST,
        "occasions": ["honours"],
        "basis": "《河南省社会信用条例》第三十二条",
        "from_on": YESTERDAY,
        "reason": "与失信行为相当",
        "proposed_by": rows.people.wang,
        "decided_by": rows.people.zhao,
        "applied_at": NOW,
    }
    for name, make in (("subject", rows.subject), ("decision", rows.case)):
        if name not in given:
            applied[name] = make()
    return store.MeasureApplied.objects.create(**applied | given)


def task(rows: Rows, **given: Any) -> store.MeasureTask:
    asked = {"kind": "apply", "organisation": rows.people.market, "asked_at": NOW}
    if "measure" not in given:
        asked["measure"] = measure(rows)
    return store.MeasureTask.objects.create(**asked | given)


def use(rows: Rows, **given: Any) -> store.MeasureUse:
    reported = {
        "organisation": rows.people.market,
        "occasion": "honours",
        "acted_on": TODAY,
        "outcome": "limited",
        "what": "未列入评选名单",
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    if "measure" not in given:
        reported["measure"] = measure(rows)
    return store.MeasureUse.objects.create(**reported | given)


def fair_review(rows: Rows, **given: Any) -> store.FairReview:
    entered = {
        "measure": "green_channel",
        "row_digest": DIGEST,
        "organisation": rows.people.market,
        "document_no": "汴公竞审〔2026〕1号",
        "reviewed_on": TODAY,
        "result": "clean",
        "opinion": "不具有排除、限制竞争效果",
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    return store.FairReview.objects.create(**entered | given)


def incentive_review(rows: Rows, **given: Any) -> store.IncentiveReview:
    written = {
        "keep": True,
        "finding": "荣誉仍在有效期",
        "due_on": TODAY,
        "reviewed_on": TODAY,
        "reviewed_by": rows.people.wang,
        "reviewed_at": NOW,
    }
    if "measure" not in given:
        written["measure"] = measure(rows, group=4)
    return store.IncentiveReview.objects.create(**written | given)


def handout(rows: Rows, **given: Any) -> store.MeasureHandout:
    made = {
        "recipient": "某某银行",
        "purpose": "授信参考",
        "measures": [1],
        "digest": DIGEST,
        "made_by": rows.people.wang,
        "made_at": NOW,
    }
    return store.MeasureHandout.objects.create(**made | given)


def _lying_twice(rows: Rows) -> None:
    first = measure(rows)
    measure(rows, subject=first.subject, ground_key=first.ground_key)


def list_sent(rows: Rows, **given: Any) -> store.MeasureListSent:
    sent = {
        "organisation": rows.people.market,
        "digest": DIGEST,
        "edition": "2024",
        "period_on": TODAY.replace(month=7, day=1),
        "sent_at": NOW,
    }
    return store.MeasureListSent.objects.create(**sent | given)


def _sent_twice(rows: Rows) -> None:
    list_sent(rows)
    list_sent(rows)


def _asked_twice(rows: Rows) -> None:
    first = task(rows)
    task(rows, measure=first.measure)


def _reviewed_twice(rows: Rows) -> None:
    fair_review(rows)
    fair_review(rows)


def _waiting_twice(rows: Rows) -> None:
    first = incentive_review(rows)
    incentive_review(rows, measure=first.measure)


_SAME = {"accepted": True, "reviewed_at": NOW, "review": "采用", "text": "某公司"}
REFUSED: Mapping[str, Callable[[Rows], object]] = {
    "measureapplied_ground_known": lambda rows: measure(rows, ground_kind="rumour"),
    "measureapplied_end_has_cause": lambda rows: measure(rows, ended_at=NOW),
    "measure_once_a_ground": _lying_twice,
    "measure_two_persons": lambda rows: measure(rows, decided_by=rows.people.wang),
    "measure_group_known": lambda rows: measure(rows, group=9),
    "measure_period": lambda rows: measure(rows, until_on=YESTERDAY),
    "measure_ban_has_term": lambda rows: measure(rows, ban="procurement", field="procurement"),
    "measure_occasions_known": lambda rows: measure(rows, occasions=["marriage"]),
    "measure_says_why": lambda rows: measure(rows, basis=""),
    "measuretask_once": _asked_twice,
    "measuretask_kind_known": lambda rows: task(rows, kind="punish"),
    "measuretask_one_receiver": lambda rows: task(rows, recipient="某某银行"),
    "measuretask_answer_whole": lambda rows: task(rows, answer="done"),
    "measureuse_outcome_known": lambda rows: use(rows, outcome="jailed"),
    "measureuse_says_what": lambda rows: use(rows, what=""),
    "measureuse_reviewed_by_another": lambda rows: use(rows, reviewed_by=rows.people.wang, **_SAME),
    "fairreview_once_a_row": _reviewed_twice,
    "fairreview_says_what": lambda rows: fair_review(rows, opinion=""),
    "fairreview_two_persons": lambda rows: fair_review(rows, confirmed_by=rows.people.wang, confirmed_at=NOW),
    "incentivereview_says_what": lambda rows: incentive_review(rows, finding=""),
    "incentivereview_two_persons": lambda rows: incentive_review(
        rows, confirmed=True, confirmed_by=rows.people.wang, confirmed_at=NOW
    ),
    "incentivereview_one_open": _waiting_twice,
    "measurelistsent_once_a_period": _sent_twice,
    "measurelistsent_read_by_somebody": lambda rows: list_sent(rows, read_at=NOW),
    "measurehandout_says_whom": lambda rows: handout(rows, purpose=""),
}
