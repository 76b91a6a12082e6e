"""A correction that burdens, on the page of its case: what the record says, what it would say, and why it takes two."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from xinheng.core.days import last_day_held
from xinheng.core.records import Finality, Seriousness
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.web.figures import yuan
from xinheng.services.record_corrections import KIND, RESTORE, carry
from xinheng.store.casework import Case
from xinheng.store.records import Record

_LABELS = {
    "amount_fen": "金额",
    "headcount": "人数",
    "valid_from": "有效期自",
    "valid_to": "有效期至",
    "seriousness": "失信程度",
    "finality": "效力",
    "result": "结果",
}


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    given = case.details
    values, before = given.get("values", {}), given.get("before", {})
    began = _began(given.get("version", 0))
    changes = [
        (_LABELS.get(name, name), _words(name, before.get(name), began), _words(name, value, began))
        for name, value in values.items()
    ]
    if given.get("deed") == RESTORE:
        changes = [("状态", "不产生影响", "恢复有效")]
    key = case.ground.partition(":")[2]
    return {
        "changes": changes,
        "heavier": "、".join(given.get("heavier", [])),
        "document": given.get("document", ""),
        "why": given.get("reason", ""),
        "record_url": reverse("office:record", args=[case.subject.public_id, int(key)])
        if case.subject
        else "",
    }


def _began(version: int) -> date | None:
    record = Record.objects.filter(pk=version).only("valid_from", "decided_on").first()
    return record.valid_from or record.decided_on if record else None


def _words(name: str, value: Any, began: date | None) -> str:
    if value is None or value == "":
        return "—"
    if name == "amount_fen":
        return yuan(int(value))
    if name == "seriousness":
        return Seriousness(value).label
    if name == "finality":
        return Finality(value).label
    if name == "valid_to":
        return str(last_day_held(date.fromisoformat(str(value)), began=began))
    return value.isoformat() if isinstance(value, date) else str(value)


def _carry(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return carry(case, **given_of(call, form))


CORRECTION = CaseKind(
    key=KIND,
    title="加重更正",
    part="office/case_correction.html",
    shown=_shown,
    acts={"carry": _carry},
)
