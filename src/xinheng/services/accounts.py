"""Accounts: who a user is for the question of access, and the locking of accounts after failed sign-ins."""

import hashlib
from datetime import date, datetime, timedelta

from django.db import transaction

from xinheng.core.access import Actor, Decision, Grant, Target, may
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role, Verb
from xinheng.services.ledger import note
from xinheng.store.accounts import AccountLock, RoleGrant, User

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


def actor_of(user: User) -> Actor:
    """The user with all grants ever given; ``may`` looks at their periods."""
    return Actor(
        user=user.pk,
        grants=tuple(
            Grant(
                role=Role(grant.role),
                organisation=grant.organisation_id,
                from_on=grant.from_on,
                to_on=grant.to_on,
            )
            for grant in RoleGrant.objects.filter(user=user)
        ),
    )


def allowed(user: User, verb: Verb, target: Target, *, on: date) -> Decision:
    """The answer for a button or a page."""
    return may(actor_of(user), verb, target, on=on)


def demand(user: User, verb: Verb, target: Target, *, on: date) -> Decision:
    """The answer for an act; raises Refusal with the reason."""
    decision = allowed(user, verb, target, on=on)
    if not decision:
        raise Refusal("access", decision.reason, advice="如工作需要，请向安全管理员申请相应角色。")
    return decision


def locked_until(username: str, *, now: datetime) -> datetime | None:
    """When the lock of an account name ends; None while it is open."""
    lock = AccountLock.objects.filter(pk=_digest(username), locked_until__gt=now).first()
    return lock.locked_until if lock else None


@transaction.atomic
def lock_after_failure(username: str, *, now: datetime) -> None:
    """Count a failed sign-in; the fifth within the term locks the name, known or not."""
    lock, _ = AccountLock.objects.select_for_update().get_or_create(
        pk=_digest(username), defaults={"last_failed_at": now}
    )
    lock.failures = lock.failures + 1 if now - lock.last_failed_at < LOCKED_FOR else 1
    lock.last_failed_at = now
    if lock.failures >= FAILURES:
        lock.locked_until = now + LOCKED_FOR
        lock.failures = 0
        user = User.objects.filter(username=username).first()
        note("account.locked", now=now, object=f"user:{user.public_id}" if user else "user:unknown")
    lock.save()


@transaction.atomic
def unlock_after_success(user: User, *, now: datetime) -> None:
    """Forget earlier failures and write the sign-in to the ledger."""
    forget_failures(user.username)
    note("account.signed_in", now=now, actor=user, object=f"user:{user.public_id}")


@transaction.atomic
def unlock(user: User, *, actor: User, now: datetime, reason: str) -> None:
    """Open a locked name before its time."""
    forget_failures(user.username)
    note("account.unlocked", now=now, actor=actor, object=f"user:{user.public_id}", reason=reason)


def forget_failures(username: str) -> None:
    AccountLock.objects.filter(pk=_digest(username)).delete()


def _digest(username: str) -> str:
    return f"sha256:{hashlib.sha256(username.strip().lower().encode()).hexdigest()}"
