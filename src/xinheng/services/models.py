"""Drafts, approvals and ends of models: one person drafts and tries, another approves, and only then a model is in force.

A draft is sent to the decider only when nothing speaks against it and a trial of the very same content is on file.
Who may publish is legal guard G4: the organisation that drafts must hold the model's sector in its 权责清单
(汴政办〔2020〕46号第9、11项).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.model_check import refuse_publication
from xinheng.core.model_draft import HEAD, Finding, Tree, findings, plain_tree
from xinheng.core.models import GRADES, ScoringModel, Use, parse_model
from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.sources import NATION
from xinheng.services.approvals import Draft, approve, begin, body_of
from xinheng.services.cases import take_step
from xinheng.services.evaluate import model_of
from xinheng.services.ledger import note
from xinheng.services.policies import MODEL, RETIRED, policy_in_force
from xinheng.services.time import day_of, end_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.governance import ModelTrial
from xinheng.store.outbox import enqueue
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.scores import EvaluationRun

CYCLE = "evaluation.result_months"
"""The longest time between results that the city's rule allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A model from nothing: its key, its name, and the sector that owns it."""

    id: str
    title: str
    owner: str


def blank_tree(beginning: Beginning, *, policy: Policy, on: date) -> Tree:
    """The frame of a sector model with the city's scale; families, indicators and grounds are still to be written."""
    starts = [_points(policy, f"evaluation.band_{letter.lower()}_points", on=on) for letter in "ABCD"]
    bands = zip(GRADES.items(), [*starts, "0"], strict=True)
    return {
        "id": beginning.id,
        "version": 1,
        "title": beginning.title,
        "kind": "sector",
        "use": "publishable",
        "owner": beginning.owner,
        "population": {"kinds": ["enterprise", "branch", "cooperative"], "sectors": [beginning.owner]},
        "scale": {
            "max": _points(policy, "evaluation.scale_points", on=on),
            "start": starts[1],
            "bands": [{"grade": grade, "label": label, "start": start} for (grade, label), start in bands],
        },
        "evidence": {"window_days": 1825},
        "families": [],
        "indicators": [],
        "basis": [],
        "figures": {"source": "xinheng-proposal", "verified": False},
    }


def _points(policy: Policy, key: str, *, on: date) -> str:
    value = policy.parameter(key, on=on).value
    return "0" if value is None else str(value)


def next_tree(model: ScoringModel) -> Tree:
    """The version in force, or that of the pack, as the beginning of the next."""
    return {**plain_tree(model), "version": model.version + 1}


