"""Asks the platform of the province for its special report on behalf of an enterprise that agreed, and keeps what comes back.

Nothing is lost on the way: a request stays until the province answered it, is sent under one name however often, and says
in words why it waits. The report goes to its enterprise alone (发改财金〔2025〕565号; legal guard G10).
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.attachments import Checked, Kind
from xinheng.core.policy import Policy
from xinheng.core.province_reports import AGREED, RequestState, Told, next_try
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.special_reports import Scope, check_scope
from xinheng.services.attachments import look
from xinheng.services.enterprises import Party
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.time import day_of
from xinheng.store.files import digest_of_file, put_file, read_file
from xinheng.store.province_reports import ProvinceRequest
from xinheng.store.subjects import Subject

OPEN = (RequestState.ASKED.value, RequestState.SENT.value)


def words_agreed_to(policy: Policy) -> str:
    """What an enterprise agrees to when it asks."""
    return AGREED.format(city=policy.city.portal_name)


@transaction.atomic
def ask_province(
    party: Party,
    subject: Subject,
    scope: Scope,
    purpose: str,
    *,
    agreed: bool,
    policy: Policy,
    now: datetime,
) -> ProvinceRequest:
    """Refusals: ``access``, SP1 not agreed to, SP2 the same under way, BG10 and BG11 of fields and period."""
    party.demand(Verb.GIVE_CONSENT, subject, on=day_of(now))
    if not agreed or purpose not in policy.reports.purposes:
        raise Refusal(
            "SP1", "没有同意代为申请。", advice="请看清同意的内容后勾选；不同意的，请自行向省平台申请。"
        )
    check_scope(scope, policy=policy, on=day_of(now))
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    if ProvinceRequest.objects.filter(
        subject=locked, scope=scope.kept, purpose=purpose, state__in=OPEN
    ).exists():
        raise Refusal("SP2", "同样的申请正在办理。", advice="请在申请列表中查看进展，取得后可以再申请。")
    made = ProvinceRequest.objects.create(
        subject=locked,
        account=party.account,
        scope=scope.kept,
        purpose=purpose,
        agreed=words_agreed_to(policy),
        state=RequestState.ASKED.value,
        asked_at=now,
        next_at=now,
    )
    _note("province_report.asked", made, now=now)
    return made


def _note(kind: str, row: ProvinceRequest, *, now: datetime, payload: Any = None) -> None:
    object_name = f"province_request:{row.public_id}"
    note(kind, now=now, subject=row.subject.public_id, object=object_name, payload=payload)


def requests_of(subject: Subject) -> QuerySet[ProvinceRequest]:
    """The newest first."""
    mine = ProvinceRequest.objects.filter(subject__in=one_with(subject))
    return mine.select_related("content", "subject").order_by("-pk")


def requests_due(*, now: datetime, most: int) -> list[ProvinceRequest]:
    """Open ones whose next try has come, the oldest first."""
    due = ProvinceRequest.objects.filter(state__in=OPEN, next_at__lte=now).order_by("next_at")
    return list(due.select_related("subject", "account")[:most])


@transaction.atomic
def keep_told(row: ProvinceRequest, told: Told, *, now: datetime) -> None:
    """The province took it, works on it or refused it; a report is kept by ``keep_report``."""
    row.number, row.simulated = told.number, told.simulated
    row.tries, row.trouble = 0, ""
    if told.state is RequestState.REFUSED:
        row.state, row.why, row.next_at, row.ended_at = told.state.value, told.why, None, now
        _note("province_report.refused", row, now=now)
    else:
        row.state, row.next_at = RequestState.SENT.value, next_try(0, now=now)
    row.save()


@transaction.atomic
def keep_report(row: ProvinceRequest, told: Told, file: Path, *, policy: Policy, now: datetime) -> None:
    """The report as it came. Refusals SP4 another file than was told of, AT01 to AT13 what is no document to be kept."""
    digest = digest_of_file(file)
    if digest != told.digest or look(file, policy=policy, now=now).kind is not Kind.PDF:
        raise Refusal(
            "SP4", "省平台给出的文件不完整，或者不是它所说的报告。", advice="申请已保留，会自动再取。"
        )
    row.content = put_file(
        file,
        name=f"省平台专项信用报告{told.report}.pdf",
        media_type=Kind.PDF.media_type,
        now=now,
        destroy_on=policy.kept_until("report", since=day_of(now), on=day_of(now)),
    )
    row.state, row.report, row.simulated = RequestState.DONE.value, told.report, told.simulated
    row.number, row.next_at, row.ended_at = told.number, None, now
    row.tries, row.trouble = 0, ""
    row.save()
    receipt = {"number": told.number, "report": told.report, "digest": digest, "simulated": told.simulated}
    _note("province_report.received", row, now=now, payload=receipt)


@transaction.atomic
def keep_trouble(row: ProvinceRequest, refusal: Refusal, *, now: datetime) -> None:
    """What went wrong on the way, and when it is tried again."""
    row.tries += 1
    row.trouble = f"{refusal.message}{refusal.advice}"[:300]
    row.next_at = next_try(row.tries, now=now)
    row.save(update_fields=["tries", "trouble", "next_at"])


def open_report(row: ProvinceRequest, *, party: Party, now: datetime) -> Iterator[bytes]:
    """The report, for its enterprise; noted as read. Refusals ``access``, SP5 there is none or it is kept no more,
    SP8 and SP9 the virus scanner found something or has not looked yet."""
    party.demand(Verb.READ_OWN_FILE, row.subject, on=day_of(now))
    if row.content is None or row.content.destroyed_at is not None:
        raise Refusal(
            "SP5", "这份报告还没有取得，或者保存期已过。", advice="请查看申请的进展，或者重新申请。"
        )
    _refuse_unsafe(Checked(row.checked))
    note("own.read", now=now, subject=row.subject.public_id, object=f"province_request:{row.public_id}")
    return read_file(row.content)


def _refuse_unsafe(checked: Checked) -> None:
    if checked is Checked.INFECTED:
        raise Refusal(
            "SP8",
            "查毒程序在省平台给出的这份报告中发现了病毒，不能打开。",
            advice="请重新申请，或者直接向省平台索取。",
        )
    if not checked.may_open(scanner=bool(settings.CLAMD)):
        raise Refusal(
            "SP9", "这份报告还没有查毒，查过才能打开。", advice="一般一分钟内查完，请稍后刷新页面。"
        )


def reports_to_check(limit: int) -> list[ProvinceRequest]:
    """Requests whose report no scanner has seen, oldest first."""
    waiting = ProvinceRequest.objects.filter(
        checked=Checked.UNCHECKED.value, content__isnull=False, content__destroyed_at__isnull=True
    )
    return list(waiting.select_related("content", "subject").order_by("pk")[:limit])


@transaction.atomic
def note_report_checked(row: ProvinceRequest, verdict: Checked, *, now: datetime) -> None:
    """What the scanner said of the report; an infected one is opened nowhere and can be asked for again."""
    row.checked, row.checked_at = verdict.value, now
    row.save(update_fields=["checked", "checked_at"])
    if verdict is Checked.INFECTED:
        _note("province_report.infected", row, now=now)
