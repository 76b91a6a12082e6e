"""A measure that lies on an enterprise of the demonstration: proposed, decided by another, served, in force, used, and told as a
typical case that another person accepted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.letters import newest
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import Draft, issue_letter, organ_of
from xinheng.services.letters_serving import serve
from xinheng.services.measures import Choice, Proposal, decide, propose, start
from xinheng.services.measures_tasks import Use, report_use, review_use
from xinheng.services.repairs import matters_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Publication
from xinheng.store.measures import UseOutcome
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

MEASURE = "key_supervision"
_REASON = "（样例）失信程度为一般以上，纳入重点监管与其相当；检查频次不超过年度上限。"
_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who acts, under which policy, when."""

    people: Mapping[str, User]
    policy: Policy
    now: datetime

    @property
    def given(self) -> dict[str, Any]:
        """What each verb is told besides."""
        return {"policy": self.policy, "now": self.now}


def measure_one(firm: Subject, department: Organisation, *, stage: Stage) -> None:
    """On the firm of the demonstration where a record of it grounds one, else on another; nothing where none does."""
    case = next(filter(None, (_proposed(one, stage) for one in _grounds(firm, department, stage))), None)
    if case is None:
        return
    given = stage.given
    office, decider = stage.people["zhangmin"], stage.people["liqiang"]
    decide(case, actor=decider, reason="事实清楚，过惩相当。", seen=case.version, **given)
    _serve(case, stage)
    case.refresh_from_db()
    (measure,) = start(
        case, responders=[], actor=office, reason="决定书已经送达。", seen=case.version, **given
    )
    use = Use(
        occasion=Occasion.SUPERVISION,
        acted_on=day_of(stage.now),
        outcome=UseOutcome.PERFORMED,
        what="（样例）上门辅导，企业当场改正",
        text="（样例）某企业受到处罚后纳入重点监管，执法人员上门辅导，企业主动改正，复查合格。",
    )
    told = report_use(measure, use, organisation=case.organisation, actor=office, now=stage.now)
    review_use(told.public_id, accepted=True, review="有代表性，采用。", actor=decider, now=stage.now)


def _grounds(firm: Subject, department: Organisation, stage: Stage) -> Iterator[Record]:
    """Public records that are nobody's matter yet: of the firm first, then of others whom the department penalised."""
    for one in matters_of(firm, policy=stage.policy, today=day_of(stage.now)):
        if one.shown and one.case is None and one.record.state != RecordState.DISPUTED:
            yield one.record
    shown = Publication.objects.filter(stopped_at__isnull=True).values("record_key")
    others = Record.objects.filter(
        known_until__isnull=True,
        seriousness__gte=Seriousness.GENERAL,
        batch__organisation=department,
        record_key__in=shown,
    ).exclude(subject=firm)
    yield from others.select_related("subject", "batch__organisation").order_by("-decided_on", "-pk")[:_TRIES]


def _proposed(record: Record, stage: Stage) -> Case | None:
    """None where this record grounds no such measure."""
    if record.batch is None:
        return None
    wanted = Proposal(
        subject=record.subject,
        ground=Ground(GroundKind.RECORD, record.record_key),
        body=record.batch.organisation,
        choices=(Choice(measure=MEASURE),),
        reason=_REASON,
    )
    try:
        with transaction.atomic():
            return propose(wanted, actor=stage.people["zhangmin"], policy=stage.policy, now=stage.now)
    except Refusal:
        return None


def _serve(case: Case, stage: Stage) -> None:
    """The decision with what goes along, handed over."""
    said = {
        "facts": "（样例）受到行政处罚，决定已经生效。",
        "reasons": _REASON,
        "basis": "样例法律依据，条款待核",
        "statement": "不属于须事先告知的措施。",
        "decision": "纳入重点监管范围，随所依据的处罚终止。",
        "reconsideration_body": stage.policy.city.government,
        "court": "（样例）有管辖权的人民法院",
    }
    case.refresh_from_db()
    words = {field.key: said.get(field.key, "（样例）") for field in newest("decision").fields}
    contact = organ_of(case.organisation, policy=stage.policy)
    draft = Draft(kind="decision", values=words, contact=contact, terms_confirmed=True)
    given = {"actor": stage.people["zhangmin"], **stage.given}
    letter = issue_letter(case.public_id, draft, **given)
    made = Try(way=Way.DIRECT, on=day_of(stage.now), proof="样例送达回证")
    serve(letter.public_id, made, **given)
