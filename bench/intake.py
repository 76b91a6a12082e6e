"""Importing one clean CSV file of permits, from the command line to the committed records.

Floor: PostgreSQL COPY of the same normalised rows into empty copies of the target tables with their indexes.
Ours: `xinheng import` as a process of its own, into a fresh database. Both take turns on an own embedded server.
Run: python bench/intake.py [--size s|m|l] [--rounds 1] [--json]
"""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from measuring import XINHENG, Place, Spent, parser, place, run, tell

from xinheng.sample import codes, words
from xinheng.sample.chance import quoted
from xinheng.sample.sheets import COLUMNS

ROWS = {"s": 50_000, "m": 1_000_000, "l": 5_000_000}
ROWS_A_SUBJECT = 10
AGENCY, AGENCY_CODE = "'开封市市场监督管理局'", "'11410200XH00010G6U'"
BLOCK = 1 << 20
TABLES = ("store_record", "store_recorddetail")
CELLS = {
    "行政相对人名称": "name",
    "行政相对人类别": "'法人及非法人组织'",
    "行政相对人代码_1(统一社会信用代码)": "code",
    "法定代表人": "'王样甲'",
    "行政许可决定文书名称": "'准予行政许可决定书'",
    "行政许可决定文书号": "'汴市监许〔' || year(day) || '〕' || i || '号'",
    "许可类别": "'普通'",
    "许可证书名称": "'食品经营许可证'",
    "许可编号": "'XKZ' || i",
    "许可内容": "'准予' || name || '从事食品销售（含网络经营）所列事项'",
    "许可决定日期": "strftime(day, '%Y/%m/%d')",
    "有效期自": "strftime(day, '%Y/%m/%d')",
    "有效期至": "strftime(day + 1825, '%Y/%m/%d')",
    "许可机关": AGENCY,
    "许可机关统一社会信用代码": AGENCY_CODE,
    "当前状态": "'1'",
    "数据来源单位": AGENCY,
    "数据来源单位统一社会信用代码": AGENCY_CODE,
    "上报日期": "strftime(day + 2, '%Y/%m/%d')",
}


@dataclass(frozen=True, slots=True)
class Turn:
    ours: Spent
    ours_server: float
    copy_seconds: float
    copy_cpu: float


def make(path: Path, *, rows: int) -> None:
    """Permits of ``rows / 10`` made-up enterprises in the national layout of 2018, in order of their day."""
    subjects = rows // ROWS_A_SUBJECT
    signs, count = words.STYLE_CHARACTERS, len(words.STYLE_CHARACTERS)
    style = " || ".join(
        f"substr({quoted(signs)}, (n // {count**place}) % {count} + 1, 1)" for place in range(3)
    )
    cells = ", ".join(
        f"{CELLS.get(header, quoted(''))} AS {_identifier(header)}" for header, _ in COLUMNS["permit"]
    )
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        for macro in codes.macros():
            engine.execute(macro)
        named = (
            f"SELECT n, '开封市' || {style} || '食品有限公司' AS name FROM range({subjects}) AS numbers(n)"
        )
        engine.execute(f"CREATE TABLE party AS {codes.coded(named, head=quoted('91410202'), number='n')}")
        engine.execute(
            f"COPY (SELECT {cells} FROM (SELECT i, name, code, DATE '2024-01-02' + (i * 900 // {rows})::INTEGER AS day"
            f" FROM range({rows}) AS numbers(i) JOIN party ON n = i * 7919 % {subjects} ORDER BY i))"
            f" TO {quoted(str(path))} (FORMAT csv, HEADER true)"
        ).fetchall()


def turn(made: Place, file: Path, *, number: int, rows: int) -> Turn:
    with made.copy_of(f"round_{number}") as url:
        before = made.server_cpu()
        environment = made.environment(XINHENG_DATABASE_URL=url)
        ours = run([*XINHENG, "import", str(file), "--city", "kaifeng"], environment=environment)
        server = made.server_cpu() - before
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("SELECT count(*) FROM store_record").fetchone()
            if found != (rows,):
                raise SystemExit(f"{rows} rows were sent, {found} arrived")
            prepare_floor(connection, made.home)
        before, begun = made.server_cpu(), time.perf_counter()
        with psycopg.connect(url) as connection:
            for table in TABLES:
                copy_in(connection, f"floor_{table}", made.home / table)
        seconds = time.perf_counter() - begun
        return Turn(ours, server, seconds, made.server_cpu() - before)


def prepare_floor(connection: psycopg.Connection[tuple[object, ...]], folder: Path) -> None:
    """The rows as files, and empty tables to copy them into."""
    for table in TABLES:
        with (
            (folder / table).open("wb") as out,
            connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy,
        ):
            for block in copy:
                out.write(block)
        connection.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
    connection.execute("CHECKPOINT")


def copy_in(connection: psycopg.Connection[tuple[object, ...]], table: str, source: Path) -> None:
    with source.open("rb") as rows, connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
        while block := rows.read(BLOCK):
            copy.write(block)


def measure(size: str, rounds: int) -> dict[str, float]:
    rows = ROWS[size]
    with place() as made:
        file = made.home / "行政许可.csv"
        make(file, rows=rows)
        turns = [turn(made, file, number=number, rows=rows) for number in range(rounds)]
        mib = file.stat().st_size / 2**20
    ours = statistics.median(one.ours.seconds for one in turns)
    floor = statistics.median(one.copy_seconds for one in turns)
    return {
        "rows": rows,
        "file_mib": round(mib, 1),
        "import_s": round(ours, 2),
        "copy_s": round(floor, 2),
        "rows_per_s": round(rows / ours),
        "copy_rows_per_s": round(rows / floor),
        "ratio": round(statistics.median(one.copy_seconds / one.ours.seconds for one in turns), 3),
        "peak_mib": round(max(one.ours.peak_mib for one in turns)),
        "import_cpu_s": round(statistics.median(one.ours.cpu for one in turns), 2),
        "server_cpu_s": round(statistics.median(one.ours_server for one in turns), 2),
        "copy_cpu_s": round(statistics.median(one.copy_cpu for one in turns), 2),
    }


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main() -> None:
    asked = parser(__doc__, sizes=list(ROWS), size="m")
    asked.add_argument("--rounds", type=int, default=1)
    given = asked.parse_args()
    tell("intake", measure(given.size, given.rounds), as_json=given.json)


if __name__ == "__main__":
    main()
