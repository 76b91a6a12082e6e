"""One valid campaign and line, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import YESTERDAY, Rows

from xinheng.store import models as store


def campaign(rows: Rows, **given: Any) -> store.Campaign:
    planned = {
        "field": "integrity",
        "title": "诚信缺失突出问题专项治理",
        "document_no": "汴信办〔2026〕9号",
        "document_title": "关于开展专项治理的通知",
        "scope": "全市食品领域",
        "from_on": YESTERDAY,
        "until_on": TODAY + timedelta(days=90),
        "items": [4],
        "least": 2,
        "since_on": YESTERDAY,
    }
    if "case" not in given:
        planned["case"] = rows.case()
    return store.Campaign.objects.create(**planned | given)


def line(rows: Rows, **given: Any) -> store.CampaignLine:
    taken = {
        "ground_kind": "record",
        "ground_key": next(rows.numbers),
        "organisation": rows.people.market,
        "proposed": True,
        "reason": "一般失信，未改正",
        "taken_by": rows.people.wang,
        "taken_at": NOW,
        "until_on": TODAY + timedelta(days=90),
    }
    for name, make in (("subject", rows.subject), ("campaign", lambda: campaign(rows))):
        if name not in given:
            taken[name] = make()
    return store.CampaignLine.objects.create(**taken | given)


def _one_record_twice(rows: Rows) -> None:
    made = campaign(rows)
    line(rows, campaign=made, ground_key=7)
    line(rows, campaign=made, ground_key=7)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "campaign_field_known": lambda rows: campaign(rows, field="gossip"),
    "campaign_says_what_and_on_what": lambda rows: campaign(rows, document_no=""),
    "campaign_period": lambda rows: campaign(rows, until_on=YESTERDAY),
    "campaign_rule_whole": lambda rows: campaign(rows, items=[]),
    "campaignline_ground_known": lambda rows: line(rows, ground_kind="rumour"),
    "campaignline_rests_on_record": lambda rows: line(rows, ground_kind="decision"),
    "campaignline_end_has_cause": lambda rows: line(rows, ended_at=NOW),
    "campaignline_one_open": _one_record_twice,
    "campaignline_says_why": lambda rows: line(rows, reason=""),
    "campaignline_end_says_who_and_why": lambda rows: line(
        rows, ended_at=NOW, end_cause="withdrawn", ended_why="done", ended_by=rows.people.wang
    ),
}
