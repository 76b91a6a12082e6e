"""How the ledger is sealed: the leaf of an event, the Merkle root of a batch, the chain over batches.

Leaf and node hashes are those of RFC 6962 (prefix 00 and 01); a batch is chained with prefix 02. The entries hold
references and digests, never personal data (legal guard G13). Whoever changes, drops, inserts or reorders an
event after sealing is found with this module alone; whoever cuts off the end is found by a head noted elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from xinheng.core.canonical import ALGORITHMS, canonical, raw_digest

LEAF, NODE, BATCH = b"\x00", b"\x01", b"\x02"
GENESIS = "sha256:" + "0" * 64
"""What the first batch names as its predecessor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it is hashed. ``subject``, ``object`` and ``actor`` are outside ids or digests."""

    id: int
    transaction: int
    at: datetime
    kind: str
    actor: str | None
    subject: str = ""
    object: str = ""
    reason: str = ""
    payload_digest: str = ""

    def leaf(self, *, algorithm: str = "sha256") -> bytes:
        content = asdict(self) | {"at": instant(self.at), "format": 1}
        return raw_digest(LEAF + canonical(content), algorithm=algorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A sealed batch. ``below_transaction``: all events of earlier transactions are in this batch or before it.

    ``era`` counts the servers on which the ledger was kept: transaction numbers go on within one and may begin anew in
    the next. ``server`` names the one that sealed the batch; batches from before it was kept have none.
    """

    number: int
    sealed_at: datetime
    below_transaction: int
    size: int
    root: str
    previous: str
    chain: str
    era: int = 0
    server: str = ""


def instant(moment: datetime) -> str:
    """One text for one moment: UTC with microseconds. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def merkle_root(leaves: Sequence[bytes], *, algorithm: str = "sha256") -> bytes:
    """The root over leaf hashes; of none it is the hash of nothing."""
    if not leaves:
        return raw_digest(b"", algorithm=algorithm)
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level, algorithm)
    return level[0]


def _parents(level: list[bytes], algorithm: str) -> list[bytes]:
    """Pairs from the left; a last one without a partner moves up as it is. This is the tree of RFC 6962."""
    pairs = [_node(level[i], level[i + 1], algorithm) for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _node(left: bytes, right: bytes, algorithm: str) -> bytes:
    return raw_digest(NODE + left + right, algorithm=algorithm)


def inclusion_proof(leaves: Sequence[bytes], index: int, *, algorithm: str = "sha256") -> tuple[bytes, ...]:
    """The hashes that lead from leaf ``index`` to the root, lowest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level, index = _parents(level, algorithm), index // 2
    return tuple(proof)


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: str) -> bool:
    """Whether ``proof`` shows that ``leaf`` stands at ``index`` of the ``size`` leaves under ``root``."""
    algorithm = root.partition(":")[0]
    if algorithm not in ALGORITHMS or not 0 <= index < size:
        return False
    rest, width, reached = list(proof), size, leaf
    while width > 1:
        if index ^ 1 < width:
            if not rest:
                return False
            sibling = rest.pop(0)
            left, right = (sibling, reached) if index % 2 else (reached, sibling)
            reached = _node(left, right, algorithm)
        index, width = index // 2, (width + 1) // 2
    return not rest and f"{algorithm}:{reached.hex()}" == root


def seal(
    leaves: Sequence[bytes],
    *,
    after: Batch | None,
    sealed_at: datetime,
    below_transaction: int,
    era: int = 0,
    server: str = "",
    algorithm: str = "sha256",
) -> Batch:
    """The batch over ``leaves`` that follows ``after`` (None: the first batch)."""
    number = after.number + 1 if after else 1
    root = f"{algorithm}:{merkle_root(leaves, algorithm=algorithm).hex()}"
    previous = after.chain if after else GENESIS
    unchained = Batch(
        number=number,
        sealed_at=sealed_at,
        below_transaction=below_transaction,
        size=len(leaves),
        root=root,
        previous=previous,
        chain="",
        era=era,
        server=server,
    )
    return replace(unchained, chain=chain_of(unchained))


