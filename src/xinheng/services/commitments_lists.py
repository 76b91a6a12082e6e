"""Publishes what may be promised: lists of matters per sector and the letters they use, drafted by one, approved by another.

A letter or list in force is an immutable version; a commitment keeps the digest of the letter it was made on
(淮政办发〔2020〕80号二（一）; requirements M4-01, M4-02).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.commitment_items import (
    PROMISE_LETTER,
    PROMISE_LIST,
    Item,
    ItemList,
    list_flaws,
)
from xinheng.core.commitment_letters import PromiseLetter, letter_flaws
from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyError, parse
from xinheng.core.refusal import Refusal
from xinheng.services import approvals
from xinheng.services.approvals import Draft, body_of
from xinheng.services.cases import take_step
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in force. ``number`` counts its published versions; 0 is the standard text of the library."""

    letter: PromiseLetter
    digest: str
    number: int


@dataclass(frozen=True, slots=True)
class InForce:
    """A list in force with its version and how many there were."""

    list: ItemList
    version: PolicyVersion
    number: int


def letter_of(body: Mapping[str, Any]) -> PromiseLetter:
    """Raises PolicyError for a body that is no letter."""
    return parse(PromiseLetter, body, file="承诺书")


def list_of(body: Mapping[str, Any]) -> ItemList:
    """Raises PolicyError for a body that is no list."""
    return parse(ItemList, body, file="可承诺事项清单")


def letters_in_force(*, policy: Policy, on: date) -> dict[str, Letter]:
    """By key: the standard letters and what was published in their place or beside them."""
    standard = {key: entry.letter(key) for key, entry in policy.commitments.letters.items()}
    found = {key: Letter(one, digest_of(one.model_dump(mode="json")), 0) for key, one in standard.items()}
    for version, number in _newest(PROMISE_LETTER, on=on):
        found[version.key] = Letter(letter_of(version.body), version.digest, number)
    return dict(sorted(found.items()))


def lists_in_force(*, on: date) -> dict[str, InForce]:
    """By key."""
    return {
        version.key: InForce(list_of(version.body), version, number)
        for version, number in _newest(PROMISE_LIST, on=on)
    }


def _newest(kind: str, *, on: date) -> list[tuple[PolicyVersion, int]]:
    found: dict[str, tuple[PolicyVersion, int]] = {}
    for version in PolicyVersion.objects.filter(kind=kind, from_on__lte=on).order_by("from_on", "pk"):
        number = found[version.key][1] if version.key in found else 0
        found[version.key] = (version, number + 1)
    return [found[key] for key in sorted(found)]


def item_in_force(key: str, item: str, *, on: date) -> tuple[InForce, Item]:
    """Refusal CM10 where the list does not hold the matter today."""
    held = lists_in_force(on=on).get(key)
    found = held.list.item(item) if held else None
    if held is None or found is None:
        raise Refusal(
            "CM10",
            "现行的可承诺事项清单没有这个事项。",
            advice="请从公布的清单中重新选择；清单可能刚刚更新。",
        )
    return held, found


def flaws_of(case: Case, *, policy: Policy, on: date) -> tuple[str, ...]:
    """What speaks against publishing the draft."""
    kinds = policy.commitments.titles
    try:
        if case.kind == PROMISE_LETTER:
            return letter_flaws(letter_of(body_of(case)), kinds=kinds)
        draft = list_of(body_of(case))
    except PolicyError as error:
        return tuple(error.causes)
    letters = {key: one.letter for key, one in letters_in_force(policy=policy, on=on).items()}
    sectors = {key: sector.title for key, sector in policy.sectors.sectors.items()}
    return list_flaws(draft, kinds=kinds, sectors=sectors, letters=letters)


def begin_draft(
    draft: ItemList | PromiseLetter,
    *,
    organisation: Organisation,
    actor: User,
    policy: Policy,
    now: datetime,
) -> Case:
    """Begin a list or a letter; it goes to the decider when it is whole."""
    kind, word = (
        (PROMISE_LIST, "可承诺事项清单") if isinstance(draft, ItemList) else (PROMISE_LETTER, "承诺书")
    )
    return approvals.begin(
        Draft(
            kind=kind,
            key=draft.key,
            title=f"{word}：{draft.title}",
            body=draft.model_dump(mode="json"),
            organisation=organisation,
            about={},
        ),
        actor=actor,
        policy=policy,
        now=now,
    )


@transaction.atomic
def edit_draft(
    case: Case, draft: ItemList | PromiseLetter, *, actor: User, policy: Policy, now: datetime, seen: int
) -> Case:
    """Change the draft. Refusal CM11 where its key would change."""
    if draft.key != case.details["key"]:
        raise Refusal("CM11", "编号不能修改。", advice="请撤销草稿后另起一份。")
    body = draft.model_dump(mode="json")
    return take_step(
        case.public_id,
        "edit",
        actor=actor,
        policy=policy,
        now=now,
        details={"body": body},
        seen_version=seen,
    )


@transaction.atomic
def put_item(
    case: Case, item: Item, *, before: str, actor: User, policy: Policy, now: datetime, seen: int
) -> Case:
    """Add a matter, or put it in the place of the one called ``before``."""
    draft = list_of(body_of(case))
    kept = [item if one.key == before else one for one in draft.items]
    if before not in {one.key for one in draft.items}:
        kept.append(item)
    changed = draft.model_copy(update={"items": tuple(kept)})
    return edit_draft(case, changed, actor=actor, policy=policy, now=now, seen=seen)


@transaction.atomic
def drop_item(case: Case, key: str, *, actor: User, policy: Policy, now: datetime, seen: int) -> Case:
    draft = list_of(body_of(case))
    changed = draft.model_copy(update={"items": tuple(one for one in draft.items if one.key != key)})
    return edit_draft(case, changed, actor=actor, policy=policy, now=now, seen=seen)


@transaction.atomic
def submit_draft(public_id: str, *, actor: User, policy: Policy, now: datetime) -> Case:
    _refuse_flawed(public_id, policy=policy, now=now)
    return take_step(public_id, "submit", actor=actor, policy=policy, now=now)


@transaction.atomic
def approve_draft(
    public_id: str,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
    from_on: date | None = None,
) -> PolicyVersion:
    """A second person publishes. Refusal CM12 where something stands against it."""
    _refuse_flawed(public_id, policy=policy, now=now)
    return approvals.approve(
        public_id, actor=actor, policy=policy, now=now, seen_version=seen_version, from_on=from_on
    )


def _refuse_flawed(public_id: str, *, policy: Policy, now: datetime) -> None:
    case = Case.objects.get(public_id=public_id)
    wrong = flaws_of(case, policy=policy, on=day_of(now))
    if wrong:
        raise Refusal("CM12", f"还不能公布：{'；'.join(wrong)}。", advice="请修改后再送审。")
