"""`xinheng draw`: check the public record of a draw, or find oneself in it. Needs neither database nor network."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.parameters import percentage
from xinheng.core.refusal import Refusal

WRONG = 1
KNOWN_FORMATS = (1,)
LARGEST = 512 * 1024 * 1024


def _open(file: Path) -> dict[str, Any]:
    """The record as it stands in the file. Raises Refusal where there is nothing to be verified."""
    record = _read(file)
    if not isinstance(record, dict) or "format" not in record:
        raise _unusable(file, "不是一份抽取记录")
    if type(record["format"]) is not int or record["format"] not in KNOWN_FORMATS:
        raise _unknown_format(file, record["format"])
    return record


def _changes(file: Path) -> list[Any]:
    """The changes after a draw as they stand in the file."""
    changes = _read(file)
    if not isinstance(changes, list):
        raise _unusable(file, "不是一份更换检查人员的记录")
    return changes


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > LARGEST:
            raise _unusable(file, "大于 512 MiB，不是一份抽取记录")
        return json.loads(file.read_bytes(), object_pairs_hook=_once)
    except OSError as error:
        raise Refusal(
            "DRW01", f"打不开 {file}：{os_cause(error)}。", advice="请检查路径和读取权限。"
        ) from error
    except _Twice as error:
        raise _unusable(file, "同一键出现两次，文件被人为拼改") from error
    except (ValueError, RecursionError) as error:
        raise _unusable(file, "不是完整的 JSON 文件") from error


class _Twice(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: two readers must not read two records."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _unusable(file: Path, cause: str) -> Refusal:
    return Refusal(
        "DRW02", f"{file.name}：{cause}。", advice="请从公示网站的抽取页重新下载 record.json，不要编辑。"
    )


def _unknown_format(file: Path, found: object) -> Refusal:
    known = "、".join(map(str, KNOWN_FORMATS))
    return Refusal(
        "DRW03",
        f"{file.name} 写明 format {json.dumps(found, ensure_ascii=False)[:40]}，本程序只能核验 format {known}。",
        advice="请用与该格式相应版本的信衡核验；格式说明在 docs/draw.md。没有核验，不表示记录正确或不正确。",
    )


def verify(
    file: Annotated[Path, typer.Argument(metavar="文件", help="抽取记录（JSON）")],
    announced: Annotated[
        str | None, typer.Option(metavar="摘要", help="抽取前公布的公告摘要 sha256:…")
    ] = None,
    substitutes: Annotated[
        Path | None, typer.Option(metavar="文件", help="抽取后更换检查人员的记录（JSON）")
    ] = None,
) -> None:
    """核验一份双随机抽取记录；不需要数据库和网络。

    退出码：0 正确；1 不正确，逐条说明；2 文件打不开、不是抽取记录或格式不认识，没有核验。
    """
    from xinheng.core.draw_substitute import verify_changes
    from xinheng.core.draw_verify import remarks
    from xinheng.core.draw_verify import verify as problems_of

    record = _open(file)
    changes = _changes(substitutes) if substitutes else []
    problems = problems_of(record, announced=announced) or verify_changes(record, changes)
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
            f"比例{percentage(stratum['ratio'])}，抽中{stratum['size']}个"
        )
    typer.echo(f"  名录{pool}个对象，抽中{len(record['drawn'])}个，检查人员库{len(record['inspectors'])}人")
    if substitutes:
        typer.echo(f"  抽取后更换检查人员{len(changes)}次，接替的人都按种子的顺序产生")
    typer.echo(f"  公告摘要：{record['announcement_digest']}")
    if announced is None:
        typer.echo("  请把公告摘要与抽取前公布的摘要比对，或用 --announced 给出")
    for remark in remarks(record):
        typer.echo(f"  注意：{remark}")


def find(
    file: Annotated[Path, typer.Argument(metavar="文件", help="抽取记录（JSON）")],
    identity: Annotated[str, typer.Option(metavar="代码", help="统一社会信用代码或执法证号")],
    opening: Annotated[str, typer.Option(metavar="核对码", help="组织单位告知的 64 位核对码")],
) -> None:
    """查自己是否在名录中、是否被抽中；先用 verify 核验记录。

    退出码：0 在名录中；1 不在名录中；2 文件打不开或不是抽取记录。
    """
    from xinheng.core.draw_rule import blind_key

    record = _open(file)
    key = blind_key(opening, identity=identity)
    try:
        stratum = next((name for name, keys in record["objects"].items() if key in keys), None)
        drawn = next((one for one in record["drawn"] if one["key"] == key), None)
        visits = [one for one in record["drawn"] if key in one["team"]]
        inspector = any(person["key"] == key for person in record["inspectors"])
        name = _name_of(record, stratum)
    except (KeyError, TypeError, AttributeError) as error:
        raise _unusable(file, "记录不合格式，请先用 xinheng draw verify 核验") from error
    typer.echo(f"公开编号：{key}")
    if inspector:
        typer.echo(f"在执法检查人员名录中，分派{len(visits)}个对象")
    elif stratum is None:
        typer.echo("不在本次名录中；若名称和核对码无误，请向组织单位查询")
        raise typer.Exit(WRONG)
    else:
        typer.echo(f"在名录中，属于“{name}”，" + ("被抽中" if drawn else "未被抽中"))


def _name_of(record: dict[str, Any], stratum: str | None) -> str:
    """What the announcement calls a stratum."""
    return next((one["name"] for one in record["announcement"]["strata"] if one["key"] == stratum), "")


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="双随机抽取记录的核验。")
    group.command("verify")(verify)
    group.command("find")(find)
    app.add_typer(group, name="draw")
