"""Checks by key from within approval and tender systems: what applies to an enterprise in a matter, never a verdict.

The desk that decides sees grounds, bases and days; no field says yes or no, and none gives a grade (legal guards G14, G16).
What the officer then decided comes back by the number of the check.
"""

import json
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from xinheng.core.check_decisions import CheckOutcome
from xinheng.core.ids import normalise_code
from xinheng.core.measure_check import PERSONS_ELSEWHERE
from xinheng.interfaces.api.keys import key_of
from xinheng.interfaces.api.parsing import call_name
from xinheng.interfaces.api.schemas import (
    CheckedLine,
    CheckedSubject,
    ManyHead,
    ProblemDocument,
)
from xinheng.services.check_outcomes import Outcome, keep_decision
from xinheng.services.checks_admitted import Check
from xinheng.services.checks_batch import MOST, ManyAnswered, check_batch
from xinheng.services.checks_by_key import ABOUT, ABOUT_PAST, Checked, check_by_key
from xinheng.services.checks_sandbox import sample_check, sample_decision
from xinheng.services.measures_applying import PARTS, line_words
from xinheng.services.policies import policy_at
from xinheng.services.time import day_of

router = Router(tags=["核查"])
LINES = "application/x-ndjson"
_WORDS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PURPOSE = "用途代码，须与批准的一致，如 permit、tender"
_OCCASION = "事项代码，如 licensing、tender"
_REFERENCE = "受理编号、项目编号等"
_FIELD = "事项所属领域的代码；主管单位只有一个领域的不填"
_AS_OF = "过去的某一天，如开标日；不填为今天。只答当时已知、当日有效并且今天仍然有效的内容"
_NAMED: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 8, "maxLength": 100},
            "description": "重发时用原来的值：不重复登记，不重复计次",
        }
    ]
}


class CheckAnswer(Schema):
    """What applies on this day, as of one version of the file."""

    check: str = Field(description="本次核查的编号，用于反馈办理结果")
    subject: CheckedSubject
    occasion: str
    on: str
    commitments: list[CheckedLine]
    lists: list[CheckedLine]
    measures: list[CheckedLine]
    bans: list[CheckedLine]
    incentives: list[CheckedLine]
    not_checked: str = Field(description="没有核查的内容，须另行核查")
    note: str
    snapshot: str = Field(description="本次答复的摘要值；与档案版本、规则版本一起存入贵系统的卷宗")
    subject_version: int
    policy: str
    sandbox: bool = Field(False, description="true：沙箱密钥的样例答复，不涉及任何企业，没有登记")


class _Asked(Schema):
    """For what a check is made."""

    purpose: str = Field(max_length=20, description=_PURPOSE)
    occasion: str = Field(max_length=20, description=_OCCASION)
    reference: str = Field(max_length=100, description=_REFERENCE)
    field: str = Field("", max_length=40, description=_FIELD)
    as_of: date | None = Field(None, description=_AS_OF)

    def check(self, request: HttpRequest) -> Check:
        return Check(
            purpose=self.purpose,
            occasion=self.occasion,
            reference=self.reference,
            field=self.field,
            as_of=self.as_of,
            token=call_name(request, required=False),
        )


class CheckAsked(_Asked):
    code: str = Field(max_length=30, description="统一社会信用代码")


class ManyAsked(_Asked):
    codes: list[str] = Field(max_length=MOST, description=f"统一社会信用代码，最多 {MOST} 个")


class DecisionTold(Schema):
    """What the officer decided; the check itself decides nothing."""

    outcome: CheckOutcome = Field(description="；".join(f"{one.value} {one.label}" for one in CheckOutcome))
    reason: str = Field(min_length=1, max_length=500, description="理由")
    by: str = Field(min_length=1, max_length=60, description="经办人，按贵单位的写法（岗位、工号或者姓名）")
    grounds: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="所依据的措施、禁入、激励的 number；限制、不予、给予便利的必填",
    )
    decided_on: date | None = Field(None, description="决定日期；不填为今天")


class DecisionKept(Schema):
    check: str
    outcome: CheckOutcome
    decided_on: date


