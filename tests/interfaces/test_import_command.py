"""What the terminal says of delivered files, where it puts results, and how it ends."""

import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol

import pytest
from tests.people import NOW, People
from tests.services.deliveries import code, penalty, write

from xinheng.interfaces import cli
from xinheng.interfaces.cli import importing
from xinheng.store.models import Batch

FEED = "penalty-dual-publicity"


@dataclass
class Answer:
    exit_code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *words: object) -> Answer: ...


class Clock(datetime):
    """A clock that stands where a test puts it."""

    at = NOW

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.at


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A folder of deliveries beside the data folder."""
    folder = tmp_path / "sent"
    folder.mkdir()
    return folder


@pytest.fixture
def run(
    people: People, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """`xinheng import` as from a terminal, on the database of the tests."""
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda *, city=None: None)
    monkeypatch.setattr(importing, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", NOW)

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["xinheng", "import", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, printed.out, printed.err)

    return call


def unknown(folder: Path, called: str = "不认识.csv") -> Path:
    rows = (f"某店{number},{code(number)},很好" for number in range(1, 4))
    return write(folder, *rows, header="商户,社会信用号,心得", called=called)


def powers(folder: Path) -> Path:
    return write(folder, "某局,C01,对某事的处罚", header="实施主体,职权编号,职权名称", called="职权.csv")


def broken(folder: Path) -> Path:
    path = folder / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")
    return path


def test_a_file_that_entered_whole_is_told_with_feed_and_counts(run: Run, sent: Path) -> None:
    answer = run(write(sent, penalty(1), penalty(2)))
    assert answer.exit_code == 0
    assert "✓ 行政处罚.csv：" in answer.out
    assert f"（{FEED}），2 行：入库 2，退回或待处理 0，重复 0" in answer.out
    assert "合计 1 个文件：入库 2 行，退回或待处理 0 行，重复 0 行。" in answer.out
    assert "没有读入" not in answer.out


def test_problems_are_told_in_words_by_what_became_of_the_rows(run: Run, sent: Path) -> None:
    wrong = code(3)[:-1] + ("0" if code(3)[-1] != "0" else "1")
    person = penalty(4, name="王小明", kind="自然人", code="")
    answer = run(write(sent, penalty(1), penalty(3, code=wrong), person))
    batch = Batch.objects.get()
    assert "入库 1，退回或待处理 2，重复 0" in answer.out
    assert "    待处理：代码校验不通过（E03） 1" in answer.out
    assert "    拒收：涉及自然人（E16） 1" in answer.out
    assert f"退回表：业务系统 /office/batches/{batch.public_id}/workbook/" in answer.out
    assert "/office/quarantine/" in answer.out
    assert answer.exit_code == 0


def test_a_file_of_which_nothing_entered_gets_no_tick(run: Run, sent: Path) -> None:
    answer = run(write(sent, penalty(1, code="")))
    assert "！ 行政处罚.csv：" in answer.out
    assert "✓" not in answer.out
    assert "没有可用的主体代码（E13） 1" in answer.out
    assert answer.exit_code == 0


def test_a_file_given_again_says_when_it_entered(
    run: Run, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(sent, penalty(1), penalty(2, code=""))
    run(path)
    monkeypatch.setattr(Clock, "at", NOW + timedelta(days=1))
    again = run(path, "--returned", sent / "back")
    assert again.exit_code == 0
    assert "＝ 行政处罚.csv：" in again.out
    assert "已于 2026-11-20 入库，这次没有新增内容" in again.out
    assert "E13" not in again.out
    assert f"退回表：{sent / 'back'}/退回-行政处罚-" in again.out


def test_the_rows_sent_back_are_written_where_the_user_wants_them(run: Run, sent: Path) -> None:
    answer = run(write(sent, penalty(1), penalty(2, code="")), "--returned", sent / "back" / "now")
    (workbook,) = (sent / "back" / "now").iterdir()
    assert workbook.read_bytes()[:4] == b"PK\x03\x04"
    assert f"退回表：{workbook}" in answer.out


def test_an_unknown_file_shows_rows_term_and_how_to_map_it(run: Run, sent: Path) -> None:
    answer = run(unknown(sent))
    batch = Batch.objects.get()
    assert batch.original is not None
    assert "✗ 不认识.csv：3 行，没有数据源与文件的各列相符" in answer.out
    assert f"/office/batches/{batch.public_id}/columns/ 指明各列" in answer.out
    assert "--feed" in answer.out
    assert f"原件已加密保存到 {batch.original.destroy_on}" in answer.out


def test_a_file_that_cannot_be_read_shows_reason_and_advice(run: Run, sent: Path) -> None:
    answer = run(broken(sent))
    report = Batch.objects.get().report
    assert report["message"].rstrip("。") in answer.out
    assert "（E19）" in answer.out
    assert f"怎么办：{report['advice']}" in answer.out


def test_a_table_without_rows_says_so(run: Run, sent: Path) -> None:
    answer = run(write(sent, called="空表.csv"))
    assert "✗ 空表.csv：只有表头，没有数据行（E19）。" in answer.out
    assert "怎么办：" in answer.out
    assert answer.exit_code == 1


def test_a_file_known_as_one_that_holds_no_records_is_no_failure(run: Run, sent: Path) -> None:
    answer = run(powers(sent))
    assert "－ 职权.csv：1 行，已识别为" in answer.out
    assert "退回或待处理 0 行，重复 0 行；没有读入的文件中 1 行。" in answer.out
    assert answer.exit_code == 0


@pytest.mark.parametrize("feed", [(), ("--feed", FEED)], ids=["recognised", "named"])
def test_the_exit_code_follows_one_rule(run: Run, sent: Path, feed: tuple[str, ...]) -> None:
    for name, made in (("good", penalty), ("unknown", None), ("broken", None)):
        folder = sent / name
        folder.mkdir()
        if made is not None:
            write(folder, made(1), made(2, code=""))
    unknown(sent / "unknown")
    broken(sent / "broken")
    assert run(sent / "good", *feed).exit_code == 0
    assert run(sent / "good", *feed).exit_code == 0
    assert run(sent / "unknown", *feed).exit_code == 1
    assert run(sent / "broken", *feed).exit_code == 1
    answer = run(sent, *feed)
    assert answer.exit_code == 1
    assert "其中 2 个文件没有读入" in answer.out


def test_a_file_of_another_feed_than_was_named_is_told_as_such(run: Run, sent: Path) -> None:
    answer = run(unknown(sent), "--feed", FEED)
    assert answer.exit_code == 1
    assert "与所选数据源" in answer.out
    assert "（E18）" in answer.out


def test_a_refusal_of_one_file_does_not_keep_the_others_out(run: Run, sent: Path) -> None:
    first = write(sent, penalty(1), called="甲.csv")
    assert run(first).exit_code == 0
    write(sent, penalty(2), called="乙.csv")
    report = sent / "r.json"
    answer = run(sent, "--feed", "penalty-site-form", "--report", report)
    assert answer.exit_code == 1
    assert "✗ 甲.csv：" in answer.out
    assert "（B10）" in answer.out
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [one["code"] for one in told["refused"]] == ["B10"]
    assert [Path(one["path"]).name for one in told["files"]] == ["乙.csv"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("missing/r.json", "没有文件夹"),
        (".", "这是文件夹，不是文件"),
        ("行政处罚.csv", "它是要读的文件"),
        ("行政处罚.csv/r.json", "没有文件夹"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_enters(
    run: Run, sent: Path, target: str, said: str
) -> None:
    path = write(sent, penalty(1))
    before = path.read_bytes()
    answer = run(path, "--report", sent / target)
    assert answer.exit_code == 2
    assert "[OUT01] --report 不能写到" in answer.err
    assert said in answer.err
    assert "怎么办：" in answer.err
    assert not Batch.objects.exists()
    assert path.read_bytes() == before


def test_an_earlier_report_in_the_folder_is_no_delivery(run: Run, sent: Path) -> None:
    write(sent, penalty(1))
    report = sent / "r.json"
    assert run(sent, "--report", report).exit_code == 0
    assert run(sent, "--report", report).exit_code == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [Path(one["path"]).name for one in told["files"]] == ["行政处罚.csv"]
    assert [left.name for left in sent.iterdir() if left.name.startswith(".")] == []


def test_a_path_that_does_not_exist_is_refused_before_anything_enters(run: Run, sent: Path) -> None:
    answer = run(write(sent, penalty(1)), sent / "无此文件.csv")
    assert answer.exit_code == 2
    assert "[F03] 打不开" in answer.err
    assert "文件或文件夹不存在" in answer.err
    assert not Batch.objects.exists()


def test_an_import_that_stops_in_the_middle_keeps_the_report_of_what_entered(
    run: Run, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xinheng.core.refusal import Refusal
    from xinheng.services import collect

    write(sent, penalty(1), called="1.csv")
    write(sent, penalty(2), called="2.csv")
    whole = collect.import_file

    def until_the_disk_is_full(path: Path, *given: object, **named: object) -> Batch:
        if path.name == "2.csv":
            raise Refusal("F01", "磁盘空间不足。", advice="请清理磁盘后重试。")
        return whole(path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(collect, "import_file", until_the_disk_is_full)
    report = sent / "r.json"
    answer = run(sent, "--report", report)
    assert answer.exit_code == 2
    assert "[F01] 磁盘空间不足。" in answer.err
    assert "前面 1 个文件的结果有效" in answer.out
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [Path(one["path"]).name for one in told["files"]] == ["1.csv"]


@pytest.mark.row("M2-04")
def test_a_file_is_delivered_in_the_name_of_a_person_or_of_the_house(
    run: Run, sent: Path, people: People
) -> None:
    wrong = run(write(sent, penalty(1)), "--agency", "kaifeng.market_regulation", "--person", "zhou")
    assert wrong.exit_code == 2
    assert "不能为这个单位报送" in wrong.err
    assert not Batch.objects.exists()
    run(write(sent, penalty(1)), "--agency", "kaifeng.market_regulation", "--person", "li")
    assert Batch.objects.get().received_by == people.li
