"""What becomes of the result of a visit: confirmed by another person, told, published after review, answered by the enterprise.

A confirmed result is a record like those that departments deliver: with seriousness, publication period, automatic stop,
objection and repair (总局令第107号; legal guard G6). Nothing of it is public before the enterprise was told.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Avg, Count, Q, QuerySet

from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.visits import TOLD
from xinheng.services.cases import take_on_ground, take_step
from xinheng.services.collect import Delivery
from xinheng.services.enterprises import Party
from xinheng.services.entry import import_rows
from xinheng.services.ledger import note
from xinheng.services.letters import organ_of
from xinheng.services.publication import publish_batch, sector_of, term_of
from xinheng.services.time import day_of
from xinheng.services.visits import results_of
from xinheng.services.visits_on_site import last_sheet
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.casework import Case
from xinheng.store.inspections import Plan
from xinheng.store.records import Record
from xinheng.store.visits import Visit, VisitRating, VisitSheet

FEED = "xinheng-inspection"
_COLUMNS = (
    *("被检查单位名称", "统一社会信用代码", "检查单编号", "检查事项", "检查日期", "检查结果"),
    *("检查机关", "检查机关统一社会信用代码", "检查方式"),
)


@transaction.atomic
def confirm_result(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Visit:
    """The head confirms what was found, and it enters the file of the enterprise.

    A negative result is an adverse decision on the ground of the plan. Refusals VR1 it was not taken into the file, VR6
    nothing was recorded, VR7 the paper of an emergency is still missing.
    """
    known = Visit.objects.select_for_update(of=("self",)).select_related("subject", "organisation", "plan")
    visit = known.get(case=case)
    if visit.plan.approved_at is None:
        raise Refusal(
            "VR7",
            f"“{visit.plan.title}”的审批还没有补办，不能确认结果。",
            citation=ENTERPRISE_CHECKS,
            advice="请先补办计划的审批；不予补批的，检查结果不采用。",
        )
    sheet = last_sheet(visit)
    if sheet is None:
        raise Refusal("VR6", "还没有检查记录，不能确认结果。", advice="请先由检查人员登记检查结果。")
    verb = verb_for(visit, policy=policy)
    take_on_ground(case, verb, actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    batch = _delivered(visit, sheet, actor=actor, policy=policy, now=now)
    record = Record.objects.filter(batch=batch, known_until__isnull=True).first()
    if record is None:
        problems = "、".join(batch.report.get("problems", {}))
        raise Refusal(
            "VR1",
            f"检查结果没有能够记入信用记录{f'（{problems}）' if problems else ''}，没有确认。",
            advice="请核对主体的名称和统一社会信用代码后重试。",
        )
    visit.batch, visit.record_key = batch, record.record_key
    visit.save(update_fields=["batch", "record_key"])
    note(
        "visit.confirmed",
        now=now,
        actor=actor,
        subject=visit.subject.public_id,
        object=f"record:{record.record_key}",
        payload={"case": case.number, "result": sheet.result},
    )
    return visit


def verb_for(visit: Visit, *, policy: Policy) -> str:
    """The step that confirms what was recorded last: ``confirm`` for a negative result, ``clear`` for any other."""
    sheet = last_sheet(visit)
    return "confirm" if sheet and results_of(visit, policy=policy)[sheet.result].failing else "clear"


def _delivered(visit: Visit, sheet: VisitSheet, *, actor: User, policy: Policy, now: datetime) -> Batch:
    subject, organ = visit.subject, visit.organisation
    said = results_of(visit, policy=policy)[sheet.result].title
    number = Case.objects.get(pk=visit.case_id).number
    row = (
        *(subject.name, subject.code or "", number, visit.matter, day_of(sheet.recorded_at).isoformat()),
        *(said, organ_of(organ, policy=policy), organ.credit_code, visit.get_kind_display()),
    )
    delivery = Delivery(policy=policy, organisation=organ, actor=actor, now=now)
    return import_rows([_COLUMNS, row], delivery, feed=FEED, name=f"检查结果 {number}.csv")


@transaction.atomic
def publish_result(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Visit:
    """Secrecy and privacy reviewed by a named person, the result is public. Refusal VR2 where the catalogue keeps it back."""
    take_step(
        case.public_id, "publish", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    visit = Visit.objects.select_related("batch").get(case=case)
    assert visit.batch is not None
    if visit.batch.published_at is None:
        shown = publish_batch(visit.batch.public_id, reviewer=actor, policy=policy, now=now)
        if not shown:
            raise Refusal(
                "VR2",
                "按目录和失信程度，这条结果不公示。",
                advice="请选“不公示，办结”，写明理由。",
            )
    return visit


def may_publish(visit: Visit, *, policy: Policy, on: date) -> bool:
    """Whether publication would show anything: a standing record whose kind and class the catalogue makes public."""
    record = _standing(visit).select_related("batch__organisation").first()
    if record is None:
        return False
    term = term_of(
        policy,
        item=record.item,
        seriousness=Seriousness(record.seriousness),
        decided_on=record.decided_on,
        today=on,
        sector=sector_of(policy, record.batch),
    )
    return term is not None


def result_told(visit: Visit, *, policy: Policy) -> str:
    """The result as its letter told it to the enterprise, while its record stands; empty before and after."""
    sheet = last_sheet(visit)
    if visit.case.state not in TOLD or sheet is None:
        return ""
    return results_of(visit, policy=policy)[sheet.result].title if _standing(visit).exists() else ""


def _standing(visit: Visit) -> QuerySet[Record]:
    if visit.record_key is None:
        return Record.objects.none()
    return Record.objects.filter(
        record_key=visit.record_key, known_until__isnull=True, state__in=list(STANDING)
    )


def may_rate(visit: Visit) -> bool:
    """A visit that came, and of which nobody has spoken yet."""
    return hasattr(visit, "arrival") and not hasattr(visit, "rating")


@transaction.atomic
def rate(
    public_id: str, *, stars: int, words: str, complains: bool, party: Party, now: datetime
) -> VisitRating:
    """The enterprise rates a visit, once; whose account it was is not kept.

    Refusals: VR3 no such visit of this enterprise or none that came, VR4 rated before, VR5 no rating, or a complaint
    without words.
    """
    visit = Visit.objects.select_for_update(of=("self",)).select_related("subject", "case")
    found = visit.filter(case__public_id=public_id).first()
    held = {one.subject_id for one in party.mandates}
    standing = (found.subject.merged_into_id or found.subject_id) if found else None
    if found is None or standing not in held or not hasattr(found, "arrival"):
        raise Refusal("VR3", "没有这次检查，或者检查人员还没有到。", advice="请从本企业的检查列表中选择。")
    party.demand(Verb.LODGE_REQUEST, found.subject, on=day_of(now))
    if hasattr(found, "rating"):
        raise Refusal(
            "VR4", "这次检查已经评价过，每次检查评价一次。", advice="有新的情况，请提出异议或投诉。"
        )
    said = mask_personal(words.strip()).text[:1000]
    if not 1 <= stars <= 5 or (complains and not said):
        raise Refusal(
            "VR5", "评价须为 1 至 5 分；投诉的须写明情况。", advice="请选择分数，投诉时写明发生了什么。"
        )
    made = VisitRating.objects.create(visit=found, stars=stars, words=said, complains=complains, at=now)
    note(
        "visit.rated",
        now=now,
        object=f"case:{found.case.number}",
        payload={"stars": stars, "complains": complains},
    )
    return made


def figures_of(plan: Plan) -> dict[str, int | float | None]:
    """What became of the visits of a plan. ``stars`` is the mean of the ratings, None without any."""
    visits = Visit.objects.filter(plan=plan)
    states = visits.aggregate(
        sent=Count("id"),
        there=Count("id", filter=Q(arrival__isnull=False)),
        recorded=Count("id", filter=Q(batch__isnull=False)),
        published=Count("id", filter=Q(case__state="published")),
        withdrawn=Count("id", filter=Q(case__state="withdrawn")),
        declined=Count("id", filter=Q(case__state="declined")),
        beyond=Count("id", filter=~Q(beyond="")),
        rated=Count("rating"),
        complaints=Count("id", filter=Q(rating__complains=True)),
        stars=Avg("rating__stars"),
    )
    failing = Record.objects.filter(
        record_key__in=visits.filter(record_key__isnull=False).values("record_key"),
        known_until__isnull=True,
        seriousness__gt=0,
    )
    return {**states, "failing": failing.count()}
