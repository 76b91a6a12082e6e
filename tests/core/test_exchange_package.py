"""A package is whole, in order and sealed, or it is refused."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.exchange_package import (
    RETRACT,
    Line,
    Manifest,
    Package,
    Said,
    checked,
    put,
    read,
    refuse_out_of_order,
    root_of,
    signed,
    spans_of,
    written,
)
from xinheng.core.ledger import GENESIS
from xinheng.core.refusal import Refusal

SECRET = "一个密文"
MARK = "abcdefghijklmnop"


def package(count: int = 3, *, first: int = 1, number: int = 1) -> Package:
    lines: list[Line] = []
    for n in range(first, first + count):
        said = Said(item="penalty", name=f"某某{n}号公司", document_no=f"罚〔2026〕{n}号", amount_fen=n)
        lines.append(Line(n=n, id=MARK, op=RETRACT) if n % 3 == 0 else put(n, MARK, said))
    return Package(manifest(lines, number=number), tuple(lines))


def manifest(lines: Sequence[Line], *, number: int = 1) -> Manifest:
    return Manifest(
        stream=MARK,
        sender="410221",
        receiver="410200",
        number=number,
        previous=GENESIS,
        first=lines[0].n,
        count=len(lines),
        retractions=sum(line.op == RETRACT for line in lines),
        items={"penalty": len(lines)},
        spans=spans_of(lines),
        root=root_of(lines),
        sealed=[0, 1],
        made_at="2026-11-20T02:00:00.000000Z",
    )


@pytest.mark.row("M2-12")
def test_a_package_is_read_as_it_was_written() -> None:
    made = package(7)
    assert read(written(made, secret=SECRET), secret=SECRET) == made
    with pytest.raises(Refusal, match="校验码"):
        read(written(made, secret=SECRET), secret="另一个密文")


@pytest.mark.row("M2-12")
@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    whole = b"".join(written(package(3), secret=SECRET))
    place = data.draw(st.integers(0, len(whole) - 2))
    sign = data.draw(st.integers(32, 126).filter(lambda one: one != whole[place]))
    changed = whole[:place] + bytes([sign]) + whole[place + 1 :]
    with pytest.raises(Refusal) as caught:
        read(changed.splitlines(keepends=True), secret=SECRET)
    assert caught.value.code in {"EX01", "EX02"}


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_a_line_without_its_words_keeps_the_root_and_tells_nothing() -> None:
    made = package(2)
    bare = Package(made.manifest, (made.lines[0].without_words(), made.lines[1]))
    text = b"".join(written(bare, secret=SECRET)).decode()
    assert "某某1号公司" not in text
    assert made.lines[0].salt not in text
    found = read(text.encode().splitlines(keepends=True), secret=SECRET)
    assert [line.voided for line in found.lines] == [True, False]
    assert found.manifest.chain() == made.manifest.chain()


@pytest.mark.row("M2-12")
def test_a_retraction_carries_its_mark_alone() -> None:
    assert set(json.loads(package(3).lines[2].written())) == {"n", "id", "op"}


@pytest.mark.row("M2-12")
def test_two_records_that_say_the_same_have_different_digests() -> None:
    said = Said(item="penalty", name="某某公司")
    assert put(1, MARK, said).body != put(1, MARK, said).body


@pytest.mark.row("M2-12")
def test_a_package_has_to_follow_the_one_before_it() -> None:
    first = package(2).manifest
    refuse_out_of_order(first, last=0, chain="", next_line=1)
    third = package(2, first=5, number=3).manifest
    with pytest.raises(Refusal, match="缺少第 1—2 号"):
        refuse_out_of_order(third, last=0, chain="", next_line=1)
    with pytest.raises(Refusal, match="缺少第 2 号"):
        refuse_out_of_order(third, last=1, chain=first.chain(), next_line=3)
    second = package(2, first=3, number=2).manifest
    with pytest.raises(Refusal, match="接不上"):
        refuse_out_of_order(second, last=1, chain=first.chain(), next_line=3)


@pytest.mark.row("M2-12")
def test_lines_out_of_order_or_too_few_are_refused() -> None:
    rows = list(written(package(4), secret=SECRET))
    for wrong in (rows[:-1], [rows[0], rows[2], rows[1], *rows[3:]], [*rows, rows[-1]], rows[1:], []):
        with pytest.raises(Refusal):
            read(wrong, secret=SECRET)


@pytest.mark.row("M2-12")
@pytest.mark.parametrize(
    "value", [None, [], "x", {}, {"mac": ""}, {"a": 1.5, "mac": "x"}, {"a": 1, "mac": 2}]
)
def test_what_is_not_sealed_is_not_believed(value: object) -> None:
    with pytest.raises(Refusal):
        checked(value, secret=SECRET, what="回执")


def test_what_is_sealed_is_believed() -> None:
    assert checked(signed({"a": "乙"}, secret=SECRET), secret=SECRET, what="回执") == {"a": "乙"}
