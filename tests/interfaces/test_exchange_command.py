"""`xinheng exchange`: packages carried by hand, receipts, and statements, with exit codes."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.people import NOW
from tests.sealing import seal_all
from tests.services.deliveries import code, penalty, write
from tests.services.two_platforms import CITY, COUNTY, Pair, Platform, two_platforms

from xinheng.core.policy import Policy
from xinheng.interfaces import cli
from xinheng.store.models import ExchangePackage, Record


@dataclass
class Terminal:
    """A terminal at either platform."""

    pair: Pair
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def at(self, platform: Platform, *words: object) -> tuple[int, str]:
        self.monkeypatch.setattr(sys, "argv", ["xinheng", "exchange", *map(str, words)])
        with self.pair.at(platform), pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self.capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err


@pytest.fixture
def terminal(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path: Path,
    policy: Policy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Terminal]:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda *, city=None: None)
    with django_db_blocker.unblock(), two_platforms(tmp_path, policy) as pair:
        yield Terminal(pair, monkeypatch, capsys)


@pytest.mark.row("M2-12")
def test_packages_receipts_and_statements_are_carried_by_hand(terminal: Terminal, tmp_path: Path) -> None:
    county, city, out = terminal.pair.county, terminal.pair.city, tmp_path / "up"
    with terminal.pair.at(county):
        county.import_rows(write(tmp_path, penalty(1), penalty(2)))
        seal_all(NOW)
    ended, said = terminal.at(county, "send", "--peer", CITY, "--out", out)
    assert (ended, "新做交换包 1 个，写出 1 个" in said) == (0, True)
    package = next(out.iterdir())
    receipt, held = tmp_path / "receipt.json", tmp_path / "held.json"
    ended, said = terminal.at(city, "receive", package, "--receipt", receipt)
    assert (ended, "有效 2 条" in said) == (0, True)
    assert terminal.at(city, "receive", package, "--receipt", receipt)[0] == 0
    with terminal.pair.at(city):
        assert Record.objects.count() == 2
    ended, said = terminal.at(county, "send", "--peer", CITY, "--out", out, "--receipt", receipt)
    assert (ended, "第 1 号已回执" in said) == (0, True)
    with terminal.pair.at(county):
        assert ExchangePackage.objects.get().state == "received"
    assert terminal.at(city, "reconcile", "--peer", COUNTY, "--statement", held)[0] == 0
    ended, said = terminal.at(county, "reconcile", "--peer", CITY, "--with", held)
    assert (ended, "双方一致" in said) == (0, True)


@pytest.mark.row("M2-12")
def test_a_difference_ends_with_1_and_names_the_lines(terminal: Terminal, tmp_path: Path) -> None:
    county, city, held = terminal.pair.county, terminal.pair.city, tmp_path / "held.json"
    with terminal.pair.at(county):
        county.import_rows(write(tmp_path, penalty(1)))
        seal_all(NOW)
    terminal.at(county, "send", "--peer", CITY, "--out", tmp_path / "up")
    terminal.at(city, "reconcile", "--peer", COUNTY, "--statement", held)
    ended, said = terminal.at(county, "reconcile", "--peer", CITY, "--with", held)
    assert ended == 1
    assert "本方 1 条，对方 0 条" in said
    assert "第 1 行：本方有效，对方没有" in said
    assert code(1) not in said


@pytest.mark.row("M2-12")
def test_what_cannot_be_done_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    city, broken = terminal.pair.city, tmp_path / "broken.jsonl"
    broken.write_text(json.dumps({"format": "x"}), encoding="utf-8")
    receipt = tmp_path / "receipt.json"
    for words, sentence in {
        ("receive", broken, "--receipt", receipt): "不是可以读的交换文件",
        ("receive", tmp_path / "none", "--receipt", receipt): "打不开",
        ("reconcile", "--peer", COUNTY): "没有说明要做什么",
        ("reconcile", "--peer", "999999", "--statement", receipt): "没有正在交换的平台",
        ("reconcile", "--peer", COUNTY, "--with", broken): "校验码不对",
        ("receive", broken, "--receipt", tmp_path): "这是文件夹",
    }.items():
        ended, said = terminal.at(city, *words)
        assert (ended, sentence in said) == (2, True), said
    assert not receipt.exists()
