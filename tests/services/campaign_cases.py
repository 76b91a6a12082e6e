"""A campaign that runs, and penalised enterprises for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.campaigns import CampaignField, Rule
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.services.campaigns import Plan, draft_campaign, start_campaign
from xinheng.services.campaigns_lines import take_in
from xinheng.store.models import Campaign, CampaignLine, Record

UNTIL = TODAY + timedelta(days=30)
RULE = Rule(items=(4,), least=Seriousness.GENERAL, since=date(2026, 1, 1))
PLAN = Plan(
    field=CampaignField.INTEGRITY,
    title="食品领域诚信缺失",
    document_no="汴信办〔2026〕9号",
    document_title="关于开展诚信缺失突出问题专项治理的通知",
    scope="全市食品生产经营企业，以已有记录为准",
    from_on=TODAY,
    until_on=UNTIL,
    rule=RULE,
)


@dataclass
class Campaigns:
    """Wang plans for the city and takes in, Zhao starts."""

    people: People
    policy: Policy
    rows: Rows

    def record(self, **given: object) -> Record:
        """A final penalty of a general class, decided in June, sent by the market regulator."""
        values: dict[str, object] = {
            "seriousness": Seriousness.GENERAL,
            "finality": Finality.FINAL,
            "decided_on": date(2026, 6, 1),
        }
        if "batch" not in given:
            values["batch"] = self.rows.batch(state="loaded", item=4, loaded_at=NOW - timedelta(days=9))
        record = self.rows.record(**values | given)
        self.rows.detail(
            record=record, document_no="汴市监罚〔2026〕7号", authority="市市场监管局", title="处罚"
        )
        return record

    def planned(self, plan: Plan = PLAN, *, now: datetime = NOW) -> Campaign:
        return draft_campaign(
            plan,
            organisation=self.people.city,
            actor=self.people.wang,
            policy=self.policy,
            now=now,
            reason="按通知开展",
        )

    def running(self, plan: Plan = PLAN) -> Campaign:
        campaign = self.planned(plan)
        case = campaign.case
        start_campaign(
            case, actor=self.people.zhao, policy=self.policy, now=NOW, reason="同意", seen=case.version
        )
        case.refresh_from_db()
        return campaign

    def taken(self, record: Record, campaign: Campaign | None = None) -> CampaignLine:
        made = take_in(
            campaign or self.running(),
            [record.record_key],
            actor=self.people.wang,
            policy=self.policy,
            now=NOW,
            reason="处罚后未改正",
        )
        return made[0]
