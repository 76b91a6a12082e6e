"""What a measure would rest on: a living, final record or list entry of the enterprise, read for the check of core.

An enterprise's own file is asked, merged files with it; what is kept apart, shielded or not final grounds no burden
(《河南省社会信用条例》第二十条; legal guard G3).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from xinheng.core.catalogue import Item, Nature
from xinheng.core.grounds import EffectKind, Ground, GroundKind
from xinheng.core.lists import ListKind
from xinheng.core.measure_basis import Basis
from xinheng.core.measure_check import acts_on
from xinheng.core.measures import Measure, Target
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import check_record
from xinheng.services.listings_import import NAMED
from xinheng.services.merged_files import one_with
from xinheng.services.publication import sector_of
from xinheng.store.listings import ListEntry
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record, RecordDetail, open_versions
from xinheng.store.subjects import Subject

_CAUSES = ("违法行为类型", "违法事实", "处罚依据", "列入事由")
"""Fields in which a record says what was done and by which clause it was decided."""
_LISTED = {
    ListKind.SERIOUS: Target.LISTED,
    ListKind.ABNORMAL: Target.FAILING,
    ListKind.POSITIVE: Target.GOOD,
}


def basis_of(subject: Subject, ground: Ground, *, policy: Policy, on: date) -> Basis:
    """What the ground says. Refusals: MG1 there is none of this enterprise that stands, MG2 it grounds no measure, and
    those of ``core.grounds.check_ground``."""
    if ground.kind is GroundKind.LIST_ENTRY:
        return _of_entry(subject, ground.reference, policy=policy)
    if ground.kind is GroundKind.RECORD:
        return _of_record(subject, ground.reference, policy=policy, on=on)
    raise Refusal(
        "MG2", "措施只依据记录或者名单作出。", advice="请从该主体的档案中选择现行有效的记录或者名单。"
    )


def rows_for(basis: Basis, *, policy: Policy, on: date) -> dict[str, Measure]:
    """The rows of the catalogue that act on such a ground; the body and its matters are checked when it is proposed."""
    rows = policy.measures.measures.items()
    return {key: row for key, row in rows if acts_on(row, basis, on=on)}


def grounds_any(record: Record, *, policy: Policy, on: date) -> bool:
    """Whether this kind of record may ground some measure; whether this one is final is said when it is proposed."""
    try:
        basis = _said_by(record, policy)
    except Refusal:
        return False
    return record.alive and bool(rows_for(basis, policy=policy, on=on))


def sectors_of(organisation: Organisation, policy: Policy) -> frozenset[str]:
    """The fields for which a body answers, by the city's list of agencies; empty for one that is not on it."""
    agency = policy.agencies.agencies.get(organisation.key)
    return frozenset(agency.sectors) if agency else frozenset()


def words_of(ground: Ground, *, policy: Policy) -> str:
    """The ground in words, as letters and pages name it: kind, document number, day, body."""
    return words_of_each([ground], policy=policy)[ground]


def words_of_each(grounds: Iterable[Ground], *, policy: Policy) -> dict[Ground, str]:
    """Several grounds in words, read at once."""
    asked = set(grounds)
    keys = [one.reference for one in asked if one.kind is not GroundKind.LIST_ENTRY]
    entries = ListEntry.objects.in_bulk([one.reference for one in asked if one.kind is GroundKind.LIST_ENTRY])
    records = open_versions().filter(record_key__in=keys)
    by_key = {record.record_key: record for record in records} if keys else {}
    return {
        one: _entry_words(entries.get(one.reference), policy)
        if one.kind is GroundKind.LIST_ENTRY
        else _record_words(by_key.get(one.reference), policy)
        for one in asked
    }


def _entry_words(entry: ListEntry | None, policy: Policy) -> str:
    listed = policy.lists.lists.get(entry.list_key) if entry else None
    return f"{listed.title}　{entry.from_on} 列入" if entry and listed else "名单"


def _record_words(record: Record | None, policy: Policy) -> str:
    if record is None:
        return "记录"
    detail = getattr(record, "detail", None)
    parts = [policy.catalogue.item(record.item).title]
    if detail:
        parts += [detail.document_no, detail.authority]
    parts.append(str(record.decided_on or ""))
    return "　".join(part for part in parts if part)


