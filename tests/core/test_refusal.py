"""A refusal says each thing once, in the order in which it was found."""

import pytest

from xinheng.core.refusal import Refusal, gathered, refuse_all


def _group(*codes: str) -> None:
    refuse_all([Refusal(code, f"{code}。", citation="《办法》第一条", advice="请更正。") for code in codes])


def test_groups_that_were_gathered_are_told_once_each() -> None:
    found: list[Refusal] = []
    for codes in ("AB", "CD"):
        with gathered(found):
            _group(*codes)
    with pytest.raises(Refusal) as refused:
        refuse_all(found)
    assert [one.code for one in refused.value.every] == ["A", "B", "C", "D"]
    told = str(refused.value).splitlines()
    assert [line for line in told if line.startswith("[")] == ["[A] A。", "[B] B。", "[C] C。", "[D] D。"]
    assert len(told) == 12


def test_machines_are_told_the_clause_where_there_is_one() -> None:
    bare = {"code": "A", "detail": "没有。", "advice": "请更正。"}
    assert Refusal("A", "没有。", advice="请更正。").told() == bare
    cited = Refusal("A", "没有。", advice="请更正。", citation="《办法》第一条")
    assert cited.told() == bare | {"citation": "《办法》第一条"}


def test_nothing_found_refuses_nothing() -> None:
    refuse_all([])
