"""Industry associations as organisations of their own: set up, their roll of members kept, their deliveries bounded.

An association delivers market information on its members by the channels of everybody else, and nothing besides: what
it tells grounds no burden and is never published (core.provenance; SJZ-（十八）, NY-六（五）).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from xinheng.core.credit_code import is_uscc
from xinheng.core.ids import normalise_code
from xinheng.core.names import normalise_name, tidy_name
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.refusal import Refusal
from xinheng.intake.prepared import Prepared
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.organisations import city
from xinheng.services.subjects import holder_of_code
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.members import Member
from xinheng.store.organisations import Organisation, OrganisationKind, OrganisationName
from xinheng.store.subjects import Subject, SubjectCode, SubjectName

_SOCIAL = "5"
"""First character of the codes that civil affairs give to social organisations (GB 32100)."""
_SHOWN = 8


@transaction.atomic
def register_association(*, name: str, credit_code: str, actor: User, now: datetime) -> Organisation:
    """Make an association an organisation, so that accounts and keys can be given for it."""
    tidy, code = tidy_name(name.strip()), normalise_code(credit_code)
    if not tidy or not is_uscc(code) or not code.startswith(_SOCIAL):
        raise Refusal(
            "AS01",
            "请填写协会名称和它的统一社会信用代码；协会的代码以 5 开头，末位校验须相符。",
            advice="请按社会团体法人登记证书填写。",
        )
    root = city()
    if Organisation.objects.filter(kind=OrganisationKind.ASSOCIATION, credit_code=code).exists():
        raise Refusal("AS02", "这个协会已经登记。", advice="请在协会列表中打开它。")
    made = Organisation.objects.create(
        key=f"{root.key}.association.{code.lower()}",
        kind=OrganisationKind.ASSOCIATION,
        parent=root,
        division_code=root.division_code,
        credit_code=code,
    )
    OrganisationName.objects.create(organisation=made, name=tidy[:120])
    note("association.registered", now=now, actor=actor, object=f"organisation:{made.public_id}")
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an association's roll. ``code``: present or older code of the member, as written."""

    code: str
    from_on: date
    source: str


@transaction.atomic
def enter_member(association: Organisation, entry: Entry, *, actor: User, now: datetime) -> Member:
    """Enter a subject of the register as a member; nothing of its file is told."""
    _refuse_other_kind(association)
    if not entry.source.strip():
        raise Refusal("AS03", "登记会员须写明来源。", advice="请填写会员名册或入会决定的名称和日期。")
    if entry.from_on > day_of(now):
        raise Refusal("AS04", "入会日期不能晚于今天。", advice="请填写实际入会的日期。")
    subject = _holder(entry.code)
    if Member.objects.filter(association=association, subject=subject, ended_at__isnull=True).exists():
        raise Refusal("AS05", f"“{subject.name}”已在会员名册中。", advice="请核对名册。")
    made = Member.objects.create(
        association=association,
        subject=subject,
        from_on=entry.from_on,
        source=entry.source.strip()[:200],
        entered_by=actor,
        entered_at=now,
    )
    _note("member.entered", made, actor=actor, now=now)
    return made


def _refuse_other_kind(association: Organisation) -> None:
    if association.kind != OrganisationKind.ASSOCIATION:
        raise Refusal("AS06", "只有行业协会有会员名册。", advice="请选择一个协会。")


def _holder(written: str) -> Subject:
    found = holder_of_code(written)
    if found is None:
        code = normalise_code(written)
        raise Refusal(
            "AS07", f"登记信息中没有代码“{code}”。", advice="请核对代码；新设立的企业在登记信息载入后再登记。"
        )
    return found


@transaction.atomic
def end_member(
    number: int, *, association: Organisation, to_on: date, reason: str, actor: User, now: datetime
) -> None:
    """End a membership from a day on; what was delivered stays as it is."""
    member = Member.objects.select_for_update().filter(pk=number, association=association).first()
    if member is None or member.ended_at is not None:
        raise Refusal("AS08", "没有这名会员，或它已经退会。", advice="请刷新页面。")
    if not reason.strip() or to_on < member.from_on or to_on > day_of(now):
        raise Refusal(
            "AS09",
            "退会须写明理由，日期不早于入会、不晚于今天。",
            advice="请核对日期并写明理由。",
        )
    member.to_on, member.ended_by, member.ended_at = to_on, actor, now
    member.ended_reason = reason.strip()[:200]
    member.save(update_fields=["to_on", "ended_by", "ended_at", "ended_reason"])
    _note("member.ended", member, actor=actor, now=now)


