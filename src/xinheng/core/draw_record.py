"""What the public record of a draw holds, field by field (format 1).

The record names nobody: enterprises and inspectors appear by blinded keys (``docs/draw.md``), parties are organs. The
announcement is published before the seed can be known; everything else becomes known afterwards.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from xinheng.core.canonical import canonical

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
StratumKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:@-]{1,80}$")]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]
Words = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f]*$")]
Secret = Annotated[str, Field(min_length=16, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StratumShape(_Shape):
    """``population`` counts everybody in the band; ``excluded`` says why some are not in the pool."""

    key: StratumKey
    name: Line
    area: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
    ratio: Annotated[int, Field(ge=0, le=1000)]
    population: Count
    excluded: dict[Line, Count]
    eligible: Count
    size: Count


class PartyShape(_Shape):
    """An organ that adds to the seed and what it has committed to."""

    name: Line
    commitment: Digest


class RepeatShape(_Shape):
    """The announcement of the failed draw that this one repeats, and the public reason."""

    announcement: Digest
    reason: Line


class InspectorShape(_Shape):
    """A certified inspector: areas he serves, at most how many objects, and which objects he must not visit."""

    key: Key
    areas: list[Key]
    max_load: Annotated[int, Field(ge=1, le=100_000)]
    barred: list[Key]


class PoolRuleShape(_Shape):
    """A rule that everybody in the pool fits; ``version`` is the digest of ``parts``."""

    name: Line
    words: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f]+$")]
    parts: dict[Key, Annotated[list[Line], Field(min_length=1, max_length=500)]]
    version: Digest


class AnnouncementShape(_Shape):
    """Fixed and published before the seed. ``pool`` and ``inspectors`` are digests of what is revealed later.
    ``pool_rules`` is missing where a pool was not made by rule."""

    rule: Literal["xinheng-draw-1"]
    draw: Line
    attempt: Annotated[int, Field(ge=1, le=1000)]
    repeats: RepeatShape | None
    title: Line
    organ: Line
    plan: Line
    matter: Line
    basis: Line
    policy: Words
    evaluation: Words
    announced_at: Moment
    strata: Annotated[list[StratumShape], Field(min_length=1, max_length=1000)]
    pool: Digest
    pool_rules: Annotated[list[PoolRuleShape], Field(min_length=1, max_length=10)] = Field(default=[])
    inspectors: Digest
    team: Annotated[int, Field(ge=2, le=20)]
    parties: Annotated[list[PartyShape], Field(min_length=1, max_length=50)]
    sources: Annotated[list[Line], Field(max_length=50)]


class PoolShape(_Shape):
    """What an announcement commits to and does not show yet."""

    objects: dict[StratumKey, list[Key]]
    inspectors: list[InspectorShape]


class DrawnShape(_Shape):
    """One selected object and the team that goes there, in the order of drawing."""

    stratum: StratumKey
    key: Key
    team: list[Key]


class RecordShape(_Shape):
    """The whole file. ``objects`` are the keys of the pool by stratum, ascending."""

    format: Literal[1]
    announcement: AnnouncementShape
    announcement_digest: Digest
    reveals: list[Secret]
    public_values: list[Line]
    drawn_at: Moment
    seed: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    objects: dict[StratumKey, list[Key]]
    inspectors: list[InspectorShape]
    drawn: list[DrawnShape]
    digest: Digest


def pool_text(objects: Mapping[str, Sequence[str]]) -> Iterator[bytes]:
    """The ``objects`` of the record as JSON, one piece a stratum: what is kept of a pool from announcement to record."""
    mark = b"{"
    for stratum, keys in objects.items():
        yield mark + json.dumps(stratum).encode() + b":" + json.dumps(keys, separators=(",", ":")).encode()
        mark = b","
    yield b"{}" if mark == b"{" else b"}"


def record_text(head: Mapping[str, Any], pool: Iterable[bytes]) -> Iterator[bytes]:
    """The public file in pieces: ``head`` is the record without ``objects``, ``pool`` the text of these."""
    yield canonical(head)[:-1] + b',"objects":'
    yield from pool
    yield b"}"
