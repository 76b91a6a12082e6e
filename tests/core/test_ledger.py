import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.ledger import (
    GENESIS,
    Entry,
    changed_positions,
    inclusion_proof,
    is_included,
    merkle_root,
    seal,
    verify_batch,
    verify_chain,
)

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def entry(number, **changes):
    made = Entry(id=number, transaction=number // 2, at=AT, kind="subject.read", actor="u1", subject="s9")
    return replace(made, **changes)


def chain_of_batches(*sizes):
    batches, entries, last, number = [], [], None, 0
    for position, size in enumerate(sizes):
        members = [entry(number + n) for n in range(size)]
        number += size
        last = seal(
            [item.leaf() for item in members],
            after=last,
            sealed_at=AT + timedelta(seconds=position),
            below_transaction=number,
        )
        batches.append(last)
        entries.append(members)
    return batches, entries


def rfc6962_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    joined = b"\x01" + rfc6962_root(leaves[:split]) + rfc6962_root(leaves[split:])
    return hashlib.sha256(joined).digest()


@pytest.mark.parametrize("count", [*range(1, 20), 31, 32, 33, 100])
def test_the_tree_is_that_of_rfc_6962(count):
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(count)]
    assert merkle_root(leaves) == rfc6962_root(leaves)


def test_the_empty_tree_has_the_hash_of_nothing():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root([]).hex() == empty


@given(st.integers(1, 70), st.data())
def test_a_proof_convinces_for_its_own_place_only(size, data):
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    root = "sha256:" + merkle_root(leaves).hex()
    proof = inclusion_proof(leaves, index)
    assert is_included(leaves[index], index=index, size=size, proof=proof, root=root)
    assert is_included(leaves[other], index=index, size=size, proof=proof, root=root) == (other == index)
    assert not is_included(leaves[index], index=index, size=size, proof=(*proof, leaves[0]), root=root)
    if proof:
        assert not is_included(leaves[index], index=index, size=size, proof=proof[:-1], root=root)


@pytest.mark.parametrize("root", ["", "md5:00", "sha256:00"])
def test_a_malformed_root_proves_nothing(root):
    assert not is_included(b"x" * 32, index=0, size=1, proof=(), root=root)


def test_a_leaf_depends_on_every_field_and_not_on_the_zone_of_its_moment():
    original = entry(1)
    changes = {
        "id": 2,
        "transaction": 5,
        "at": AT + timedelta(microseconds=1),
        "kind": "subject.write",
        "actor": None,
        "subject": "",
        "object": "x",
        "reason": "x",
        "payload_digest": "sha256:00",
    }
    leaves = {replace(original, **{key: value}).leaf() for key, value in changes.items()}
    assert len(leaves | {original.leaf()}) == len(changes) + 1
    assert replace(original, at=AT.astimezone(timezone(timedelta(hours=8)))).leaf() == original.leaf()
    with pytest.raises(ValueError):
        replace(original, at=AT.replace(tzinfo=None)).leaf()


def test_a_whole_chain_has_no_problems():
    batches, entries = chain_of_batches(3, 1, 8)
    assert list(verify_chain(batches)) == []
    assert [
        problem for batch, own in zip(batches, entries, strict=True) for problem in verify_batch(batch, own)
    ] == []
    assert batches[0].previous == GENESIS


@pytest.mark.row("M17-04")
def test_a_changed_event_is_found_and_named():
    batches, entries = chain_of_batches(3, 4)
    sealed = [item.leaf() for item in entries[1]]
    entries[1][2] = replace(entries[1][2], reason="改过")
    assert len(list(verify_batch(batches[1], entries[1]))) == 1
    assert changed_positions(sealed, entries[1], algorithm="sha256") == (2,)


@pytest.mark.row("M17-04")
@pytest.mark.parametrize("tamper", [lambda e: e[:-1], lambda e: [*e, entry(99)], lambda e: e[::-1]])
def test_events_dropped_added_or_reordered_are_found(tamper):
    batches, entries = chain_of_batches(4)
    assert list(verify_batch(batches[0], tamper(entries[0])))


@pytest.mark.row("M17-04")
@pytest.mark.parametrize(
    "changes",
    [
        {"number": 7},
        {"size": 2},
        {"root": "sha256:" + "1" * 64},
        {"root": "crc32:00"},
        {"previous": GENESIS},
        {"chain": "sha256:" + "2" * 64},
        {"below_transaction": 0},
        {"sealed_at": AT - timedelta(days=1)},
    ],
)
def test_any_change_of_a_batch_is_found(changes):
    batches, _ = chain_of_batches(3, 4, 5)
    batches[1] = replace(batches[1], **changes)
    assert list(verify_chain(batches))


@pytest.mark.parametrize("order", [[0, 2], [1, 2], [0, 2, 1], [0, 1, 1, 2]])
def test_missing_repeated_and_swapped_batches_are_found(order):
    batches, _ = chain_of_batches(3, 4, 5)
    assert list(verify_chain([batches[n] for n in order]))


def test_a_cut_off_end_is_found_by_a_head_noted_elsewhere():
    batches, _ = chain_of_batches(3, 4, 5)
    assert list(verify_chain(batches[:2])) == []
    assert list(verify_chain(batches[:2], heads={3: batches[2].chain})) == [
        "第3批：外部留有链值，账本中没有这一批（可能被截断）"
    ]


def test_a_rewritten_chain_is_found_by_a_head_noted_elsewhere():
    noted = chain_of_batches(3, 4)[0][1].chain
    rewritten = chain_of_batches(2, 4)[0]
    assert list(verify_chain(rewritten)) == []
    assert len(list(verify_chain(rewritten, heads={2: noted}))) == 1