def check_draft(tree: Mapping[str, Any], *, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Everything that keeps a draft from being published, by the part where it is mended."""
    area = (NATION, policy.city.province, policy.city.code)
    found = findings(
        tree,
        others=policy.models,
        sources=policy.sources,
        sectors=frozenset(policy.sectors.sectors),
        treatment=policy.treatment(on=on),
        area=area,
    )
    longest = longest_cycle(policy, on=on)
    asked = tree.get("cycle_months")
    if longest and isinstance(asked, int) and asked > longest:
        sentence = f"评价周期 {asked} 个月，长于本市规定的 {longest} 个月"
        return (*found, Finding(HEAD, None, "cycle_months", sentence))
    return found


def longest_cycle(policy: Policy, *, on: date) -> int | None:
    """Months; None where the city has no rule that is known (legal guard G15)."""
    if CYCLE not in policy.parameters:
        return None
    value = policy.parameter(CYCLE, on=on).value
    return None if value is None else int(value)


def drafted_model(tree: Mapping[str, Any]) -> ScoringModel:
    """The draft as a model. Raises Refusal where its structure is not sound."""
    try:
        return parse_model(dict(tree), file="草稿")
    except PolicyError as error:
        lines = "；".join(cause.partition("：")[2] for cause in error.causes[:5])
        raise Refusal("MD1", f"草稿还不完整：{lines}", advice="请先按页面所列逐条改正。") from error


@transaction.atomic
def start_draft(tree: Mapping[str, Any], *, actor: User, policy: Policy, now: datetime) -> Case:
    """Open a draft; of each model there is one at a time."""
    key, title = str(tree.get("id") or ""), str(tree.get("title") or tree.get("id") or "")
    open_one = Case.objects.filter(kind=MODEL, details__key=key, closed_at__isnull=True).first()
    if open_one is not None:
        raise Refusal(
            "MD2", f"“{title}”已有草稿 {open_one.number}。", advice="请在那份草稿上修改，或者先撤销它。"
        )
    body = {**tree, "version": _next_version(key, policy)}
    draft = Draft(
        kind=MODEL, key=key, title=f"模型：{title}", body=body, organisation=actor.organisation, about={}
    )
    return begin(draft, actor=actor, policy=policy, now=now)


def _next_version(key: str, policy: Policy) -> int:
    published = PolicyVersion.objects.filter(kind=MODEL, key=key).values_list("body", flat=True)
    known = [int(body.get("version", 0)) for body in published]
    if (model := policy.models.get(key)) is not None:
        known.append(model.version)
    return max(known, default=0) + 1


@transaction.atomic
def save_draft(
    public_id: str,
    tree: Mapping[str, Any],
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    """Write the draft down as it is, sound or not; its key and version stay."""
    case = Case.objects.get(public_id=public_id)
    body = {**tree, "id": case.details["key"], "version": body_of(case)["version"]}
    if body == body_of(case):
        return case
    case = take_step(
        public_id,
        "edit",
        actor=actor,
        policy=policy,
        now=now,
        details={"body": body},
        seen_version=seen_version,
    )
    title = f"模型：{body.get('title') or case.details['key']}"[:200]
    Case.objects.filter(pk=case.pk).update(title=title)
    case.refresh_from_db()
    return case


@transaction.atomic
def submit_draft(
    public_id: str, *, actor: User, policy: Policy, now: datetime, seen_version: int | None = None
) -> Case:
    """Send the draft to the decider. Raises Refusal where something speaks against it or no trial of it is on file."""
    case = Case.objects.get(public_id=public_id)
    tree = body_of(case)
    if is_end(tree):
        raise Refusal("MD3", "停用事项已经送审。", advice="请等另一人批准。")
    model = drafted_model(tree)
    refuse_faults(tree, policy=policy, on=day_of(now))
    _refuse_stranger(model, case, policy=policy)
    if trial_of(case, model) is None:
        raise Refusal(
            "MD4",
            "这一版内容还没有试算报告，不能送审。",
            advice="请先“试算并与现行版本比较”；修改之后须重新试算。",
        )
    whole = model.model_dump(mode="json")
    take_step(
        public_id,
        "edit",
        actor=actor,
        policy=policy,
        now=now,
        details={"body": whole},
        seen_version=seen_version,
    )
    return take_step(public_id, "submit", actor=actor, policy=policy, now=now)


def refuse_faults(tree: Mapping[str, Any], *, policy: Policy, on: date) -> None:
    """Raises Refusal with the first of what speaks against the draft."""
    found = check_draft(tree, policy=policy, on=on)
    if found:
        told = "；".join(each.sentence for each in found[:5])
        raise Refusal("MD1", f"有 {len(found)} 处不符合要求：{told}", advice="请逐条改正后再送审。")


def trial_of(case: Case, model: ScoringModel) -> ModelTrial | None:
    """The last finished trial of this very content beside the version in force when it was made."""
    return ModelTrial.objects.filter(case=case, digest=model.digest, state="done").order_by("-pk").first()


def _refuse_stranger(model: ScoringModel, case: Case, *, policy: Policy) -> None:
    """Legal guard G4. What is only tried may be drafted by whoever leads, what is published by its sector alone."""
    if model.use is Use.TRIAL:
        return
    agency = policy.agencies.agencies.get(case.organisation.key)
    refuse_publication(
        model, publisher_sectors=frozenset(agency.sectors if agency else ()), sources=policy.sources
    )


@transaction.atomic
def approve_model(
    public_id: str,
    *,
    from_on: date,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> PolicyVersion:
    """A second person puts the draft, or the end of a model, in force from a day on."""
    case = Case.objects.select_related("organisation").get(public_id=public_id)
    tree = body_of(case)
    if not is_end(tree):
        model = drafted_model(tree)
        refuse_faults(tree, policy=policy, on=day_of(now))
        _refuse_stranger(model, case, policy=policy)
        if trial_of(case, model) is None:
            raise Refusal("MD4", "送审的内容没有试算报告。", advice="请退回起草人重新试算。")
    version = approve(
        public_id, actor=actor, policy=policy, now=now, seen_version=seen_version, from_on=from_on
    )
    if is_end(tree):
        first = end_of(from_on - timedelta(days=1)) if from_on > day_of(now) else None
        enqueue("end_results", run_at=first, model=version.key)
    return version


@transaction.atomic
def end_results(model_id: str, *, policy: Policy, now: datetime) -> int:
    """Results of a model that is retired are no longer in force, nor public; returns how many runs that concerned."""
    if model_id in policy.models:
        return 0
    ended = EvaluationRun.objects.filter(model=model_id, current=True).update(current=False)
    if ended:
        note("model.ended", now=now, actor=None, object=f"model:{model_id}")
    return ended


@transaction.atomic
def propose_end(model_id: str, *, reason: str, actor: User, policy: Policy, now: datetime) -> Case:
    """Ask that a model is retired; another person decides from which day."""
    model = model_of(policy, model_id)
    if not reason.strip():
        raise Refusal("MD5", "停用模型必须写明理由。", advice="请填写理由后再提交。")
    if Case.objects.filter(kind=MODEL, details__key=model_id, closed_at__isnull=True).exists():
        raise Refusal("MD2", f"“{model.title}”还有没办完的草稿。", advice="请先办完或撤销它。")
    draft = Draft(
        kind=MODEL,
        key=model_id,
        title=f"停用模型：{model.title}",
        body={RETIRED: True, "id": model_id, "version": model.version, "reason": reason.strip()[:500]},
        organisation=actor.organisation,
        about={"end": True},
    )
    case = begin(draft, actor=actor, policy=policy, now=now)
    _refuse_stranger(model, case, policy=policy)
    return take_step(case.public_id, "submit", actor=actor, policy=policy, now=now)


def is_end(tree: Mapping[str, Any]) -> bool:
    return bool(tree.get(RETIRED))


def retired_model(model_id: str, *, today: date) -> tuple[ScoringModel, date] | None:
    """A model that is in force no longer, as it was on its last day, and the day from which it is retired."""
    end = versions_of(model_id).filter(from_on__lte=today).first()
    if end is None or not is_end(end.body):
        return None
    model = policy_in_force(on=end.from_on - timedelta(days=1)).models.get(model_id)
    return (model, end.from_on) if model else None


def versions_of(model_id: str) -> QuerySet[PolicyVersion]:
    """What the office has published of a model, newest first."""
    return (
        PolicyVersion.objects.filter(kind=MODEL, key=model_id)
        .select_related("drafted_by", "approved_by", "case")
        .order_by("-from_on", "-pk")
    )


def open_drafts() -> QuerySet[Case]:
    """Drafts and ends that are not settled, oldest first."""
    return (
        Case.objects.filter(kind=MODEL, closed_at__isnull=True)
        .select_related("opened_by", "organisation")
        .order_by("pk")
    )
