"""Keeps the register of consent, and ends with a consent whatever rests on it.

A consent that is taken back or runs out ends all use at once: its records are shielded, which takes them out of file,
score and sharing, and the stream of changes tells those who read them to delete (《个人信息保护法》第十五条, taken here
for enterprises as well). A new consent for the same sources lets them stand again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.consent import Terms, Way, needs_consent_to_enter, refuse_terms
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.cases import Taker
from xinheng.services.ledger import note
from xinheng.services.policies import policy_in_force
from xinheng.services.records import Change, change_state
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, StoredFile
from xinheng.store.consents import Consent
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.files import put_file
from xinheng.store.identities import ever_one_with
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

GROUND = "授权同意"
"""With what the ground of a version begins that a consent made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the subject agreed to. ``scan`` is its paper, with the name and type of the file."""

    subject: Subject
    terms: Terms
    way: Way
    scan: Path | None = None
    scan_name: str = ""
    scan_type: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whose rows of a feed enter. ``consent``: the feed, where they enter with a consent only; ``bodies``: those of
    government bodies and state-owned enterprises alone."""

    consent: str = ""
    bodies: bool = False


ANYBODY = Admission()


def admission_asked(feed: str, policy: Policy) -> Admission:
    """What the rows of a feed must meet beyond their columns."""
    known = policy.feeds.get(feed)
    if known is None:
        return ANYBODY
    return Admission(feed if needs_consent_to_enter(known, policy.catalogue) else "", known.bodies_only)


def admission_of_batch(batch: int, *, now: datetime) -> Admission:
    """The same for the feed of a batch that was received."""
    feed = Batch.objects.values_list("feed", flat=True).get(pk=batch)
    return admission_asked(feed, policy_in_force(on=day_of(now)))


@transaction.atomic
def enter_consent(agreement: Agreement, *, actor: Taker, policy: Policy, now: datetime) -> Consent:
    """By an officer on what the enterprise handed in, or by the enterprise in its own space, which signs by its account.

    Refusal SQ01 for what cannot be a consent; SQ02 for the same one twice; ``access`` without a mandate for it.
    """
    terms, today = agreement.terms, day_of(now)
    officer, account = _by(actor, agreement.subject, now=now)
    refuse_terms(
        terms,
        way=agreement.way,
        scanned=agreement.scan is not None,
        today=today,
        catalogue=policy.catalogue,
    )
    subject = Subject.objects.select_for_update().get(pk=agreement.subject.pk)
    values = {
        "subject": subject,
        "items": sorted(terms.items),
        "feeds": sorted(terms.feeds),
        "fields": sorted(terms.fields),
        "purpose": terms.purpose,
        "receiver": Organisation.objects.get(pk=terms.receiver) if terms.receiver is not None else None,
        "from_on": terms.from_on,
        "until_on": terms.until_on,
    }
    if Consent.objects.filter(ended_at__isnull=True, **values).exists():
        raise Refusal("SQ02", "已经登记过同样内容的授权。", advice="请在授权登记中查看。")
    consent = Consent.objects.create(
        **values,
        way=agreement.way.value,
        scan=_kept(agreement, now=now),
        entered_by=officer,
        account=account,
        entered_at=now,
    )
    payload = {"items": consent.items, "feeds": consent.feeds, "until": consent.until_on.isoformat()}
    note(
        "consent.entered",
        now=now,
        actor=officer,
        subject=subject.public_id,
        object=_name(consent),
        payload=payload,
    )
    if terms.lives(on=today):
        _let_stand(consent, actor=officer, policy=policy, now=now)
    return consent


def _by(
    actor: Taker, subject: Subject, *, now: datetime
) -> tuple[User, None] | tuple[None, EnterpriseAccount]:
    """The officer, or the account of the enterprise itself, which must be allowed to."""
    if isinstance(actor, User):
        return actor, None
    actor.demand(Verb.GIVE_CONSENT, subject, on=day_of(now))
    return None, actor.account


def _kept(agreement: Agreement, *, now: datetime) -> StoredFile | None:
    if agreement.scan is None:
        return None
    return put_file(agreement.scan, name=agreement.scan_name, media_type=agreement.scan_type, now=now)


