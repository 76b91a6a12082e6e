"""`xinheng exchange`: send to, receive from and reconcile with the platform above or below, by hand or from a schedule."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption
from xinheng.interfaces.cli.targets import check_file, make_folder, write_pieces, write_text

if TYPE_CHECKING:
    from xinheng.store.exchanges import ExchangeComparison, ExchangePeer

DIFFERENT = 1
_SHOWN = 20
PeerOption = Annotated[str, typer.Option("--peer", metavar="平台", help="登记的对方代号，如 410221")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="上下级交换：发送、接收、对账。", no_args_is_help=True)
    commands.command("send")(send)
    commands.command("receive")(receive)
    commands.command("reconcile")(reconcile)
    app.add_typer(commands, name="exchange")


def send(
    peer: PeerOption,
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="交换包写到这个文件夹")],
    city: CityOption = None,
    receipts: Annotated[
        list[Path] | None, typer.Option("--receipt", metavar="文件", help="先登记对方给的回执，可以多次给出")
    ] = None,
) -> None:
    """把新增、更正、终止的记录写成交换包；没有回执的包一并再写。

    经接口交换的平台由后台自动发送；这个命令用于摆渡的网络。
    """
    make_folder(out, option="--out")
    found = _ready(peer, city)
    from xinheng.services.exchanges import unanswered
    from xinheng.services.exchanges_content import file_name, pieces
    from xinheng.services.exchanges_out import make_packages
    from xinheng.services.exchanges_sending import note_sent, take_receipt
    from xinheng.services.ledger import seal_events
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    for path in receipts or ():
        kept = take_receipt(_json(path), peer=found, now=now)
        print(f"✓ 第 {kept.number} 号已回执，对方未收 {kept.returned} 条。")
    seal_events(now=now)
    made = make_packages(found.public_id, policy=policy_in_force(on=day_of(now)), now=now)
    count = 0
    for row in unanswered(found).select_related("file", "peer"):
        path = out / file_name(found, row.number)
        write_pieces(path, pieces(row), option="--out", advice="请检查磁盘空间和权限，再运行一次。")
        note_sent(row, now=now)
        count += 1
        print(f"{path.name}：第 {row.first}—{row.last} 行，其中终止 {row.retractions} 条")
    print(f"新做交换包 {len(made)} 个，写出 {count} 个。")


def receive(
    file: Annotated[Path, typer.Argument(metavar="文件", help="交换包（package-….jsonl）")],
    out: Annotated[Path, typer.Option("--receipt", metavar="文件", help="回执写到这个文件")],
    city: CityOption = None,
) -> None:
    """收下一个交换包，写出回执。重复收下不会重复入库；缺号或被改动的整包不收。"""
    check_file(out, option="--receipt", sources=[file])
    rows = list(_rows(file))
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.exchanges_in import receive as take
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    told = take(rows, policy=policy_in_force(on=day_of(now)), now=now)
    write_text(out, json.dumps(told, ensure_ascii=False), option="--receipt")
    print(f"✓ 第 {told['number']} 号：有效 {told['standing']} 条，终止 {told['ended']} 条。")
    for n, _, code in told["returned"][:_SHOWN]:
        print(f"✗ 第 {n} 行没有收下（{code}）")
    if told["returned"]:
        print(f"共 {len(told['returned'])} 条没有收下，原因已写入回执。")


def reconcile(
    peer: PeerOption,
    city: CityOption = None,
    theirs: Annotated[
        Path | None, typer.Option("--with", metavar="文件", help="对方给的对账单，与本方发出的核对")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--statement", metavar="文件", help="把本方收到的写成对账单，交给对方")
    ] = None,
) -> None:
    """写出或者核对对账单。退出码：0 一致或者只写出，1 有差异。"""
    if out is not None:
        check_file(out, option="--statement", sources=[theirs] if theirs else [])
    if theirs is None and out is None:
        raise Refusal("EX27", "没有说明要做什么。", advice="请给出 --with 或 --statement。")
    value = _json(theirs) if theirs else None
    found = _ready(peer, city)
    from xinheng.services.exchanges_holdings import compare, statement

    now = datetime.now(UTC)
    if out is not None:
        write_text(out, json.dumps(statement(found, now=now), ensure_ascii=False), option="--statement")
        print(f"对账单已写到 {out}。")
    if value is not None:
        kept = compare(found, value, actor=None, now=now)
        print("\n".join(_told(kept)))
        if kept.found:
            raise typer.Exit(DIFFERENT)


def _told(kept: "ExchangeComparison") -> Iterator[str]:
    if not kept.found:
        yield f"✓ 截至第 {kept.through} 号交换包，双方一致。"
    for one in kept.found:
        yield (
            f"✗ {one['item'] or '已终止的记录'}，第 {one['first']}—{one['last']} 行："
            f"本方 {one['ours']} 条，对方 {one['theirs']} 条，对方未收 {one['returned']} 条"
        )
        for line in one["lines"][:_SHOWN]:
            code = f"（{line['code']}）" if line["code"] else ""
            yield f"    第 {line['n']} 行：本方{line['ours'] or '没有'}，对方{line['theirs'] or '没有'}{code}"


def _ready(peer: str, city: str | None) -> "ExchangePeer":
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.exchanges import peer_called

    return peer_called(peer)


def _rows(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise _unopened(path, os_cause(error)) from error


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise _unopened(path, os_cause(error)) from error
    except ValueError as error:
        raise _unopened(path, "不是 JSON") from error


def _unopened(path: Path, cause: str) -> Refusal:
    return Refusal("EX28", f"打不开 {path}：{cause}。", advice="请检查路径、读取权限和文件内容。")
