"""Takes applications for records, lets a second person of the credit office approve them, gives out reading keys, and
takes a grant back at once (石家庄市方案（十四）; 南阳市方案六（一）).

The application is a case of the applying organisation; who decides on it decides for the whole city. A reading key is a
sender's key bound to one grant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.sharing import Granted, Purpose, Wish, refuse_wish
from xinheng.services.cases import Opening, open_case, roles_in, take_step
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.senders import ReadingOrder, make_reading_key
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.senders import SenderKey
from xinheng.store.sharing import SharingGrant

KIND = "sharing"
SERIES = "GX"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSystem:
    """The system that reads: its name, the networks from which it may, one a line, and whether it only tries."""

    name: str
    networks: tuple[str, ...] = ()
    sandbox: bool = False


@transaction.atomic
def apply_for(wish: Wish, *, organisation: Organisation, actor: User, policy: Policy, now: datetime) -> Case:
    """Refusal GX01 for what cannot be applied for; GX02 where the organisation has, or waits for, the same."""
    refuse_wish(wish, catalogue=policy.catalogue, today=day_of(now))
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    _refuse_second(wish, organisation, today=day_of(now))
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{tree().name(organisation.pk)}申请共享{len(wish.items)}项信用信息",
        organisation=organisation,
        details=_written(wish),
    )
    return open_case(opening, verb="apply", actor=actor, policy=policy, now=now)


def _written(wish: Wish) -> dict[str, Any]:
    return {
        "items": {code: list(fields) for code, fields in wish.items.items()},
        "purpose": wish.purpose.value,
        "matter": wish.matter.strip()[:200],
        "legal_basis": wish.legal_basis.strip()[:300],
        "daily_quota": wish.daily_quota,
        "from_on": wish.from_on.isoformat(),
        "until_on": wish.until_on.isoformat(),
    }


def wish_of(case: Case) -> Wish:
    """What a case applies for."""
    told = case.details
    return Wish(
        items={code: tuple(fields) for code, fields in told["items"].items()},
        purpose=Purpose(told["purpose"]),
        matter=told["matter"],
        legal_basis=told["legal_basis"],
        daily_quota=told["daily_quota"],
        from_on=date.fromisoformat(told["from_on"]),
        until_on=date.fromisoformat(told["until_on"]),
    )


def _refuse_second(wish: Wish, organisation: Organisation, *, today: date) -> None:
    waiting = Case.objects.filter(kind=KIND, organisation=organisation, closed_at__isnull=True)
    standing = SharingGrant.objects.filter(
        organisation=organisation, revoked_at__isnull=True, until_on__gte=max(today, wish.from_on)
    )
    taken = [(case.details["purpose"], case.details["items"]) for case in waiting]
    taken += [(grant.purpose, grant.items) for grant in standing]
    if any(purpose == wish.purpose and set(items) & set(wish.items) for purpose, items in taken):
        raise Refusal(
            "GX02",
            "本单位已有用途相同、信息项重叠的申请或授权。",
            advice="请在数据共享中查看；需要更换的，先撤回原申请或撤销原授权。",
        )


def _refuse_unless_of_city(actor: User, case: Case, *, on: date) -> None:
    root = Organisation.objects.get(pk=tree().path(case.organisation_id)[0])
    if Role.DECIDER not in roles_in(actor, root, on=on):
        raise Refusal(
            "GX03", "数据共享由信用办的决定人批准，申请单位不能自己批准。", advice="请等待信用办办理。"
        )


@transaction.atomic
def approve_sharing(
    public_id: str, *, actor: User, policy: Policy, now: datetime, seen_version: int | None = None
) -> SharingGrant:
    """A second person lets the organisation read. Refusal GX03 for whoever does not decide for the city."""
    case = take_step(public_id, "approve", actor=actor, policy=policy, now=now, seen_version=seen_version)
    _refuse_unless_of_city(actor, case, on=day_of(now))
    wish = wish_of(case)
    refuse_wish(wish, catalogue=policy.catalogue, today=day_of(now))
    grant = SharingGrant.objects.create(
        case=case,
        organisation=case.organisation,
        items=case.details["items"],
        purpose=wish.purpose.value,
        matter=wish.matter,
        legal_basis=wish.legal_basis,
        daily_quota=wish.daily_quota,
        from_on=wish.from_on,
        until_on=wish.until_on,
        approved_by=actor,
        approved_at=now,
    )
    note("sharing.granted", now=now, actor=actor, object=_name(grant), payload=case.details)
    return grant


@transaction.atomic
def refuse_sharing(
    public_id: str,
    *,
    actor: User,
    reason: str,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    case = take_step(
        public_id, "refuse", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen_version
    )
    _refuse_unless_of_city(actor, case, on=day_of(now))
    return case


def withdraw_sharing(
    public_id: str,
    *,
    actor: User,
    reason: str,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    return take_step(
        public_id, "withdraw", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen_version
    )


@transaction.atomic
def revoke_sharing(
    public_id: str,
    *,
    actor: User,
    reason: str,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> SharingGrant:
    """The next call of every key of the grant is refused, also between two pages of one reading."""
    take_step(
        public_id, "revoke", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen_version
    )
    grant = SharingGrant.objects.select_for_update().get(case__public_id=public_id)
    grant.revoked_at, grant.revoked_by, grant.revoke_reason = now, actor, reason.strip()[:200]
    grant.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    note("sharing.revoked", now=now, actor=actor, object=_name(grant), reason=reason)
    return grant


@transaction.atomic
def give_key(
    grant: SharingGrant, system: ReadingSystem, *, actor: User, now: datetime
) -> tuple[SenderKey, str]:
    """A key that reads what the grant allows, until its last day; its text is told once. Refusal GX04 for a grant that
    is over."""
    if grant.revoked_at is not None or grant.until_on < day_of(now):
        raise Refusal("GX04", "这项共享授权已经终止，不能办理密钥。", advice="请重新申请共享。")
    order = ReadingOrder(
        organisation=grant.organisation,
        name=system.name,
        grant=grant,
        networks=system.networks,
        expires_on=grant.until_on,
        sandbox=system.sandbox,
    )
    return make_reading_key(order, actor=actor, now=now)


def granted_of(grant: SharingGrant) -> Granted:
    items: Mapping[str, list[str]] = grant.items
    return Granted(
        items={code: tuple(fields) for code, fields in items.items()},
        purpose=grant.purpose,
        from_on=grant.from_on,
        until_on=grant.until_on,
        revoked_at=grant.revoked_at,
    )


def applications(organisations: frozenset[int]) -> QuerySet[Case]:
    """Applications of these organisations, with what became of them."""
    cases = Case.objects.filter(kind=KIND, organisation__in=organisations)
    return cases.select_related("opened_by", "organisation", "sharing_grant")


def _name(grant: SharingGrant) -> str:
    return f"sharing:{grant.public_id}"
