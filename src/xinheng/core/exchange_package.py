"""The package in which records go between county, city and province: numbered lines below a manifest, so that a gap, a
change and a repetition are seen by whoever receives it (HA-二（一）, PDS-4; legal guards G9, G13).

A package is a text of JSON lines in canonical form (RFC 8785). The first is the manifest. A line is *put* (what a record
says), *retract* (it has ended: the id alone) or *erase* (it has ended and its words must go). A put whose record has
ended since is sent as its digest without its words; the root over all lines stays the same.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xinheng.core.canonical import canonical, raw_digest
from xinheng.core.ledger import GENESIS, merkle_root
from xinheng.core.refusal import Refusal

FORMAT = "xinheng-exchange/1"
Operation = Literal["put", "retract", "erase"]
PUT: Final = "put"
RETRACT: Final = "retract"
ERASE: Final = "erase"
MOST_LINES = 5_000
"""Lines of one package."""
RANGE = 500
"""Lines that one count and root of the manifest cover."""
LONGEST_LINE = 256 * 1024
"""Bytes."""
_LEAF = b"\x00"
_Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_Mark = Annotated[str, Field(pattern=r"^[a-z2-7]{16}$")]
_Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Said(_Part):
    """What a record says: who, which act, what of it. Days are ISO dates, ``valid_to`` is the last on which it holds; money
    is fen. ``state`` is a standing one."""

    item: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    code: str = ""
    other_kind: str = ""
    other_code: str = ""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: str = ""
    document_no: str = ""
    decided_on: str = ""
    valid_from: str = ""
    valid_to: str = ""
    authority: str = ""
    authority_code: str = ""
    amount_fen: int | None = None
    headcount: int | None = None
    result: str = ""
    seriousness: Annotated[int, Field(ge=0, le=3)] = 0
    finality: Annotated[int, Field(ge=0, le=6)] = 0
    title: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    state: Literal["active", "annotated", "disputed"] = "active"
    feed: str = ""
    known_on: str = ""


class Line(_Part):
    """``n`` counts the lines of a stream from 1. ``body``: digest of what a put says, with ``salt``. Without ``say`` the
    record has ended since."""

    n: Annotated[int, Field(ge=1)]
    id: _Mark
    op: Operation
    body: str = ""
    salt: str = ""
    say: Said | None = None

    @property
    def voided(self) -> bool:
        return self.op == PUT and self.say is None

    def written(self) -> bytes:
        """The line as it stands in a package."""
        full: dict[str, Any] = {"n": self.n, "id": self.id, "op": self.op}
        if self.op == PUT:
            full |= {"body": self.body}
        if self.say is not None:
            full |= {"salt": self.salt, "say": self.say.model_dump(mode="json", exclude_defaults=True)}
        return canonical(full)

    def without_words(self) -> "Line":
        """The same line once its record has ended."""
        return Line(n=self.n, id=self.id, op=self.op, body=self.body)

    def leaf(self) -> bytes:
        """32 bytes, the same with and without the words."""
        return raw_digest(_LEAF + canonical([self.n, self.id, self.op, self.body]))


def put(n: int, mark: str, said: Said) -> Line:
    """A put with fresh salt, so that its digest tells nothing once the words are gone."""
    salt = secrets.token_hex(16)
    return Line(n=n, id=mark, op=PUT, body=body_of(said, salt), salt=salt, say=said)


def body_of(said: Said, salt: str) -> str:
    return raw_digest(canonical([salt, said.model_dump(mode="json", exclude_defaults=True)])).hex()


class Span(_Part):
    """Count and root over the lines ``first`` to ``last``."""

    first: _Count
    last: _Count
    count: _Count
    root: _Digest


class Manifest(_Part):
    """What a package claims to be. ``previous`` is the chain value of the package before; ``sealed`` the batches of the
    sender's ledger that it covers, from above the first number to the second."""

    format: Literal["xinheng-exchange/1"] = "xinheng-exchange/1"
    stream: _Mark
    sender: Annotated[str, Field(min_length=1, max_length=40)]
    receiver: Annotated[str, Field(min_length=1, max_length=40)]
    number: Annotated[int, Field(ge=1)]
    previous: _Digest
    first: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1, le=MOST_LINES)]
    retractions: _Count
    items: dict[str, int]
    spans: list[Span]
    root: _Digest
    sealed: Annotated[list[int], Field(min_length=2, max_length=2)]
    made_at: str

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    def chain(self) -> str:
        """The value by which the next package names this one."""
        return f"sha256:{raw_digest(b'exchange' + canonical(self.model_dump(mode='json'))).hex()}"


@dataclass(frozen=True, slots=True)
class Package:
    manifest: Manifest
    lines: tuple[Line, ...]


def spans_of(lines: Sequence[Line]) -> list[Span]:
    found = []
    for start in range(0, len(lines), RANGE):
        part = lines[start : start + RANGE]
        found.append(Span(first=part[0].n, last=part[-1].n, count=len(part), root=root_of(part)))
    return found


