"""Says what applies to an enterprise in a matter: commitments, lists, measures, bans and incentives, each with its basis.

The answer informs and never says yes or no (legal guards G14, G16); a desk states its reason, and each reading stands in
the ledger (《河南省社会信用条例》第三十一条; 南阳方案五（三）).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.access import Target, may
from xinheng.core.catalogue import Item
from xinheng.core.grounds import Ground, GroundKind, lives
from xinheng.core.lists import ListKind
from xinheng.core.measure_check import PERSONS_ELSEWHERE
from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.accounts import actor_of
from xinheng.services.check_register import enter, field_of
from xinheng.services.ledger import note
from xinheng.services.measures_ending import in_force
from xinheng.services.measures_grounds import words_of
from xinheng.services.merged_files import one_with
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.listings import ListEntry
from xinheng.store.measures import MeasureApplied
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

_LISTS = {Item.SERIOUS_LIST, Item.ABNORMAL_OPERATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that applies. ``until_on`` is the first day on which it applies no more; empty: as long as its ground."""

    title: str
    basis: str
    ground: str
    from_on: date | None
    until_on: date | None
    body: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """What is known of an enterprise for a matter on a day. There is no field for a verdict, and none may be added."""

    subject: Subject
    occasion: Occasion
    on: date
    commitments: tuple[Line, ...]
    lists: tuple[Line, ...]
    measures: tuple[Line, ...]
    bans: tuple[Line, ...]
    incentives: tuple[Line, ...]
    persons: str = PERSONS_ELSEWHERE
    subject_version: int = 0
    policy_digest: str = ""


def what_applies(
    subject: Subject, occasion: Occasion, body: Organisation, *, policy: Policy, on: date
) -> Applies:
    """Read without leaving a trace; a caller outside notes it (``check_at_desk``, the interface for checks)."""
    standing = in_force(on=on).filter(subject__in=one_with(subject), occasions__contains=[occasion.value])
    rows = list(standing.select_related("organisation", "decision").order_by("pk"))
    fitting = [row for row in rows if _fits(row, body, policy)]
    return Applies(
        subject=subject,
        occasion=occasion,
        on=on,
        commitments=tuple(_commitments(subject, policy)),
        lists=tuple(_lists(subject, policy, on=on)),
        measures=tuple(
            _line(row, policy) for row in fitting if not row.ban and row.group != MeasureGroup.INCENTIVE
        ),
        bans=tuple(_line(row, policy) for row in rows if row.ban),
        incentives=tuple(_line(row, policy) for row in fitting if row.group == MeasureGroup.INCENTIVE),
        subject_version=subject.version,
        policy_digest=policy.digest,
    )


@transaction.atomic
def check_at_desk(
    subject: Subject,
    occasion: Occasion,
    *,
    body: Organisation,
    reason: str,
    actor: User,
    policy: Policy,
    now: datetime,
    field: str = "",
) -> Applies:
    """The reading of a desk, with its reason, in the ledger and the register. ``field``: that of the matter, where the organ
    has several. Refusals: MW1 no reason, MW2 not at such a desk, CR1 a field of others."""
    if not reason.strip():
        raise Refusal("MW1", "核查须写明事由，例如受理编号。", advice="请填写后重试。")
    today = day_of(now)
    decision = may(actor_of(actor), Verb.CHECK_SUBJECT, Target(subject=subject.pk), on=today)
    if not decision:
        raise Refusal("MW2", decision.reason, advice="如工作需要，请向安全管理员申请相应角色。")
    of_field = field_of(body, field, policy=policy)
    found = what_applies(subject, occasion, body, policy=policy, on=today)
    note(
        "subject.checked",
        now=now,
        actor=actor,
        subject=subject.public_id,
        object=f"occasion:{occasion.value}",
        reason=reason.strip()[:300],
        payload={
            "body": body.key,
            "version": found.subject_version,
            "policy": found.policy_digest,
            "found": {
                "lists": len(found.lists),
                "measures": len(found.measures),
                "bans": len(found.bans),
                "incentives": len(found.incentives),
            },
        },
    )
    enter(found.subject, occasion, organisation=body, field=of_field, reference=reason, by=actor, now=now)
    return found


def _fits(row: MeasureApplied, body: Organisation, policy: Policy) -> bool:
    """A measure counts for the body that applied it and those that were asked to respond."""
    if row.organisation_id == body.pk:
        return True
    return (
        row.tasks.filter(kind="apply", organisation=body).exclude(answer__in=["elsewhere", "wrong"]).exists()
    )


def _line(row: MeasureApplied, policy: Policy) -> Line:
    ground = Ground(GroundKind(row.ground_kind), row.ground_key)
    return Line(
        title=row.title,
        basis=row.basis,
        ground=words_of(row.subject, ground, policy=policy),
        from_on=row.from_on,
        until_on=row.until_on,
        body=_name(row.organisation),
        number=row.decision.number,
    )


def _lists(subject: Subject, policy: Policy, *, on: date) -> Iterator[Line]:
    """Lists decided here, internal ones left out, and those that stand in the file as records of others."""
    entries = ListEntry.objects.filter(
        subject__in=one_with(subject), ended_at__isnull=True, suspended_at__isnull=True, from_on__lte=on
    ).exclude(kind=ListKind.FOCUS.value)
    shown = set()
    for entry in entries.exclude(until_on__lte=on).select_related("organisation", "decision").order_by("pk"):
        listed = policy.lists.require(entry.list_key)
        shown.add(entry.record_key)
        yield Line(
            title=listed.title,
            basis="；".join(policy.sources[one.source].cite(one.clause) for one in listed.basis),
            ground=f"{entry.decision.number}",
            from_on=entry.from_on,
            until_on=entry.until_on,
            body=_name(entry.organisation),
            number=entry.decision.number,
        )
    for record in _records(subject, _LISTS).exclude(record_key__in=[key for key in shown if key]):
        if record.valid_to is None or record.valid_to > on:
            yield _recorded(record, policy)


def _commitments(subject: Subject, policy: Policy) -> Iterator[Line]:
    for record in _records(subject, {Item.COMMITMENT}):
        yield _recorded(record, policy)


def _records(subject: Subject, items: set[Item]) -> QuerySet[Record]:
    """Open versions that stand; what was shielded, repaired or revoked is not among them."""
    standing = [state for state in RecordState if lives(state, Finality.FINAL)]
    return (
        Record.objects.filter(
            subject__in=one_with(subject),
            item__in=[int(item) for item in items],
            known_until__isnull=True,
            state__in=[int(state) for state in standing],
        )
        .exclude(finality=Finality.REVOKED)
        .select_related("detail", "batch__organisation")
        .order_by("record_key")
    )


def _recorded(record: Record, policy: Policy) -> Line:
    item = policy.catalogue.item(record.item)
    detail = getattr(record, "detail", None)
    return Line(
        title=(detail.title if detail else "") or item.title,
        basis="；".join(policy.sources[one.source].cite(one.clause) for one in item.basis),
        ground="　".join(part for part in (item.title, detail.document_no if detail else "") if part),
        from_on=record.valid_from or record.decided_on,
        until_on=record.valid_to,
        body=(detail.authority if detail else ""),
    )


def _name(organisation: Organisation) -> str:
    found = organisation.names.filter(to_on__isnull=True).first()
    return found.name if found else organisation.key
