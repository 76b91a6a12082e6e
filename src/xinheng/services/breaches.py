"""Hands decided breaches on to the city in one form for all units, and tells to whom each went and when.

Within the platform the line is there in the transaction of the decision; to platforms above the record goes with the
next package, and its end follows by itself (services.exchanges_out; 淮政办发〔2020〕80号二（一）; legal guard G9).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.canonical import digest_of
from xinheng.core.commitment_register import cells
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.services.cases import last_step
from xinheng.services.commitments_records import row_of
from xinheng.services.ledger import note
from xinheng.services.objections_aims import credit_office
from xinheng.services.organisations import city
from xinheng.store.accounts import User
from xinheng.store.breaches import BreachReport
from xinheng.store.commitments import Commitment
from xinheng.store.exchanges import ExchangePeer, PackageState, PeerRelation, PeerState, Way
from xinheng.store.records import Record

COLUMNS = (
    "code",
    "subject_name",
    "subject_category",
    "subject_code",
    "type",
    "reason",
    "committed_on",
    "fulfilment",
    "unperformed",
    "pursued",
    "determined_on",
    "determined_by",
    "accepted_by",
    "remarks",
)
"""The uniform table of commitments not kept; no document prescribes it, so it holds the columns of the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """To whom a breach went: ``number`` of the package for another platform, moments None while they are to come."""

    to: str
    how: str
    sent_at: datetime | None
    received_at: datetime | None
    received_by: str = ""
    number: int | None = None


def line_of(commitment: Commitment, *, policy: Policy) -> list[str]:
    """The commitment in the columns of the uniform table."""
    written = cells(row_of(commitment, policy=policy), policy.commitments)
    return [written[key] for key in COLUMNS]


def hand_on(commitment: Commitment, *, policy: Policy, now: datetime) -> BreachReport | None:
    """In the transaction of the decision. None where the city itself decided: it has nobody here to report to."""
    office = city()
    if commitment.organisation_id == office.pk:
        return None
    made = BreachReport.objects.create(
        commitment=commitment,
        receiver=office,
        digest=digest_of(line_of(commitment, policy=policy)),
        reported_at=now,
    )
    note(
        "commitment.breach_reported",
        now=now,
        subject=commitment.subject.public_id,
        object=f"commitment:{commitment.code}",
        payload={"digest": made.digest},
    )
    return made


def take_back(commitment: Commitment, *, now: datetime) -> None:
    """The decision was overturned: whoever had the line sees that it was taken back."""
    if BreachReport.objects.filter(commitment=commitment, withdrawn_at__isnull=True).update(withdrawn_at=now):
        note(
            "commitment.breach_taken_back",
            now=now,
            subject=commitment.subject.public_id,
            object=f"commitment:{commitment.code}",
        )


def standing(units: Iterable[int]) -> QuerySet[BreachReport]:
    """What these units handed on and still stands: repaired, withdrawn and overturned breaches are left out (G9)."""
    living = Record.objects.filter(known_until__isnull=True, state__in=list(STANDING), seriousness__gt=0)
    return BreachReport.objects.filter(
        withdrawn_at__isnull=True,
        commitment__organisation__in=list(units),
        commitment__record_key__in=living.values("record_key"),
    ).select_related(
        "commitment__subject", "commitment__organisation", "commitment__determined_by", "commitment__case"
    )


@transaction.atomic
def receive(public_id: str, *, actor: User, policy: Policy, now: datetime) -> BreachReport:
    """The city takes note. Refusals: BR1 there is none that stands, BR2 it was done, BR3 by the unit that reported, or, of
    what the credit office found itself, by who proposed or decided it."""
    report = (
        BreachReport.objects.select_for_update(of=("self",))
        .select_related("commitment__subject", "commitment__case")
        .filter(public_id=public_id, withdrawn_at__isnull=True)
        .first()
    )
    if report is None or not standing([report.commitment.organisation_id]).filter(pk=report.pk).exists():
        raise Refusal("BR1", "这条违诺情况已经终止或者撤回。", advice="请刷新页面；终止的不再列出。")
    if report.received_at is not None:
        raise Refusal("BR2", "已经确认收到。", advice="请刷新页面查看。")
    if _reported(report.commitment, actor, policy):
        raise Refusal("BR3", "报送的人不能替市信用办确认收到。", advice="请由市信用办的其他经办人确认。")
    report.received_by, report.received_at = actor, now
    report.save(update_fields=["received_by", "received_at"])
    note(
        "commitment.breach_received",
        now=now,
        actor=actor,
        subject=report.commitment.subject.public_id,
        object=f"commitment:{report.commitment.code}",
    )
    return report


def _reported(commitment: Commitment, actor: User, policy: Policy) -> bool:
    if commitment.organisation_id != credit_office(policy).pk:
        return actor.organisation_id == commitment.organisation_id
    took = commitment.case.events.filter(verb__in=("find", "determine")) if commitment.case else None
    return took is not None and took.filter(actor=actor).exists()


def handed_to(commitment: Commitment) -> tuple[Handed, ...]:
    """To whom the breach went, the city first; empty where it did not have to go anywhere."""
    return (*_within(commitment), *_above(commitment))


def _within(commitment: Commitment) -> Iterator[Handed]:
    reports = BreachReport.objects.filter(commitment=commitment, withdrawn_at__isnull=True)
    for one in reports.select_related("received_by"):
        yield Handed(
            to="市信用办",
            how="本平台，违诺情况统一表",
            sent_at=one.reported_at,
            received_at=one.received_at,
            received_by=one.received_by.display_name if one.received_by else "",
        )


def _above(commitment: Commitment) -> Iterator[Handed]:
    """Standing platforms above that take commitments, with the package in which the record last went."""
    peers = ExchangePeer.objects.filter(
        state=PeerState.STANDING,
        relation=PeerRelation.ABOVE,
        items__way=Way.OUT,
        items__item=ITEMS["commitment"],
    )
    decided_at = _decided_at(commitment)
    if decided_at is None:
        return
    for peer in peers.order_by("pk").distinct():
        entry = peer.entries.filter(way=Way.OUT, record_key=commitment.record_key).first()
        package = (
            peer.packages.filter(way=Way.OUT, first__lte=entry.n, last__gte=entry.n).first()
            if entry
            else None
        )
        if package is not None and package.made_at < decided_at:
            package = None  # it told of the commitment alone
        yield Handed(
            to=peer.name,
            how="交换平台",
            sent_at=package.sent_at if package else None,
            received_at=package.received_at if package and package.state == PackageState.RECEIVED else None,
            number=package.number if package else None,
        )


def _decided_at(commitment: Commitment) -> datetime | None:
    """None while it stands as kept, unchecked, or overturned."""
    if commitment.outcome in ("", "full") or commitment.case is None:
        return None
    decided = last_step(commitment.case, "determine")
    return decided.at if decided else None