def _note(kind: str, member: Member, *, actor: User, now: datetime) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=member.subject.public_id,
        object=f"organisation:{member.association.public_id}",
        payload={"member": member.pk, "source": member.source},
    )


def members_on(association: Organisation, day: date) -> QuerySet[Member]:
    """Memberships that hold on a day."""
    held = Member.objects.filter(association=association, from_on__lte=day)
    return held.filter(Q(to_on__isnull=True) | Q(to_on__gt=day))


def associations_of(organisations: frozenset[int]) -> QuerySet[Organisation]:
    """Associations among the organisations, with ``counted``: how many members they have now."""
    found = Organisation.objects.filter(kind=OrganisationKind.ASSOCIATION, pk__in=organisations)
    return found.annotate(counted=Count("members", filter=Q(members__ended_at__isnull=True))).order_by("pk")


def refuse_beyond_members(
    prepared: Prepared, *, organisation: Organisation, policy: Policy, on: date
) -> None:
    """Refuse a whole delivery of an association that is not market information, or tells of others than its members."""
    if organisation.kind != OrganisationKind.ASSOCIATION or prepared.status != "mapped":
        return
    feed = policy.feeds[prepared.feed or ""]
    if feed.provenance is not Provenance.MARKET:
        raise Refusal(
            "AS10",
            f"行业协会只能报送市场信用信息，“{feed.title}”属于{feed.provenance.label}。没有收下任何一行。",
            citation="国办发〔2020〕49号",
            advice="请使用“行业协会会员信用记录”等市场信用信息的数据源。",
        )
    strangers = list(_strangers(prepared, organisation, on))
    if strangers:
        shown = "、".join(str(row) for row in strangers[:_SHOWN])
        more = "等" if len(strangers) > _SHOWN else ""
        raise Refusal(
            "AS11",
            f"有 {len(strangers)} 行不是本协会会员（第 {shown} 行{more}）。没有收下任何一行。",
            advice="请先在会员名册中登记，或从文件中去掉这些行后重新报送。",
        )


def refuse_stranger(subject: Subject, batch: Batch) -> None:
    """A row that a person gives to a subject is bound by the roll as the delivery was: on the day on which it came."""
    association = batch.organisation
    if association.kind != OrganisationKind.ASSOCIATION:
        return
    if not members_on(association, day_of(batch.received_at)).filter(subject__in=one_with(subject)).exists():
        raise Refusal(
            "AS12",
            f"“{subject.name}”在报送那天不是这个协会的会员，不能把协会报送的行归入它。",
            citation="国办发〔2020〕49号",
            advice="确是会员的，请先在会员名册中登记；不是的，请退回报送单位。",
        )


def _strangers(prepared: Prepared, organisation: Organisation, on: date) -> Iterator[int]:
    """Rows, counted as the sender counts them, whose code is of no member; without a code the name decides."""
    held = members_on(organisation, on).values("subject")
    subjects = Subject.objects.filter(Q(pk__in=held) | Q(merged_into__in=held)).values("pk")
    codes = set(Subject.objects.filter(pk__in=subjects, code__isnull=False).values_list("code", flat=True))
    older = set(SubjectCode.objects.filter(subject__in=subjects).values_list("value", flat=True))
    names = set(SubjectName.objects.filter(subject__in=subjects).values_list("normalised", flat=True))
    table = pq.read_table(prepared.accepted_path, columns=["row_no", "code", "other_code", "name"])
    for row in table.to_pylist():
        if row["code"]:
            known = row["code"] in codes
        elif row["other_code"]:
            known = row["other_code"] in older
        else:
            known = normalise_name(row["name"] or "") in names
        if not known:
            yield int(row["row_no"])
