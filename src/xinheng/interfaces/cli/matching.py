"""`xinheng match pairs` and `xinheng match list`: are these names one enterprise, and which of a list is it?

Serves 整合形成完整记录 for rows without a code. Nothing is read from the database or written to it: what the result
calls the same is for a person to take over. The result appears under its name only when complete.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.cell_text import guarded
from xinheng.core.masking import mask_personal
from xinheng.interfaces.cli.help_page import Commands
from xinheng.interfaces.cli.matching_tables import Table, read_table
from xinheng.interfaces.cli.options import CityOption, city_wanted, policy_folder
from xinheng.interfaces.cli.targets import check_file, write_pieces

if TYPE_CHECKING:
    from xinheng.matching.divisions import Divisions
    from xinheng.matching.listing import Match

ADDED = ("score", "same", "reason")
PAIR = {"name1": ("name1",), "name2": ("name2",)}
PAIR_CODES = {"code1": ("code1",), "code2": ("code2",)}
LISTED = ("query", "matched_name", "code", "score", "same")
NAME = ("name", "名称", "企业名称", "单位名称", "主体名称", "行政相对人名称", "纳税人名称")
CODE = ("code", "代码", "统一社会信用代码", "信用代码", "社会信用代码", "纳税人识别号")
_BOM = "\ufeff".encode()
_ADVICE = "请检查磁盘空间和目录权限，再运行一次。"

OutOption = Annotated[Path, typer.Option("--out", metavar="文件", help="结果写到这个 CSV 文件")]


def register(app: typer.Typer) -> None:
    group = Commands(help="比对企业名称：两两比对，或在名单中查找。", no_args_is_help=True)
    group.command("pairs")(pairs)
    group.command("list")(against_list)
    app.add_typer(group, name="match")


def pairs(
    file: Annotated[
        Path, typer.Argument(metavar="文件", help="CSV 文件，有 name1、name2 两列，可有 code1、code2")
    ],
    out: OutOption,
    city: CityOption = None,
) -> None:
    """逐行判断两个名称是否同一主体，写出可能性、是否相同和理由。

    same 为 1 表示相同，0 表示不同或不能确定；双方代码有效而不同时一律为 0。原有各列和行的次序不变。
    """
    check_file(out, option="--out", sources=[file])
    table = read_table(file, needed=PAIR, wanted=PAIR_CODES)
    counts: Counter[str] = Counter()
    rows = _compared(table, _divisions(city), counts)
    kept = [at for at, title in enumerate(table.header) if title.strip().lower() not in ADDED]
    header = [*(table.header[at] for at in kept), *ADDED]
    _write(out, table, header, ([*(row[at] for at in kept), *added] for row, added in rows))
    typer.echo(f"共 {counts.total():,} 对：相同 {counts['1']:,}，其余 {counts['0']:,}。结果：{out}")


def against_list(
    queries: Annotated[
        Path, typer.Option("--queries", metavar="文件", help="要查的 CSV 文件，有 name 或 code 一列")
    ],
    against: Annotated[
        Path, typer.Option("--against", metavar="文件", help="名单 CSV 文件，有 name 和 code 两列")
    ],
    out: OutOption,
    city: CityOption = None,
) -> None:
    """在名单中查找每一行的名称或代码，写出找到的名称、代码、可能性和是否相同。

    same 为 1 表示找到，0 表示没有；为空表示不能确定，须由人判断：有几个同样相近，或只差一字。
    """
    check_file(out, option="--out", sources=[queries, against])
    asked = read_table(queries, needed={}, wanted={"name": NAME, "code": CODE})
    listed = read_table(against, needed={"name": NAME, "code": CODE}, wanted={})
    counts: Counter[str] = Counter()
    rows = _found(asked, listed, _divisions(city), counts)
    _write(out, asked, list(LISTED), rows)
    typer.echo(
        f"共 {counts.total():,} 行：找到 {counts['1']:,}，不能确定 {counts['']:,}，没有 {counts['0']:,}。结果：{out}"
    )


def _divisions(city: str | None) -> "Divisions":
    """The national table and the counties of the city's policy."""
    from xinheng.core.policy import load_policy
    from xinheng.matching.divisions import Divisions

    policy = load_policy(policy_folder(), city=city_wanted(city))
    return Divisions(county.name for county in policy.counties.values())


def _compared(
    table: Table, divisions: "Divisions", counts: Counter[str]
) -> Iterator[tuple[list[str], tuple[str, str, str]]]:
    from xinheng.matching.comparing import compare_names

    for row in table.rows:
        cell = {key: row[at] for key, at in table.at.items()}
        verdict = compare_names(
            cell["name1"],
            cell["name2"],
            code1=cell.get("code1", ""),
            code2=cell.get("code2", ""),
            divisions=divisions,
        )
        same = "1" if verdict.same else "0"
        counts[same] += 1
        reason = verdict.reason + ("；不能确定，须由人判断" if verdict.doubtful else "")
        yield row, (f"{verdict.score:.4f}", same, reason)


def _found(asked: Table, listed: Table, divisions: "Divisions", counts: Counter[str]) -> Iterator[list[str]]:
    from xinheng.matching.listing import Asked, SubjectList

    name, code = listed.at["name"], listed.at["code"]
    subjects = SubjectList(((row[name], row[code]) for row in listed.rows), divisions=divisions)
    cells = [
        tuple(row[asked.at[key]].strip() if key in asked.at else "" for key in ("name", "code"))
        for row in asked.rows
    ]
    for (written, number), match in zip(cells, subjects.match(Asked(*one) for one in cells), strict=True):
        yield _line(written or number, match, counts)


def _line(query: str, match: "Match", counts: Counter[str]) -> list[str]:
    same = "" if match.same is None else str(int(match.same))
    counts[same] += 1
    shown = (match.listed.name, match.listed.code) if match.listed else ("", "")
    return [_cell(query), *map(_cell, shown), f"{match.score:.4f}", same]


def _cell(text: str) -> str:
    """Without personal numbers (legal guard G13), and nothing that a spreadsheet takes for a formula."""
    return guarded(mask_personal(text).text)


def _write(out: Path, source: Table, header: Sequence[str], rows: Iterator[Any]) -> None:
    """UTF-8; with a byte-order mark as spreadsheets want it, unless the file that was read is plain UTF-8."""
    write_pieces(out, _pieces(source, header, rows), option="--out", advice=_ADVICE)


def _pieces(source: Table, header: Sequence[str], rows: Iterator[Any]) -> Iterator[bytes]:
    if source.marked:
        yield _BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
