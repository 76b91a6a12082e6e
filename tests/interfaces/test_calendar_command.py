"""`xinheng calendar export` writes the files that stand in policy/calendar."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinheng.core.days import CalendarYear
from xinheng.core.policy_file import parse, read_strict
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app

FOLDER = Path(__file__).parents[2] / "policy" / "calendar"


def exported(out: Path, *, first: int, last: int) -> None:
    arguments = ["calendar", "export", "--from", str(first), "--to", str(last), "--out", str(out)]
    CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_the_files_in_policy_are_what_the_command_writes(tmp_path: Path) -> None:
    exported(tmp_path / "new", first=2004, last=2026)
    names = [file.name for file in sorted((tmp_path / "new").iterdir())]
    assert names == [f"{year}.yml" for year in range(2004, 2027)]
    for name in names:
        year = parse(CalendarYear, read_strict(tmp_path / "new" / name), file=name)
        shipped = parse(CalendarYear, read_strict(FOLDER / name), file=name)
        assert year.holidays == shipped.holidays
        assert year.make_up_workdays == shipped.make_up_workdays


@pytest.mark.parametrize(("first", "last"), [(2003, 2004), (2030, 2031), (2010, 2009)])
def test_a_year_without_figures_is_refused_and_nothing_is_written(
    tmp_path: Path, first: int, last: int
) -> None:
    with pytest.raises(Refusal, match="年"):
        exported(tmp_path / "new", first=first, last=last)
    assert not (tmp_path / "new").exists()
