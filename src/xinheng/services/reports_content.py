"""Gathers from the file of a subject what a credit report may be composed of, as it stands now.

Complaints and market information stay outside (they burden nobody), and so do records whose publication is over. What is
published is what the public pages show (legal guards G8, G9).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from xinheng.core.days import last_day_if
from xinheng.core.models import SubjectKind
from xinheng.core.organisations import Agency
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.reports import About, Fact, Head, Report, Standing, compose
from xinheng.core.special_reports import Coverage, Scope, chosen_of, compose_special, widest
from xinheng.services.subjects import ended_keys, versions_of
from xinheng.services.time import day_of
from xinheng.store.batches import Batch
from xinheng.store.effects import Publication
from xinheng.store.public import PublicListing
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectStatus

_KINDS = {kind.value: kind.label for kind in SubjectKind}


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that reports of any kind on the subject are composed of on a day."""

    about: About
    facts: tuple[Fact, ...]
    standings: tuple[Standing, ...]
    on: date

    def composed(self, kind: str, *, head: Head, policy: Policy, scope: Scope | None = None) -> Report:
        """``scope``: of the special report, and of no other."""
        if scope is not None:
            return compose_special(
                scope,
                about=self.about,
                facts=self.facts,
                coverage=coverage_of(scope, policy=policy),
                head=head,
                policy=policy,
                on=self.on,
            )
        return compose(
            kind,
            about=self.about,
            facts=self.facts,
            standings=self.standings,
            head=head,
            policy=policy,
            on=self.on,
        )


def gather(subject: Subject, *, policy: Policy, today: date) -> Gathered:
    facts, standings = tuple(_facts(subject, policy, today)), tuple(_standings(subject, policy))
    return Gathered(_about(subject, policy), facts, standings, today)


def _about(subject: Subject, policy: Policy) -> About:
    sole_trader = subject.kind == SubjectKind.SOLE_TRADER
    county = policy.counties.get(subject.division_code)
    rows = (
        ("名称", subject.name),
        ("统一社会信用代码", subject.code or ""),
        ("主体类型", _KINDS.get(subject.kind, "其他主体")),
        ("登记状态", SubjectStatus(subject.status).label),
        ("成立日期", subject.established_on.isoformat() if subject.established_on else ""),
        ("所在县区", county.name if county else ""),
        ("住所", "" if sole_trader else subject.address),
        ("登记机关", subject.registrar),
    )
    told = tuple((label, value) for label, value in rows if value)
    return About(name=subject.name, code=subject.code or "", sole_trader=sole_trader, facts=told)


def coverage_of(scope: Scope, *, policy: Policy) -> list[Coverage]:
    """Of each field chosen, or of all: who answers for it, and when it last delivered what the report tells."""
    told = [item for of in policy.reports.special.information.values() for item in of.items]
    loaded = Batch.objects.filter(
        state="loaded", item__in=[policy.catalogue.items[key].number for key in told]
    )
    last = dict(loaded.values_list("organisation__key").annotate(Max("loaded_at")))
    found = []
    for field in chosen_of(scope, policy):
        units = [(key, one) for key, one in policy.agencies.agencies.items() if field in _widest(one, policy)]
        days = [day_of(last[key]) for key, _ in units if key in last]
        found.append(Coverage(field, tuple(one.name for _, one in units), max(days, default=None)))
    return found


def _widest(agency: Agency, policy: Policy) -> frozenset[str]:
    return frozenset(widest(key, policy) for key in agency.sectors) - {"any"}


def _sectors(authority: str, batch: Batch | None, policy: Policy) -> frozenset[str]:
    """Of who decided; of who delivered where that is unknown, unless it is the office that collects from all."""
    known = policy.agencies
    named = known.agencies.get(known.named(authority) or "")
    if named is not None:
        return _widest(named, policy)
    sender = known.agencies.get(batch.organisation.key) if batch else None
    return frozenset() if sender is None or "credit" in sender.sectors else _widest(sender, policy)


def _facts(subject: Subject, policy: Policy, today: date) -> Iterator[Fact]:
    over = ended_keys(subject)
    open_ones = Publication.objects.filter(subject=subject, stopped_at=None)
    shown: Mapping[int, Publication] = {one.record_key: one for one in open_ones}
    rows = versions_of(subject, as_of=None, known_on=None).select_related("detail", "batch__organisation")
    for record in rows.order_by("record_key"):
        if record.record_key not in over and record.provenance.may_burden:
            publication = shown.get(record.record_key)
            if publication is None or publication.stop_on is None or publication.stop_on > today:
                yield _fact(record, publication, policy)


def _fact(record: Record, publication: Publication | None, policy: Policy) -> Fact:
    stop_on = publication.stop_on if publication else None
    detail = record.detail
    return Fact(
        item=record.item,
        key=record.record_key,
        title=detail.title,
        document_no=detail.document_no,
        authority=detail.authority,
        decided_on=record.decided_on,
        seriousness=Seriousness(record.seriousness),
        finality=Finality(record.finality),
        state=RecordState(record.state),
        fields=detail.fields,
        shown=publication is not None,
        shown_until=last_day_if(stop_on),
        repair_from=publication.earliest_repair_on if publication else None,
        sectors=_sectors(detail.authority, record.batch, policy),
    )


def _standings(subject: Subject, policy: Policy) -> Iterator[Standing]:
    """Lists of good faith that may be published; a list that burdens is told by its record."""
    good = [key for key, of in policy.lists.lists.items() if of.published and not of.burdens]
    rows = PublicListing.objects.filter(subject_id=subject.pk, list_key__in=good)
    for row in rows.order_by("from_on", "pk"):
        of = policy.lists.lists[row.list_key]
        last = last_day_if(row.until_on)
        yield Standing(
            title=of.title, authority=row.organisation or of.authority, from_on=row.from_on, until_on=last
        )
