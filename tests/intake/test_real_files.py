"""Real files of a city's public platform go through intake: those on subjects are mapped, nothing is lost.

The files lie beside the checkout and are never part of it; without them the tests are skipped, in CI they fail.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from xinheng.core.feeds import Feed
from xinheng.intake.prepare import Prepared, prepare

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "beijing"
NOT_ON_SUBJECTS = {"上市公司", "公安局行政处罚", "危险化学品获证"}
if not FOLDER.is_dir() and os.environ.get("CI") != "true":
    pytest.skip(f"真实文件不在检出目录旁（{FOLDER.name}），跳过", allow_module_level=True)


@pytest.fixture(scope="module")
def delivered(feeds: dict[str, Feed], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    found = {}
    for path in sorted(FOLDER.glob("*.csv")):
        work = tmp_path_factory.mktemp("work")
        found[path.name] = prepare(path, feeds=feeds, work=work, today=date(2026, 11, 20))
    assert found, "真实文件不在检出目录旁"
    return found


def test_every_file_on_subjects_is_mapped(delivered: dict[str, Prepared]) -> None:
    unmapped = {name for name, prepared in delivered.items() if prepared.status != "mapped"}
    assert all(any(part in name for part in NOT_ON_SUBJECTS) for name in unmapped)
    assert len(unmapped) == len(NOT_ON_SUBJECTS)


def test_every_row_is_accounted_for(delivered: dict[str, Prepared]) -> None:
    for name, prepared in delivered.items():
        assert prepared.rows == prepared.accepted + prepared.quarantined + prepared.duplicates, name
        assert prepared.rows > 0, name


def test_files_with_codes_yield_records(delivered: dict[str, Prepared]) -> None:
    poor = {"环境违法", "燃气", "用气"}
    for name, prepared in delivered.items():
        if prepared.status == "mapped" and prepared.code_column and not any(part in name for part in poor):
            assert prepared.accepted * 3 >= prepared.rows, (name, dict(prepared.problems))


def test_rows_by_name_alone_wait_for_a_person(delivered: dict[str, Prepared]) -> None:
    for name, prepared in delivered.items():
        if prepared.status == "mapped" and prepared.code_column is None:
            assert prepared.accepted == 0 and prepared.problems["E13"] > 0, name


@pytest.mark.guard("G2")
def test_rows_on_persons_are_refused(delivered: dict[str, Prepared]) -> None:
    refused = sum(prepared.problems.get("E16", 0) for prepared in delivered.values())
    assert refused > 6000
    for prepared in delivered.values():
        assert prepared.refused >= prepared.problems.get("E16", 0)
