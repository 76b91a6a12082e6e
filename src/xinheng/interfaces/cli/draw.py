"""`xinheng draw`: check the public record of a draw, or find oneself in it. Needs neither database nor network."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

WRONG = 1
LARGEST = 512 * 1024 * 1024


class _Unreadable(Exception):
    """The file is no record; the text says why."""


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LARGEST:
            raise _Unreadable("文件大于 512 MiB，不是一份抽取记录")
        record = json.loads(file.read_bytes(), object_pairs_hook=_once)
    except OSError as error:
        raise _Unreadable(f"打不开文件（{error.strerror}）") from error
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"不是完整的 JSON 文件（{type(error).__name__}），请重新下载") from error
    if not isinstance(record, dict):
        raise _Unreadable("不是一份抽取记录")
    return record


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: two readers must not read two records."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable("同一键出现两次，文件被人为拼改")
    return found


def _open(file: Path) -> dict[str, Any]:
    try:
        return _read(file)
    except _Unreadable as why:
        typer.echo(f"{file.name}：{why}", err=True)
        raise typer.Exit(WRONG) from why


def verify(
    file: Annotated[Path, typer.Argument(help="抽取记录（JSON，format 1）")],
    announced: Annotated[str | None, typer.Option(help="抽取前公布的公告摘要 sha256:…")] = None,
) -> None:
    """核验一份双随机抽取记录；正确时退出码为 0，不正确时为 1。"""
    from xinheng.core.draw_verify import remarks
    from xinheng.core.draw_verify import verify as problems_of

    record = _open(file)
    problems = problems_of(record, announced=announced)
    if problems:
        typer.echo(f"核验不通过，发现{len(problems)}处问题：")
        for problem in problems:
            typer.echo(f"  · {problem}")
        raise typer.Exit(WRONG)
    content = record["announcement"]
    pool = sum(len(keys) for keys in record["objects"].values())
    typer.echo(f"核验通过：{content['title']}（{content['draw']}，第{content['attempt']}次）")
    typer.echo(f"  组织单位：{content['organ']}")
    for stratum in content["strata"]:
        typer.echo(
            f"  {stratum['name']}：共{stratum['population']}个，可抽{stratum['eligible']}个，"
            f"比例{stratum['ratio']}‰，抽中{stratum['size']}个"
        )
    typer.echo(f"  名录{pool}个对象，抽中{len(record['drawn'])}个，检查人员库{len(record['inspectors'])}人")
    typer.echo(f"  公告摘要：{record['announcement_digest']}")
    if announced is None:
        typer.echo("  请把公告摘要与抽取前公布的摘要比对，或用 --announced 给出")
    for remark in remarks(record):
        typer.echo(f"  注意：{remark}")


def find(
    file: Annotated[Path, typer.Argument(help="抽取记录（JSON，format 1）")],
    identity: Annotated[str, typer.Option(help="统一社会信用代码或执法证号")],
    opening: Annotated[str, typer.Option(help="组织单位告知的 64 位核对码")],
) -> None:
    """查自己是否在名录中、是否被抽中；先用 verify 核验记录。"""
    from xinheng.core.draw_rule import blind_key

    record = _open(file)
    key = blind_key(opening, identity=identity)
    try:
        stratum = next((name for name, keys in record["objects"].items() if key in keys), None)
        drawn = next((one for one in record["drawn"] if one["key"] == key), None)
        visits = [one for one in record["drawn"] if key in one["team"]]
        inspector = any(person["key"] == key for person in record["inspectors"])
    except (KeyError, TypeError, AttributeError) as error:
        typer.echo("记录不合格式，请先用 xinheng draw verify 核验", err=True)
        raise typer.Exit(WRONG) from error
    typer.echo(f"公开编号：{key}")
    if inspector:
        typer.echo(f"在执法检查人员名录中，分派{len(visits)}个对象")
    elif stratum is None:
        typer.echo("不在本次名录中；若名称和核对码无误，请向组织单位查询")
        raise typer.Exit(WRONG)
    else:
        typer.echo(f"在名录“{stratum}”层中，" + ("被抽中" if drawn else "未被抽中"))


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="双随机抽取记录的核验。")
    group.command("verify")(verify)
    group.command("find")(find)
    app.add_typer(group, name="draw")
