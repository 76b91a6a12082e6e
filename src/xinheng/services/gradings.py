"""The policy of supervision of each field: drafted by who is responsible for it, checked, approved by a second person, in
force from a day (汴政办〔2020〕46号第13项; 宛政办〔2020〕17号四（四）).

What is in force is laid over the files of the city's pack by services.policies; a field without one follows the city's own.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.grading_change import (
    GENERAL,
    Finding,
    Tree,
    differences,
    findings,
    key_of,
    next_tree,
    parse_grading,
)
from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.services.approvals import Draft, approve, begin, body_of, rewrite
from xinheng.services.cases import take_step
from xinheng.services.measures_grounds import sectors_of
from xinheng.services.policies import GRADING
from xinheng.services.result_age import TERM
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion

_BASIS = "汴政办〔2020〕46号第13项"


def fields_of(policy: Policy) -> dict[str, str]:
    """Fields that may have a policy of their own, by key: those that the city's document names first, as it names them,
    then the others of which an organ of the city is in charge."""
    named = {one.sector: one.name for one in policy.grading.fields}
    held = policy.agencies.sectors_in_charge()
    known = policy.sectors.sectors
    return named | {key: one.title for key, one in known.items() if key in held and key not in named}


def name_of(key: str, *, policy: Policy) -> str:
    """What a field is called; the city's own policy is that of every field without one."""
    sector = policy.sectors.sectors.get(key)
    return "全市（没有单独政策的领域）" if key == GENERAL else sector.title if sector else key


def versions_of(key: str) -> QuerySet[PolicyVersion]:
    """The one that holds last comes first."""
    return all_versions().filter(key=key)


def all_versions() -> QuerySet[PolicyVersion]:
    known = PolicyVersion.objects.filter(kind=GRADING)
    return known.select_related("drafted_by", "approved_by", "case").order_by("-from_on", "-pk")


def number_of(version: PolicyVersion) -> int:
    """The how-manieth of its field it is."""
    return PolicyVersion.objects.filter(kind=GRADING, key=version.key, pk__lte=version.pk).count()


def open_drafts() -> QuerySet[Case]:
    known = Case.objects.filter(kind=GRADING, closed_at__isnull=True)
    return known.select_related("opened_by", "organisation").order_by("pk")


@transaction.atomic
def start_grading(
    key: str, *, organisation: Organisation, actor: User, policy: Policy, now: datetime
) -> Case:
    """Open the draft of the next version of a field, or of the city's own (``GENERAL``); there is one at a time.

    Refusals: GP1 another draft is open, GP2 no such field, GP3 another organ is in charge of it.
    """
    if key != GENERAL and key not in fields_of(policy):
        raise Refusal("GP2", "没有这个监管领域。", advice="请从列出的领域中选择。")
    _refuse_stranger(key, organisation, policy=policy)
    waiting = open_drafts().filter(details__key=key).first()
    title = name_of(key, policy=policy)
    if waiting is not None:
        raise Refusal(
            "GP1", f"{title}的政策已有草稿 {waiting.number}。", advice="请在那份草稿上修改，或者先撤销它。"
        )
    sector = None if key == GENERAL else key
    base = policy.grading_for(key) if sector else policy.grading
    body = next_tree(base, sector=sector, title=f"{policy.city.name}{title}信用分级分类监管政策")
    draft = Draft(
        kind=GRADING, key=key, title=f"分级分类政策：{title}", body=body, organisation=organisation, about={}
    )
    return begin(draft, actor=actor, policy=policy, now=now)


def _refuse_stranger(key: str, organisation: Organisation, *, policy: Policy) -> None:
    """A field is supervised by the organ whose list of duties holds it; the city's own policy is for whoever leads."""
    if key == GENERAL:
        fits = organisation.key in policy.city.lead or organisation.parent_id is None
    else:
        fits = key in sectors_of(organisation, policy)
    if not fits:
        raise Refusal(
            "GP3",
            f"“{name_of(key, policy=policy)}”的监管政策不由这个单位制定。",
            citation=_BASIS,
            advice="请由权责清单中负责该领域的主管部门起草；全市的政策由牵头部门起草。",
        )


def save_head(public_id: str, head: Mapping[str, Any], *, actor: User, policy: Policy, now: datetime) -> Case:
    """Write down what is said of the policy as a whole, sound or not."""
    case = _case(public_id)
    return rewrite(case, {**body_of(case), **head}, actor=actor, policy=policy, now=now)


def save_band(
    public_id: str, key: str, band: Mapping[str, Any], *, actor: User, policy: Policy, now: datetime
) -> Case:
    """Write one band down, sound or not."""
    case = _case(public_id)
    tree = body_of(case)
    bands = [{**one, **band} if one["key"] == key else one for one in tree["bands"]]
    return rewrite(case, {**tree, "bands": bands}, actor=actor, policy=policy, now=now)


def _case(public_id: str) -> Case:
    return Case.objects.select_related("organisation").get(public_id=public_id, kind=GRADING)


def check_grading(tree: Tree, *, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Everything that keeps a draft from being published."""
    longest = policy.parameter(TERM, on=on).value
    return findings(tree, policy, longest_cycle=longest, on=on)


def _refuse_flawed(case: Case, *, policy: Policy, on: date) -> None:
    found = check_grading(body_of(case), policy=policy, on=on)
    if found:
        told = "；".join(each.sentence for each in found[:5])
        raise Refusal(
            "GP4",
            f"分级分类政策有 {len(found)} 处不符合要求：{told}。",
            citation=_BASIS,
            advice="请逐条改正后再送审。",
        )
    _refuse_stranger(case.details["key"], case.organisation, policy=policy)


@transaction.atomic
def submit_grading(public_id: str, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Send the draft to the decider. Refusals: GP4 something speaks against it, GP5 it says nothing new."""
    case, today = _case(public_id), day_of(now)
    _refuse_flawed(case, policy=policy, on=today)
    new = parse_grading(body_of(case))
    holding = policy.grading if new.sector is None else policy.sector_gradings.get(new.sector)
    if holding is not None and not differences(holding, new, policy, on=today):
        raise Refusal("GP5", "与现行版本相比没有任何修改。", advice="不需要送审。")
    return take_step(public_id, "submit", actor=actor, policy=policy, now=now)


@transaction.atomic
def approve_grading(
    public_id: str,
    *,
    from_on: date,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> PolicyVersion:
    """A second person puts the draft in force from a day on; its grounds must hold on that day."""
    _refuse_flawed(_case(public_id), policy=policy, on=max(from_on, day_of(now)))
    return approve(public_id, actor=actor, policy=policy, now=now, seen_version=seen_version, from_on=from_on)


def changes_of(case: Case, *, policy: Policy, on: date) -> tuple[Any, ...]:
    """What the draft says otherwise than what holds for its field now; empty while it is not sound."""
    try:
        new = parse_grading(body_of(case))
    except PolicyError:
        return ()
    key = key_of(new.sector)
    old = policy.grading if key == GENERAL else policy.grading_for(key)
    return differences(old, new, policy, on=on)
