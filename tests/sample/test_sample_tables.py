"""The clean tables: normalised record rows in order of code, the same facts that the files tell."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from xinheng.sample.city import SampleCity, found_city
from xinheng.sample.places import City
from xinheng.sample.tables import SUBJECT_COLUMNS, Tables, write_tables

RECORD_COLUMNS = {
    "row_no": "INTEGER",
    "code": "VARCHAR",
    "other_kind": "VARCHAR",
    "other_code": "VARCHAR",
    "name": "VARCHAR",
    "item": "SMALLINT",
    "document_no": "VARCHAR",
    "decided_on": "DATE",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "authority": "VARCHAR",
    "authority_code": "VARCHAR",
    "amount_fen": "BIGINT",
    "headcount": "INTEGER",
    "result": "VARCHAR",
    "seriousness": "SMALLINT",
    "finality": "SMALLINT",
    "title": "VARCHAR",
    "details": "VARCHAR",
    "flags": "VARCHAR",
    "content_hash": "BLOB",
    "natural_hash": "BLOB",
}


@pytest.fixture(scope="module")
def tables(sample: SampleCity, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return write_tables(sample, out=tmp_path_factory.mktemp("tables"))


@pytest.fixture
def engine(tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    paths = [str(path) for path in tables.records]
    connection.execute(f"CREATE VIEW record AS SELECT * FROM read_parquet({paths})").fetchall()
    connection.execute(f"CREATE VIEW subject AS SELECT * FROM '{tables.subjects}'").fetchall()
    yield connection
    connection.close()


def test_columns_are_those_of_a_normalised_row(engine: duckdb.DuckDBPyConnection) -> None:
    rows = engine.execute("DESCRIBE record").fetchall()
    assert {row[0]: row[1] for row in rows} == RECORD_COLUMNS
    assert tuple(row[0] for row in engine.execute("DESCRIBE subject").fetchall()) == SUBJECT_COLUMNS


def test_rows_are_ordered_by_code_and_day(engine: duckdb.DuckDBPyConnection) -> None:
    rows = engine.execute("SELECT code, decided_on FROM record").fetchall()
    assert rows == sorted(rows)


def test_every_act_is_identified_once(engine: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    row = engine.execute(
        "SELECT count(*), count(DISTINCT natural_hash), min(octet_length(content_hash)) FROM record"
    )
    assert row.fetchall() == [(tables.record_count, tables.record_count, 16)]


def test_every_record_belongs_to_a_subject(engine: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    strangers = engine.execute("SELECT count(*) FROM record ANTI JOIN subject USING (code, name)").fetchall()
    assert strangers == [(0,)]
    assert engine.execute("SELECT count(*) FROM subject").fetchall() == [(tables.subject_count,)]


def test_details_are_json_and_titles_fit(engine: duckdb.DuckDBPyConnection) -> None:
    row = engine.execute(
        "SELECT bool_and(json_valid(details)), max(length(title)), min(length(title)) FROM record"
    )
    valid, longest, shortest = row.fetchall()[0]
    assert valid
    assert 0 < shortest <= longest <= 120


def test_the_same_seed_gives_the_same_rows(tables: Tables, city: City, as_of: date, tmp_path: Path) -> None:
    again = found_city(city=city, size="s", seed=7, as_of=as_of, scratch=tmp_path / "scratch")
    again.connection.execute("SET threads = 1").fetchall()
    repeated = write_tables(again, out=tmp_path / "again")
    for mine, theirs in zip(
        (tables.subjects, *tables.records), (repeated.subjects, *repeated.records), strict=True
    ):
        differing = again.connection.execute(f"SELECT count(*) FROM (FROM '{mine}' EXCEPT FROM '{theirs}')")
        assert differing.fetchall() == [(0,)]
    again.connection.close()
