"""Letters that tell the superior unit and the audit office of a failure of a government body or state-owned enterprise.

Nothing is written without a living, final decision of a public body, nothing goes out by one person's word, and what
rested on a decision that ends is withdrawn with it (汴政办〔2020〕46号第17项; legal guards G3, G17).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.catalogue import Nature
from xinheng.core.grounds import EffectKind
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import check_record
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.flags import Addressee, DeliveryWay, SubjectFlag, SuperiorLetter, VoidWay
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject

MOST = 200


@transaction.atomic
def notify_superior(
    flag: SubjectFlag, *, record_key: int, reason: str, actor: User, policy: Policy, now: datetime
) -> tuple[SuperiorLetter, ...]:
    """Write both letters upon a decision that stands; they wait for another person's release."""
    if not reason.strip():
        raise Refusal("SUP1", "通报须写明理由。", advice="请补充后重试。")
    today = day_of(now)
    if flag.ended_at is not None or flag.from_on > today or (flag.to_on and flag.to_on <= today):
        raise Refusal("SUP2", "该主体现在没有这项标注，不能通报上级单位。", advice="请先核对主体性质。")
    ground = _ground(flag, record_key, policy)
    if SuperiorLetter.objects.filter(flag=flag, record_key=record_key, withdrawn_at__isnull=True).exists():
        raise Refusal("SUP4", "依据这项决定的通报已经写成。", advice="请在主体性质页查看。")
    addressed = {Addressee.SUPERIOR: flag.superior, Addressee.AUDIT: flag.audit_contact}
    letters = tuple(
        SuperiorLetter.objects.create(
            flag=flag,
            ground=ground,
            record_key=record_key,
            addressee=addressee,
            addressed_to=to,
            title=f"关于{flag.subject.name}失信情况的通报"[:200],
            text=_text(ground, to),
            reason=reason.strip()[:300],
            written_by=actor,
            written_at=now,
        )
        for addressee, to in addressed.items()
        if to
    )
    for letter in letters:
        _note("superior.written", letter, actor=actor, now=now, reason=letter.reason)
    return letters


def _ground(flag: SubjectFlag, record_key: int, policy: Policy) -> Record:
    found = (
        open_versions()
        .select_for_update(of=("self",))
        .select_related("batch", "subject")
        .filter(record_key=record_key, subject__in=one_with(flag.subject))
        .first()
    )
    if found is None:
        raise Refusal("SUP3", "该主体没有这项决定，不能凭空通报。", advice="请选择它档案中现行有效的决定。")
    failing = policy.catalogue.item(found.item).nature is Nature.FAILING
    if not failing and found.seriousness == Seriousness.NONE:
        raise Refusal("SUP5", "这条记录不是失信信息，不需要通报。", advice="请选择行政处罚等失信信息。")
    check_record(found, EffectKind.MEASURE, needs_final=True)
    return found


def _text(ground: Record, to: str) -> str:
    """The decision as it stands, and nothing that is not in it."""
    detail, day = ground.detail, ground.decided_on
    when = f"{day.year}年{day.month}月{day.day}日" if day else ""
    return (
        f"{to}：\n{ground.subject.name}（{ground.subject.code or '没有统一社会信用代码'}）"
        f"因“{detail.title or detail.document_no}”，由{detail.authority or '决定机关'}于{when}作出决定"
        f"（{detail.document_no or '无文号'}）。现按规定向你单位通报，请督促其依法履行义务。"
        "该决定被撤销、变更或者失信信息修复的，将另行告知。"
    )


@transaction.atomic
def release_letter(public_id: str, *, actor: User, now: datetime) -> SuperiorLetter:
    """Another person lets a letter go out, if its ground still lives."""
    letter = SuperiorLetter.objects.select_for_update().filter(public_id=public_id).first()
    if letter is None or letter.withdrawn_at or letter.released_at:
        raise Refusal("SUP6", "没有这份通报，或它已经发出、撤回。", advice="请刷新页面。")
    if letter.written_by_id == actor.pk:
        raise Refusal("SUP7", "通报须由写成人以外的另一人签发。", advice="请由另一名人员办理。")
    letter.released_by, letter.released_at = actor, now
    letter.save(update_fields=["released_by", "released_at"])
    _note("superior.released", letter, actor=actor, now=now, reason=letter.reason)
    return letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """On which day and by which way the other body received a letter, and the number that proves it."""

    on: date
    way: DeliveryWay
    proof: str


@transaction.atomic
def serve_letter(public_id: str, receipt: Receipt, *, actor: User, now: datetime) -> SuperiorLetter:
    """Register that a released letter arrived. These are documents between bodies and begin no term of a party, so
    that the ways and tries of service upon an enterprise (services.letters_serving) do not fit them."""
    letter = SuperiorLetter.objects.select_for_update().filter(public_id=public_id).first()
    if letter is None or letter.released_at is None or letter.served_on is not None:
        raise Refusal("SUP8", "这份通报还没有签发，或者已经登记送达。", advice="请刷新页面。")
    if letter.withdrawn_at is not None:
        raise Refusal("SUP9", "这份通报已经撤回，不能再送达。", advice="已经寄出的，请告知收文单位作废。")
    if not receipt.proof.strip():
        raise Refusal("SUP10", "登记送达须写明凭证。", advice="请填写签收单、回执或者邮件的号码。")
    if not day_of(letter.released_at) <= receipt.on <= day_of(now):
        raise Refusal("SUP11", "送达日期不能早于签发，也不能晚于今天。", advice="请核对签收单上的日期。")
    letter.served_on, letter.served_way = receipt.on, receipt.way
    letter.served_proof = mask_personal(receipt.proof.strip()).text[:200]
    letter.served_by, letter.served_at = actor, now
    letter.save(update_fields=["served_on", "served_way", "served_proof", "served_by", "served_at"])
    _note("superior.served", letter, actor=actor, now=now, reason="")
    return letter


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidTold:
    """Which office of the receiver was told that a letter is void, on which day, by which way, with which proof."""

    to: str
    on: date
    way: VoidWay
    proof: str


