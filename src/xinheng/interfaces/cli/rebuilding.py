"""`xinheng runs` lists the evaluations that were made; `xinheng rebuild` makes one again and compares it bit for bit.

Exit code of rebuild 0: facts and results are the same; 1: they differ; 2: it cannot be rebuilt, with the reason.
"""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from xinheng.interfaces.cli.options import CityOption

DIFFERENT = 1


def register(app: typer.Typer) -> None:
    app.command("runs")(runs)
    app.command("rebuild")(rebuild)


def runs(
    model: Annotated[
        str | None, typer.Option("--model", metavar="模型", help="只列这个模型的评价，如 food/food-operators")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="最多列出多少次，最近的在前")] = 20,
    city: CityOption = None,
) -> None:
    """列出评价批次及其编号，最近的在前。"""
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.runs import past_runs

    found = past_runs(model=model, most=most)
    for run in found:
        words = ("更新" if run.base_id else "全量", "已发布" if run.published else "未发布")
        state = "现行" if run.current else "已过保存期限" if run.forgotten_at else "已被取代"
        print(
            f"{run.public_id}  {run.model} 第 {run.model_version} 版  评价日 {run.as_of}  "
            f"{'，'.join((*words, state))}  {run.subjects:,} 户"
        )
    if not found:
        print("没有评价批次。")


def rebuild(
    run: Annotated[str, typer.Argument(metavar="批次编号", help="评价批次的对外编号，见 xinheng runs")],
    city: CityOption = None,
) -> None:
    """按当时已知的记录和当时的规则重算一次评价，核对每户得分是否逐位一致；不写入任何结果。

    退出码：0 逐位一致；1 不一致；2 不能重算，并说明原因。
    """
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.rebuild import rebuild_run

    rebuilt = rebuild_run(run, now=datetime.now(UTC))
    told = rebuilt.run
    print(
        f"{told.model} 第 {told.model_version} 版，评价日 {told.as_of}，{'更新' if told.base_id else '全量'}评价"
    )
    for name, stored, found in (
        ("所依据的记录", told.snapshot_digest, rebuilt.snapshot_digest),
        ("得分和等级", told.result_digest, rebuilt.result_digest),
    ):
        print(
            f"  {'✓' if stored == found else '✗'} {name}：{found}"
            + ("" if stored == found else f"，当时为 {stored}")
        )
    if not rebuilt.same:
        print(
            "重算结果与当时不一致。请保全数据库，并核对记录和账本（xinheng ledger verify）。", file=sys.stderr
        )
        raise typer.Exit(DIFFERENT)
    print("重算结果与当时逐位一致。")
