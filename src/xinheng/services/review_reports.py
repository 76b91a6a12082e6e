"""Makes review reports of several enterprises: a tender desk before and at the award, the credit office for a department's letter.

One snapshot as of a day, a number, a paper and signed data; each enterprise learns who checked it and what for, and the
register keeps each check (淮政办发〔2020〕80号 二（三）; legal guards G9, G10, G14, G16).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from xinheng.core.bidders import Bidders, bidders_of
from xinheng.core.canonical import canonical, digest_of
from xinheng.core.masking import mask_personal
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.review_reports import WORD, ReviewHead, ReviewKind, facts_of, review_of
from xinheng.documents.reports import ofd_report, set_report, sign_report
from xinheng.documents.signing import sign_value
from xinheng.intake.limits import MIB, Limits
from xinheng.intake.opening import open_file
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.checks_admitted import refuse_day
from xinheng.services.checks_many import MOST, found_by
from xinheng.services.collect import workshop
from xinheng.services.ledger import event_of, note, note_all
from xinheng.services.letters import next_number, organ_of
from xinheng.services.measures_applying import demand_check
from xinheng.services.reach import tree
from xinheng.services.reports import new_number
from xinheng.services.reports_verifying import State, state_of_review
from xinheng.services.review_content import reviewed, reviews
from xinheng.services.signing_keys import signer_in_use
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.accounts import User
from xinheng.store.check_register import CheckMade
from xinheng.store.checked_lines import Known
from xinheng.store.files import put_content, read_file
from xinheng.store.organisations import Organisation
from xinheng.store.review_reports import ReviewedSubject, ReviewReport

_LIMITS = Limits(file_bytes=2 * MIB, head_rows=MOST + 100, columns=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWanted:
    """``project``: number and name; ``asked_by`` and ``asked_no``: department and number of its letter, of an inquiry;
    ``as_of``: a past day, none for today."""

    kind: ReviewKind
    codes: Sequence[str]
    occasion: Occasion
    project: str
    purpose: str
    as_of: date | None = None
    field: str = ""
    asked_by: Organisation | None = None
    asked_no: str = ""
    earlier: ReviewReport | None = None


def bidders_in(path: Path) -> Bidders:
    """The list in a CSV or a workbook, its first sheet with any. Refusal E19 where it cannot be read."""
    with workshop() as work:
        parts = open_file(path, work=work, limits=_LIMITS).parts
        read = [bidders_of(part.head.rows) for part in parts]
    return next((one for one in read if one.codes), read[0])


@transaction.atomic
def make_review(wanted: ReviewWanted, *, by: User, policy: Policy, now: datetime) -> ReviewReport:
    """Refusals: MW2 not at such a desk, CR1 a field of others, CX4 and CX5 a day that cannot be told of, HC1 nobody of the
    list is known, HC2 too many, HC3 no project or purpose."""
    body, today = wanted.asked_by or by.organisation, day_of(now)
    project = mask_personal(wanted.project.strip()).text[:200]
    purpose = mask_personal(wanted.purpose.strip()).text[:200]
    if not project or not purpose:
        raise Refusal("HC3", "没有写明项目和用途。", advice="请填写项目编号、名称和核查的用途。")
    on = wanted.as_of or today
    refuse_day(on, today=today)
    subjects, unknown = _subjects(wanted.codes)
    demand_check(subjects, reason=project, actor=by, on=today)
    field = field_of(body, wanted.field, policy=policy)
    head = _head(wanted, by=by, project=project, purpose=purpose, on=on, policy=policy, now=now)
    found = reviewed(subjects, wanted.occasion, body, on=on, policy=policy, today=today)
    before = _kept(wanted.earlier) if wanted.earlier is not None else None
    twin = review_of(head, found, unknown=unknown, before=before)
    made = ReviewReport.objects.create(
        number=head.number,
        kind=wanted.kind.value,
        organisation=by.organisation,
        by=by,
        occasion=wanted.occasion.value,
        project=project,
        purpose=purpose,
        as_of=on,
        at=now,
        earlier=wanted.earlier,
        asked_by=wanted.asked_by,
        asked_no=wanted.asked_no.strip()[:100],
        document_no=head.document_no,
        digest=digest_of(twin),
        facts_digest=facts_of(twin["bidders"]),
        content=put_content(
            canonical(twin),
            name=f"{head.number}.json",
            media_type="application/json",
            now=now,
            destroy_on=policy.kept_until("report", since=today, on=today),
        ),
    )
    ReviewedSubject.objects.bulk_create(
        [ReviewedSubject(review=made, subject_id=one.pk, place=at) for at, one in enumerate(subjects)]
    )
    _enter(made, subjects, body=body, field=field, asked=head.asked_by, now=now)
    return made


def _subjects(codes: Sequence[str]) -> tuple[list[Known], list[str]]:
    given = list(dict.fromkeys(codes))
    if len(given) > MOST:
        raise Refusal("HC2", f"一次最多核查 {MOST} 户，收到 {len(given)} 户。", advice="请分几次核查。")
    subjects, unknown = found_by(given) if given else ([], [])
    if not subjects:
        raise Refusal(
            "HC1", "名单中没有本平台认识的企业。", advice="请核对统一社会信用代码，每行一个，共 18 位。"
        )
    return subjects, unknown


def _head(
    wanted: ReviewWanted, *, by: User, project: str, purpose: str, on: date, policy: Policy, now: datetime
) -> ReviewHead:
    moment = now.astimezone(SHANGHAI)
    names, inquiry = tree(), wanted.kind is ReviewKind.INQUIRY
    asked = names.name(wanted.asked_by.pk) if wanted.asked_by is not None else ""
    return ReviewHead(
        kind=wanted.kind,
        number=new_number(moment),
        issuer=policy.city.portal_name,
        issued_at=moment,
        as_of=on,
        occasion=wanted.occasion.label,
        project=project,
        purpose=purpose,
        body=names.name(by.organisation_id),
        policy=policy.digest,
        asked_by=f"{asked}　{wanted.asked_no.strip()}".strip() if asked else "",
        earlier=wanted.earlier.number if wanted.earlier is not None else "",
        document_no=next_number(by.organisation, WORD, policy=policy, year=moment.year) if inquiry else "",
        organ=organ_of(by.organisation, policy=policy) if inquiry else "",
    )


def _enter(
    made: ReviewReport,
    subjects: Sequence[Known],
    *,
    body: Organisation,
    field: str,
    asked: str,
    now: datetime,
) -> None:
    """Each check in the register and in the ledger, where its enterprise reads by whom and what for. ``asked``: who sent a
    letter, with its number."""
    letter = f"，答复{asked}" if asked else ""
    past = "" if made.as_of == day_of(made.at) else f"，截至 {made.as_of}"
    reason = f"{made.project}：{made.purpose}{letter}{past}"[:300]
    occasion = Occasion(made.occasion)
    CheckMade.objects.bulk_create(
        [
            entry_of(one.pk, occasion, organisation=body, field=field, reference=reason, by=made.by, now=now)
            for one in subjects
        ]
    )
    given: dict[str, Any] = {"now": now, "actor": made.by, "object": f"review:{made.number}"}
    payload = {"body": body.key, "digest": made.digest}
    note_all(
        [
            event_of("subject.checked", subject=one.public_id, reason=reason, payload=payload, **given)
            for one in subjects
        ]
    )
    note("review.made", reason=ReviewKind(made.kind).label, payload=payload, **given)


def check_again(made: ReviewReport, *, by: User, policy: Policy, now: datetime) -> ReviewReport:
    """Before the award: the same enterprises as of today, with what was added since and how much has ended. Refusals as of
    ``make_review``, HC4 for what is no tender of this desk, HC8 where it is kept no more."""
    if made.kind == ReviewKind.INQUIRY or made.organisation_id != by.organisation_id:
        raise Refusal("HC4", "只有本单位出具的投标人核查可以再核查。", advice="请重新核查名单。")
    _kept(made)
    codes = made.subjects.order_by("place").values_list("subject__code", flat=True)
    wanted = ReviewWanted(
        kind=ReviewKind.AGAIN,
        codes=[code for code in codes if code],
        occasion=Occasion(made.occasion),
        project=made.project,
        purpose=made.purpose,
        earlier=made,
    )
    return make_review(wanted, by=by, policy=policy, now=now)


def _kept(made: ReviewReport) -> dict[str, Any]:
    if made.content.destroyed_at is not None:
        raise Refusal("HC8", "这份核查的保存期已过，内容已经销毁。", advice="请重新核查。")
    twin: dict[str, Any] = json.loads(b"".join(read_file(made.content)))
    return twin


@transaction.atomic
def confirm_review(made: ReviewReport, *, by: User, policy: Policy, now: datetime) -> None:
    """A second person looked at the answer to a letter; it may go out then. Refusals HC5 nothing to confirm, HC6 the person
    who made it, HC7 something has changed since."""
    row = ReviewReport.objects.select_for_update().get(pk=made.pk)
    if row.kind != ReviewKind.INQUIRY or row.confirmed_at is not None:
        raise Refusal("HC5", "这份核查不需要确认，或者已经确认。", advice="请刷新页面查看现状。")
    if row.by_id == by.pk:
        raise Refusal("HC6", "制作人不能确认自己的复函。", advice="请同单位另一名有核查权限的人员确认。")
    content_of_review(made, policy=policy, now=now, confirmed=False)
    row.confirmed_by, row.confirmed_at = by, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    note("review.confirmed", now=now, actor=by, object=f"review:{row.number}", reason=row.asked_no)


@transaction.atomic
def keep_use(made: ReviewReport, told: str, *, by: User, now: datetime) -> None:
    """What was done with the answer, kept once. Refusals HC9 nothing said or said before, or not sent out yet."""
    row = ReviewReport.objects.select_for_update().get(pk=made.pk)
    used = mask_personal(told.strip()).text[:500]
    if not used or row.used_at is not None or (row.kind == ReviewKind.INQUIRY and row.confirmed_at is None):
        raise Refusal("HC9", "没有写明使用情况，或者已经登记过、还没有发出。", advice="请刷新页面查看现状。")
    row.used, row.used_at = used, now
    row.save(update_fields=["used", "used_at"])
    note("review.used", now=now, actor=by, object=f"review:{row.number}", reason=used[:300])


def content_of_review(
    made: ReviewReport, *, policy: Policy, now: datetime, confirmed: bool = True
) -> dict[str, Any]:
    """What it says, while it still holds and, of a reply, once it was confirmed. Refusals HC7, HC8, HC10."""
    state = state_of_review(made, policy=policy, today=day_of(now))
    if confirmed and made.kind == ReviewKind.INQUIRY and made.confirmed_at is None:
        raise Refusal("HC10", "复函还没有经另一人确认，不能发出。", advice="请同单位另一人核对后确认。")
    if state is State.CHANGED:
        raise Refusal("HC7", "已有更新，请重新核查。", advice="出具以后有内容终止或者改变的，不再提供。")
    return _kept(made)


def paper_of_review(made: ReviewReport, *, verify_url: str, policy: Policy, now: datetime) -> bytes:
    """The signed PDF with the signed data within."""
    twin = content_of_review(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    pdf = set_report(
        twin,
        verify_url=verify_url,
        development=signer.development,
        signed_twin=sign_value(twin, signer),
    )
    return sign_report(pdf, twin, signer)


def ofd_of_review(made: ReviewReport, *, verify_url: str, policy: Policy, now: datetime) -> bytes:
    """The same pages as signed OFD. Refusals OF1 and OF2 beside those of the content."""
    twin = content_of_review(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    return ofd_report(set_report(twin, verify_url=verify_url, development=signer.development), twin, signer)


def data_of_review(made: ReviewReport, *, policy: Policy, now: datetime) -> bytes:
    """The data with its signature, as JSON."""
    twin = content_of_review(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    return json.dumps(sign_value(twin, signer), ensure_ascii=False, indent=1).encode()


def reviews_of(body: Organisation) -> Any:
    """Of one desk, with what their states ask for."""
    return reviews().filter(organisation=body).select_related("by", "confirmed_by")
