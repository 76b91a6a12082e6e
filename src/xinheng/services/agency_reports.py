"""Keeps the register of credit agencies and of their reports that organs received, and says of a copy whether it was registered.

The file is looked into as attachments are, its digest kept and the file itself not: the paper stays with the matter for which
it was handed in. A report is information beside the file of an enterprise; no record, score or measure rests on it. Of a
bank's credit report the use alone is entered (《征信业管理条例》; legal guards, rows and words).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.attachments import Kind
from xinheng.core.credit_code import is_uscc
from xinheng.core.ids import normalise_code
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import look
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.reports import reported
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.agency_reports import AgencyAnswer, AgencyReport, CreditAgency
from xinheng.store.files import digest_of_file
from xinheng.store.subjects import Subject

_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """An agency as its filing names it."""

    name: str
    code: str
    filing_no: str
    filed_with: str
    filed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report that an enterprise handed in. ``agency`` None: a bank's."""

    code: str
    agency: CreditAgency | None
    purpose: str
    made_on: date
    valid_until: date
    number: str = ""


@transaction.atomic
def register_agency(filing: Filing, *, by: User, now: datetime) -> CreditAgency:
    """Refusals TP1 no code, TP11 a day to come, TP2 registered before."""
    code = normalise_code(filing.code)
    if not is_uscc(code):
        raise Refusal("TP1", "机构的统一社会信用代码不对。", advice="请按备案公告填写 18 位代码。")
    if filing.filed_on > day_of(now):
        raise Refusal("TP11", "备案日期在今天以后。", advice="请按备案公告填写日期。")
    if CreditAgency.objects.filter(Q(code=code) | Q(filing_no=filing.filing_no.strip())).exists():
        raise Refusal("TP2", "这家机构或者这个备案号已经登记。", advice="请在机构名册中查看。")
    made = CreditAgency.objects.create(
        name=filing.name.strip()[:120],
        code=code,
        filing_no=filing.filing_no.strip()[:60],
        filed_with=filing.filed_with.strip()[:120],
        filed_on=filing.filed_on,
        entered_by=by,
        entered_at=now,
    )
    note("agency.registered", now=now, actor=by, object=f"agency:{made.public_id}", reason=made.filing_no)
    return made


@transaction.atomic
def strike_off(public_id: str, reason: str, *, by: User, now: datetime) -> None:
    """Take it off the register; it stays off, and reports received before stay. Refusal TP3 no reason or no such agency."""
    row = CreditAgency.objects.select_for_update().filter(public_id=public_id, struck_at=None).first()
    if row is None or not reason.strip():
        raise Refusal("TP3", "没有写明移出的理由，或者机构已经移出。", advice="例如：备案已注销。")
    row.struck_at, row.struck_reason = now, reason.strip()[:300]
    row.save(update_fields=["struck_at", "struck_reason"])
    note("agency.struck", now=now, actor=by, object=f"agency:{public_id}", reason=row.struck_reason)


@transaction.atomic
def enter_report(shown: Shown, file: Path | None, *, by: User, policy: Policy, now: datetime) -> AgencyReport:
    """Refusals: BG5 no such subject, TP4 an agency that is off the register, or a file of a bank's, TP13 no number, TP14 no
    file of an agency's report, TP5 made after today, TP12 no longer valid or before it
    was made, TP6 entered before, TP7 no PDF; AT01 to AT13 of the file."""
    today = day_of(now)
    subject = reported(shown.code)
    if shown.made_on > today:
        raise Refusal("TP5", "出具日期在今天以后。", advice="请核对报告上的日期。")
    if shown.valid_until < max(today, shown.made_on):
        raise Refusal(
            "TP12",
            "报告已经过了有效期，或者有效期早于出具日期。",
            advice="请核对报告上的日期；过期的请企业重新提供。",
        )
    agency, number = shown.agency, "".join(shown.number.split())[:60]
    if agency is None and file is not None:
        raise Refusal(
            "TP4", "银行的信用报告不上传。", advice="只登记使用了银行信用报告，报告由办事单位看后退还企业。"
        )
    if agency is not None and agency.struck_at is not None:
        raise Refusal("TP4", "机构已经移出名册。", advice="请企业提供在册机构出具的报告。")
    if agency is not None and not number:
        raise Refusal("TP13", "没有填写报告编号。", advice="编号印在报告首页。")
    if agency is not None and file is None:
        raise Refusal("TP14", "没有选择报告文件。", advice="请选择企业交来的 PDF；选过的，请再选一次。")
    digest = _digest(file, policy=policy, now=now) if file is not None else ""
    before = AgencyReport.objects.filter(organisation=by.organisation, agency=agency, number=number)
    if agency is not None and before.filter(withdrawn_at=None).exists():
        raise Refusal("TP6", "本单位已经登记过这份报告。", advice="有误的，先撤回再登记。")
    made = AgencyReport.objects.create(
        agency=agency,
        subject=subject,
        organisation=by.organisation,
        number=number if agency is not None else "",
        digest=digest,
        purpose=mask_personal(shown.purpose.strip()).text[:200],
        made_on=shown.made_on,
        valid_until=shown.valid_until,
        by=by,
        at=now,
    )
    note(
        "agency_report.entered",
        now=now,
        actor=by,
        subject=subject.public_id,
        object=f"agency_report:{made.public_id}",
        reason=made.purpose,
        payload={"digest": digest},
    )
    return made


