"""Loads the lines of one item as a delivery of the platform's organisation, and says where each line landed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow.parquet as pq

from xinheng.core.exchange_package import Line
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.intake.prepare import Prepared
from xinheng.services.collect import Delivery, import_file, workshop
from xinheng.services.exchanges_feeds import feed_id, reading, write_rows
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState, ReturnedRow
from xinheng.store.exchanges import ExchangePeer
from xinheng.store.records import Record

_FIRST_ROW = 2
_REPEATED = "E07"
"""Code of a line that repeats another of the same package."""


@dataclass(frozen=True, slots=True)
class Landed:
    """Row of the batch that came of it; ``record_key`` None: it was not accepted, ``code`` says why."""

    batch: Batch
    row_no: int
    record_key: int | None
    code: str = ""


def load_lines(
    item: str,
    lines: Sequence[Line],
    *,
    peer: ExchangePeer,
    policy: Policy,
    actor: User | None,
    now: datetime,
) -> dict[str, Landed]:
    """By mark. Inside the caller's transaction; Refusal E11 for a column that may not be collected, EX19 where the lines
    cannot be read at all."""
    hashes: dict[int, bytes] = {}
    delivery = Delivery(
        policy=reading(item, lines, policy),
        organisation=peer.organisation,
        actor=actor,
        now=now,
        by_machine=True,
    )
    with workshop() as work:
        path = work / "lines.json"
        write_rows(lines, path)
        batch = import_file(
            path,
            delivery,
            feed=feed_id(item),
            name=f"{peer.name}-{item}.json",
            look=lambda prepared: hashes.update(_hashes(prepared)),
        )
    batch.refresh_from_db()
    if batch.state != BatchState.LOADED:
        raise Refusal(
            "EX19",
            f"“{policy.catalogue.items[item].title}”的各行不能读入：{batch.report.get('message') or ''}",
            advice="请核对双方的版本和目录。",
        )
    return _landed(batch, lines, hashes)


def _hashes(prepared: Prepared) -> dict[int, bytes]:
    """By row, which act it is; of the rows that passed the checks."""
    if prepared.status != "mapped":
        return {}
    table = pq.read_table(prepared.accepted_path, columns=["row_no", "natural_hash"])
    return {row["row_no"]: bytes(row["natural_hash"]) for row in table.to_pylist()}


def _landed(batch: Batch, lines: Sequence[Line], hashes: dict[int, bytes]) -> dict[str, Landed]:
    loaded = dict(Record.objects.filter(batch=batch).values_list("row_no", "record_key"))
    back = {row.row_no: row.codes for row in ReturnedRow.objects.filter(batch=batch)}
    open_ = Record.objects.filter(natural_hash__in=list(hashes.values()), known_until__isnull=True)
    known = {bytes(hash_): key for hash_, key in open_.values_list("natural_hash", "record_key")}
    found = {}
    for row_no, line in enumerate(lines, start=_FIRST_ROW):
        key = loaded.get(row_no)
        codes = back.get(row_no, [])
        if key is None and not codes and row_no in hashes:
            key = known.get(hashes[row_no])
        code = "" if key is not None else (codes[0] if codes else _REPEATED)
        found[line.id] = Landed(batch, row_no, key, code)
    return found
