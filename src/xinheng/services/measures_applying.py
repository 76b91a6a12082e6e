"""Says what applies to an enterprise in a matter: commitments, lists, measures, bans and incentives, each with its basis.

The answer informs and never says yes or no (legal guards G14, G16); a desk states its reason, and each reading stands in
the ledger (《河南省社会信用条例》第三十一条; 南阳方案五（三）).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.ledger import note
from xinheng.services.measures_ending import in_force
from xinheng.services.measures_grounds import words_of_each
from xinheng.services.measures_tasks import counting_for
from xinheng.services.reach import Tree, tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.listings import ListEntry
from xinheng.store.measures import MeasureApplied
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

_LISTS = {Item.SERIOUS_LIST, Item.ABNORMAL_OPERATION}
PARTS = ("commitments", "lists", "measures", "bans", "incentives")
"""Of what an answer consists."""


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
    return what_applies_to([subject], occasion, body, policy=policy, on=on)[0]


def what_applies_to(
    subjects: Sequence[Subject], occasion: Occasion, body: Organisation, *, policy: Policy, on: date
) -> list[Applies]:
    """The same of many enterprises in their order, with as few questions to the database as of one."""
    files = _files(subjects)
    names = tree()
    rows = _measures(files, occasion, on=on)
    fitting = _fitting(rows, body)
    words = words_of_each((_ground(row) for row in rows), policy=policy)
    lists = _lists(files, names, policy, on=on)
    promised = _records(files, {Item.COMMITMENT})
    found: dict[int, dict[str, list[Line]]] = {one.pk: defaultdict(list) for one in subjects}
    for row in rows:
        line = _line(row, words[_ground(row)], names)
        kind = found[files[row.subject_id]]
        if row.ban:
            kind["bans"].append(line)
        if row.pk in fitting and row.group == MeasureGroup.INCENTIVE:
            kind["incentives"].append(line)
        elif row.pk in fitting and not row.ban:
            kind["measures"].append(line)
    for owner, line in lists:
        found[owner]["lists"].append(line)
    for record in promised:
        found[files[record.subject_id]]["commitments"].append(_recorded(record, policy))
    return [
        Applies(
            subject=one,
            occasion=occasion,
            on=on,
            commitments=tuple(found[one.pk]["commitments"]),
            lists=tuple(found[one.pk]["lists"]),
            measures=tuple(found[one.pk]["measures"]),
            bans=tuple(found[one.pk]["bans"]),
            incentives=tuple(found[one.pk]["incentives"]),
            subject_version=one.version,
            policy_digest=policy.digest,
        )
        for one in subjects
    ]


def demand_check(subjects: Sequence[Subject], *, reason: str, actor: User, on: date) -> None:
    """Refusals: MW1 no reason, MW2 not at such a desk."""
    if not reason.strip():
        raise Refusal("MW1", "核查须写明事由，例如受理编号、项目编号。", advice="请填写后重试。")
    for subject in subjects:
        decision = may(actor_of(actor), Verb.CHECK_SUBJECT, Target(subject=subject.pk), on=on)
        if not decision:
            raise Refusal("MW2", decision.reason, advice="如工作需要，请向安全管理员申请相应角色。")


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
    today = day_of(now)
    demand_check([subject], reason=reason, actor=actor, on=today)
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
    made = entry_of(
        found.subject, occasion, organisation=body, field=of_field, reference=reason, by=actor, now=now
    )
    made.save(force_insert=True)
    return found


def _files(subjects: Sequence[Subject]) -> dict[int, int]:
    """Whose file each row is that stands for one of the subjects: its own, and those merged into it."""
    own = {one.pk: one.pk for one in subjects}
    absorbed = Subject.objects.filter(merged_into__in=own).values_list("pk", "merged_into_id")
    return own | {pk: into for pk, into in absorbed if into is not None}


def _measures(files: Mapping[int, int], occasion: Occasion, *, on: date) -> list[MeasureApplied]:
    standing = in_force(on=on).filter(subject__in=files, occasions__contains=[occasion.value])
    return list(standing.select_related("decision").order_by("pk"))


def _fitting(rows: Sequence[MeasureApplied], body: Organisation) -> set[int]:
    """Measures count for the body that applied them and for those that were asked to respond."""
    asked = counting_for(body).filter(measure__in=[row.pk for row in rows])
    own = {row.pk for row in rows if row.organisation_id == body.pk}
    return own | set(asked.values_list("measure_id", flat=True))


def _ground(row: MeasureApplied) -> Ground:
    return Ground(GroundKind(row.ground_kind), row.ground_key)


def _line(row: MeasureApplied, ground: str, names: Tree) -> Line:
    return Line(
        title=row.title,
        basis=row.basis,
        ground=ground,
        from_on=row.from_on,
        until_on=row.until_on,
        body=names.name(row.organisation_id),
        number=row.decision.number,
    )


def _lists(files: Mapping[int, int], names: Tree, policy: Policy, *, on: date) -> Iterator[tuple[int, Line]]:
    """Lists decided here, internal ones left out, and those that stand in the file as records of others."""
    entries = ListEntry.objects.filter(
        subject__in=files, ended_at__isnull=True, suspended_at__isnull=True, from_on__lte=on
    ).exclude(kind=ListKind.FOCUS.value)
    shown = set()
    for entry in entries.exclude(until_on__lte=on).select_related("decision").order_by("pk"):
        listed = policy.lists.require(entry.list_key)
        shown.add(entry.record_key)
        yield (
            files[entry.subject_id],
            Line(
                title=listed.title,
                basis="；".join(policy.sources[one.source].cite(one.clause) for one in listed.basis),
                ground=entry.decision.number,
                from_on=entry.from_on,
                until_on=entry.until_on,
                body=names.name(entry.organisation_id),
                number=entry.decision.number,
            ),
        )
    for record in _records(files, _LISTS).exclude(record_key__in=[key for key in shown if key]):
        if record.valid_to is None or record.valid_to > on:
            yield files[record.subject_id], _recorded(record, policy)


def _records(files: Mapping[int, int], items: set[Item]) -> QuerySet[Record]:
    """Open versions that stand; what was shielded, repaired or revoked is not among them."""
    standing = [state for state in RecordState if lives(state, Finality.FINAL)]
    return (
        Record.objects.filter(
            subject__in=files,
            item__in=[int(item) for item in items],
            known_until__isnull=True,
            state__in=[int(state) for state in standing],
        )
        .exclude(finality=Finality.REVOKED)
        .select_related("detail")
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


def content_of(applies: Applies) -> dict[str, object]:
    """What the digest of an answer covers, without anything that changes from one asking to the next."""
    return {
        "subject": applies.subject.public_id,
        "version": applies.subject_version,
        "policy": applies.policy_digest,
        "occasion": applies.occasion.value,
        "on": applies.on.isoformat(),
        **{part: [line_words(one) for one in getattr(applies, part)] for part in PARTS},
    }


def line_words(line: Line) -> dict[str, str]:
    """A line in strings; days empty where there is none."""
    return {
        "title": line.title,
        "basis": line.basis,
        "ground": line.ground,
        "body": line.body,
        "number": line.number,
        "from_on": line.from_on.isoformat() if line.from_on else "",
        "until_on": line.until_on.isoformat() if line.until_on else "",
    }
