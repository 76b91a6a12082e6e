"""Proposes measures, decides them and puts them in force: two persons, a living ground, notice, service, responders.

Nothing outside the list can be chosen, and what is checked when it is proposed is checked again when it is decided and
when it begins (国办发〔2020〕49号; 《河南省社会信用条例》第三十一至三十四条; legal guards G3, G12, G14, G17).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from xinheng.core.ban_faults import Finding, Fit, fit_of
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.measure_basis import Basis
from xinheng.core.measure_check import Wanted, check_measure, term_of
from xinheng.core.measures import Measure
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal, gathered, refuse_all
from xinheng.services.case_grounds import grounded
from xinheng.services.cases import Opening, last_step, open_case, take_on_ground
from xinheng.services.ledger import note
from xinheng.services.letters_serving import served_on
from xinheng.services.measures_findings import clause_of, finding_of, found, kept
from xinheng.services.measures_grounds import basis_of, sectors_of
from xinheng.services.measures_reviews import demand_review
from xinheng.services.measures_tasks import ask_to_apply
from xinheng.services.superiors import notify_superior
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.flags import SubjectFlag
from xinheng.store.measures import MeasureApplied
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

MEASURE, INCENTIVE = "measure", "incentive"
SERIES = {MEASURE: "CS", INCENTIVE: "JL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One row of the list and what it needs: a statute of its own, a ban with the fault that was found, a term in months.
    ``clause``: that of the statute, or of the fault of the ban; ``fits``: why the facts are this fault."""

    measure: str
    source: str = ""
    clause: str = ""
    ban: str = ""
    months: int | None = None
    permanent: bool = False
    fault: str = ""
    fits: str = ""

    @property
    def finding(self) -> Finding:
        return Finding(fault=self.fault, clause=self.clause, fits=self.fits) if self.ban else Finding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an officer of ``body`` proposes to lay on an enterprise on one ground."""

    subject: Subject
    ground: Ground
    body: Organisation
    choices: tuple[Choice, ...]
    reason: str


@transaction.atomic
def propose(proposal: Proposal, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Open the case. What is wrong with any choice is refused all at once. Refusals: MS1 nothing chosen or burdens and
    incentives mixed, MS2 the measure lies on it already, those of ``core.measure_check``, ``measures_findings.found`` and
    ``basis_of``, and C03 a proposal on this ground runs."""
    basis = basis_of(proposal.subject, proposal.ground, policy=policy, on=day_of(now))
    wrong: list[Refusal] = []
    rows: tuple[Measure, ...] = ()
    choices: list[Choice] = []
    with gathered(wrong):
        rows = _checked(
            proposal.choices,
            basis,
            subject=proposal.subject,
            ground=proposal.ground,
            body=proposal.body,
            policy=policy,
            on=day_of(now),
        )
    for one in proposal.choices:
        with gathered(wrong):
            choices.append(_with_finding(one, one.finding, basis, policy=policy))
    refuse_all(wrong)
    adverse = {row.adverse for row in rows}
    if len(adverse) != 1:
        raise Refusal(
            "MS1",
            "没有选择措施，或者把惩戒和激励放在了一起。",
            advice="请选择至少一项；惩戒和激励分别提出。",
        )
    kind = MEASURE if adverse == {True} else INCENTIVE
    words = "、".join(row.title for row in rows)
    opening = Opening(
        flow=kind,
        kind=kind,
        series=SERIES[kind],
        title=f"{proposal.subject.name}：{words}",
        organisation=proposal.body,
        subject=proposal.subject,
        ground=proposal.ground,
        details={"measures": [asdict(choice) for choice in choices]},
    )
    return open_case(opening, verb="propose", actor=actor, policy=policy, now=now, reason=proposal.reason)


def _with_finding(choice: Choice, said: Finding, basis: Basis, *, policy: Policy) -> Choice:
    """The choice with what was found of its ban; nothing is asked of one that cannot be laid on this ground at all."""
    rule = policy.measures.bans.get(choice.ban)
    if rule is None or fit_of(rule, basis) is Fit.UNRELATED:
        return choice
    return replace(choice, **asdict(found(choice.ban, said, basis, policy=policy)))