def _name(consent: Consent) -> str:
    return f"consent:{consent.public_id}"


@transaction.atomic
def revoke_consent(public_id: str, *, actor: Taker, reason: str, policy: Policy, now: datetime) -> int:
    """Ends all use at once; returns how many records were shielded. The enterprise takes back what an officer entered for
    it as well. Refusal SQ03 without a reason, SQ04 where it has ended already."""
    consent = (
        Consent.objects.select_for_update(of=("self",)).select_related("subject").get(public_id=public_id)
    )
    officer, account = _by(actor, consent.subject, now=now)
    if not reason.strip():
        raise Refusal("SQ03", "请写明撤销的原因。", advice="例如：企业书面撤回。")
    if consent.ended_at is not None:
        raise Refusal("SQ04", "这项授权已经终止。", advice="请刷新页面。")
    consent.ended_at, consent.revoke_reason = now, reason.strip()[:200]
    consent.revoked_by, consent.revoked_account = officer, account
    consent.save(update_fields=["ended_at", "revoked_by", "revoked_account", "revoke_reason"])
    note(
        "consent.revoked",
        now=now,
        actor=officer,
        subject=consent.subject.public_id,
        object=_name(consent),
        reason=reason,
    )
    return _shield(consent, why="授权已撤回", actor=officer, policy=policy, now=now)


def end_due_consents(*, policy: Policy, now: datetime) -> int:
    """End what has run out; returns how many consents."""
    count = 0
    due = Consent.objects.filter(ended_at__isnull=True, until_on__lt=day_of(now)).order_by("pk")
    for number in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            consent = Consent.objects.select_for_update(of=("self",)).select_related("subject").get(pk=number)
            if consent.ended_at is not None:
                continue
            consent.ended_at = now
            consent.save(update_fields=["ended_at"])
            note("consent.ended", now=now, subject=consent.subject.public_id, object=_name(consent))
            _shield(consent, why="授权到期", actor=None, policy=policy, now=now)
            count += 1
    return count


def living_consents(subjects: Iterable[int], *, on: date) -> QuerySet[Consent]:
    """Consents that hold on a day."""
    living = Consent.objects.filter(ended_at__isnull=True, from_on__lte=on, until_on__gte=on)
    return living.filter(subject__in=list(subjects)).order_by("pk")


def terms_of(consent: Consent) -> Terms:
    return Terms(
        items=frozenset(consent.items),
        feeds=frozenset(consent.feeds),
        fields=frozenset(consent.fields),
        purpose=consent.purpose,
        receiver=consent.receiver_id,
        from_on=consent.from_on,
        until_on=consent.until_on,
    )


def _brought_by(consent: Consent) -> QuerySet[Record]:
    """Open versions that came by a source of the consent."""
    subjects = ever_one_with(consent.subject_id)
    came = Q(subject__in=subjects, known_until__isnull=True, batch__feed__in=consent.feeds)
    return Record.objects.filter(came).select_related("batch").order_by("subject_id", "pk")


def _shield(consent: Consent, *, why: str, actor: User | None, policy: Policy, now: datetime) -> int:
    others = living_consents(ever_one_with(consent.subject_id), on=day_of(now))
    held = {feed for other in others for feed in other.feeds}
    change = Change(deed="shield", reason=why, ground=f"{GROUND} {consent.public_id}")
    count = 0
    for record in _brought_by(consent).filter(state__in=[state.value for state in STANDING]):
        if record.batch is not None and record.batch.feed not in held:
            change_state(record_key=record.record_key, change=change, actor=actor, policy=policy, now=now)
            count += 1
    return count


def _let_stand(consent: Consent, *, actor: User | None, policy: Policy, now: datetime) -> None:
    """Records that an earlier end of a consent shielded, and nothing else did."""
    change = Change(deed="restore", reason="重新授权", ground=f"{GROUND} {consent.public_id}")
    shielded = _brought_by(consent).filter(state=RecordState.SHIELDED, note__ground__startswith=GROUND)
    for record in shielded:
        change_state(record_key=record.record_key, change=change, actor=actor, policy=policy, now=now)
