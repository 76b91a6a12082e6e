"""Announces a draw, and draws: enterprises by grade, inspectors in teams, verifiable by anybody.

Nothing is drawn outside an approved plan, nobody beyond the yearly ceiling, and no inspector without a living
certificate (国办发〔2024〕54号, 《行政处罚法》第四十二条; legal guard G7).
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core import draw as rules
from xinheng.core.draw_rule import blind, commitment
from xinheng.core.grading import GradingPolicy, Stratum, band_of, may_visit, ratio_of, spares, strata
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.inspection_objects import names_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import TEAM
from xinheng.services.draw_failures import Repeat, refuse_failed, repeat_of
from xinheng.services.draw_recusals import naming_objects, refuse_recused
from xinheng.services.draw_secrets import all_revealed, reveal_secret
from xinheng.services.inspection_objects import fitting, refuse_nobody, rules_of
from xinheng.services.inspection_plans import refuse_beyond_plan, refuse_outside_time
from xinheng.services.ledger import note
from xinheng.services.measures_easing import eased_subjects
from xinheng.services.pools import Pool, behind, draw_as_announced, keep_pool, keyed, publish_pool
from xinheng.services.time import day_of
from xinheng.services.visit_counts import visits_by_subject
from xinheng.store.accounts import User
from xinheng.store.inspections import Draw, DrawAnnouncement, DrawnObject, Inspector, Plan, PlanKind
from xinheng.store.organisations import Organisation
from xinheng.store.scores import EvaluationRun, scores_of
from xinheng.store.sealing import seal_secret

AT_CEILING = "本年度入企检查次数已达上限"
EXEMPT = "按分级分类政策免于日常抽查"


@dataclass(frozen=True, slots=True)
class _Subjects:
    """Subjects by band; ``left_out``: those who may not be drawn, by band and reason."""

    open: Mapping[str, Sequence[tuple[int, str]]]
    left_out: Mapping[str, Mapping[str, Sequence[int]]]

    def closed(self, band: str) -> list[int]:
        return [subject for own in self.left_out.get(band, {}).values() for subject in own]


def forecast_draw(plan: Plan, *, model: str, policy: Policy, on: date) -> tuple[Stratum, ...]:
    """What a draw of the plan would take from each band today; nothing is fixed by it."""
    run = _current_run(model)
    pool = _pool(run, plan, policy, on=on)
    free = {band: len(subjects) for band, subjects in pool.open.items()}
    populations = {band: free.get(band, 0) + len(pool.closed(band)) for band in {*free, *pool.left_out}}
    return strata(policy.grading_for(plan.sector), populations=populations, eligible=free, on=on)


def _current_run(model: str) -> EvaluationRun:
    run = EvaluationRun.objects.filter(model=model, current=True).first()
    if run is None:
        raise Refusal("I02", "还没有可用的评价结果，不能按等级抽取。", advice="请先运行评价。")
    return run


@transaction.atomic
def announce_draw(
    public_id: str,
    *,
    model: str,
    parties: Mapping[str, str],
    actor: User,
    policy: Policy,
    now: datetime,
) -> DrawAnnouncement:
    """Fix and publish pool, ratios and inspectors. ``parties``: commitment by the name of the organ."""
    plan = _approved(public_id)
    refuse_outside_time(plan, policy=policy, on=day_of(now))
    run = _current_run(model)
    today, secret = day_of(now), secrets.token_bytes(32)
    repeat = repeat_of(plan, parties=parties)
    _refuse_while_another_waits(plan)
    library = _library(plan)
    _refuse_uncertified(library, on=today)
    subjects = _pool(run, plan, policy, on=today)
    refuse_recused(library, subjects.open, team=policy.parameter(TEAM, on=today).required())
    pool = _named(subjects, library, secret=secret, draw=plan.public_id)
    announced = rules.announce(
        _occasion(plan, run, policy, repeat),
        strata=_strata(pool, subjects.left_out, policy.grading_for(plan.sector), on=today),
        inspectors=_inspectors(library, secret=secret, draw=plan.public_id),
        team=policy.parameter(TEAM, on=today).required(),
        parties=[rules.Party(name=name, commitment=value) for name, value in parties.items()],
        now=now,
        today=today,
    )
    refuse_beyond_plan(plan, drawing=sum(stratum["size"] for stratum in announced.content["strata"]))
    keys, members = keep_pool(pool, announced=announced.objects, now=now)
    announcement = DrawAnnouncement.objects.create(
        plan=plan,
        run=run,
        attempt=repeat.attempt,
        announced_at=now,
        announced_by=actor,
        policy_digest=policy.digest,
        secret=seal_secret(secret, purpose=plan.public_id),
        digest=announced.digest,
        content=dict(announced.content),
        inspectors=list(announced.inspectors),
        pool=keys,
        members=members,
    )
    note(
        "draw.announced",
        now=now,
        actor=actor,
        object=f"draw:{plan.public_id}",
        payload={"announcement": announced.digest},
    )
    return announcement


@transaction.atomic
def make_draw(
    public_id: str, *, reveals: Mapping[str, str] | None = None, actor: User, now: datetime
) -> Draw:
    """Draw as announced, once every party has revealed its words. ``reveals``: what whoever draws reveals now, for the one
    party of which that person is. Refusals: I04, I10, those of ``reveal_secret`` and ``all_revealed``, I20 no team."""
    announcement = DrawAnnouncement.objects.select_related("pool", "members").get(public_id=public_id)
    plan = Plan.objects.select_for_update().get(pk=announcement.plan_id)
    if Draw.objects.filter(announcement=announcement).exists():
        raise Refusal("I04", "这次公告已经抽取过，结果不能重做。", advice="请查看抽取记录。")
    refuse_failed(announcement)
    for party, words in (reveals or {}).items():
        reveal_secret(announcement, party=party, words=words, actor=actor, now=now)
    with naming_objects(announcement):
        record = draw_as_announced(announcement, reveals=all_revealed(announcement), now=now)
    made = Draw.objects.create(
        announcement=announcement,
        drawn_at=now,
        drawn_by=actor,
        population=sum(stratum["population"] for stratum in announcement.content["strata"]),
        drawn=len(record.drawn),
        seed=record.seed,
        digest=record.digest,
        record=record.head,
    )
    publish_pool(announcement)
    subjects, certificates = behind(announcement, [drawn["key"] for drawn in record.drawn])
    DrawnObject.objects.bulk_create(
        DrawnObject(
            draw=made,
            subject_id=subjects[drawn["key"]],
            band=drawn["stratum"],
            position=position,
            inspectors=[certificates[key] for key in drawn["team"]],
        )
        for position, drawn in enumerate(record.drawn, start=1)
    )
    note(
        "draw.made", now=now, actor=actor, object=f"draw:{plan.public_id}", payload={"record": record.digest}
    )
    return made


def _refuse_while_another_waits(plan: Plan) -> None:
    """Two pools fixed at the same time could together carry an enterprise past its yearly ceiling; an organ therefore
    announces one at a time.

    An announcement whose pool was not kept is never drawn (services.pools) and stands in nobody's way, nor does one that
    was given up.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=plan.organisation_id)
    waiting = DrawAnnouncement.objects.filter(
        plan__organisation=plan.organisation, plan__year=plan.year, drawn__isnull=True, pool__isnull=False
    ).exclude(failure__agreed_at__isnull=False)
    if other := waiting.select_related("plan").first():
        raise Refusal(
            "I05",
            f"“{other.plan.title}”已公告、尚未抽取，不能同时公告另一次抽取。",
            citation=ENTERPRISE_CHECKS,
            advice="请先完成那一次抽取。",
        )


