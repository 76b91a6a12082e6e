"""Keeps the library of inspectors from which draws are made: name, certificate, lines, and nothing else of a person.

Nobody is deleted, because earlier draws name the certificate; whoever leaves keeps no line and is drawn no more
(《行政处罚法》第四十二条; legal guard G7).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.inspections import Inspector
from xinheng.store.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An inspector as entered. ``account`` is that of the person, who then opens the files drawn for him."""

    organisation: Organisation
    certificate_no: str
    name: str
    lines: tuple[str, ...]
    certified_until: date
    account: User | None = None


@transaction.atomic
def add_inspector(entry: Entry, *, actor: User, now: datetime, today: date) -> Inspector:
    """Enter somebody new; Refusal N01 for a known certificate."""
    _check(entry, today)
    known = Inspector.objects.filter(certificate_no=entry.certificate_no).first()
    if known is not None:
        where = "本单位" if known.organisation_id == entry.organisation.pk else "其他单位"
        raise Refusal(
            "N01",
            f"证件号 {entry.certificate_no} 已在{where}的名录中。",
            advice="本单位的请从名录中打开后修改；其他单位的请先由该单位停用，再联系信用办办理转入。",
        )
    inspector = Inspector.objects.create(
        organisation=entry.organisation,
        certificate_no=entry.certificate_no,
        name=entry.name,
        lines=list(entry.lines),
        certified_until=entry.certified_until,
        user=entry.account,
    )
    _note("inspector.added", inspector, actor=actor, now=now)
    return inspector


@transaction.atomic
def change_inspector(number: int, entry: Entry, *, actor: User, now: datetime, today: date) -> None:
    """Take over lines, certificate term and account; one who was switched off takes part again."""
    _check(entry, today)
    inspector = Inspector.objects.select_for_update().get(pk=number)
    inspector.name, inspector.lines = entry.name, list(entry.lines)
    inspector.certified_until, inspector.user = entry.certified_until, entry.account
    inspector.save(update_fields=["name", "lines", "certified_until", "user"])
    _note("inspector.changed", inspector, actor=actor, now=now)


@transaction.atomic
def switch_off_inspector(number: int, *, reason: str, actor: User, now: datetime) -> None:
    """From now on nothing is drawn for this person; a draw that was announced keeps its pool."""
    inspector = Inspector.objects.select_for_update().get(pk=number)
    if not inspector.lines:
        raise Refusal("N02", "这名执法检查人员已经停用。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("N03", "停用执法检查人员必须写明理由。", advice="请补充后重试。")
    inspector.lines = []
    inspector.save(update_fields=["lines"])
    _note("inspector.ended", inspector, actor=actor, now=now, reason=reason.strip())


def _check(entry: Entry, today: date) -> None:
    if not entry.lines:
        raise Refusal("N04", "至少要选一个行业。", advice="不再参加抽取的，请停用。")
    if entry.certified_until < today:
        raise Refusal("N05", "执法证件已经过期，不能参加抽取。", advice="请换证后填写新的有效期。")
    if entry.account is not None and entry.account.organisation_id != entry.organisation.pk:
        raise Refusal("N06", "所选账号不属于这个单位。", advice="请选择本单位人员的账号，或者不选。")


def _note(kind: str, inspector: Inspector, *, actor: User, now: datetime, reason: str = "") -> None:
    """The ledger names the entry by its number only (legal guard G13)."""
    payload = {"lines": inspector.lines, "until": str(inspector.certified_until)}
    note(kind, now=now, actor=actor, object=f"inspector:{inspector.pk}", reason=reason, payload=payload)
