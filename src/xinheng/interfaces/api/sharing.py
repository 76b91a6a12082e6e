"""Records shared with departments: what a reading key may take, one subject, and what has changed since a cursor."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import parse_etags
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from xinheng.core.sharing import Purpose, directory
from xinheng.interfaces.api.keys import key_of
from xinheng.services.policies import policy_in_force
from xinheng.services.reach import tree
from xinheng.services.sharing_reads import MOST_A_PAGE, Asked, Taken, grant_of_key, read_changes, read_subject
from xinheng.services.time import day_of

router = Router(tags=["共享"])
_PURPOSE = Query("", max_length=20, description="用途代码，须与批准的一致，如 permit")
_ITEMS = Query("", max_length=400, description="信息项代码，用逗号分隔；不填为全部批准的")
_FIELDS = Query("", max_length=2000, description="字段，用逗号分隔；不填为全部批准的")


class SharedItem(Schema):
    """One item that may be taken. ``consent``: only of subjects whose consent covers it."""

    item: str
    title: str
    sharing: str
    consent: bool = Field(description="须有主体现行有效的授权")
    fields: list[str]


class SharedItems(Schema):
    organisation: str
    purpose: str = Field(description="用途代码")
    purpose_title: str
    matter: str
    from_on: str
    until_on: str = Field(description="可以调用的最后一天")
    revoked: bool
    daily_quota: int
    calls_today: int
    items: list[SharedItem]


class SharedRecord(Schema):
    """A record as it stands, or only its number once it has ended."""

    record: int
    item: str | None = None
    subject: str | None = None
    ended: bool = Field(description="true：已终止，须删除已持有的内容")
    disputed: bool | None = Field(
        default=None, description="true：异议中，使用时须同时注明；不论批准了哪些字段都给出"
    )
    fields: dict[str, Any] | None = None


class SharedSubject(Schema):
    code: str | None
    name: str
    status: str


class SharedFile(Schema):
    subject: SharedSubject
    purpose: str
    records: list[SharedRecord]
    note: str


class SharedChanges(Schema):
    records: list[SharedRecord]
    next: str = Field(description="下一次调用的 after")
    more: bool = Field(description="后面还有，应接着取")
    note: str


@router.get("/items", response=SharedItems, summary="这个密钥可以读取的信息项和字段")
def shared_items(request: HttpRequest) -> dict[str, Any]:
    """不计入每日次数。撤销或过期后仍可查看。"""
    grant, now = grant_of_key(key_of(request)), timezone.now()
    policy, today = policy_in_force(on=day_of(now)), day_of(now)
    return {
        "organisation": tree().name(grant.organisation_id),
        "purpose": grant.purpose,
        "purpose_title": Purpose(grant.purpose).label,
        "matter": grant.matter,
        "from_on": grant.from_on.isoformat(),
        "until_on": grant.until_on.isoformat(),
        "revoked": grant.revoked_at is not None,
        "daily_quota": grant.daily_quota,
        "calls_today": grant.day_calls if grant.day == today else 0,
        "items": [
            {
                "item": one.code,
                "title": one.title,
                "sharing": one.words,
                "consent": one.consent,
                "fields": grant.items[one.code],
            }
            for one in directory(policy.catalogue)
            if one.code in grant.items and one.open
        ],
    }


@router.get("/subjects/{code}", response=SharedFile, summary="按统一社会信用代码查询一个主体")
def shared_subject(
    request: HttpRequest, code: str, purpose: str = _PURPOSE, items: str = _ITEMS, fields: str = _FIELDS
) -> HttpResponse:
    """只含现行有效的记录。每次调用都记录并向该主体公开单位、用途和日期；If-None-Match 相符时答 304，同样计次。"""
    now = timezone.now()
    asked = _asked(purpose, items, fields)
    taken = read_subject(
        key_of(request), code[:18].upper(), asked, policy=policy_in_force(on=day_of(now)), now=now
    )
    return _answered(request, taken)


@router.get("/changes", response=SharedChanges, summary="某个游标之后新增、变更和终止的记录")
def shared_changes(
    request: HttpRequest,
    purpose: str = _PURPOSE,
    items: str = _ITEMS,
    fields: str = _FIELDS,
    after: str = Query("", max_length=50, description="上一页的 next；第一次不填"),
    limit: int = Query(100, ge=1, le=MOST_A_PAGE),
) -> HttpResponse:
    """已终止的只给出编号，且只给读取过该主体的单位。游标跟随账本的封存次序，约一分钟内可取。"""
    now = timezone.now()
    asked = _asked(purpose, items, fields)
    policy = policy_in_force(on=day_of(now))
    return _answered(
        request, read_changes(key_of(request), asked, after=after, limit=limit, policy=policy, now=now)
    )


def _asked(purpose: str, items: str, fields: str) -> Asked:
    return Asked(purpose=purpose, items=_listed(items), fields=_listed(fields))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace("，", ",").split(",") if one.strip())


def _answered(request: HttpRequest, taken: Taken) -> HttpResponse:
    etag = f'"{taken.etag}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = JsonResponse(taken.body, json_dumps_params={"ensure_ascii": False})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-store"
    return response