def commit_to(plan: Plan, *, party: str, reveal: str) -> str:
    """The commitment of an organ to its secret text for the draw of a plan."""
    return commitment(draw=plan.public_id, party=party, reveal=reveal)


def _approved(public_id: str) -> Plan:
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(public_id=public_id)
        .first()
    )
    if plan is None or plan.approved_at is None:
        raise Refusal(
            "I01",
            "抽取只能依据已批准的抽查计划进行。",
            citation=ENTERPRISE_CHECKS,
            advice="请先把计划送决定人批准。",
        )
    return plan


def _occasion(plan: Plan, run: EvaluationRun, policy: Policy, repeat: Repeat) -> rules.Occasion:
    organ = plan.organisation.names.filter(to_on__isnull=True).first()
    return rules.Occasion(
        draw=plan.public_id,
        title=plan.title,
        organ=organ.name if organ else plan.organisation.key,
        plan=plan.title,
        matter=plan.matter,
        basis=plan.basis,
        line=plan.sector,
        policy=policy.digest,
        evaluation=run.result_digest,
        pool_rules=[rule.published(names_of(policy)) for rule in rules_of(plan, policy=policy)],
        attempt=repeat.attempt,
        repeated=repeat.repeated,
        repeat_reason=repeat.reason,
    )


