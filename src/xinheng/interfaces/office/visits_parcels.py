"""Reads what a phone sends: a parcel of things written on visits, each judged by itself, so that one that is malformed holds
up none of the others."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xinheng.core.phone_clock import FURTHEST, PhoneTime
from xinheng.core.refusal import Refusal
from xinheng.core.visits import Arrival, Finding, Seen, Sheet
from xinheng.interfaces.web.given import refuse_unkeepable
from xinheng.services.visits_phone import (
    Answer,
    Item,
    PhoneArrival,
    PhonePaper,
    PhoneRefusal,
    PhoneSheet,
    What,
    refused,
)

MOST = 200
"""Things of one parcel; the page sends fewer."""
_FAR = int(FURTHEST.total_seconds())
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9:_-]{8,80}$")]
_ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9:_-]{8,64}$")]
_Visit = Annotated[str, Field(pattern=r"^[a-z2-7]{16}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Clock(_Strict):
    at: AwareDatetime
    offset: Annotated[int, Field(ge=-_FAR, le=_FAR)] = 0
    by_hand: bool = False

    def time(self) -> PhoneTime:
        if not 1990 <= self.at.year <= 2100:
            raise ValueError("no such time")
        return PhoneTime(at=self.at, offset=timedelta(seconds=self.offset), by_hand=self.by_hand)


class _Arrival(_Strict):
    kind: Literal["arrival"]
    client_id: _ClientId
    visit: _Visit
    way: Arrival
    code: Annotated[str, Field(max_length=40)] = ""
    clock: _Clock

    def item(self) -> Item:
        return PhoneArrival(
            client_id=self.client_id, visit=self.visit, way=self.way, code=self.code, time=self.clock.time()
        )


class _Point(_Strict):
    finding: Finding
    note: Annotated[str, Field(max_length=500)] = ""


class _Sheet(_Strict):
    kind: Literal["sheet"]
    client_id: _ClientId
    visit: _Visit
    result: Annotated[str, Field(max_length=40)]
    found: Annotated[str, Field(max_length=4000)]
    views: Annotated[str, Field(max_length=2000)] = ""
    present: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
    points: Annotated[dict[Annotated[str, Field(max_length=40)], _Point], Field(max_length=200)]
    clock: _Clock

    def item(self) -> Item:
        time = self.clock.time()
        sheet = Sheet(
            client_id=self.client_id,
            result=self.result,
            found=self.found,
            views=self.views,
            present=tuple(self.present),
            recorded_at=time.counted.astimezone(UTC),
            points={key: Seen(finding=one.finding, note=one.note) for key, one in self.points.items()},
        )
        return PhoneSheet(visit=self.visit, sheet=sheet, time=time)


class _Refusal(_Strict):
    kind: Literal["refusal"]
    client_id: _Id
    visit: _Visit
    reason: Annotated[str, Field(min_length=2, max_length=1000)]
    clock: _Clock

    def item(self) -> Item:
        return PhoneRefusal(
            client_id=self.client_id, visit=self.visit, reason=self.reason, time=self.clock.time()
        )


class _Paper(_Strict):
    kind: Literal["paper"]
    client_id: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    visit: _Visit
    what: What
    about: Annotated[str, Field(max_length=100)] = ""
    content: str

    def item(self) -> Item:
        try:
            content = base64.b64decode(self.content, validate=True)
        except binascii.Error:
            content = b""
        return PhonePaper(
            client_id=self.client_id, visit=self.visit, what=self.what, about=self.about, content=content
        )


_ONE: TypeAdapter[Any] = TypeAdapter(
    Annotated[_Arrival | _Sheet | _Refusal | _Paper, Field(discriminator="kind")]
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """``unread``: answers to what could not be read, by place."""

    owner: str
    offset: timedelta
    items: list[Item]
    unread: dict[int, Answer]

    def in_order(self, answers: list[Answer]) -> list[Answer]:
        """All answers, in the order in which the things were sent."""
        rest = iter(answers)
        count = len(answers) + len(self.unread)
        return [self.unread[place] if place in self.unread else next(rest) for place in range(count)]


def parcel_of(body: bytes, *, now: datetime) -> Parcel:
    """Refusals of the whole: VP1 no parcel, VP2 too many things, W05 signs that cannot be kept."""
    try:
        given = json.loads(body)
        owner, device, items = given["owner"], given["device_now"], given["items"]
        phone = TypeAdapter(AwareDatetime).validate_python(device)
        offset = now - phone
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise _no_parcel() from error
    if not isinstance(owner, str) or not isinstance(items, list):
        raise _no_parcel()
    if len(items) > MOST:
        raise Refusal("VP2", f"一次最多上传 {MOST} 项。", advice="请刷新外勤页后分次上传。")
    refuse_unkeepable({"owner": owner})
    read: list[Item] = []
    unread: dict[int, Answer] = {}
    for place, one in enumerate(items):
        try:
            refuse_unkeepable(one)
            read.append(_ONE.validate_python(one).item())
        except Refusal as refusal:
            unread[place] = refused(_named(one), refusal)
        except (ValidationError, ValueError, OverflowError):
            unread[place] = refused(_named(one), _malformed())
    return Parcel(owner, offset, read, unread)


def _named(one: object) -> str:
    name = one.get("client_id") if isinstance(one, dict) else ""
    return name.encode(errors="replace").decode()[:80] if isinstance(name, str) else ""


def _no_parcel() -> Refusal:
    return Refusal("VP1", "上传的内容不完整，没有接收。", advice="记录还在手机上，请再上传一次。")


def _malformed() -> Refusal:
    return Refusal(
        "VP5", "这一项的内容不完整或者超过长度，没有接收。", advice="请在外勤页核对这一项后再上传。"
    )
