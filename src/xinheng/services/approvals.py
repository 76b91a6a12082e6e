"""Publishes feeds, calendar years and models by two persons: one drafts, another approves, and only then it is in force.

What is published is an immutable version with its digest; office work never writes into ``policy/``
(house rule on policy as data; 《河南省社会信用条例》第十一条 on what may be collected).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.cases import Opening, open_case, take_step
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion

SERIES = {
    "feed": "GS",
    "calendar": "RL",
    "model": "MX",
    "catalogue": "ML",
    "grading": "FJ",
    "risk_order": "XQ",
    "duties": "QZ",
    "promise_list": "CQ",
    "promise_letter": "CS",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be published. ``body`` is the JSON of the policy file; ``about`` says where it came from."""

    kind: str
    key: str
    title: str
    body: Mapping[str, Any]
    organisation: Organisation
    about: Mapping[str, Any]


@transaction.atomic
def propose(draft: Draft, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Write the draft down and send it to the decider."""
    case = begin(draft, actor=actor, policy=policy, now=now)
    return take_step(case.public_id, "submit", actor=actor, policy=policy, now=now)


@transaction.atomic
def begin(draft: Draft, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Write the draft down; it goes to the decider later."""
    if _changes_nothing(draft, now=now):
        raise Refusal("PV1", "现行版本就是这个内容。", advice="不需要再次送批。")
    opening = Opening(
        flow="approval",
        kind=draft.kind,
        series=SERIES[draft.kind],
        title=draft.title,
        organisation=draft.organisation,
        details={"key": draft.key, "body": dict(draft.body), **draft.about},
    )
    return open_case(opening, verb="draft", actor=actor, policy=policy, now=now)


@transaction.atomic
def rewrite(case: Case, body: Mapping[str, Any], *, actor: User, policy: Policy, now: datetime) -> Case:
    """Write a draft down anew, sound or not; what it says already is no step."""
    if dict(body) == body_of(case):
        return case
    return take_step(
        case.public_id, "edit", actor=actor, policy=policy, now=now, details={"body": dict(body)}
    )


@transaction.atomic
def propose_again(
    public_id: str, body: Mapping[str, Any], *, title: str, actor: User, policy: Policy, now: datetime
) -> Case:
    """Send a draft that came back, changed, to the decider once more."""
    take_step(public_id, "edit", actor=actor, policy=policy, now=now, details={"body": dict(body)})
    Case.objects.filter(public_id=public_id).update(title=title[:200])
    return take_step(public_id, "submit", actor=actor, policy=policy, now=now)


def body_of(case: Case) -> dict[str, Any]:
    """The draft as last edited."""
    edits = case.events.filter(verb="edit", details__has_key="body").order_by("-sequence")
    last = edits.first()
    found: dict[str, Any] = last.details["body"] if last else case.details["body"]
    return found


@transaction.atomic
def approve(
    public_id: str,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
    changes: Mapping[str, Any] | None = None,
    from_on: date | None = None,
) -> PolicyVersion:
    """A second person approves: the draft is a version in force from ``from_on``, by default today. ``changes`` are
    what only the approver states, such as that a calendar was compared with the official text."""
    if from_on is not None and from_on < day_of(now):
        raise Refusal("PV2", "生效日期不能早于今天。", advice="请改为今天或以后的日期。")
    case = take_step(public_id, "approve", actor=actor, policy=policy, now=now, seen_version=seen_version)
    body = {**body_of(case), **(changes or {})}
    if _in_force(case.kind, case.details["key"], on=from_on or day_of(now)) == digest_of(body):
        raise Refusal("PV1", "现行版本就是这个内容。", advice="请退回起草人。")
    drafted = case.events.filter(verb__in=("draft", "edit", "submit")).order_by("-sequence")[0]
    assert drafted.actor is not None
    version = PolicyVersion.objects.create(
        kind=case.kind,
        key=case.details["key"],
        digest=digest_of(body),
        body=body,
        from_on=from_on or day_of(now),
        drafted_by=drafted.actor,
        approved_by=actor,
        approved_at=now,
        case=case,
    )
    take_step(public_id, "take_effect", actor=None, policy=policy, now=now)
    note(
        "policy.published",
        now=now,
        actor=actor,
        object=f"policy:{version.kind}:{version.key}",
        payload={"digest": version.digest, "from_on": version.from_on.isoformat()},
    )
    return version


def return_draft(
    public_id: str,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen_version: int | None = None,
) -> Case:
    """The decider sends a draft back with a reason."""
    return take_step(
        public_id, "return", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen_version
    )


def withdraw_draft(public_id: str, *, actor: User, policy: Policy, now: datetime, reason: str) -> Case:
    """The drafters give the draft up."""
    return take_step(public_id, "withdraw", actor=actor, policy=policy, now=now, reason=reason)


def drafts(kind: str) -> QuerySet[Case]:
    """Drafts that are not settled yet, oldest first."""
    return Case.objects.filter(kind=kind, closed_at__isnull=True).select_related("opened_by").order_by("pk")


def versions(kind: str) -> QuerySet[PolicyVersion]:
    """Published versions, newest first."""
    return PolicyVersion.objects.filter(kind=kind).select_related("drafted_by", "approved_by").order_by("-pk")


def _changes_nothing(draft: Draft, *, now: datetime) -> bool:
    """Whether this content is in force and nothing else is to follow; else it may come back, sooner or later."""
    later = PolicyVersion.objects.filter(kind=draft.kind, key=draft.key, from_on__gt=day_of(now))
    same = digest_of(dict(draft.body))
    return (
        _in_force(draft.kind, draft.key, on=day_of(now)) == same and not later.exclude(digest=same).exists()
    )


def _in_force(kind: str, key: str, *, on: date) -> str:
    """The digest of the version in force on a day; empty where there is none."""
    versions = PolicyVersion.objects.filter(kind=kind, key=key, from_on__lte=on).order_by("-from_on", "-pk")
    return versions.values_list("digest", flat=True).first() or ""
