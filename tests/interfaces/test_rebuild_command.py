"""`xinheng snapshot`, `runs` and `rebuild` as from a terminal, on the database of the tests."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.interfaces import cli
from xinheng.interfaces.cli import rebuilding, snapshotting
from xinheng.scoring.exchange import look
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.records import Change, change_state
from xinheng.services.refresh import refresh_grades
from xinheng.store.models import EvaluationRun, Record, Subject

MODEL = "food/food-operators"
Call = Callable[..., tuple[int, str, str]]


class Clock(datetime):
    """A clock that stands an hour after the deliveries of the tests."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOW + timedelta(hours=1)


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 4)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(folder, penalty(1), penalty(2)), delivery)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda *, city=None: None)
    monkeypatch.setattr(snapshotting, "datetime", Clock)
    monkeypatch.setattr(rebuilding, "datetime", Clock)

    def called(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xinheng", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return called


def _run(people: People, policy: Policy) -> EvaluationRun:
    moment = NOW + timedelta(minutes=1)
    return run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=moment, publish=True)


def _withdraw(people: People, policy: Policy, *, at: datetime) -> None:
    record = Record.objects.get(subject__code=code(1), item=4, known_until__isnull=True)
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=at)


@pytest.mark.row("M7-07")
def test_a_snapshot_is_what_was_known_on_the_day(
    city: People, policy: Policy, call: Call, tmp_path: Path
) -> None:
    before = Record.objects.count()
    _withdraw(city, policy, at=NOW + timedelta(days=1))
    code_, said, _ = call("snapshot", "--as-of", TODAY, "--out", tmp_path / "快照")
    assert code_ == 0
    assert f"{before:,} 条" in said
    folder = look(tmp_path / "快照")
    rows = pq.read_table(folder.records).to_pylist()
    assert len(rows) == before
    assert {row["state"] for row in rows} == {1}
    keys = [(row["subject_id"], row["decided_on"], row["record_id"]) for row in rows]
    assert keys == sorted(keys)
    people = pq.read_table(folder.subjects).to_pylist()
    assert {row["code"] for row in people} == {code(1), code(2), code(3)}
    assert {row["county"] for row in people} == {"410202"}


def test_a_snapshot_holds_no_record_without_its_subject(city: People, call: Call, tmp_path: Path) -> None:
    Subject.objects.filter(code=code(1)).update(status="cancelled")
    assert call("snapshot", "--as-of", TODAY, "--out", tmp_path / "快照")[0] == 0
    folder = look(tmp_path / "快照")
    known = {row["subject_id"] for row in pq.read_table(folder.subjects).to_pylist()}
    assert {row["subject_id"] for row in pq.read_table(folder.records).to_pylist()} == known
    assert len(known) == 2


@pytest.mark.parametrize(
    ("day", "out", "told"),
    [
        ("2026-11-21", "new", "还没有到"),
        ("2026-11-20", ".", "已经存在"),
        ("2026-11-20", "missing/new", "没有文件夹"),
        ("20日", "new", "不是日期"),
    ],
)
def test_a_snapshot_that_cannot_be_is_refused(
    city: People, call: Call, tmp_path: Path, day: str, out: str, told: str
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    code_, _, said = call("snapshot", "--as-of", day, "--out", tmp_path / out)
    assert code_ == 2
    assert told in said
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.row("M7-07")
def test_a_past_run_is_made_again_from_the_terminal(city: People, policy: Policy, call: Call) -> None:
    full = _run(city, policy)
    _withdraw(city, policy, at=NOW + timedelta(minutes=2))
    refresh_grades(now=NOW + timedelta(minutes=3))
    refreshed = EvaluationRun.objects.get(current=True)
    code_, said, _ = call("runs", "--model", MODEL)
    assert code_ == 0
    assert [line.split()[0] for line in said.splitlines()] == [refreshed.public_id, full.public_id]
    assert "更新，已发布，现行" in said
    for run in (full, refreshed):
        code_, said, _ = call("rebuild", run.public_id)
        assert (code_, said.count("✓")) == (0, 2)
        assert "逐位一致" in said


def test_a_run_that_does_not_follow_from_its_facts_is_told(city: People, policy: Policy, call: Call) -> None:
    run = _run(city, policy)
    EvaluationRun.objects.filter(pk=run.pk).update(result_digest="sha256:other")
    code_, said, error = call("rebuild", run.public_id)
    assert code_ == 1
    assert "✗ 得分和等级" in said
    assert "不一致" in error


def test_what_cannot_be_rebuilt_is_refused_by_name(city: People, policy: Policy, call: Call) -> None:
    code_, _, said = call("rebuild", "nothing")
    assert (code_, "没有编号为“nothing”" in said) == (2, True)
    code_, _, said = call("runs", "--model", "food/none")
    assert (code_, "还没有评价过" in said) == (2, True)
    run = _run(city, policy)
    EvaluationRun.objects.filter(pk=run.pk).update(treatment_digest="", record_mark=None)
    code_, _, said = call("rebuild", run.public_id)
    assert code_ == 2
    assert "请重新运行评价" in said