def _gone() -> Refusal:
    return Refusal(
        "MG1",
        "所依据的记录或名单不存在、不属于这个主体或已经失效。",
        advice="请从该主体的档案中选择现行有效的依据。",
    )


def _of_entry(subject: Subject, key: int, *, policy: Policy) -> Basis:
    entry = (
        ListEntry.objects.select_related("organisation")
        .filter(pk=key, subject__in=one_with(subject), ended_at__isnull=True, suspended_at__isnull=True)
        .first()
    )
    if entry is None:
        raise _gone()
    kind = ListKind(entry.kind)
    if kind not in _LISTED:
        raise Refusal(
            "MG3",
            f"{kind.label}，不减损权利，不能作为措施的依据。",
            citation="国办发〔2020〕49号",
            advice="需要采取措施的，须另有失信记录或者严重失信主体名单为依据。",
        )
    listed = policy.lists.lists.get(entry.list_key)
    serious = Seriousness.SERIOUS if kind is ListKind.SERIOUS else Seriousness.GENERAL
    return Basis(
        target=_LISTED[kind],
        seriousness=max(Seriousness(entry.seriousness), serious),
        sectors=frozenset({listed.sector}) if listed else frozenset(),
        decided_by=entry.organisation.key,
        until_on=entry.until_on,
        item=Item.SERIOUS_LIST if kind is ListKind.SERIOUS else Item.ABNORMAL_OPERATION,
        listed=entry.list_key,
        words=listed.title if listed else "",
        says_cause=listed is not None,
    )


def _of_record(subject: Subject, key: int, *, policy: Policy, on: date) -> Basis:
    record = (
        open_versions()
        .select_related("batch__organisation")
        .filter(record_key=key, subject__in=one_with(subject))
        .first()
    )
    if record is None:
        raise _gone()
    basis = _said_by(record, policy)
    final = policy.treatment(on=on).final_items | {Item.PENALTY}
    check_record(
        record, EffectKind.MEASURE, needs_final=basis.target is not Target.GOOD and record.item in final
    )
    return _with_cause(basis, record.item, record.detail, policy)


def _with_cause(basis: Basis, item: int, detail: RecordDetail, policy: Policy) -> Basis:
    """The same with what a ban is compared with: kind, list, and the words on body, cause and clause."""
    named = policy.lists.key_named(str(detail.fields.get(NAMED) or detail.fields.get("名单名称") or ""))
    causes = [str(detail.fields[name]) for name in _CAUSES if detail.fields.get(name)]
    said = [detail.title, detail.authority, policy.lists.lists[named].title if named else "", *causes]
    return replace(
        basis,
        item=item,
        listed=named,
        words="　".join(part for part in said if part),
        says_cause=bool(causes or named),
    )


def _said_by(record: Record, policy: Policy) -> Basis:
    """What the record says, whether or not it stands."""
    sender = record.batch.organisation if record.batch else None
    return Basis(
        target=_target(record, policy),
        seriousness=_seriousness(record),
        sectors=sectors_of(sender, policy) if sender else frozenset(),
        decided_by=sender.key if sender else "",
        until_on=_until(record, policy),
    )


def _target(record: Record, policy: Policy) -> Target:
    if record.item == Item.SERIOUS_LIST:
        return Target.LISTED
    nature = policy.catalogue.item(record.item).nature
    if nature is Nature.FAILING or record.seriousness != Seriousness.NONE:
        return Target.FAILING
    if nature is Nature.GOOD:
        return Target.GOOD
    raise Refusal(
        "MG2",
        "这条记录既不是失信信息，也不是守信信息，不能作为措施的依据。",
        advice="请选择行政处罚、名单或者表彰荣誉等记录。",
    )


def _seriousness(record: Record) -> Seriousness:
    """A listing as a serious failing subject is itself of the serious class."""
    return Seriousness.SERIOUS if record.item == Item.SERIOUS_LIST else Seriousness(record.seriousness)


def _until(record: Record, policy: Policy) -> date | None:
    """The first day on which the record may be used no more, where its term is known."""
    if record.item in (Item.SERIOUS_LIST, Item.ABNORMAL_OPERATION, Item.HONOUR):
        return record.valid_to
    if record.decided_on is None or record.seriousness == Seriousness.NONE:
        return None
    sector = sector_of(policy, record.batch)
    period = policy.publication_period(
        Seriousness(record.seriousness), decided_on=record.decided_on, sector=sector
    )
    return period.stops_on
