"""Applications for repair: who may apply for what from when, prepared by the enterprise, lodged at the window or pushed here.

The application itself is lodged at “信用中国” or 公示系统; here it is prepared, registered with its number there, and
handled by whoever recognised the fault (谁认定、谁修复; 国办发〔2025〕22号; legal guard G5).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction

from xinheng.core.catalogue import Item
from xinheng.core.grounds import EffectKind, Ground, GroundKind
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.repair import Answer, Matter, assess, barred_until, nothing_to_end
from xinheng.core.repair_flow import OPEN, TOTAL
from xinheng.core.repair_rules import When
from xinheng.core.roles import Verb
from xinheng.services.case_clocks import clock_of, keep
from xinheng.services.cases import Opening, open_case, take_step
from xinheng.services.enterprises import Party
from xinheng.services.organisations import city
from xinheng.services.publication import sector_of
from xinheng.services.subjects import ended_keys, versions_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.effect_kinds import STORED_EFFECTS
from xinheng.store.effects import Publication
from xinheng.store.records import WEIGHABLE, Record
from xinheng.store.repairs import RepairApplication, RepairSource
from xinheng.store.subjects import Subject

KIND = "repair"
SERIES = "XF"
SYSTEMS = (
    RepairSource.CREDIT_CHINA,
    RepairSource.PUBLICITY_SYSTEM,
    RepairSource.PROVINCE,
    RepairSource.NATION,
)
"""Whence an application is pushed."""
ELSEWHERE = "申请网站的文本"
"""The version of a commitment whose words are not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """``handed``: by lawful material what proves it; ``offered``: voluntary things, which change nothing; ``pledged``: the
    commitment was made."""

    handed: Mapping[str, str] = field(default_factory=dict)
    offered: Collection[str] = ()
    pledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """Where and when it was lodged: ``external`` is its number there, ``pushed_on`` the day it came here."""

    source: RepairSource
    external: str
    lodged_on: date
    pushed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMatter:
    """A failing record of an enterprise with the answer; ``case`` is the application that runs on it."""

    record: Record
    answer: Answer
    shown: bool
    case: Case | None


def answer_for(record: Record, *, policy: Policy, today: date) -> Answer:
    """May this record be repaired, what is needed, and when."""
    agency = policy.agencies.agencies.get(record.batch.organisation.key) if record.batch else None
    matter = Matter(
        item=Item(record.item).code,
        seriousness=Seriousness(record.seriousness),
        decided_on=record.decided_on,
        state=RecordState(record.state),
        finality=Finality(record.finality),
        sectors=agency.sectors if agency else (),
        sector=sector_of(policy, record.batch),
    )
    return assess(matter, policy=policy, today=today, barred_until=_barred(record.subject_id, policy))


def _barred(subject: int, policy: Policy) -> date | None:
    """Until when false materials bar the enterprise; never by a term that nobody knows (legal guard G15)."""
    annulled = RepairApplication.objects.filter(subject=subject, annulled_on__isnull=False)
    days = (
        barred_until(one.annulled_on, policy.parameter("repair.ban_months", on=one.annulled_on))
        for one in annulled
        if one.annulled_on is not None
    )
    return max((day for day in days if day is not None), default=None)


def matters_of(subject: Subject, *, policy: Policy, today: date) -> list[OwnMatter]:
    """The failing records that stand, the gravest first."""
    over = ended_keys(subject)
    versions = versions_of(subject, as_of=None, known_on=None).filter(WEIGHABLE, state__in=list(STANDING))
    rows = [
        row
        for row in versions.select_related("detail", "batch__organisation", "subject")
        if row.record_key not in over
        and (row.seriousness != Seriousness.NONE or row.item == Item.ABNORMAL_OPERATION)
        and row.item != Item.COMPLAINT
    ]
    showings = _showings([row.record_key for row in rows])
    cases = {one.record_key: one.case for one in _running(subject)}
    return [
        OwnMatter(
            record=row,
            answer=_with_effect(row, answer_for(row, policy=policy, today=today), showings, today=today),
            shown=Showing.OPEN in showings.get(row.record_key, ()),
            case=cases.get(row.record_key),
        )
        for row in sorted(rows, key=lambda row: (-row.seriousness, row.pk))
    ]


class Showing(StrEnum):
    """What a record does to its subject: it is public, it was, something else of the city's rests on it."""

    OPEN = "open"
    OVER = "over"
    GROUND = "ground"


