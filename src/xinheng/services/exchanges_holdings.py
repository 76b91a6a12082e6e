"""Compares what was sent with what the other side holds: by item and block of lines, then line by line (HA-二（一）)."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, ValidationError

from xinheng.core.catalogue import item_code
from xinheng.core.exchange_package import checked, signed
from xinheng.core.reconciliation import Block, Difference, Flag, Held, blocks_of, differences, lines_apart
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import secret_of
from xinheng.services.exchanges_ending import take_accepted
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.exchanges import ExchangeComparison, ExchangePeer, Way

FORMAT = "xinheng-holdings/1"
MOST_ROWS = 20_000
"""Lines that a statement lists; above that it lists those that were asked for."""
MOST_SHOWN = 200
"""Lines of one block that a comparison keeps."""


class Statement(BaseModel):
    """What one side says it holds of the other's stream. ``rows``: line, mark, item, flag, digest and code, of the lines
    ``listed`` from and to; none where it is not listed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    stream: str
    through: int
    blocks: list[tuple[str, int, int, int, int, int, str]]
    listed: tuple[int, int] | None = None
    rows: list[tuple[int, str, str, Flag, str, str]] = []
    at: str


def statement(
    peer: ExchangePeer, *, now: datetime, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    """What we hold of their stream, sealed. Lines are listed from ``first`` to ``last``, or all where they are few."""
    take_accepted(peer)
    held = list(_held(peer, Way.IN))
    asked = first is not None and last is not None
    span = (first or 0, last or 0) if asked else ((1, peer.taken_line) if len(held) <= MOST_ROWS else None)
    rows = [row for row in held if span and span[0] <= row.n <= span[1]][: MOST_ROWS * 10]
    told = {
        "format": FORMAT,
        "stream": peer.taken_stream,
        "through": peer.taken_number,
        "blocks": [list(asdict(block).values()) for block in blocks_of(held)],
        "listed": list(span) if span else None,
        "rows": [[row.n, row.mark, row.item, row.flag.value, row.body, row.code] for row in rows],
        "at": now.isoformat(),
    }
    return signed(told, secret=secret_of(peer))


def _held(peer: ExchangePeer, way: Way) -> Iterator[Held]:
    """Ended records are told without their item."""
    rows = peer.entries.filter(way=way).order_by("n")
    for mark, n, item, flag, body, code in rows.values_list("mark", "n", "item", "flag", "body", "code"):
        ended, stands = flag == Flag.ENDED, flag == Flag.STANDING
        of_item = "" if ended or not item else item_code(item)
        yield Held(n, mark, of_item, Flag(flag), body if stands else "", code)


@transaction.atomic
def compare(peer: ExchangePeer, value: object, *, actor: User | None, now: datetime) -> ExchangeComparison:
    """Keep in what the other side's holdings differ from what was sent. Refusal EX02 without the common seal, EX23 where
    it is no statement on our stream."""
    plain = checked(value, secret=secret_of(peer), what="对账单")
    try:
        told = Statement.model_validate(plain)
    except ValidationError as error:
        raise _foreign("写法不对") from error
    if told.stream not in ("", peer.stream) or told.format != FORMAT:
        raise _foreign("说的是另一个流水")
    ours = list(_held(peer, Way.OUT))
    theirs = [
        Block(
            item=block[0],
            first=block[1],
            last=block[2],
            standing=block[3],
            ended=block[4],
            returned=block[5],
            digest=block[6],
        )
        for block in told.blocks
    ]
    mine = blocks_of(ours)
    found = [_told(one, ours, told) for one in differences(mine, theirs)]
    kept = ExchangeComparison.objects.create(
        peer=peer,
        at=now,
        by=actor,
        through=told.through,
        blocks=_side_by_side(mine, theirs),
        found=found,
    )
    payload = {"through": told.through, "blocks": len(found)}
    note("exchange.compared", now=now, actor=actor, object=f"peer:{peer.public_id}", payload=payload)
    return kept


def _side_by_side(ours: list[Block], theirs: list[Block]) -> list[dict[str, Any]]:
    """Per item and block, what was sent and what they hold."""
    here = {(one.item, one.first): one for one in ours}
    there = {(one.item, one.first): one for one in theirs}
    rows = []
    for place in sorted({*here, *there}):
        one, other = here.get(place), there.get(place)
        any_ = one or other
        assert any_ is not None
        rows.append(
            {
                "item": any_.item,
                "first": any_.first,
                "last": any_.last,
                "ours": (one.standing or one.ended) if one else 0,
                "theirs": (other.standing or other.ended) if other else 0,
                "returned": other.returned if other else 0,
                "same": bool(one and other and one.digest == other.digest),
            }
        )
    return rows


def _told(one: Difference, ours: list[Held], told: Statement) -> dict[str, Any]:
    """A block with its lines, where the statement lists them."""
    listed = told.listed is not None and told.listed[0] <= one.first and one.last >= one.first
    here = [row for row in ours if row.item == one.item and one.first <= row.n <= one.last]
    there = [
        Held(n, mark, item, flag, body, code)
        for n, mark, item, flag, body, code in told.rows
        if item == one.item and one.first <= n <= one.last
    ]
    lines = [
        {
            "n": row.n,
            "mark": row.mark,
            "ours": row.ours.label if row.ours else "",
            "theirs": row.theirs.label if row.theirs else "",
            "code": row.code,
            "words": row.other_words,
        }
        for row in lines_apart(here, there)
    ]
    return {**asdict(one), "listed": listed, "lines": lines[:MOST_SHOWN] if listed else []}


def _foreign(cause: str) -> Refusal:
    return Refusal(
        "EX23", f"这份对账单没有采用：{cause}。", advice="请对方用 xinheng exchange reconcile 重新生成。"
    )