def root_of(lines: Sequence[Line]) -> str:
    return f"sha256:{merkle_root([line.leaf() for line in lines]).hex()}"


def mac_of(value: Mapping[str, Any], *, secret: str) -> str:
    """The seal of both sides' common secret over a manifest, a receipt or a statement."""
    return hmac.new(secret.encode(), canonical(value), hashlib.sha256).hexdigest()


def signed(value: Mapping[str, Any], *, secret: str) -> dict[str, Any]:
    return {**value, "mac": mac_of(value, secret=secret)}


def checked(value: object, *, secret: str, what: str) -> dict[str, Any]:
    """The value without its seal. Refusal EX02 where it is not sealed with the common secret."""
    if not isinstance(value, dict):
        raise _unfit(f"{what}不是一个 JSON 对象。")
    plain = {name: part for name, part in value.items() if name != "mac"}
    try:
        right = mac_of(plain, secret=secret)
    except (TypeError, ValueError) as error:
        raise _unfit(f"{what}含有不能核对的值。") from error
    if not hmac.compare_digest(right.encode(), str(value.get("mac", "")).encode()):
        raise Refusal(
            "EX02",
            f"{what}的校验码不对：内容被改动过，或者双方登记的密文不一致。",
            advice="请核对双方的密文；一致的，请对方重新发送。",
        )
    return plain


def written(package: Package, *, secret: str) -> Iterator[bytes]:
    """The package as a file, line by line."""
    yield canonical(signed(package.manifest.model_dump(mode="json"), secret=secret)) + b"\n"
    for line in package.lines:
        yield line.written() + b"\n"


def manifest_in(first: bytes) -> Manifest:
    """The manifest as the file tells it, before its seal is checked. Refusal EX01."""
    try:
        found = json.loads(first)
        plain = {name: part for name, part in found.items() if name != "mac"}
        return Manifest.model_validate(plain)
    except (ValueError, AttributeError, RecursionError) as error:
        raise _unfit("第一行不是交换包的清单。") from error


def read(pieces: Iterable[bytes], *, secret: str) -> Package:
    """A package whose seal, count, order and roots hold. Refusal EX01 for what is none, EX02 where it was changed."""
    rows = iter(pieces)
    first = next(rows, b"")
    manifest = manifest_in(first)
    checked(json.loads(first), secret=secret, what="清单")
    lines = []
    for place, row in enumerate(rows):
        if place >= manifest.count or len(row) > LONGEST_LINE:
            raise _changed(manifest, f"多于 {manifest.count} 行，或者有一行过长")
        lines.append(_line(row, n=manifest.first + place, manifest=manifest))
    if len(lines) != manifest.count:
        raise _changed(manifest, f"应有 {manifest.count} 行，实有 {len(lines)} 行")
    if root_of(lines) != manifest.root or spans_of(lines) != manifest.spans:
        wrong = [one for one, other in zip(manifest.spans, spans_of(lines), strict=False) if one != other]
        where = f"第 {wrong[0].first} 至 {wrong[0].last} 行" if wrong else "内容"
        raise _changed(manifest, f"{where}与清单的摘要不符")
    return Package(manifest, tuple(lines))


def _line(row: bytes, *, n: int, manifest: Manifest) -> Line:
    try:
        line = Line.model_validate_json(row)
    except ValidationError as error:
        raise _changed(manifest, f"第 {n} 行不是交换包的行") from error
    if line.n != n:
        raise _changed(manifest, f"第 {n} 行的编号是 {line.n}")
    if line.say is not None and (line.op != PUT or body_of(line.say, line.salt) != line.body):
        raise _changed(manifest, f"第 {n} 行的内容与摘要不符")
    return line


def _changed(manifest: Manifest, cause: str) -> Refusal:
    return Refusal(
        "EX02",
        f"第 {manifest.number} 号交换包没有收下：{cause}。",
        advice="整包没有入库；请对方重新发送这一包。",
    )


def _unfit(cause: str) -> Refusal:
    return Refusal(
        "EX01", f"不是可以读的交换文件：{cause}", advice="请对方用 xinheng exchange send 重新生成。"
    )


def refuse_out_of_order(manifest: Manifest, *, last: int, chain: str, next_line: int) -> None:
    """``last``, ``chain`` and ``next_line`` are what was received up to now. Refusal EX03 where packages are missing,
    EX04 where the package does not follow the one before it."""
    if manifest.number > last + 1:
        lacking = f"{last + 1}" if manifest.number == last + 2 else f"{last + 1}—{manifest.number - 1}"
        raise Refusal(
            "EX03",
            f"缺少第 {lacking} 号交换包，第 {manifest.number} 号没有收下。",
            advice=f"请对方先补发第 {lacking} 号，再重发本包。",
        )
    if manifest.previous != (chain or GENESIS) or manifest.first != next_line:
        raise Refusal(
            "EX04",
            f"第 {manifest.number} 号交换包与已收的第 {last} 号接不上。",
            advice="双方核对交换流水；对方重建过数据库的，请双方停用原登记，按新的流水重新登记。",
        )
