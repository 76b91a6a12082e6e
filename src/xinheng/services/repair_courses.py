"""Free courses on credit law that one may take, and agencies that give advice and have undertaken to sell no deletion.

Neither is a condition of repair and neither costs anything here (国办发〔2025〕22号; M12-06, M12-07).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from xinheng.core.credit_code import is_uscc
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.repairs import RepairAgency, RepairCourse

_FEE = re.compile(r"收费|付费|有偿|学费|费用|价格|[0-9０-９]+\s*元|￥|¥")
_FREE = re.compile(r"不收费|不收取(任何)?费用|免费|无需付费|免收费用")
_SOLD = re.compile(r"删除|消除|撤销(处罚|记录)|包过|代办修复|屏蔽|铲单|洗白")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """An agency: its name and credit code, what it does, and the day of its undertaking to sell no deletion."""

    name: str
    code: str
    services: str
    undertaken_on: date


@transaction.atomic
def offer_course(title: str, summary: str, where: str, *, actor: User, now: datetime) -> RepairCourse:
    """Refusals: RT1 something is not said, RT2 it mentions a fee or calls itself a condition."""
    words = (title.strip(), summary.strip(), where.strip())
    if not all(words):
        raise Refusal("RT1", "课程的名称、内容、地点都要写明。", advice="请补全后再登记。")
    text = "".join(words)
    if _FEE.search(_FREE.sub("", text)) or "必须" in text or "修复条件" in text:
        raise Refusal(
            "RT2",
            "课程不能收费，也不能作为修复的条件。",
            citation="国办发〔2025〕22号",
            advice="只登记免费、自愿参加的课程。",
        )
    made = RepairCourse.objects.create(
        title=words[0][:120],
        summary=words[1][:1000],
        where=words[2][:300],
        organisation=actor.organisation,
        entered_by=actor,
        entered_at=now,
    )
    note("repair.course", now=now, actor=actor, object=f"course:{made.public_id}")
    return made


@transaction.atomic
def end_course(public_id: str, *, actor: User, now: datetime) -> None:
    """It is offered no longer."""
    if RepairCourse.objects.filter(public_id=public_id, ended_at__isnull=True).update(ended_at=now):
        note("repair.course_ended", now=now, actor=actor, object=f"course:{public_id}")


def courses() -> QuerySet[RepairCourse]:
    return RepairCourse.objects.filter(ended_at__isnull=True).order_by("-pk")


@transaction.atomic
def enter_agency(advice: Advice, *, actor: User, now: datetime) -> RepairAgency:
    """Refusals: RT3 wrong code or day, RT4 it offers to delete records for money, RT5 it is there already."""
    if not is_uscc(advice.code) or not advice.name.strip() or advice.undertaken_on > day_of(now):
        raise Refusal(
            "RT3", "机构名称、统一社会信用代码或者承诺日期不对。", advice="请对照营业执照和承诺书填写。"
        )
    if _SOLD.search(advice.services):
        raise Refusal(
            "RT4",
            "机构不能有偿删除、屏蔽信息或者包办修复。",
            citation="《信用修复管理办法》",
            advice="只登记咨询、信用管理辅导一类服务；发现有偿删除的，请移送有关部门。",
        )
    try:
        with transaction.atomic():
            made = RepairAgency.objects.create(
                name=advice.name.strip()[:120],
                code=advice.code,
                services=advice.services.strip()[:500],
                undertaken_on=advice.undertaken_on,
                entered_by=actor,
                entered_at=now,
            )
    except IntegrityError:
        raise Refusal("RT5", "这家机构已经登记过。", advice="请在名册中查看。") from None
    note("repair.agency", now=now, actor=actor, object=f"agency:{made.public_id}")
    return made


@transaction.atomic
def strike_agency(public_id: str, reason: str, *, actor: User, now: datetime) -> None:
    """Take it off the register with a reason, such as that it sold a deletion; it stays off."""
    if not reason.strip():
        raise Refusal("RT6", "请写明移出的理由。", advice="例如：有偿代办删除，已移送。")
    struck = RepairAgency.objects.filter(public_id=public_id, struck_at__isnull=True).update(
        struck_at=now, struck_reason=reason.strip()[:300]
    )
    if struck:
        note("repair.agency_struck", now=now, actor=actor, object=f"agency:{public_id}", reason=reason)


def agencies() -> QuerySet[RepairAgency]:
    return RepairAgency.objects.order_by("struck_at", "-pk")
