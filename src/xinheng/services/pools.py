"""Keeps the pool of a draw as it stood when it was announced, and gives it back for the draw and the public record.

Two encrypted files belong to an announcement: the keys, which are published with the draw, and who is behind each of
them. Whatever changes in the register afterwards changes neither (《优化营商环境条例》第五十四条).
"""

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from xinheng.core.canonical import canonical
from xinheng.core.draw import Announced, DrawRecord, draw
from xinheng.core.draw_record import pool_text, record_text
from xinheng.core.draw_rule import blind
from xinheng.core.refusal import Refusal
from xinheng.store.batches import StoredFile
from xinheng.store.files import publish_file, put_file, read_file
from xinheng.store.inspections import Draw, DrawAnnouncement

_OBJECT, _CLOSED, _INSPECTOR = "object", "closed", "inspector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Who stands behind the keys of one draw: subjects by band and key, subjects left out (at their ceiling, exempt) by
    band, certificate numbers by key."""

    draw: str
    objects: Mapping[str, Mapping[str, int]]
    closed: Mapping[str, Collection[int]]
    inspectors: Mapping[str, str]


def keyed(secret: bytes, *, draw: str, subjects: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Subjects by their key in a draw; ``subjects`` are (subject, identity)."""
    return {blind(secret, draw=draw, identity=identity).key: subject for subject, identity in subjects}


def keep_pool(
    pool: Pool, *, announced: Mapping[str, Sequence[str]], now: datetime
) -> tuple[StoredFile, StoredFile]:
    """The pool as it will be published, stratum by stratum as announced, and its members; both encrypted."""
    work = settings.HOME / "work"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        keys, members = Path(folder, "pool.json"), Path(folder, "members.tsv")
        with keys.open("wb") as out:
            out.writelines(pool_text(announced))
        with members.open("w", encoding="utf-8", newline="\n") as lines:
            lines.writelines("\t".join(line) + "\n" for line in _lines(pool))
        return (
            put_file(keys, name=f"pool-{pool.draw}.json", media_type="application/json", now=now),
            put_file(
                members, name=f"members-{pool.draw}.tsv", media_type="text/tab-separated-values", now=now
            ),
        )


def _lines(pool: Pool) -> Iterator[tuple[str, str, str]]:
    for own in pool.objects.values():
        yield from ((_OBJECT, key, str(subject)) for key, subject in own.items())
    for band, subjects in pool.closed.items():
        yield from ((_CLOSED, band, str(subject)) for subject in subjects)
    yield from ((_INSPECTOR, key, number) for key, number in pool.inspectors.items())


def kept_objects(announcement: DrawAnnouncement) -> dict[str, list[str]]:
    """The keys by band as announced. Raises Refusal when they were not kept or their file is spoilt."""
    if announcement.pool is None:
        raise Refusal(
            "I06",
            "这次公告没有存档的检查对象名录，不能据以抽取。",
            citation="《优化营商环境条例》第五十四条",
            advice="请另立计划，重新公告后抽取。",
        )
    objects: dict[str, list[str]] = json.loads(b"".join(read_file(announcement.pool)))
    return objects


def draw_as_announced(
    announcement: DrawAnnouncement, *, reveals: Mapping[str, str], now: datetime
) -> DrawRecord:
    """What comes out of the pool as it was kept. ``reveals``: secret texts by the name of the organ."""
    announced = Announced(announcement.content, kept_objects(announcement), announcement.inspectors)
    ordered = [reveals.get(party["name"], "") for party in announcement.content["parties"]]
    return draw(announced, reveals=ordered, now=now)


def publish_pool(announcement: DrawAnnouncement) -> None:
    """Show the keys to everybody, who may then draw again."""
    if announcement.pool is not None:
        publish_file(announcement.pool)


def behind(announcement: DrawAnnouncement, keys: Collection[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Subjects behind these keys, and certificate numbers behind those of all inspectors."""
    wanted = frozenset(keys)
    subjects: dict[str, int] = {}
    certificates: dict[str, str] = {}
    for kind, key, reference in _members(announcement):
        if kind == _OBJECT and key in wanted:
            subjects[key] = int(reference)
        elif kind == _INSPECTOR:
            certificates[key] = reference
    return subjects, certificates


def _members(announcement: DrawAnnouncement) -> Iterator[list[str]]:
    if announcement.members is None:
        return
    rest = b""
    for chunk in read_file(announcement.members):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode().split("\t")


def public_record(draw: Draw) -> Iterator[bytes]:
    """The record of a draw as published (format 1), in pieces."""
    pool = draw.announcement.pool
    if pool is None:
        return iter((canonical(draw.record),))
    return record_text(draw.record, read_file(pool))


def whole_record(draw: Draw) -> dict[str, Any]:
    """The record of a draw with its pool, as ``core.draw_verify`` reads it."""
    record: dict[str, Any] = json.loads(b"".join(public_record(draw)))
    return record
