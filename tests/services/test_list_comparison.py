"""A list that leaves out who stood on it proposes exits; only a person who did not deliver it confirms them."""

from pathlib import Path
from typing import Any

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code, write
from tests.services.test_exits import LIST, entry, listed, standing, told

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services import list_comparison
from xinheng.services.collect import Delivery, import_file
from xinheng.services.list_comparison import compared, confirm_exits
from xinheng.store.models import Batch, LedgerEvent, Publication

pytestmark = pytest.mark.row("M2-11")
__all__ = ["listed"]


def _again(folder: Path, delivery: Delivery, *rows: str, called: str = "整份.csv") -> Batch:
    return import_file(write(folder, *rows, header=LIST, called=called), delivery)


def _keys(batch: Batch) -> set[int]:
    found = compared(batch)
    assert found is not None
    return {one.record_key for one in found.entries}


def _confirm(batch: Batch, people: People, policy: Policy, **changed: Any) -> int:
    given = {"keys": _keys(batch), "whole_on": TODAY, "reason": "与执行局核对", "actor": people.wang}
    return confirm_exits(batch.public_id, policy=policy, now=NOW, **{**given, **changed})


def test_who_is_named_no_more_is_proposed_and_nothing_ends_by_itself(
    listed: Delivery, tmp_path: Path
) -> None:
    batch = _again(tmp_path, listed, entry(2), entry(3))
    assert _keys(batch) == {standing(1).record_key}
    found = compared(batch)
    assert found is not None
    assert (found.standing, found.count) == (2, 1)
    assert {standing(number).state for number in (1, 2, 3)} == {RecordState.ACTIVE}
    assert Publication.objects.filter(stopped_at__isnull=True).count() == 2


@pytest.mark.guard("G9")
def test_a_confirmed_exit_ends_the_entry_and_its_effects(
    listed: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    batch = _again(tmp_path, listed, entry(2))
    assert _confirm(batch, people, policy) == 1
    ended = standing(1)
    assert (ended.state, ended.valid_to, ended.note.deed) == (RecordState.WITHDRAWN, TODAY, "exit")
    assert "整份名单" in ended.note.ground
    assert Publication.objects.get(record_key=ended.record_key).stop_reason == "exit"
    assert standing(2).state == RecordState.ACTIVE
    assert _keys(batch) == set()
    assert LedgerEvent.objects.get(kind="list.compared").actor == people.wang


def test_a_row_that_waits_for_a_person_may_mean_the_entry(listed: Delivery, tmp_path: Path) -> None:
    unclear = entry(1).replace(code(1), "91410202MA00000000")
    assert _keys(_again(tmp_path, listed, unclear, entry(2))) == set()


def test_an_entry_that_left_meanwhile_is_open_no_more(listed: Delivery, tmp_path: Path) -> None:
    from tests.services.test_exits import leaving

    batch = _again(tmp_path, listed, entry(2))
    told(tmp_path, listed, leaving(1))
    assert _keys(batch) == set()


def test_a_list_that_names_too_few_is_no_whole_list(
    listed: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_comparison, "MOST", 1)
    found = compared(_again(tmp_path, listed, entry(3)))
    assert found is not None
    assert (found.too_many, found.count, found.entries) == (True, 2, ())


def test_of_exits_and_other_files_nothing_is_compared(listed: Delivery, tmp_path: Path) -> None:
    from tests.services.test_exits import leaving

    assert compared(told(tmp_path, listed, leaving(1))) is None


@pytest.mark.parametrize(
    ("changed", "code_"),
    [
        ({"keys": set()}, "LC03"),
        ({"keys": {999_999}}, "LC03"),
        ({"reason": " "}, "LC04"),
        ({"whole_on": TODAY.replace(year=2027)}, "LC05"),
    ],
)
def test_without_entry_reason_or_day_nothing_is_confirmed(
    listed: Delivery, people: People, policy: Policy, tmp_path: Path, changed: dict[str, Any], code_: str
) -> None:
    batch = _again(tmp_path, listed, entry(2))
    with pytest.raises(Refusal) as refused:
        _confirm(batch, people, policy, **changed)
    assert refused.value.code == code_
    assert standing(1).state == RecordState.ACTIVE


def test_who_delivered_the_list_confirms_nothing(
    listed: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    batch = _again(tmp_path, listed, entry(2))
    with pytest.raises(Refusal) as refused:
        _confirm(batch, people, policy, actor=people.li)
    assert refused.value.code == "LC02"
    with pytest.raises(Refusal) as refused:
        _confirm(Batch.objects.earliest("pk"), people, policy, keys=set())
    assert refused.value.code in ("LC03", "LC01")
