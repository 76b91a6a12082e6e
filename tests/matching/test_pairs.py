"""Many pairs at once score as one by one, and the edits the kernel counts are the fewest."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel, Levenshtein

from xinheng.matching import index
from xinheng.matching.comparing import compare_many, compare_parts
from xinheng.matching.features import difference
from xinheng.matching.index import NameIndex
from xinheng.matching.lines import PartedNames
from xinheng.matching.names import NameParts, parse_name
from xinheng.matching.pair_kernel import LONGEST

NAMES = (
    "开封样例食品有限公司",
    "開封樣例食品有限公司",
    "样例（开封）食品有限公司",
    "样例开封食品有限公司",
    "开封样丽食品有限公司",
    "开封样莉食品有限公司",
    "开封样例食品有限公司第二十四分公司",
    "开封样例食品有限公司第24分公司",
    "开封样例餐饮有限公司（曾用名：开封样例食品有限公司）",
    "样例大学（中国）",
    "河南样例科技集团股份有限公司",
    "开封市鼓楼区人民医院",
    "𠮷样食品店（东区）",
    "",
)
"""One with a former name, one with its place in brackets and beside it the same without, one outside the basic plane."""
PARTED = [parse_name(name) for name in NAMES]
CORES = st.text(alphabet="样例甲乙丽莉一二食品𠮷", min_size=1, max_size=9)


def parts_of(brand: str) -> NameParts:
    return parse_name(f"开封市{brand}有限公司")


@pytest.mark.row("M9-08")
def test_many_pairs_score_as_one_by_one() -> None:
    names = PartedNames.of(PARTED)
    lefts, rights = zip(*product(range(len(NAMES)), repeat=2), strict=True)
    found = compare_many(names, lefts, names, rights)
    alone = [compare_parts(PARTED[left], PARTED[right]) for left, right in zip(lefts, rights, strict=True)]
    assert [(one.score, one.same) for one in found] == [(one.score, one.same) for one in alone]
    assert any(one.same for one in found) and any(one.score < 0.3 for one in found)


def test_no_pairs_have_no_scores() -> None:
    nobody = PartedNames.of([])
    assert compare_many(nobody, [], nobody, []) == []


@given(CORES, CORES)
def test_the_edits_told_are_those_of_rapidfuzz(one: str, other: str) -> None:
    mine, theirs = parts_of(one), parts_of(other)
    values = difference(mine, theirs).values
    left, right = sorted((mine.core, theirs.core))
    kinds = [edit.tag for edit in Levenshtein.editops(left, right)]
    assert values["core_distance"] == Indel.normalized_distance(left, right)
    assert values["one_replaced"] == (kinds == ["replace"])
    assert values["only_added"] == (set(kinds) in ({"insert"}, {"delete"}))
    assert values["rearranged"] == (left != right and sorted(left) == sorted(right))


@pytest.mark.parametrize(("one", "other", "alike"), [("样丽", "样莉", True), ("样丽", "样沅", False)])
def test_characters_that_are_read_alike_are_known(one: str, other: str, alike: bool) -> None:
    found = difference(parts_of(one), parts_of(other))
    assert found.values["replaced_alike"] == alike
    assert found.replaced is not None and set(found.replaced) == {one[1], other[1]}


def test_names_longer_than_what_is_compared_do_no_harm() -> None:
    long = "".join(chr(0x4E00 + at % 3000) for at in range(20 * LONGEST))
    names = PartedNames.of(map(parse_name, (long, long[:-1], "食品" * 3000 + "有限公司", "样例")))
    scores = [one.score for one in compare_many(names, [0, 0, 0, 2, 3], names, [1, 2, 3, 0, 2])]
    assert all(0 <= score < 0.8 for score in scores)


def test_an_index_without_kept_lines_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [NameIndex.build(NAMES).nearest(name) for name in NAMES]
    monkeypatch.setattr(index, "_KEPT", 3)
    assert [NameIndex.build(NAMES).nearest(name) for name in NAMES] == kept