def _showings(keys: Collection[int]) -> dict[int, set[Showing]]:
    found: dict[int, set[Showing]] = {}
    shown = Publication.objects.filter(record_key__in=keys)
    for key, stopped in shown.values_list("record_key", "stopped_at"):
        found.setdefault(key, set()).add(Showing.OVER if stopped else Showing.OPEN)
    others = (kind for kind in STORED_EFFECTS if kind.kind is not EffectKind.PUBLICATION)
    for effect in (one for kind in others for one in kind.resting_on(GroundKind.RECORD, keys)):
        found.setdefault(effect.ground.reference, set()).add(Showing.GROUND)
    return found


def _with_effect(
    record: Record, answer: Answer, showings: Mapping[int, Collection[Showing]], *, today: date
) -> Answer:
    """Nothing is applied for where nothing would end: the record is public no more or never was, and grounds nothing."""
    known = showings.get(record.record_key, ())
    over = answer.stops_on is not None and answer.stops_on <= today
    public = Showing.OPEN in known and not over
    if answer.way is None or answer.way.when is not When.TERM or public or Showing.GROUND in known:
        return answer
    why = nothing_to_end(shown_once=bool(known), stops_on=answer.stops_on if over else None)
    return replace(answer, hurdles=(*answer.hurdles, why))


def answer_here(record: Record, *, policy: Policy, today: date) -> Answer:
    """The answer to whoever applies by the own space or the window: beside the rule, whether anything would end."""
    answer = answer_for(record, policy=policy, today=today)
    return _with_effect(record, answer, _showings([record.record_key]), today=today)


def _running(subject: Subject) -> list[RepairApplication]:
    found = RepairApplication.objects.filter(subject=subject, case__closed_at__isnull=True)
    return list(found.select_related("case"))


def open_record(record_key: int) -> Record:
    """The open version; refusal XR1 where there is none."""
    found = Record.objects.filter(record_key=record_key, known_until__isnull=True)
    record = found.select_related("subject", "detail", "batch__organisation").first()
    if record is None:
        raise Refusal("XR1", "没有这条信息。", advice="请从本企业的信用信息中选择。")
    return record


@transaction.atomic
def prepare(
    record_key: int, application: Application, *, party: Party, policy: Policy, now: datetime
) -> Case:
    """The enterprise gets its materials ready in its own space. Refusals RX1–RX6, RX9, RX10 say why not, C03 that it did so before."""
    record = open_record(record_key)
    party.demand(Verb.LODGE_REQUEST, record.subject, on=day_of(now))
    answer_here(record, policy=policy, today=day_of(now)).demand()
    case = open_case(
        _opening(record), verb="prepare", actor=party, policy=policy, now=now, reason="企业自备材料"
    )
    _keep(case, record, application, source=RepairSource.OWN, policy=policy, now=now)
    return case


