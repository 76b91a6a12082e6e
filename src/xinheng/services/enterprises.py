"""Accounts of enterprises: opened at the window, activated by their holder, and acting only within a living mandate.

Until the province's identity service is connected, the window sees licence and letter of authorisation
(《民法典》第一百六十五条). Nobody is told whether an account, a code or an enterprise exists.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from xinheng.core.access import Actor, Decision, Grant, Target, may
from xinheng.core.mandates import MATTER_OF, Matter, Proof, check_mandate
from xinheng.core.masking import mask_personal
from xinheng.core.person_names import mask_person_name
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role, Verb
from xinheng.services.accounts import forget_failures, lock_after_failure, locked_until
from xinheng.services.ledger import note
from xinheng.services.subjects import subject_of_code
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.enterprises import EnterpriseAccount, Mandate
from xinheng.store.subjects import Subject

ACTIVATION = timedelta(days=7)
"""Within this term the slip of the window opens the account; our own choice, no rule."""
_WRONG = Refusal(
    "EA1", "账号或密码不对。", advice="请核对后重试。连续输错会被暂时锁定；忘记密码的，请到窗口重办。"
)
_NO_CODE = Refusal(
    "EA2", "账号或开通码不对，或开通码已过期。", advice="请核对办理单；过期的请到窗口重新打印。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateOrder:
    """What the window saw: for which enterprise, in what role, in which matters, by what proof, until when."""

    code: str
    role: Role
    matters: tuple[Matter, ...]
    proof: Proof
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for the holder, once: the number to sign in with and the code that activates it."""

    account: EnterpriseAccount
    code: str


@dataclass(frozen=True, slots=True)
class Party:
    """An account with its living mandates: who stands on the enterprise's side."""

    account: EnterpriseAccount
    mandates: tuple[Mandate, ...]

    @property
    def actor(self) -> Actor:
        """For the one question of access. Numbers of accounts lie below zero, so that none is ever a user's."""
        return Actor(
            user=-self.account.pk,
            grants=tuple(
                Grant(
                    role=Role(one.role),
                    subjects=frozenset({one.subject_id}),
                    from_on=one.from_on,
                    to_on=one.to_on,
                )
                for one in self.mandates
            ),
        )

    def may(self, verb: Verb, subject: Subject, *, on: date) -> Decision:
        """The answer for one enterprise: a living mandate, and one that holds the matter."""
        decision = may(self.actor, verb, Target(subject=subject.pk), on=on)
        if not decision:
            return decision
        matter = MATTER_OF[verb]
        held = (one.matters for one in self.mandates if one.subject_id == subject.pk)
        if any(matter in matters for matters in held):
            return decision
        return Decision(False, f"您的授权委托不包括“{matter.label}”")

    def demand(self, verb: Verb, subject: Subject, *, on: date) -> None:
        """Raises Refusal with the reason."""
        decision = self.may(verb, subject, on=on)
        if not decision:
            raise Refusal(
                "access", decision.reason, advice="请由企业出具包括该事项的授权委托书，到窗口登记。"
            )


@transaction.atomic
def open_account(order: MandateOrder, *, holder: str, actor: User, now: datetime) -> Slip:
    """A new account with its first mandate. ``holder`` is kept masked. Refusals MA1–MA6."""
    label = mask_person_name(mask_personal(holder.strip()).text)[:64]
    if not label:
        raise Refusal("MA7", "没有填写经办人。", advice="请填写经办人姓名，系统只保存隐去后的称呼。")
    account = _new_account(label, actor=actor, now=now)
    give_mandate(account, order, actor=actor, now=now)
    return _slip(account, now=now)


def _new_account(label: str, *, actor: User, now: datetime) -> EnterpriseAccount:
    for _attempt in range(20):
        number = f"{10_000_000 + secrets.randbelow(90_000_000)}"
        try:
            with transaction.atomic():
                account = EnterpriseAccount.objects.create(
                    number=number, label=label, opened_by=actor, opened_at=now
                )
        except IntegrityError:
            continue
        note("enterprise.opened", now=now, actor=actor, object=f"account:{account.public_id}")
        return account
    raise Refusal("EA4", "账号没有编成。", advice="请重试；多次不成的，请联系系统管理员。")


@transaction.atomic
def new_slip(account: EnterpriseAccount, *, actor: User, now: datetime) -> Slip:
    """Another activation code; the old password and code are void from now on."""
    _refuse_closed(account)
    EnterpriseAccount.objects.filter(pk=account.pk).update(password="")
    note("enterprise.slip", now=now, actor=actor, object=f"account:{account.public_id}")
    return _slip(account, now=now)


def _slip(account: EnterpriseAccount, *, now: datetime) -> Slip:
    text = base64.b32encode(secrets.token_bytes(10)).decode()
    account.activation_digest, account.activation_until = _digest(text), now + ACTIVATION
    account.save(update_fields=["activation_digest", "activation_until"])
    return Slip(account, "-".join(text[at : at + 4] for at in range(0, 16, 4)))