def _pool(run: EvaluationRun, plan: Plan, policy: Policy, *, on: date) -> _Subjects:
    grading = policy.grading_for(plan.sector)
    matter = policy.inspection_matters.matters.get(plan.matter_key)
    daily = plan.kind == PlanKind.DAILY
    visited, ceiling = visits_by_subject(plan.organisation, year=plan.year), _Ceiling(grading, on)
    eased = eased_subjects(grading.eased_by, plan.organisation, on=on)
    open_: dict[str, list[tuple[int, str]]] = defaultdict(list)
    left_out: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for subject, identity, kind, grade in _graded(run, plan, policy, on=on):
        band = band_of(grading, grade=grade or None, kind=kind, confirmed=False, eased=subject in eased)
        if spares(band, matter, daily=daily):
            left_out[band.key][f"{EXEMPT}：{' '.join(band.waivers.split())}"[:300]].append(subject)
        elif ceiling.allows(band.key, visited[subject]):
            open_[band.key].append((subject, identity))
        else:
            left_out[band.key][AT_CEILING].append(subject)
    if not (open_ or left_out):
        raise refuse_nobody(plan, policy=policy)
    return _Subjects(open_, left_out)


class _Ceiling:
    """Asks ``may_visit`` once for each band and number of visits; a draw is no reason of the closed list (G7)."""

    def __init__(self, grading: GradingPolicy, on: date) -> None:
        self._grading, self._on = grading, on
        self._answers: dict[tuple[str, int], bool] = {}

    def allows(self, band: str, visits: int) -> bool:
        if (band, visits) not in self._answers:
            self._answers[band, visits] = self._ask(band, visits)
        return self._answers[band, visits]

    def _ask(self, band: str, visits: int) -> bool:
        try:
            may_visit(self._grading, band=band, visits_so_far=visits, on=self._on)
        except Refusal as refusal:
            if refusal.code != "visit_ceiling":
                raise
            return False
        return True


def _graded(
    run: EvaluationRun, plan: Plan, policy: Policy, *, on: date
) -> Sequence[tuple[int, str, str, str]]:
    """Subject, identity, kind and grade of everybody in a run who fits the rules of the plan; the identity is the credit
    code. Who was merged into another since is that other."""
    rules = [one.rule for one in rules_of(plan, policy=policy)]
    rows = (
        scores_of(run)
        .filter(fitting(rules, policy=policy, on=on, of="subject__"), subject__merged_into__isnull=True)
        .values_list("subject_id", "subject__code", "subject__public_id", "subject__kind", "grade")
    )
    return [(subject, code or public_id, kind, grade) for subject, code, public_id, kind, grade in rows]


def _named(subjects: _Subjects, library: Sequence[Inspector], *, secret: bytes, draw: str) -> Pool:
    return Pool(
        draw=draw,
        objects={band: keyed(secret, draw=draw, subjects=own) for band, own in subjects.open.items()},
        closed={band: subjects.closed(band) for band in subjects.left_out},
        inspectors={
            blind(secret, draw=draw, identity=one.certificate_no).key: one.certificate_no for one in library
        },
    )


def _strata(
    pool: Pool, left_out: Mapping[str, Mapping[str, Sequence[int]]], grading: GradingPolicy, *, on: date
) -> list[rules.Stratum]:
    strata = []
    for band in grading.strata:
        objects = pool.objects.get(band.key, {})
        excluded = {reason: len(own) for reason, own in left_out.get(band.key, {}).items()}
        if not objects and not excluded:
            continue
        strata.append(
            rules.Stratum(
                key=band.key,
                name=band.name,
                ratio=ratio_of(band, on=on),
                population=len(objects) + sum(excluded.values()),
                objects=list(objects),
                excluded=excluded,
            )
        )
    return strata


def _library(plan: Plan) -> Sequence[Inspector]:
    return list(Inspector.objects.filter(organisation=plan.organisation, lines__contains=[plan.sector]))


def _refuse_uncertified(library: Sequence[Inspector], *, on: date) -> None:
    """By certificate, which the officer can look up; the rule of the draw knows blinded keys alone."""
    over = sorted(
        one.certificate_no for one in library if one.certified_until is None or one.certified_until < on
    )
    if over:
        raise Refusal(
            "I17",
            f"执法证号 {'、'.join(over[:5])} 等{len(over)}人没有有效的执法证件，不能公告抽取。",
            citation=rules.CERTIFICATES,
            advice="请在执法检查人员名录库中更新有效期，或者停用",
        )


def _inspectors(library: Sequence[Inspector], *, secret: bytes, draw: str) -> list[rules.Inspector]:
    return [
        rules.Inspector(
            key=blind(secret, draw=draw, identity=inspector.certificate_no).key,
            lines=frozenset(inspector.lines),
            certified_until=inspector.certified_until,
            max_load=inspector.max_load,
            barred=frozenset(blind(secret, draw=draw, identity=code).key for code in inspector.recused_from),
        )
        for inspector in library
    ]