def _digest(file: Path, *, policy: Policy, now: datetime) -> str:
    if look(file, policy=policy, now=now).kind is not Kind.PDF:
        raise _no_pdf()
    return digest_of_file(file)


def _no_pdf() -> Refusal:
    return Refusal("TP7", "第三方信用报告须为 PDF 文件。", advice="请向机构索取 PDF 原件。")


def registered_copies(file: Path, *, now: datetime) -> list[AgencyReport]:
    """Living entries of exactly this file. Nothing of a copy is opened or kept, so that whatever it carries, a file within or
    a script, it is told whether it is the one that was registered. Refusal TP7 for what does not begin as a PDF."""
    with file.open("rb") as content:
        if not content.read(len(_PDF)) == _PDF:
            raise _no_pdf()
    found = _living(day_of(now)).filter(digest=digest_of_file(file))
    return list(found.select_related("agency", "subject"))


def _living(today: date) -> QuerySet[AgencyReport]:
    return AgencyReport.objects.filter(withdrawn_at=None, valid_until__gte=today)


@transaction.atomic
def keep_answer(report: AgencyReport, answer: AgencyAnswer, said: str, *, by: User, now: datetime) -> None:
    """What the agency said on being asked. Refusal TP8 nothing said, a bank's, answered before or of another organ."""
    row = AgencyReport.objects.select_for_update().get(pk=report.pk)
    words = mask_personal(said.strip()).text[:300]
    closed = row.agency_id is None or row.answer or row.withdrawn_at is not None
    if closed or not words or row.organisation_id != by.organisation_id:
        raise Refusal(
            "TP8", "没有写明机构怎样答复，或者已经登记过答复。", advice="请写明答复的方式、日期和文号。"
        )
    row.answer, row.answer_said, row.answered_at = answer.value, words, now
    row.save(update_fields=["answer", "answer_said", "answered_at"])
    note("agency_report.answered", now=now, actor=by, object=f"agency_report:{row.public_id}", reason=words)


@transaction.atomic
def withdraw_report(report: AgencyReport, reason: str, *, by: User, now: datetime) -> None:
    """By the organ that entered it. Refusal TP9 no reason, of another organ, or withdrawn before."""
    row = AgencyReport.objects.select_for_update().get(pk=report.pk)
    words = mask_personal(reason.strip()).text[:300]
    if not words or row.withdrawn_at is not None or row.organisation_id != by.organisation_id:
        raise Refusal(
            "TP9", "没有写明撤回的理由，或者不是本单位登记的。", advice="请由登记的单位写明理由撤回。"
        )
    row.withdrawn_at, row.withdrawn_reason = now, words
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    note("agency_report.withdrawn", now=now, actor=by, object=f"agency_report:{row.public_id}", reason=words)


def reports_shown(subject: Subject, *, today: date) -> QuerySet[AgencyReport]:
    """What organs received on a subject and is neither withdrawn nor over, for the subject itself."""
    mine = _living(today).filter(subject__in=one_with(subject))
    return mine.select_related("agency", "organisation").order_by("-pk")


def received_by(by: User) -> QuerySet[AgencyReport]:
    """What the organ entered."""
    held = AgencyReport.objects.filter(organisation=by.organisation)
    return held.select_related("agency", "subject")


def agencies() -> QuerySet[CreditAgency]:
    return CreditAgency.objects.order_by("-pk")
