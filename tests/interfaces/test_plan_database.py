"""`xinheng plan history` and `coming` write what `fit` and `score` read."""

from datetime import date
from pathlib import Path

import pytest
from tests.people import People
from tests.services.past_visits import PastVisits
from typer.testing import CliRunner, Result

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app
from xinheng.interfaces.cli.plan_tables import read_history, read_visits
from xinheng.services.visit_history import COLUMNS
from xinheng.store.models import Draw

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M8-03"), pytest.mark.row("M8-09")]


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda **_: None)


@pytest.fixture
def draw(people: People) -> Draw:
    past = PastVisits(people)
    made = past.draw(a=10)
    for number in range(4):
        past.make(made, "a", failed=bool(number % 2))
    past.rows.drawn(made, subject=past.rows.subject(), band="a", position=9)
    return made


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["plan", *map(str, words)], catch_exceptions=False)


def test_the_history_of_the_city_is_read_back(draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "H.csv"
    said = _run("history", "--out", out).output
    assert "4 次检查，2 次发现问题" in said
    found = read_history(out)
    assert found.results.tolist() == [0, 1, 0, 1]
    assert tuple(found.columns) == COLUMNS
    assert "C1" not in out.read_text(encoding="utf-8") and "甲公司" not in out.read_text(encoding="utf-8")


def test_what_waits_of_a_draw_is_read_back(draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "V.csv"
    assert "1 户待查" in _run("coming", "--draw", draw.public_id, "--out", out).output
    found = read_visits(out)
    assert list(found.ids) == ["9"]
    assert found.days.tolist()[0] >= date(2026, 1, 1).toordinal()


def test_an_unknown_draw_is_refused(draw: Draw, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        _run("coming", "--draw", "nobody", "--out", tmp_path / "V.csv")
    assert refused.value.code == "PLN60"
    assert not (tmp_path / "V.csv").exists()
