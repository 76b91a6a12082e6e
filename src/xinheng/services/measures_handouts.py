"""Gives the public part of measures to associations, agencies, banks and media as information, and remembers to whom.

Only a measure whose ground the portal shows today is public; nothing is asked of the receiver, who decides alone, and
who is told to delete it when it ends (国办发〔2020〕49号; legal guards G1, G9, G16).
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.canonical import digest
from xinheng.core.cell_text import guarded
from xinheng.core.grounds import GroundKind
from xinheng.core.measures import MeasureGroup
from xinheng.core.models import SubjectKind
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.measures_ending import in_force
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.effects import Publication
from xinheng.store.measures import MeasureApplied, MeasureHandout

LICENCE = (
    "仅限公开部分，供自主参考，不是交易、授信或者服务的准入条件；收到停止使用的通知后，须立即删除并回执。"
)
HEAD = ("编号", "统一社会信用代码", "企业名称", "措施", "类别", "依据", "起始日期", "终止日期")


@dataclass(frozen=True, slots=True)
class File:
    """A CSV in UTF-8 with the licence in its first line."""

    handout: MeasureHandout
    content: bytes


def public_part(*, on: date) -> QuerySet[MeasureApplied]:
    """Measures on enterprises whose ground is a record that the portal shows; sole traders are left out (G1)."""
    shown = Publication.objects.filter(stopped_at__isnull=True).values("record_key")
    return (
        in_force(on=on)
        .filter(ground_kind=GroundKind.RECORD.value, ground_key__in=shown)
        .exclude(subject__kind=SubjectKind.SOLE_TRADER.value)
        .select_related("subject")
        .order_by("pk")
    )


@transaction.atomic
def hand_out(recipient: str, purpose: str, *, actor: User, now: datetime) -> File:
    """Write the file for a receiver. Refusals: MH1 no receiver or purpose, MH2 there is nothing public."""
    if not recipient.strip() or not purpose.strip():
        raise Refusal("MH1", "须写明接收单位和用途。", advice="请补充后重试。")
    rows = list(public_part(on=day_of(now)))
    if not rows:
        raise Refusal("MH2", "现在没有可以公开的措施。", advice="措施的依据公示期间，才可以提供。")
    content = _written(rows)
    made = MeasureHandout.objects.create(
        recipient=recipient.strip()[:120],
        purpose=purpose.strip()[:200],
        measures=[row.pk for row in rows],
        digest=digest(content),
        made_by=actor,
        made_at=now,
    )
    note(
        "measure.handed_out",
        now=now,
        actor=actor,
        object=f"measure_handout:{made.public_id}",
        payload={"recipient": made.recipient, "rows": len(rows), "digest": made.digest},
    )
    return File(made, content)


def _written(rows: list[MeasureApplied]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([LICENCE])
    writer.writerow(HEAD)
    for row in rows:
        cells = (
            row.public_id,
            row.subject.code or "",
            row.subject.name,
            row.title,
            "激励" if row.group == MeasureGroup.INCENTIVE else "惩戒",
            row.basis,
            row.from_on.isoformat(),
            row.until_on.isoformat() if row.until_on else "随依据终止",
        )
        writer.writerow([guarded(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