@transaction.atomic
def tell_void(public_id: str, told: VoidTold, *, actor: User, now: datetime) -> SuperiorLetter:
    """Register that the receiver of a letter whose decision fell knows it. Refusals: SUP12 nothing to tell or told
    already, SUP13 incomplete, SUP14 the day, SUP15 it was received and cannot have been kept back."""
    letter = SuperiorLetter.objects.select_for_update().filter(public_id=public_id).first()
    if letter is None or not _to_be_told(letter):
        raise Refusal("SUP12", "这份通报不需要告知作废，或者已经登记告知。", advice="请刷新页面。")
    if not told.to.strip() or not told.proof.strip():
        raise Refusal(
            "SUP13",
            "登记告知作废须写明告知了哪个单位或处室，以及凭证。",
            advice="请填写收文单位和签收单、回执或者邮件的号码；没有寄出的，写原件现在何处。",
        )
    assert letter.withdrawn_at is not None
    if not day_of(letter.withdrawn_at) <= told.on <= day_of(now):
        raise Refusal("SUP14", "告知日期不能早于撤回，也不能晚于今天。", advice="请核对签收单上的日期。")
    if told.way == VoidWay.KEPT and letter.served_on is not None:
        raise Refusal(
            "SUP15",
            "这份通报已经登记送达，不能写“没有寄出”。",
            advice="请告知收文单位作废，并选择告知的方式。",
        )
    letter.void_told_to = mask_personal(told.to.strip()).text[:200]
    letter.void_told_on, letter.void_told_way = told.on, told.way
    letter.void_told_proof = mask_personal(told.proof.strip()).text[:200]
    letter.void_told_by, letter.void_told_at = actor, now
    letter.save(update_fields=[f"void_told_{part}" for part in ("on", "to", "way", "proof", "by", "at")])
    _note("superior.void_told", letter, actor=actor, now=now, reason="")
    return letter


def _to_be_told(letter: SuperiorLetter) -> bool:
    return bool(letter.released_at and letter.withdrawn_at and not letter.void_told_at)


def to_be_told(organisations: Collection[int]) -> QuerySet[SuperiorLetter]:
    """Letters of these organs that went out, lost their decision and whose receiver has not been told, the oldest first."""
    found = SuperiorLetter.objects.filter(
        written_by__organisation__in=organisations,
        released_at__isnull=False,
        withdrawn_at__isnull=False,
        void_told_at__isnull=True,
    )
    return found.select_related("flag__subject").order_by("withdrawn_at", "pk")


def letters_of(subject: Subject) -> QuerySet[SuperiorLetter]:
    """All letters about the subject and what is merged into it, newest first."""
    found = SuperiorLetter.objects.filter(flag__subject__in=one_with(subject)).order_by("-pk")
    return found.select_related(
        "ground__detail", "written_by", "released_by", "served_by", "void_told_by", "flag"
    )


def grounds_for(subject: Subject, *, policy: Policy) -> list[Record]:
    """Living records of the subject of which its superior may be told, newest first; the verb asks again."""
    failing = [one.number for one in policy.catalogue.items.values() if one.nature is Nature.FAILING]
    found = (
        open_versions()
        .filter(Q(item__in=failing) | ~Q(seriousness=Seriousness.NONE), subject__in=one_with(subject))
        .select_related("batch")
    )
    return [one for one in found.order_by("-decided_on", "-pk")[:MOST] if _may_ground(one)]


def _may_ground(record: Record) -> bool:
    try:
        check_record(record, EffectKind.MEASURE, needs_final=True)
    except Refusal:
        return False
    return True


def withdraw_letters(record_key: int, *, why: str, now: datetime) -> int:
    """Withdraw what rests on a decision that has ended; runs in its transaction. Returns how many."""
    living = SuperiorLetter.objects.select_for_update().filter(
        record_key=record_key, withdrawn_at__isnull=True
    )
    letters = list(living.select_related("flag__subject"))
    for letter in letters:
        letter.withdrawn_at, letter.withdrawn_why = now, why
        letter.save(update_fields=["withdrawn_at", "withdrawn_why"])
        _note("superior.withdrawn", letter, actor=None, now=now, reason=why)
    return len(letters)


def _note(kind: str, letter: SuperiorLetter, *, actor: User | None, now: datetime, reason: str) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=letter.flag.subject.public_id,
        object=f"superior_letter:{letter.public_id}",
        reason=reason,
        payload={"record": letter.record_key, "addressee": letter.addressee},
    )
