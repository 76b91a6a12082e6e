"""`xinheng plan history` and `xinheng plan coming`: the city's own visits as the files that the other commands read."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption
from xinheng.interfaces.cli.targets import check_file, write_pieces

if TYPE_CHECKING:
    from xinheng.planning.visits import Visits

_AGAIN = "请检查磁盘空间和目录权限，再运行一次。"
OutOption = Annotated[Path, typer.Option("--out", metavar="文件", help="结果写到这个 CSV 文件")]


def history(out: OutOption, city: CityOption = None) -> None:
    """把本市数据库中已确认结果的检查写成检查历史，供 fit、backtest 使用；没有检查人员，没有自然人。"""
    check_file(out, option="--out")
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of
    from xinheng.services.visit_history import history_of

    found = history_of(policy=policy_in_force(on=day_of(datetime.now(UTC))))
    write_pieces(out, _lines(found), option="--out", advice=_AGAIN)
    failed = int(found.results.sum())
    typer.echo(
        f"{len(found):,} 次检查，{failed:,} 次发现问题。已修复、撤销的结果和个体工商户不在其中。结果：{out}"
    )


def coming(
    draw: Annotated[str, typer.Option("--draw", metavar="编号", help="抽取编号")],
    out: OutOption,
    city: CityOption = None,
) -> None:
    """把一次抽取中还没有查的写成待排的检查，供 score 使用；只排先后，不改变抽中谁、查多少。"""
    check_file(out, option="--out")
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of
    from xinheng.services.visit_history import coming_of
    from xinheng.store.inspections import Draw

    today = day_of(datetime.now(UTC))
    known = Draw.objects.select_related("announcement__plan").filter(public_id=draw).first()
    if known is None:
        raise Refusal("PLN60", f"没有编号为 {draw[:40]} 的抽取。", advice="编号在抽取记录的页面上。")
    found = coming_of(known, policy=policy_in_force(on=today), on=today)
    write_pieces(out, _lines(found), option="--out", advice=_AGAIN)
    typer.echo(f"{len(found):,} 户待查，visit_id 为抽取的序号。结果：{out}")


def _lines(visits: "Visits") -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    results = None if visits.failed is None else visits.failed.tolist()
    writer.writerow(("visit_id", "entity", "day", *(() if results is None else ("failed",)), *visits.columns))
    for at, (number, entity) in enumerate(zip(visits.ids, visits.entities, strict=True)):
        day = date.fromordinal(int(visits.days[at])).isoformat()
        result = () if results is None else (results[at],)
        writer.writerow((number, entity, day, *result, *(cells[at] for cells in visits.columns.values())))
    yield buffer.getvalue().encode()
