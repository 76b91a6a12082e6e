"""A snapshot in parts is the same snapshot, in whatever steps it came about."""

from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.examples import PLAIN

from xinheng.core.models import read_model
from xinheng.scoring import parts
from xinheng.scoring.parts import (
    IDS,
    WIDTH,
    Part,
    describe,
    merge_parts,
    part_name,
    pick_parts,
    write_part,
    write_parts,
)
from xinheng.scoring.run import Engine, run_batch
from xinheng.scoring.snapshot import POPULATION, SCHEMA, files_of, write_snapshot

MODELS = Path(__file__).resolve().parents[2] / "policy" / "models"
FIRST = date(2026, 1, 1)
Row = tuple[int, int, int]
"""Subject, record, days after FIRST."""


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "subject_id": subject,
                "record_id": record,
                "item": 4,
                "decided_on": FIRST + timedelta(days=day),
                "valid_to": None,
                "amount_fen": record * 100,
                "headcount": None,
                "seriousness": record % 4,
                "finality": 6,
                "state": 1,
                "result": "罚款" if record % 2 else None,
            }
            for subject, record, day in rows
        ],
        schema=SCHEMA,
    )


def whole(rows: list[Row], folder: Path) -> dict[int, Part]:
    """Written at once, as a full export does."""
    folder.mkdir()
    spilled = {}
    for number in sorted({subject // WIDTH for subject, _, _ in rows}):
        spilled[number] = folder / f"{number}.arrow"
        own = table([row for row in rows if row[0] // WIDTH == number])
        with pa.ipc.new_stream(spilled[number], SCHEMA) as stream:
            stream.write_table(own)
    return {part.number: part for part in write_parts(spilled, folder)}


SUBJECTS = st.sampled_from([1, 2, WIDTH - 1, WIDTH, WIDTH + 5, 3 * WIDTH])
KEYS = st.lists(st.tuples(SUBJECTS, st.integers(0, 9)), max_size=30)


@given(first=KEYS, later=KEYS, gone=st.sets(st.integers(0, 29)), sliced=st.sampled_from([0, parts.SLICED]))
def test_changes_merged_give_the_digest_of_a_whole_export(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[int, int]],
    later: list[tuple[int, int]],
    gone: set[int],
    sliced: int,
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    old = [(subject, number + 1, day) for number, (subject, day) in enumerate(first)]
    new = [(subject, number + 100, day) for number, (subject, day) in enumerate(later)]
    removed = [row for number, row in enumerate(old) if number in gone]
    before = whole(old, folder / "before")
    (folder / "after").mkdir()
    ids = pa.Table.from_pylist(
        [{"subject_id": subject, "record_id": record} for subject, record, _ in removed], schema=IDS
    )
    with patch.object(parts, "SLICED", sliced):
        changed = merge_parts(folder / "before", folder / "after", added=table(new), removed=ids)
    told = [part for part in (before | changed).values() if part is not None]
    some = [1, WIDTH, WIDTH + 5]
    (folder / "some").mkdir()
    wanted = pa.array(some, pa.int64())
    with patch.object(parts, "PIECE_ROWS", 3):
        picked = pick_parts(
            folder / "before", folder / "some", subjects=wanted, added=table(new), removed=ids
        )
    own = [row for row in [*old, *new] if row not in removed and row[0] in some]
    assert describe(picked) == describe(whole(own, folder / "own").values())
    fresh = whole([row for row in old if row not in removed] + new, folder / "fresh")
    assert describe(told) == describe(fresh.values())
    assert set(changed) == {subject // WIDTH for subject, _, _ in [*new, *removed]}


def test_the_digest_tells_one_value_from_another(tmp_path: Path) -> None:
    one = write_part(table([(1, 1, 0)]), tmp_path, number=0)
    other = write_part(table([(1, 1, 1)]), tmp_path, number=0)
    assert one is not None
    assert other is not None
    assert describe([one]).digest != describe([other]).digest


def test_an_empty_part_is_no_file(tmp_path: Path) -> None:
    assert write_part(SCHEMA.empty_table(), tmp_path, number=0) is None
    assert not (tmp_path / part_name(0)).exists()


@pytest.mark.parametrize("rows", [[], [(1, 1, 0), (1, 2, 3), (2, 3, 1), (WIDTH, 4, 2), (WIDTH + 7, 5, 2)]])
@pytest.mark.parametrize("engine", Engine)
def test_a_folder_of_parts_is_graded_as_one_file(tmp_path: Path, rows: list[Row], engine: Engine) -> None:
    whole(rows, tmp_path / "parts")
    assert len(files_of(tmp_path / "parts")) == len({subject // WIDTH for subject, _, _ in rows})
    write_snapshot(table(rows).to_batches(), tmp_path / "one.parquet")
    people = [
        {"subject_id": number, "kind": "enterprise", "sector": None}
        for number in (1, 2, 3, WIDTH, WIDTH + 7, 5 * WIDTH)
    ]
    population = tmp_path / "population.parquet"
    pq.write_table(pa.Table.from_pylist(people, schema=POPULATION), population)
    runs = [
        run_batch(
            read_model(MODELS / "general" / "trial.yml"),
            treatment=PLAIN,
            snapshot=tmp_path / source,
            population=population,
            as_of=FIRST + timedelta(days=30),
            out=tmp_path / "result.parquet",
            engine=engine,
        )
        for source in ("parts", "one.parquet")
    ]
    assert runs[0] == runs[1]
