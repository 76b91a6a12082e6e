"""Who goes instead of an inspector who cannot go to an enterprise that was drawn: the next in an order that the seed fixes.

Nobody chooses: the public record gives the order, and what was changed since is published change by change, so that
anybody finds the same person (docs/draw.md; 《优化营商环境条例》第五十四条, recusal in 《行政处罚法》第四十三条).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xinheng.core.canonical import digest_of
from xinheng.core.draw_record import Digest, Key, Line, Moment, RecordShape

RULE = "xinheng-substitute-1"


class Cause(StrEnum):
    """Why somebody does not go. What kept him away is not said: the health of a person is nobody's business."""

    UNABLE = "unable"
    RECUSED = "recused"

    @property
    def label(self) -> str:
        return {"unable": "因故不能执行", "recused": "依法回避"}[self.value]


class Passed(StrEnum):
    """Why somebody whose turn it was is passed over, where the record itself does not say it."""

    CERTIFICATE = "certificate"
    RECUSED = "recused"

    @property
    def label(self) -> str:
        return {"certificate": "执法证件失效或者已离开名录", "recused": "须回避该对象"}[self.value]


class NoSubstitute(Exception):
    """Nobody is left who may go."""


class PassedShape(BaseModel):
    """One who was passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    key: Key
    cause: Literal["certificate", "recused"]


class ChangeShape(BaseModel):
    """One change as it is published. ``previous``: digest of the change before, that of the record for the first."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    rule: Literal["xinheng-substitute-1"]
    record: Digest
    sequence: Annotated[int, Field(ge=1, le=100_000)]
    previous: Digest
    object: Key
    absent: Key
    cause: Literal["unable", "recused"]
    reason: Line
    passed: list[PassedShape]
    substitute: Key
    decided_at: Moment
    digest: Digest


@dataclass(frozen=True, slots=True)
class Found:
    """Who goes instead, and those passed over whose turn came before, in order."""

    substitute: str
    passed: tuple[tuple[str, Passed], ...]


@dataclass
class _Seats:
    """Who goes where after the changes so far. ``unable``: who takes nothing more in this draw."""

    teams: dict[str, list[str]]
    areas: dict[str, str]
    left: dict[str, set[str]] = field(default_factory=dict)
    unable: set[str] = field(default_factory=set)

    def apply(self, *, key: str, absent: str, substitute: str, cause: str) -> None:
        team = self.teams[key]
        team[team.index(absent)] = substitute
        self.left.setdefault(key, set()).add(absent)
        if cause == Cause.UNABLE:
            self.unable.add(absent)

    @property
    def loads(self) -> Counter[str]:
        return Counter(member for team in self.teams.values() for member in team)


def order_of(seed: bytes, *, key: str, inspectors: Iterable[str]) -> list[str]:
    """Inspectors in the order in which they are asked for one object."""
    prefix = hashlib.sha256(seed + f"substitute\n{key}".encode()).digest()
    return sorted(inspectors, key=lambda one: hashlib.sha256(prefix + one.encode()).digest())


def substitute_for(
    record: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    *,
    key: str,
    absent: str,
    cause: Cause,
    unfit: Mapping[str, Passed],
) -> Found:
    """The next for the object ``key``. ``changes``: those before, as published; ``unfit``: who may not go although the
    record knows nothing against it. Raises NoSubstitute. ``record`` may come without its pool."""
    seats = _seats(record)
    for one in changes:
        seats.apply(key=one["object"], absent=one["absent"], substitute=one["substitute"], cause=one["cause"])
    if cause is Cause.UNABLE:
        seats.unable.add(absent)
    passed: list[tuple[str, Passed]] = []
    for candidate in _turns(record, seats, key=key, absent=absent):
        if candidate not in unfit:
            return Found(candidate, tuple(passed))
        passed.append((candidate, unfit[candidate]))
    raise NoSubstitute


def change_of(
    record: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    found: Found,
    *,
    key: str,
    absent: str,
    cause: Cause,
    reason: str,
    decided_at: str,
) -> dict[str, Any]:
    """The change as it is published after those before it."""
    content: dict[str, Any] = {
        "rule": RULE,
        "record": record["digest"],
        "sequence": len(changes) + 1,
        "previous": changes[-1]["digest"] if changes else record["digest"],
        "object": key,
        "absent": absent,
        "cause": cause.value,
        "reason": reason,
        "passed": [{"key": one, "cause": why.value} for one, why in found.passed],
        "substitute": found.substitute,
        "decided_at": decided_at,
    }
    return {**content, "digest": digest_of(content)}


def verify_changes(record: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What is wrong with the changes after a draw whose record was found right; empty where each follows from it."""
    try:
        RecordShape.model_validate({**record, "objects": {}})
        shapes = [ChangeShape.model_validate(one) for one in changes]
    except ValidationError as error:
        place = ".".join(str(part)[:40] for part in error.errors()[0]["loc"])
        return (f"更换记录：格式不合：{place}",)
    return tuple(_wrong(record, shapes))


def _wrong(record: Mapping[str, Any], shapes: Sequence[ChangeShape]) -> Iterator[str]:
    seats, previous, before = _seats(record), record["digest"], record["drawn_at"]
    for number, one in enumerate(shapes, 1):
        content = one.model_dump()
        digest = content.pop("digest")
        if digest_of(content) != digest:
            yield f"第{number}次更换：内容与摘要不符，被改动"
        if one.sequence != number or one.previous != previous or one.record != record["digest"]:
            yield f"第{number}次更换：与前一次接不上，有缺少、插入或者调换"
        if one.decided_at < before:
            yield f"第{number}次更换：时间早于前一次"
        previous, before = one.digest, one.decided_at
        if one.absent not in seats.teams.get(one.object, ()):
            yield f"第{number}次更换：被更换的人不在这个对象的检查组中"
            return
        if Cause(one.cause) is Cause.UNABLE:
            seats.unable.add(one.absent)
        unfit = {item.key: Passed(item.cause) for item in one.passed}
        turns = list(_turns(record, seats, key=one.object, absent=one.absent))
        fit = [candidate for candidate in turns if candidate not in unfit]
        if not fit or fit[0] != one.substitute:
            yield f"第{number}次更换：接替的人不是按顺序轮到的下一名"
            return
        if turns[: turns.index(one.substitute)] != [item.key for item in one.passed]:
            yield f"第{number}次更换：所列的跳过人员与顺序不符"
        seats.apply(key=one.object, absent=one.absent, substitute=one.substitute, cause=one.cause)


def _seats(record: Mapping[str, Any]) -> _Seats:
    areas = {stratum["key"]: stratum["area"] for stratum in record["announcement"]["strata"]}
    return _Seats(
        teams={one["key"]: list(one["team"]) for one in record["drawn"]},
        areas={one["key"]: areas[one["stratum"]] for one in record["drawn"]},
    )


def _turns(record: Mapping[str, Any], seats: _Seats, *, key: str, absent: str) -> Iterator[str]:
    """Those who may go by what the record and the changes before say, in their order."""
    people = {one["key"]: one for one in record["inspectors"]}
    loads, area = seats.loads, seats.areas[key]
    out = {*seats.teams[key], *seats.left.get(key, ()), *seats.unable, absent}
    for candidate in order_of(bytes.fromhex(record["seed"]), key=key, inspectors=people):
        one = people[candidate]
        serves = not area or area in one["areas"]
        if (
            candidate not in out
            and serves
            and key not in one["barred"]
            and loads[candidate] < one["max_load"]
        ):
            yield candidate
