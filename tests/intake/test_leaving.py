"""Engines that are kept between deliveries are closed with the process, and nothing is said of them at its end."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.intake.conftest import FEEDS, PENALTY, TODAY, penalty

DELIVERY = """
import signal, sys, threading
from datetime import date
from pathlib import Path
from tests.feeds import feeds_in
from xinheng.intake.handover import hand_over
from xinheng.intake.prepare import prepare

path, feeds, place = Path(sys.argv[1]), feeds_in(Path(sys.argv[2])), Path(sys.argv[3])

def send(name):
    work = place / name
    work.mkdir()
    prepared = prepare(path, feeds=feeds, work=work, today=date.fromisoformat(sys.argv[4]))
    with hand_over(prepared.accepted_path, work) as parcel:
        assert parcel.span() == (2, 3)

sender = threading.Thread(target=send, args=("beside",))
sender.start()
send("here")
sender.join()
"""
INTERRUPTED = """
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    sys.exit(130)
"""
MEANWHILE = """
from xinheng.intake import rehearsed

def interrupted(mine, table):
    signal.raise_signal(signal.SIGINT)

rehearsed.Rehearsal.fill = interrupted
try:
    send("again")
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.row("M2-05")
@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        ("", 0, ""),
        ("sys.exit(3)", 3, ""),
        (INTERRUPTED, 130, ""),
        (MEANWHILE, 130, ""),
        ("raise ValueError('broken off')", 1, "ValueError: broken off"),
    ],
    ids=["done", "refused", "interrupted", "interrupted while judging", "broken off"],
)
def test_nothing_is_said_of_engines_when_a_command_ends(
    write: Callable[..., Path], tmp_path: Path, ending: str, code: int, said: str
) -> None:
    path = write([PENALTY, penalty(1), penalty(2)])
    words = [str(path), str(FEEDS.parent), str(tmp_path), TODAY.isoformat()]
    done = subprocess.run(
        [sys.executable, "-c", DELIVERY + ending, *words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, "".join(done.stderr.splitlines()[-1:])) == (code, said)
    assert "leaked" not in done.stderr
    assert not (said == "" and done.stderr)