@transaction.atomic
def give_mandate(account: EnterpriseAccount, order: MandateOrder, *, actor: User, now: datetime) -> Mandate:
    """Refusals MA1–MA5 for what the authorisation lacks, MA6 where one for this enterprise runs already."""
    _refuse_closed(account)
    check_mandate(
        role=order.role,
        matters=order.matters,
        proof=order.proof,
        from_on=order.from_on,
        to_on=order.to_on,
        on=day_of(now),
    )
    subject = subject_of_code(order.code)
    if subject is None:
        raise Refusal("MA8", "没有这个统一社会信用代码的主体。", advice="请核对营业执照上的 18 位代码。")
    if account.mandates.filter(subject=subject, ended_at=None).exists():
        raise Refusal("MA6", "该账号已登记为这家企业办事。", advice="需要变更的，请先终止原来的授权。")
    mandate = account.mandates.create(
        subject=subject,
        role=order.role,
        matters=sorted(order.matters),
        proof=order.proof,
        from_on=order.from_on,
        to_on=order.to_on,
        given_by=actor,
        given_at=now,
    )
    note(
        "mandate.given",
        now=now,
        actor=actor,
        subject=subject.public_id,
        object=f"mandate:{mandate.public_id}",
        payload={"role": order.role, "matters": sorted(order.matters), "proof": order.proof},
    )
    return mandate


@transaction.atomic
def end_mandate(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """From now on the account does nothing for this enterprise."""
    if not reason.strip():
        raise Refusal("MA9", "终止授权必须写明理由。", advice="请填写理由，例如企业书面通知撤回授权。")
    mandate = Mandate.objects.select_for_update().select_related("subject").get(public_id=public_id)
    if mandate.ended_at is not None:
        raise Refusal("MA10", "这项授权已经终止。", advice="请刷新页面查看。")
    mandate.ended_at, mandate.ended_by, mandate.end_reason = (
        now,
        actor,
        mask_personal(reason.strip()).text[:200],
    )
    mandate.save(update_fields=["ended_at", "ended_by", "end_reason"])
    note(
        "mandate.ended",
        now=now,
        actor=actor,
        subject=mandate.subject.public_id,
        object=f"mandate:{mandate.public_id}",
        reason=reason,
    )


def living(mandates: QuerySet[Mandate], *, on: date) -> QuerySet[Mandate]:
    return mandates.filter(Q(to_on=None) | Q(to_on__gt=on), ended_at=None, from_on__lte=on)


def party_of(account: EnterpriseAccount, *, on: date) -> Party:
    held = living(account.mandates.select_related("subject"), on=on).order_by("pk")
    return Party(account, tuple(held))


@transaction.atomic
def activate(number: str, code: str, password: str, *, now: datetime) -> EnterpriseAccount:
    """Set the password with the code of the slip. Refusal EA2 says no more than that it did not fit."""
    _refuse_locked(number, now=now)
    account = (
        EnterpriseAccount.objects.select_for_update().filter(number=number.strip(), closed_at=None).first()
    )
    given = _digest(code.replace("-", "").replace(" ", "").upper())
    fits = account is not None and hmac.compare_digest(account.activation_digest, given)
    if account is None or not fits or account.activation_until is None or account.activation_until <= now:
        raise _NO_CODE
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refusal("EA3", "".join(error.messages), advice="请换一个更长、不容易猜到的密码。") from error
    account.password = make_password(password)
    account.activation_digest, account.activation_until = "", None
    account.save(update_fields=["password", "activation_digest", "activation_until"])
    note("enterprise.activated", now=now, object=f"account:{account.public_id}")
    return account


def sign_in(number: str, password: str, *, now: datetime) -> EnterpriseAccount:
    """The account of a right password. Five failures lock the number, known or not."""
    _refuse_locked(number, now=now)
    account = (
        EnterpriseAccount.objects.filter(number=number.strip(), closed_at=None).exclude(password="").first()
    )
    if account is None:
        make_password(password)
    if account is None or not check_password(password, account.password):
        raise _WRONG
    forget_failures(_lock_name(number))
    note("enterprise.signed_in", now=now, object=f"account:{account.public_id}")
    return account


def count_failure(number: str, *, now: datetime) -> None:
    """Counted outside the transaction that was refused."""
    lock_after_failure(_lock_name(number), now=now)


def _refuse_locked(number: str, *, now: datetime) -> None:
    until = locked_until(_lock_name(number), now=now)
    if until is not None:
        raise Refusal("EA5", "该账号因多次输错已暂时锁定。", advice="请过一刻钟再试，或到窗口重办。")


def _refuse_closed(account: EnterpriseAccount) -> None:
    if account.closed_at is not None:
        raise Refusal("EA6", "该账号已注销。", advice="请另开一个账号。")


def _lock_name(number: str) -> str:
    return f"enterprise:{number.strip()}"


@transaction.atomic
def close_account(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """Nobody signs in with it any more; what was done with it stays."""
    if not reason.strip():
        raise Refusal("EA7", "注销账号必须写明理由。", advice="请填写理由。")
    account = EnterpriseAccount.objects.select_for_update().get(public_id=public_id)
    _refuse_closed(account)
    account.closed_at, account.closed_by = now, actor
    account.close_reason = mask_personal(reason.strip()).text[:200]
    account.password, account.activation_digest, account.activation_until = "", "", None
    account.save()
    note("enterprise.closed", now=now, actor=actor, object=f"account:{account.public_id}", reason=reason)


def stamp_of(account: EnterpriseAccount) -> str:
    """Changes with the password; a session with another stamp is over."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def accounts_of(subjects: Collection[int]) -> QuerySet[EnterpriseAccount]:
    """Accounts that ever acted for one of these enterprises, the newest first."""
    return EnterpriseAccount.objects.filter(mandates__subject__in=subjects).distinct().order_by("-pk")
