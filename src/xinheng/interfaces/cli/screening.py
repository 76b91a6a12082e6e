"""`xinheng screen`: which names of a file stand on an active list, by code exactly and by name as the matcher says.

The result appears under its name only when complete; lines that read as natural persons are named and not looked for.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinheng.core.cell_text import guarded
from xinheng.interfaces.cli.matching import CODE, NAME
from xinheng.interfaces.cli.matching_tables import read_table
from xinheng.interfaces.cli.options import CityOption
from xinheng.interfaces.cli.targets import check_file, write_pieces

if TYPE_CHECKING:
    from xinheng.services.screening import Screened

_ADVICE = "请检查磁盘空间和目录权限，再运行一次。"


def register(app: typer.Typer) -> None:
    app.command("screen")(screen)


def screen(
    names: Annotated[
        Path, typer.Option("--names", metavar="文件", help="要核查的 CSV 文件，有名称或者代码一列")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="结果写到这个 CSV 文件")],
    reason: Annotated[str, typer.Option("--reason", metavar="事由", help="来函文号或者项目编号，记入账本")],
    city: CityOption = None,
) -> None:
    """按代码和名称在全部现行名单中核查一个文件，写出每一行在哪些名单上。

    名称相近而不能确定的列为“须核实”，由人判断；自然人不核查，有误的行写明原因。确定在名单上的企业能看到被查过。
    """
    check_file(out, option="--out", sources=[names])
    table = read_table(names, needed={}, wanted={"name": NAME, "code": CODE})
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.core.screening import Found, asked_line
    from xinheng.services.policies import policy_in_force
    from xinheng.services.screening import ABOUT, screen_for_file
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    cells = [
        [row[table.at[key]].strip() if key in table.at else "" for key in ("name", "code")]
        for row in table.rows
    ]
    lines = [asked_line(number, *one) for number, one in enumerate(cells, 1)]
    found = screen_for_file(lines, reason=reason, policy=policy_in_force(on=day_of(now)), now=now)
    write_pieces(out, _pieces(found.rows), option="--out", advice=_ADVICE)
    counts = "，".join(f"{one.label} {found.count(one):,}" for one in Found)
    typer.echo(f"共 {len(lines):,} 行：{counts}。结果：{out}")
    typer.echo(ABOUT)


def _pieces(rows: "Sequence[Screened]") -> Iterator[bytes]:
    from xinheng.services.screening import HEAD, words_of

    yield "\ufeff".encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEAD)
    for row in rows:
        writer.writerows([guarded(cell) for cell in words] for words in words_of(row))
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