def chain_of(batch: Batch) -> str:
    """The chain value that belongs to a batch: over its number, moment, horizon, size, root, predecessor, era, server."""
    algorithm = batch.root.partition(":")[0]
    content = asdict(batch) | {"sealed_at": instant(batch.sealed_at), "format": 1}
    del content["chain"]
    if not batch.era and not batch.server:
        del content["era"], content["server"]
    return f"{algorithm}:{raw_digest(BATCH + canonical(content), algorithm=algorithm).hex()}"


def era_of(before: Batch | None, *, server: str, horizon: int) -> int:
    """The era of the next batch: a new one on another server, or where transaction numbers ran backwards."""
    if before is None:
        return 0
    moved = before.server not in ("", server) or horizon < before.below_transaction
    return before.era + moved


def verify_chain(batches: Iterable[Batch], *, heads: Mapping[int, str] | None = None) -> Iterator[str]:
    """What is wrong with a chain, as Chinese sentences; nothing when it is whole.

    ``batches`` come in order from the first. ``heads`` are chain values noted outside the database, by batch number.
    """
    expected = dict(heads or {})
    before: Batch | None = None
    for batch in batches:
        yield from _problems_of(batch, before)
        noted = expected.pop(batch.number, None)
        if noted is not None and noted != batch.chain:
            yield f"第{batch.number}批：链值与外部留存的链值不一致"
        before = batch
    for number in sorted(expected):
        yield f"第{number}批：外部留有链值，账本中没有这一批（可能被截断）"


def _problems_of(batch: Batch, before: Batch | None) -> Iterator[str]:
    number = before.number + 1 if before else 1
    if batch.number != number:
        yield f"第{batch.number}批：应为第{number}批，中间有缺失、重复或颠倒"
    if batch.previous != (before.chain if before else GENESIS):
        yield f"第{batch.number}批：所记前批链值与前一批不符"
    if before and batch.era == before.era and batch.below_transaction < before.below_transaction:
        yield f"第{batch.number}批：事务界限早于前一批"
    if batch.era - (before.era if before else 0) not in (0, 1):
        yield f"第{batch.number}批：服务器更替的次序与前一批不符"
    if before and batch.sealed_at < before.sealed_at:
        yield f"第{batch.number}批：封存时间早于前一批"
    if batch.root.partition(":")[0] not in ALGORITHMS:
        yield f"第{batch.number}批：默克尔根的摘要算法不认识"
    elif chain_of(batch) != batch.chain:
        yield f"第{batch.number}批：链值与内容不符，批次被改动"


def verify_batch(batch: Batch, entries: Sequence[Entry]) -> Iterator[str]:
    """What is wrong with the events of one batch, given in their order of sealing."""
    algorithm = batch.root.partition(":")[0]
    if algorithm not in ALGORITHMS:
        yield f"第{batch.number}批：默克尔根的摘要算法不认识"
        return
    if len(entries) != batch.size:
        yield f"第{batch.number}批：应有{batch.size}个事件，实有{len(entries)}个"
    leaves = [entry.leaf(algorithm=algorithm) for entry in entries]
    if f"{algorithm}:{merkle_root(leaves, algorithm=algorithm).hex()}" != batch.root:
        yield f"第{batch.number}批：事件与默克尔根不符，有事件被改动、增删或调换"


def changed_positions(
    sealed: Sequence[bytes], entries: Sequence[Entry], *, algorithm: str
) -> tuple[int, ...]:
    """Which entries no longer match the leaf kept at sealing: names the tampered event inside a bad batch."""
    pairs = zip(sealed, entries, strict=False)
    return tuple(n for n, (leaf, entry) in enumerate(pairs) if entry.leaf(algorithm=algorithm) != leaf)