@transaction.atomic
def revise(
    case: Case,
    application: Application,
    *,
    party: Party,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """What was prepared is replaced, or what was asked for is added."""
    verb = "complete" if case.state == "completing" else "revise"
    moved = take_step(
        case.public_id,
        verb,
        actor=party,
        policy=policy,
        now=now,
        reason="企业提交材料",
        seen_version=seen,
    )
    hand_in(moved, application, policy=policy, now=now)
    return moved


@transaction.atomic
def lodge(
    record_key: int,
    application: Application,
    lodging: Lodging,
    *,
    actor: User | None,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """Register an application that was lodged at the national site: by the window or an officer, or pushed by a system
    (no ``actor``). What the enterprise had prepared goes along. Refusals RX1–RX6, XR2–XR4, C03; RX9, RX10 at the window:
    what a site pushes is public there."""
    record, today = open_record(record_key), day_of(now)
    _check(lodging, actor=actor, today=today)
    answers = answer_for if actor is None else answer_here
    answers(record, policy=policy, today=lodging.lodged_on).demand()
    verb = "receive" if actor is None else "lodge"
    prepared = RepairApplication.objects.filter(record_key=record_key, case__state="prepared").first()
    told = {"source": lodging.source.value, "external": lodging.external}
    if prepared is not None:
        case = take_step(
            prepared.case.public_id,
            verb,
            actor=actor,
            policy=policy,
            now=now,
            details=told,
            seen_version=seen,
            counted_from=lodging.pushed_on,
        )
        hand_in(case, application, policy=policy, now=now, pushed=actor is None)
    else:
        case = open_case(
            _opening(record),
            verb=verb,
            actor=actor,
            policy=policy,
            now=now,
            counted_from=lodging.pushed_on,
        )
        _keep(case, record, application, source=lodging.source, policy=policy, now=now, pushed=actor is None)
    _note_lodging(case, lodging)
    _count_from_application(case, lodging, policy=policy)
    return case


def _check(lodging: Lodging, *, actor: User | None, today: date) -> None:
    if not lodging.external.strip():
        raise Refusal(
            "XR2",
            "没有写明在“信用中国”或者公示系统提出申请的编号。",
            citation="国办发〔2025〕22号",
            advice="请先协助企业在该网站提出申请，再登记编号；本系统不另行接收申请。",
        )
    if lodging.source is RepairSource.OWN or (actor is None and lodging.source not in SYSTEMS):
        raise Refusal("XR3", "没有写明申请从哪里来。", advice="请选择提出申请的网站。")
    if not lodging.lodged_on <= lodging.pushed_on <= today:
        raise Refusal("XR4", "提出申请、推送的日期不对。", advice="推送不早于申请，也不晚于今天。")


def _count_from_application(case: Case, lodging: Lodging, *, policy: Policy) -> None:
    """The term of the whole runs from the day of the application, not from that of the push."""
    row = CaseDeadline.objects.filter(case=case, key=TOTAL, ended_on__isnull=True).first()
    if row is not None:
        keep(row, replace(clock_of(row), started_on=lodging.lodged_on), policy)


def _note_lodging(case: Case, lodging: Lodging) -> None:
    try:
        with transaction.atomic():
            RepairApplication.objects.filter(pk=case.pk).update(
                source=lodging.source,
                external=lodging.external.strip()[:60],
                lodged_on=lodging.lodged_on,
                pushed_on=lodging.pushed_on,
            )
    except IntegrityError:
        raise Refusal(
            "XR5", f"编号 {lodging.external} 的申请已经登记过。", advice="请打开已有的事项继续办理。"
        ) from None


def _opening(record: Record) -> Opening:
    return Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{record.subject.name}信用修复",
        organisation=record.batch.organisation if record.batch else city(),
        subject=record.subject,
        ground=Ground(GroundKind.RECORD, record.record_key),
    )


def _keep(
    case: Case,
    record: Record,
    application: Application,
    *,
    source: RepairSource,
    policy: Policy,
    now: datetime,
    pushed: bool = False,
) -> None:
    RepairApplication.objects.create(
        case=case, subject=record.subject, record_key=record.record_key, source=source
    )
    hand_in(case, application, policy=policy, now=now, pushed=pushed)


def hand_in(
    case: Case, application: Application, *, policy: Policy, now: datetime, pushed: bool = False
) -> RepairApplication:
    """Add to what was handed in; nothing handed in before is lost. ``pushed``: the commitment was made at the site of the
    application, in words that are not known here. Refusal XR6 for a material nobody may ask for."""
    rules = policy.repair
    strange = set(application.handed) - set(rules.materials) | set(application.offered) - set(rules.offers)
    if strange:
        raise Refusal("XR6", f"没有这种材料：{'、'.join(sorted(strange))}。", advice="请在列出的材料中选择。")
    kept = RepairApplication.objects.select_for_update().get(pk=case.pk)
    given = {key: mask_personal(text.strip()).text[:500] for key, text in application.handed.items()}
    kept.handed = {**kept.handed, **{key: text for key, text in given.items() if text}}
    kept.offered = sorted({*kept.offered, *application.offered})
    if application.pledged and kept.pledged_at is None:
        kept.pledge_version = ELSEWHERE if pushed else rules.commitment.version
        kept.pledged_at = now
    if kept.pledged_at is not None:
        kept.handed["commitment"] = f"已作出（文本 {kept.pledge_version}）"
    kept.save()
    return kept


def handed_of(application: RepairApplication, *, policy: Policy) -> list[tuple[str, str]]:
    """Title and words of each material that was handed in."""
    materials = policy.repair.materials
    return [
        (materials[key].title if key in materials else key, text) for key, text in application.handed.items()
    ]


def missing_of(application: RepairApplication, *, policy: Policy) -> tuple[str, ...]:
    """Titles of lawful materials that are not there yet."""
    materials = policy.repair.materials
    return tuple(paper.title for key, paper in materials.items() if not application.handed.get(key))


def runs_on(record_key: int) -> Case | None:
    """The application that runs on a record."""
    found = RepairApplication.objects.filter(record_key=record_key, case__state__in=OPEN)
    one = found.select_related("case").first()
    return one.case if one else None
