"""`xinheng snapshot`: what was known on a day, as a folder of two Parquet files for use without the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xinheng.interfaces.cli.models_open import day_of
from xinheng.interfaces.cli.options import CityOption


def register(app: typer.Typer) -> None:
    app.command("snapshot")(snapshot)


def snapshot(
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="日期", help="写出到这一天为止已知的记录，如 2026-11-20")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="还没有的文件夹；写完整以后才出现")],
    city: CityOption = None,
) -> None:
    """从数据库写出评价快照（subjects.parquet 和 records.parquet），供 evaluate、explain 等不连数据库的命令使用。

    记录按指定日期当天已知的版本写出；主体是现在的在册主体。文件不含名称、住所和自然人信息。
    """
    day = day_of(as_of)
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.snapshots import write_folder

    written = write_folder(out, known_on=day, now=datetime.now(UTC))
    print(
        f"快照已写到 {written.folder}：主体 {written.subjects:,} 户，截至 {day} 已知的记录 {written.records:,} 条。"
    )
