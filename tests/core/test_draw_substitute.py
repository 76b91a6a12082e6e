"""The order in which substitutes are asked follows from the record alone; whoever chose, skipped or hid one is found out."""

import json
from pathlib import Path
from typing import Any

import pytest

from xinheng.core.canonical import digest_of
from xinheng.core.draw_substitute import (
    Cause,
    NoSubstitute,
    Passed,
    change_of,
    order_of,
    substitute_for,
    verify_changes,
)

pytestmark = pytest.mark.row("M8-03")
RECORD: dict[str, Any] = json.loads(Path("docs/draw-example.json").read_text(encoding="utf-8"))
AT = "2030-01-01T00:00:00.000000Z"


def _replaced(
    changes: list[dict[str, Any]],
    *,
    place: int = 0,
    member: int = 0,
    cause: Cause = Cause.RECUSED,
    unfit: dict[str, Passed] | None = None,
) -> dict[str, Any]:
    drawn = RECORD["drawn"][place]
    given = {"key": drawn["key"], "absent": drawn["team"][member], "cause": cause}
    found = substitute_for(RECORD, changes, unfit=unfit or {}, **given)
    return change_of(RECORD, changes, found, reason="依法回避", decided_at=AT, **given)


def _resealed(change: dict[str, Any], **given: Any) -> dict[str, Any]:
    content = {**{key: value for key, value in change.items() if key != "digest"}, **given}
    return {**content, "digest": digest_of(content)}


def test_changes_made_by_the_rule_are_found_right() -> None:
    first = _replaced([])
    second = _replaced([first], member=1, cause=Cause.UNABLE)
    assert verify_changes(RECORD, [first, second]) == ()
    assert verify_changes(RECORD, []) == ()


def test_who_was_unable_takes_nothing_else_in_the_draw_and_who_left_does_not_come_back() -> None:
    first = _replaced([], cause=Cause.UNABLE)
    for place in range(len(RECORD["drawn"])):
        assert _replaced([first], place=place, member=1)["substitute"] != first["absent"]


def test_another_than_the_next_is_found_out() -> None:
    honest = _replaced([])
    after = _replaced([], unfit={honest["substitute"]: Passed.CERTIFICATE})
    chosen = _resealed(honest, substitute=after["substitute"])
    assert "不是按顺序轮到的下一名" in verify_changes(RECORD, [chosen])[0]
    assert verify_changes(RECORD, [after]) == ()
    assert [one["cause"] for one in after["passed"]] == ["certificate"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda one: {**one, "reason": "另有任务"}, "内容与摘要不符"),
        (lambda one: _resealed(one, absent="nobody"), "不在这个对象的检查组中"),
        (lambda one: _resealed(one, previous="sha256:" + "0" * 64), "接不上"),
        (lambda one: _resealed(one, sequence=2), "接不上"),
        (lambda one: _resealed(one, decided_at="2000-01-01T00:00:00.000000Z"), "时间早于"),
        (lambda one: {**one, "person": "张三"}, "格式不合"),
    ],
)
def test_a_change_that_was_made_up_is_found_out(wrong: Any, words: str) -> None:
    assert any(words in problem for problem in verify_changes(RECORD, [wrong(_replaced([]))]))


def test_a_change_that_is_left_out_is_found_out() -> None:
    first = _replaced([])
    assert verify_changes(RECORD, [_replaced([first], member=1)])


def test_where_nobody_is_left_nobody_goes() -> None:
    everybody = {one["key"]: Passed.CERTIFICATE for one in RECORD["inspectors"]}
    with pytest.raises(NoSubstitute):
        _replaced([], unfit=everybody)


def test_the_order_is_another_for_each_object() -> None:
    seed, people = bytes.fromhex(RECORD["seed"]), [one["key"] for one in RECORD["inspectors"]]
    orders = {tuple(order_of(seed, key=one["key"], inspectors=people)) for one in RECORD["drawn"]}
    assert len(orders) > 1 or len(people) < 2
