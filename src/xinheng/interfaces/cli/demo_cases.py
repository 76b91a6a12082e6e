"""What is under way in the demonstration: a repair, an objection, a campaign, an enterprise that stands on a list, and a measure.

Each is brought as far as the next person's desk, by the verbs that the office's pages call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from xinheng.core.campaigns import CampaignField, Rule
from xinheng.core.catalogue import Item
from xinheng.core.objections import Claim
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.demo_listing import list_one
from xinheng.interfaces.cli.demo_measure import Stage, measure_one
from xinheng.services.campaigns import Plan, draft_campaign, start_campaign
from xinheng.services.campaigns_lines import finish_line, grounds_on, proposals, take_in
from xinheng.services.enterprises import party_of
from xinheng.services.objections import lodge as object_to
from xinheng.services.repair_decisions import Act, accept
from xinheng.services.repairs import Application, Lodging, lodge, matters_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.campaigns import Campaign
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.organisations import Organisation
from xinheng.store.repairs import RepairSource
from xinheng.store.subjects import Subject

TITLE = "企业公示信息弄虚作假"
_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who acts and on whom. ``firm`` has the account of the demonstration, ``department`` recognised most of what is used."""

    firm: Subject
    account: EnterpriseAccount
    department: Organisation
    office: Organisation
    people: Mapping[str, User]
    policy: Policy
    now: datetime

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def given(self) -> dict[str, Any]:
        """What each verb is told besides."""
        return {"policy": self.policy, "now": self.now}


def leave_cases(scene: Scene) -> list[str]:
    """Once: a later run finds the campaign. Returns what the city's rules did not allow, in their words; what is refused
    leaves nothing behind."""
    if Campaign.objects.exists():
        return []
    refused: list[str] = []
    scenes: tuple[Callable[[Scene], None], ...] = (_repair, _objection, _campaign, _listing, _measure)
    for play in scenes:
        try:
            with transaction.atomic():
                play(scene)
        except Refusal as refusal:
            refused.append(str(refusal))
    return refused


def _repair(scene: Scene) -> None:
    """Lodged at the national site with the window's help, accepted; an officer gives an opinion next."""
    ready = (one for one in matters_of(scene.firm, policy=scene.policy, today=scene.today) if one.answer.may)
    one = next((one for one in ready if one.shown and one.record.seriousness == Seriousness.GENERAL), None)
    if one is None:
        return
    lodging = Lodging(
        source=RepairSource.CREDIT_CHINA,
        external="样例XYZG0001",
        lodged_on=scene.today,
        pushed_on=scene.today,
    )
    handed = Application(handed={"duty_done": "（样例）缴款书和整改照片"}, pledged=True)
    given = scene.given
    case = lodge(one.record.record_key, handed, lodging, actor=scene.people["sunli"], **given)
    accept(case, Act(actor=scene.people["wangjing"], reason="材料齐全。", **given))


def _objection(scene: Scene) -> None:
    """By the enterprise in its own space; marked at once, the source looks into it next."""
    matters = matters_of(scene.firm, policy=scene.policy, today=scene.today)
    one = next((one for one in matters if one.shown and one.case is None and not one.answer.may), None)
    if one is None:
        return
    object_to(
        Claim(wrong="（样例）被处罚的是同名的另一家企业", wanted="撤回这条信息"),
        subject=scene.firm,
        reference=f"record:{one.record.record_key}",
        actor=party_of(scene.account, on=scene.today),
        **scene.given,
    )


def _campaign(scene: Scene) -> None:
    """Planned, started by another, filled from what the rule proposes and with the enterprise; one line is done already."""
    plan = Plan(
        field=CampaignField.INTEGRITY,
        title=TITLE,
        document_no="样例〔2026〕1号",
        document_title="（样例）关于开展企业公示信息弄虚作假专项治理的通知",
        scope="（样例）公示信息隐瞒真实情况、弄虚作假的企业，以已有记录为准。",
        from_on=scene.today,
        until_on=scene.today + timedelta(days=60),
        rule=Rule(
            items=(int(Item.ABNORMAL_OPERATION),),
            least=Seriousness.MINOR,
            since=scene.today - timedelta(days=365),
        ),
    )
    office, given = scene.people["zhangmin"], scene.given
    campaign = draft_campaign(plan, organisation=scene.office, actor=office, reason="按通知开展。", **given)
    case = campaign.case
    start_campaign(case, actor=scene.people["liqiang"], reason="同意。", seen=case.version, **given)
    found = proposals(campaign, policy=scene.policy, on=scene.today)
    own = grounds_on(campaign, scene.firm, policy=scene.policy, on=scene.today)[-1:]
    keys = [one.record_key for one in (*own, *(one for one in found if one.subject_id != scene.firm.pk))]
    if not keys:
        return
    lines = take_in(campaign, keys[:_LINES], actor=office, reason="公示信息不实，需要督促改正。", **given)
    done = next((one for one in lines if one.subject_id != scene.firm.pk), None)
    if done is not None:
        finish_line(done, actor=office, now=scene.now, reason="已更正公示信息，经复查属实。")


def _measure(scene: Scene) -> None:
    stage = Stage(people=scene.people, policy=scene.policy, now=scene.now)
    measure_one(scene.firm, scene.department, stage=stage)


def _listing(scene: Scene) -> None:
    list_one(scene.department, people=scene.people, policy=scene.policy, now=scene.now)