@transaction.atomic
def decide(
    case: Case,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
    finding: Finding | None = None,
) -> Case:
    """A second person decides a burden; of a ban ``finding`` says why its statute fits. Refusals: MS3 where the group asks
    for a prior notice that was not served, and those of ``measures_findings.found``."""
    basis, rows = _held(case, policy=policy, on=day_of(now))
    if any(row.prior_notice for row in rows) and (
        case.state != "heard" or served_on(case, "prior_notice", after="notify") is None
    ):
        raise Refusal(
            "MS3",
            "这类措施减损权益，决定以前须书面告知事实、理由、依据和权利，并听取陈述申辩；现在还没有送达告知书或者期限未满。",
            citation="国办发〔2020〕49号",
            advice="请先“事先告知”，签发并送达告知书，登记陈述申辩或者等期限届满。",
        )
    details: dict[str, Any] = {}
    for choice in choices_of(case):
        chosen = _with_finding(choice, finding or Finding(), basis, policy=policy)
        details |= kept(chosen.finding)
    return take_on_ground(
        case, "decide", actor=actor, policy=policy, now=now, reason=reason, details=details, seen=seen
    )


@transaction.atomic
def start(
    case: Case,
    *,
    responders: Iterable[Organisation],
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
) -> tuple[MeasureApplied, ...]:
    """Put decided measures in force from the day of service and ask the departments to respond. Refusal MS4 where the
    decision was not served."""
    served = served_on(case, "decision", after="decide")
    if served is None:
        raise Refusal(
            "MS4",
            "决定书和信用修复告知书还没有送达，措施不能生效。",
            citation="《中华人民共和国行政处罚法》第六十一条（送达）",
            advice="请在本事项中签发两份文书，一并送达并登记。",
        )
    basis, _ = _held(case, policy=policy, on=day_of(now))
    began = take_on_ground(case, "start", actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    return _apply(
        began, basis, from_on=served, responders=tuple(responders), actor=actor, policy=policy, now=now
    )


@transaction.atomic
def grant(
    case: Case,
    *,
    responders: Iterable[Organisation],
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
) -> tuple[MeasureApplied, ...]:
    """A second person grants incentives, in force from today."""
    today = day_of(now)
    basis, _ = _held(case, policy=policy, on=today)
    granted = take_on_ground(case, "grant", actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    return _apply(
        granted, basis, from_on=today, responders=tuple(responders), actor=actor, policy=policy, now=now
    )


def choices_of(case: Case) -> tuple[Choice, ...]:
    """What was proposed."""
    return tuple(Choice(**one) for one in case.details.get("measures", ()))


def rows_of(case: Case, *, policy: Policy, on: date) -> tuple[Measure, ...]:
    """The rows of the list that the case would apply, checked anew on the day."""
    return _stands(case, policy=policy, on=on)[1]


def _held(case: Case, *, policy: Policy, on: date) -> tuple[Basis, tuple[Measure, ...]]:
    """The same with what they rest on, after nobody else can lay anything on the enterprise before this transaction ends."""
    subject, _ = grounded(case)
    Subject.objects.select_for_update().get(pk=subject.pk)
    return _stands(case, policy=policy, on=on)


def _stands(case: Case, *, policy: Policy, on: date) -> tuple[Basis, tuple[Measure, ...]]:
    subject, ground = grounded(case)
    basis = basis_of(subject, ground, policy=policy, on=on)
    rows = _checked(
        choices_of(case),
        basis,
        subject=subject,
        ground=ground,
        body=case.organisation,
        policy=policy,
        on=on,
    )
    return basis, rows


def _checked(
    choices: Sequence[Choice],
    basis: Basis,
    *,
    subject: Subject,
    ground: Ground,
    body: Organisation,
    policy: Policy,
    on: date,
) -> tuple[Measure, ...]:
    """The rows that were chosen, each lawful on this day and not yet lying on the enterprise by the same ground; refused
    with what is wrong with each."""
    wrong: list[Refusal] = []
    rows = []
    for choice in choices:
        wanted = wanted_of(choice, body, policy)
        with gathered(wrong):
            row = check_measure(
                policy.measures, wanted, basis, sources=policy.sources, area=policy.city.area, on=on
            )
            term_of(row, wanted, basis, from_on=on)
            if not row.adverse:
                demand_review(choice.measure, body=body, policy=policy)
            _refuse_twice(choice, subject=subject, ground=ground, body=body, title=row.title)
            rows.append(row)
    refuse_all(wrong)
    return tuple(rows)


def _refuse_twice(
    choice: Choice, *, subject: Subject, ground: Ground, body: Organisation, title: str
) -> None:
    lying = MeasureApplied.objects.filter(
        subject=subject,
        measure=choice.measure,
        ban=choice.ban,
        ground_kind=ground.kind.value,
        ground_key=ground.reference,
        organisation=body,
        ended_at__isnull=True,
    )
    if lying.exists():
        raise Refusal("MS2", f"依据这项决定已经采取“{title}”。", advice="请查看该主体的措施，不必重复提出。")


def wanted_of(choice: Choice, body: Organisation, policy: Policy) -> Wanted:
    return Wanted(
        measure=choice.measure,
        body=body.key,
        body_sectors=sectors_of(body, policy),
        source=choice.source,
        clause=choice.clause,
        ban=choice.ban,
        months=choice.months,
        permanent=choice.permanent,
    )


def _apply(
    case: Case,
    basis: Basis,
    *,
    from_on: date,
    responders: Sequence[Organisation],
    actor: User,
    policy: Policy,
    now: datetime,
) -> tuple[MeasureApplied, ...]:
    subject, ground = grounded(case)
    proposed = case.events.get(sequence=1)
    decided = last_step(case, "decide", "grant")
    assert decided is not None
    assert proposed.actor is not None
    assert decided.actor is not None
    made = []
    for choice in choices_of(case):
        row = policy.measures.measures[choice.measure]
        values = _columns(choice, row, basis, case=case, policy=policy, from_on=from_on)
        measure = MeasureApplied.objects.create(
            **values,
            subject=subject,
            ground_kind=ground.kind.value,
            ground_key=ground.reference,
            decision=case,
            organisation=case.organisation,
            reason=decided.reason,
            proposed_by=proposed.actor,
            decided_by=decided.actor,
            applied_at=now,
        )
        ask_to_apply(measure, responders, policy=policy, now=now)
        _note(measure, actor=actor, now=now)
        made.append(measure)
    Subject.objects.filter(pk=subject.pk).update(version=F("version") + 1)
    if ground.kind is GroundKind.RECORD and case.kind == MEASURE:
        _tell_superiors(subject, ground.reference, case, actor=actor, policy=policy, now=now)
    return tuple(made)


def cited_for(choice: Choice, case: Case, *, policy: Policy, compared: bool = False) -> list[str]:
    """The clauses that a measure rests on: the one that was written first, of a ban the one that was found. ``compared``: the
    list's own clauses only where somebody compared them with the text, else the document alone."""
    entry = policy.measures.bans.get(choice.ban) or policy.measures.measures.get(choice.measure)
    cited = [
        policy.sources[one.source].cite(one.clause if one.verified or not compared else "")
        for one in (entry.basis if entry else ())
    ]
    if choice.source in policy.sources and choice.clause:
        cited.insert(0, policy.sources[choice.source].cite(choice.clause))
    if choice.ban in policy.measures.bans and (found_of := finding_of(case)[1]).clause:
        cited[0] = clause_of(choice.ban, found_of, policy=policy)
    return cited


def _columns(
    choice: Choice, row: Measure, basis: Basis, *, case: Case, policy: Policy, from_on: date
) -> Mapping[str, Any]:
    """What the list says of the measure and its term, as it stands on this day."""
    wanted = wanted_of(choice, case.organisation, policy)
    rule = policy.measures.bans.get(choice.ban)
    return {
        "measure": choice.measure,
        "title": (f"{row.title}（{rule.title}）" if rule else row.title)[:120],
        "group": int(row.group),
        "edition": policy.measures.edition,
        "policy_digest": policy.digest,
        "occasions": [one.value for one in (rule.occasions if rule else row.occasions)],
        "basis": "；".join(dict.fromkeys(cited_for(choice, case, policy=policy)))[:400],
        "ban": choice.ban,
        "field": rule.field.value if rule else "",
        "permanent": choice.permanent,
        "from_on": from_on,
        "until_on": term_of(row, wanted, basis, from_on=from_on),
    }


def _tell_superiors(
    subject: Subject, record: int, case: Case, *, actor: User, policy: Policy, now: datetime
) -> None:
    """Write to superior unit and audit office of a government body or state-owned enterprise; another person releases.

    What was written already on this decision, or may not be written, is left as it is.
    """
    today = day_of(now)
    flags = SubjectFlag.objects.filter(subject=subject, ended_at__isnull=True, from_on__lte=today)
    for flag in flags:
        try:
            with transaction.atomic():
                notify_superior(
                    flag,
                    record_key=record,
                    reason=f"已依据该决定采取失信惩戒措施（{case.number}）",
                    actor=actor,
                    policy=policy,
                    now=now,
                )
        except Refusal as refusal:
            note(
                "measure.superior_not_told",
                now=now,
                actor=actor,
                subject=subject.public_id,
                object=f"case:{case.number}",
                reason=refusal.message,
            )


def _note(measure: MeasureApplied, *, actor: User | None, now: datetime) -> None:
    note(
        "measure.applied",
        now=now,
        actor=actor,
        subject=measure.subject.public_id,
        object=f"measure:{measure.public_id}",
        payload={
            "measure": measure.measure,
            "ground": f"{measure.ground_kind}:{measure.ground_key}",
            "from": measure.from_on.isoformat(),
            "until": measure.until_on.isoformat() if measure.until_on else "",
        },
    )
