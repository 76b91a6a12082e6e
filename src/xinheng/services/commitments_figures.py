"""The month's register of commitments as a workbook, the uniform table of those not kept, and the figures of a period.

The register is due on the fifth with the scans (淮政办发〔2020〕80号二（一）); the bundle of scans is that of services.scans.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from xinheng.core.collection_cycle import Span
from xinheng.core.commitment_register import Counted, Outcome, cells, lacking
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.documents.scan_bundle import index_workbook
from xinheng.services import breaches
from xinheng.services.commitments_records import row_of
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.commitments import Commitment
from xinheng.store.records import Record

BREACHED = tuple(one.value for one in Outcome if one.breached)


@dataclass(frozen=True, slots=True)
class Gap:
    """A commitment of the month whose line of the register lacks something."""

    commitment: Commitment
    columns: tuple[str, ...]


def of_month(units: Iterable[int], month: Span) -> QuerySet[Commitment]:
    """Registered commitments of the month, in the order of their codes."""
    found = Commitment.objects.filter(
        organisation__in=list(units),
        registered_at__isnull=False,
        committed_on__gte=month.start,
        committed_on__lt=month.end,
    )
    return found.select_related("subject", "organisation", "determined_by").order_by("code")


def breaches_of(units: Iterable[int], month: Span) -> QuerySet[Commitment]:
    """Commitments found not kept in the month whose record still stands: repaired and withdrawn ones are left out (G9)."""
    standing = Record.objects.filter(known_until__isnull=True, state__in=list(STANDING), seriousness__gt=0)
    found = Commitment.objects.filter(
        organisation__in=list(units),
        outcome__in=BREACHED,
        determined_on__gte=month.start,
        determined_on__lt=month.end,
        record_key__in=standing.values("record_key"),
    )
    return found.select_related("subject", "organisation", "determined_by").order_by("code")


def gaps_of(units: Iterable[int], month: Span, *, policy: Policy) -> list[Gap]:
    """Lines of the month that are not whole."""
    lines = ((one, lacking(row_of(one, policy=policy), policy.commitments)) for one in of_month(units, month))
    return [Gap(one, columns) for one, columns in lines if columns]


def register_workbook(
    units: frozenset[int], month: Span, *, actor: User, policy: Policy, now: datetime
) -> bytes:
    """XLSX with the register and the table of those not kept; taking it out is in the ledger."""
    columns = dict(policy.commitments.columns())
    head = [column.title for column in columns.values()]
    breach_head = [columns[key].title for key in breaches.COLUMNS]
    content = index_workbook(
        [
            ("信用承诺登记表", head, list(_lines(of_month(units, month), tuple(columns), policy))),
            (
                "违诺情况统一表",
                breach_head,
                list(_lines(breaches_of(units, month), breaches.COLUMNS, policy)),
            ),
        ],
        made_at=now,
    )
    note(
        "commitment.register_taken",
        now=now,
        actor=actor,
        object=f"register:{month.start}",
        payload={"units": sorted(units)},
    )
    return content


def _lines(found: QuerySet[Commitment], keys: tuple[str, ...], policy: Policy) -> Iterator[list[str]]:
    for one in found:
        written = cells(row_of(one, policy=policy), policy.commitments)
        yield [written[key] for key in keys]


def counted(units: Iterable[int], *, from_on: date, to_on: date) -> list[Counted]:
    """Figures by unit and type of what was registered and made in ``[from_on, to_on)``."""
    rows = (
        Commitment.objects.filter(
            organisation__in=list(units),
            registered_at__isnull=False,
            committed_on__gte=from_on,
            committed_on__lt=to_on,
        )
        .order_by()
        .values_list("organisation", "kind")
        .annotate(
            taken=Count("pk"),
            checked=Count("pk", filter=~Q(outcome="")),
            kept=Count("pk", filter=Q(outcome="full")),
            breached=Count("pk", filter=Q(outcome__in=BREACHED)),
        )
    )
    return [Counted(*row) for row in sorted(rows)]
