"""`xinheng plan fit`, `score` and `backtest`: in which order to visit, by a points table learnt from past visits.

Serves 抽查检查概率与信用等级、风险程度挂钩. Whom to visit at all is decided by plan and draw; points only say who goes first
within a stratum, and never more visits than the ceiling (legal guard G7). Needs no database; no network.
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import plan_database
from xinheng.interfaces.cli.help_page import Commands
from xinheng.interfaces.cli.options import CityOption, city_wanted, policy_folder
from xinheng.interfaces.cli.targets import check_file, write_pieces, write_text

if TYPE_CHECKING:
    from xinheng.planning.drift import Limits
    from xinheng.planning.points import PointsTable
    from xinheng.planning.visits import Ints, Visits

_AGAIN = "请检查磁盘空间和目录权限，再运行一次。"
_LARGEST = 16 * 1024 * 1024

HistoryOption = Annotated[
    Path,
    typer.Option(
        "--history", metavar="文件", help="检查历史 CSV：visit_id、entity、day、failed（0 或 1）和其他各列"
    ),
]


def _one_thread() -> None:
    """Small systems of equations are solved faster by one thread than by several that wait for each other."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def register(app: typer.Typer) -> None:
    group = Commands(
        help="按风险排检查的先后：从检查历史学积分表，给待排的检查打分，回测。", no_args_is_help=True
    )
    group.command("fit")(fit)
    group.command("score")(score)
    group.command("backtest")(run_backtest)
    group.command("history")(plan_database.history)
    group.command("coming")(plan_database.coming)
    app.add_typer(group, name="plan")


def fit(
    history: HistoryOption,
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="积分表写到这个 .yml 文件")],
) -> None:
    """从检查历史学一张积分表；指向检查人员、自然人和公平竞争所禁的列不用，并说明。"""
    _one_thread()
    from xinheng.interfaces.cli.plan_tables import read_history
    from xinheng.planning.fitting import learn
    from xinheng.planning.points import written

    check_file(out, option="--out", sources=[history])
    visits = read_history(history)
    _tell_future(visits)
    table = learn(visits)
    write_text(out, written(table), option="--out")
    _tell_left_out(table)
    learnt = table.learnt
    typer.echo(
        f"学自 {learnt.first_day} 至 {learnt.last_day} 的 {learnt.visits:,} 次检查（{learnt.entities:,} 个主体，"
        f"不合格 {learnt.failed:,} 次，{table.base:.2%}）。"
    )
    areas = "、".join(f"{float(area):.3f}" for area in learnt.areas) or "历史太短，没有检验"
    typer.echo(f"历史内按时间检验的 AUC：{areas}（0.5 为随机）。")
    typer.echo(f"积分表：{out}，{len(table.rows)} 项特征。")


def score(
    model: Annotated[Path, typer.Option("--model", metavar="文件", help="xinheng plan fit 生成的积分表")],
    history: HistoryOption,
    visits: Annotated[
        Path, typer.Option("--visits", metavar="文件", help="待排的检查 CSV：同历史，没有 failed")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="结果写到这个 CSV 文件")],
) -> None:
    """给待排的检查打分，写出 visit_id、entity、score，行序不变；分数越高，越应先查。

    每次检查只看历史中早于它当天的记录。
    """
    _one_thread()
    from xinheng.interfaces.cli.plan_tables import read_history, read_visits
    from xinheng.planning.ordering import order

    check_file(out, option="--out", sources=[model, history, visits])
    table = _opened(model)
    known, asked = read_history(history), read_visits(visits)
    _tell_learnt_already(table, asked)
    points = order(asked, table, history=known)
    write_pieces(out, _lines(asked, points), option="--out", advice=_AGAIN)
    new = len(set(asked.entities) - set(known.entities))
    typer.echo(
        f"共 {len(asked):,} 次检查，分数 {points.min()} 至 {points.max()}；{new:,} 个主体没有检查历史。结果：{out}"
    )


def run_backtest(
    history: HistoryOption,
    freeze: Annotated[
        str, typer.Option("--freeze", metavar="日期", help="冻结日：用此前的检查学习，用当天及以后的检验")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="只输出 JSON")] = False,
    city: CityOption = None,
) -> None:
    """回测：若在冻结日按积分排先后，会比随机和实际早查出多少；并判断规律是否已漂移。"""
    _one_thread()
    from xinheng.interfaces.cli.plan_report import as_object, sentences
    from xinheng.interfaces.cli.plan_tables import day_given, read_history
    from xinheng.planning.backtest import backtest

    frozen = day_given(freeze, option="--freeze")
    limits = _limits(city)
    visits = read_history(history)
    _tell_future(visits)
    found = backtest(visits, freeze=frozen.toordinal(), limits=limits)
    _tell_left_out(found.table)
    if as_json:
        typer.echo(json.dumps(as_object(found, frozen), ensure_ascii=False))
    else:
        typer.echo("\n".join(sentences(found, frozen)))


def _limits(city: str | None) -> "Limits":
    from xinheng.core.policy import load_policy
    from xinheng.planning.drift import Limits

    policy = load_policy(policy_folder(), city=city_wanted(city))
    today = date.today()

    def limit(name: str) -> int:
        return policy.parameter(f"inspections.planning_{name}", on=today).required()

    return Limits(
        shift_watch=limit("shift_watch"),
        shift_alarm=limit("shift_alarm"),
        rate_watch=limit("rate_watch"),
        rate_alarm=limit("rate_alarm"),
        order_watch=limit("order_watch"),
        order_alarm=limit("order_alarm"),
    )


def _opened(model: Path) -> "PointsTable":
    from xinheng.planning.points import read

    try:
        if model.stat().st_size > _LARGEST:
            raise Refusal(
                "PLN50", f"{model.name}大于 16 MiB，不是积分表。", advice="请给出 xinheng plan fit 的结果。"
            )
        text = model.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = os_cause(error) if isinstance(error, OSError) else "不是 UTF-8 编码"
        raise Refusal("PLN51", f"打不开 {model}：{cause}。", advice="请检查路径和读取权限。") from error
    return read(text, name=model.name)


def _lines(asked: "Visits", points: "Ints") -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("visit_id", "entity", "score"))
    writer.writerows(zip(asked.ids, asked.entities, points.tolist(), strict=True))
    yield buffer.getvalue().encode()


def _tell_left_out(table: "PointsTable") -> None:
    for one in table.left_out:
        typer.echo(f"{'拒用' if one.refused else '未用'}“{one.column}”列：{one.reason}。", err=True)


def _tell_learnt_already(table: "PointsTable", asked: "Visits") -> None:
    """A table that was learnt from later days knows what came of these visits."""
    last = date.fromisoformat(table.learnt.last_day).toordinal()
    early = int((asked.days <= last).sum())
    if early:
        typer.echo(
            f"注意：{early:,} 次检查不晚于积分表学到的最后一天（{table.learnt.last_day}），"
            "其分数不能当作对未来的检验；检验请用 xinheng plan backtest。",
            err=True,
        )


def _tell_future(visits: "Visits") -> None:
    later = int((visits.days > date.today().toordinal()).sum())
    if later:
        typer.echo(f"注意：历史中有 {later:,} 次检查的日期晚于今天，请核对。", err=True)