@router.post("", response=CheckAnswer, summary="核查一个主体在某个事项上适用什么", openapi_extra=_NAMED)
def check_one(request: HttpRequest, asked: CheckAsked) -> HttpResponse:
    """答复只列事实和依据，不是准入结论。每次核查计次、登记，并向该主体公开单位和事由。"""
    return _answered(request, asked.code, asked.check(request))


@router.post(
    "/batch",
    response={200: ManyHead},
    summary="一次核查最多一万个主体",
    openapi_extra=_NAMED,
)
def check_many(request: HttpRequest, asked: ManyAsked) -> HttpResponse:
    """答复为 application/x-ndjson：第一行是总的说明，其后每个代码一行，次序与所问的相同。每个代码计次一次。"""
    now = timezone.now()
    policy = policy_at(now)
    found = check_batch(key_of(request), asked.codes, asked.check(request), policy=policy, now=now)
    head = f"{_WORDS(_head(found, len(asked.codes), policy.digest, day_of(now)))}\n".encode()
    return _sent(head + found.lines, LINES)


@router.get("/{code}", response=CheckAnswer, summary="同样的核查，写在地址里")
def check_subject(
    request: HttpRequest,
    code: str,
    purpose: str = Query("", max_length=20, description=_PURPOSE),
    occasion: str = Query("", max_length=20, description=_OCCASION),
    reference: str = Query("", max_length=100, description=_REFERENCE),
    field: str = Query("", max_length=40, description=_FIELD),
) -> HttpResponse:
    """答复只列事实和依据，不是准入结论。每次核查计次、登记，并向该主体公开单位和事由。"""
    check = Check(purpose=purpose, occasion=occasion, reference=reference, field=field)
    return _answered(request, code, check)


@router.post(
    "/{check}/decision",
    response={200: DecisionKept, 422: ProblemDocument},
    summary="反馈核查以后的办理结果",
)
def check_decided(request: HttpRequest, check: str, told: DecisionTold) -> dict[str, Any]:
    """由承办人决定后反馈，登记在核查登记中。重复反馈同样的内容得到同样的回答；内容不同的拒绝。"""
    outcome = Outcome(**told.model_dump())
    now = timezone.now()
    if key_of(request).sandbox:
        day = sample_decision(check, told.outcome, grounds=told.grounds, decided_on=told.decided_on, now=now)
        return {"check": check, "outcome": told.outcome, "decided_on": day}
    kept = keep_decision(key_of(request), check, outcome, policy=policy_at(now), now=now)
    return {"check": check, "outcome": kept.outcome, "decided_on": kept.decided_on}


def _answered(request: HttpRequest, code: str, check: Check) -> HttpResponse:
    now, key = timezone.now(), key_of(request)
    asked = (key, normalise_code(code)[:18], check)
    check_now = sample_check if key.sandbox else check_by_key
    told = _told(check_now(*asked, policy=policy_at(now), now=now)) | {"sandbox": key.sandbox}
    return _sent(_WORDS(told).encode(), "application/json")


def _sent(content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _told(found: Checked) -> dict[str, Any]:
    applies = found.applies
    return {
        "check": found.number,
        "subject": {"code": applies.subject.code, "name": applies.subject.name},
        "occasion": applies.occasion.value,
        "on": applies.on.isoformat(),
        **{part: [line_words(one) for one in getattr(applies, part)] for part in PARTS},
        "not_checked": applies.persons,
        "note": ABOUT_PAST if found.past else ABOUT,
        "snapshot": found.snapshot,
        "subject_version": applies.subject_version,
        "policy": applies.policy_digest,
    }


def _head(found: ManyAnswered, asked: int, policy: str, today: date) -> dict[str, Any]:
    entry = found.entry
    return {
        "occasion": entry.occasion.value,
        "on": (entry.as_of or today).isoformat(),
        "asked": asked,
        "found": found.found,
        "unknown": found.unknown,
        "not_checked": PERSONS_ELSEWHERE,
        "note": ABOUT_PAST if entry.as_of else ABOUT,
        "policy": policy,
        "snapshot": found.snapshot,
    }
