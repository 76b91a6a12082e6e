"""Opens accounts and gives roles; a person never holds roles that exclude each other (三权分立)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.access import Grant, check_grants
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.ledger import note
from xinheng.store.accounts import RoleGrant, User
from xinheng.store.inspections import Inspector
from xinheng.store.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person to be given an account."""

    username: str
    display_name: str
    organisation: Organisation
    roles: tuple[Role, ...]


@transaction.atomic
def open_account(
    account: Account, *, password: str | None, actor: User | None, now: datetime, today: date
) -> User:
    """The account with exactly these roles; an account that exists only gains roles it lacks."""
    user = User.objects.filter(username=account.username).first()
    if user is None:
        user = User.objects.create_user(
            account.username,
            password,
            display_name=account.display_name,
            organisation=account.organisation,
        )
        note("account.opened", now=now, actor=actor, object=f"user:{user.public_id}")
    for role in account.roles:
        grant_role(user, role, organisation=account.organisation, actor=actor, now=now, today=today)
    return user


def refuse_known_account(username: str) -> None:
    """Refusal O06 where the name is taken."""
    if User.objects.filter(username=username).exists():
        raise Refusal(
            "O06",
            f"账号“{username}”已存在，没有作任何改动。",
            advice="请换一个账号名；重设密码、授予职责在业务系统的“用户与职责”中办理。",
        )


@transaction.atomic
def grant_role(
    user: User,
    role: Role,
    *,
    organisation: Organisation,
    actor: User | None,
    now: datetime,
    today: date,
    until: date | None = None,
) -> None:
    """Give a role from today, to the day before ``until``; refused where it excludes one the person holds."""
    User.objects.select_for_update().get(pk=user.pk)
    held = list(_living(user, today))
    if any(grant.role == role and grant.organisation_id == organisation.pk for grant in held):
        return
    if until is not None and until <= today:
        raise Refusal("U01", "截止日必须晚于今天。", advice="请改正截止日，长期有效的可以不填。")
    wanted = Grant(role=role, organisation=organisation.pk, from_on=today, to_on=until)
    problems = check_grants([*map(_as_grant, held), wanted])
    if problems:
        raise Refusal("access", "；".join(problems), advice="请由不同的人员分别担任。")
    RoleGrant.objects.create(
        user=user, role=role, organisation=organisation, from_on=today, to_on=until, granted_by=actor
    )
    note("role.granted", now=now, actor=actor, object=f"user:{user.public_id}", payload={"role": role})


@transaction.atomic
def end_role(grant_id: int, *, actor: User, now: datetime, today: date) -> None:
    """Take a role back from today."""
    grant = RoleGrant.objects.select_for_update().filter(pk=grant_id).first()
    if grant is None or (grant.to_on is not None and grant.to_on <= today):
        raise Refusal("O02", "这项授权已经收回。", advice="请刷新页面。")
    grant.to_on = max(today, grant.from_on)
    grant.save(update_fields=["to_on"])
    note(
        "role.ended",
        now=now,
        actor=actor,
        object=f"user:{grant.user.public_id}",
        payload={"role": grant.role},
    )


@transaction.atomic
def switch_account(user: User, *, active: bool, actor: User, now: datetime, reason: str) -> None:
    """Close an account or open it again; whoever is signed in with it is out at the next page."""
    if not reason.strip():
        raise Refusal("U02", "停用或恢复账号必须写明理由。", advice="请补充后重试。")
    User.objects.filter(pk=user.pk).update(is_active=active)
    kind = "account.reopened" if active else "account.closed"
    note(kind, now=now, actor=actor, object=f"user:{user.public_id}", reason=reason.strip())


@transaction.atomic
def set_password(user: User, password: str, *, actor: User, now: datetime) -> None:
    """Give an account a new password that its holder changes."""
    user.set_password(password)
    user.save(update_fields=["password"])
    note("account.password_set", now=now, actor=actor, object=f"user:{user.public_id}")


def _living(user: User, today: date) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=today), user=user)


def enter_inspectors(inspectors: Iterable[Inspector]) -> None:
    """Enter inspectors into the library; known certificates are left as they are."""
    Inspector.objects.bulk_create(inspectors, ignore_conflicts=True)


def _as_grant(grant: RoleGrant) -> Grant:
    return Grant(
        role=Role(grant.role), organisation=grant.organisation_id, from_on=grant.from_on, to_on=grant.to_on
    )
