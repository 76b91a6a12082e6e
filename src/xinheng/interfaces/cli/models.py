"""`xinheng model`: check model files, print their schema, report on a model, compare two. Needs no database."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from xinheng.core.models import ScoringModel, model_schema, read_model
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.models_open import (
    City,
    On,
    Place,
    Province,
    Root,
    causes_of,
    composed_causes,
    day_of,
    existing,
    may_write,
    open_model,
    open_place,
    unheard,
)
from xinheng.interfaces.cli.targets import write_text

REFUSED = 2


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="模型文件（.yml），可写多个")],
    city: City = None,
    province: Province = None,
    policy: Root = None,
    on: On = None,
) -> None:
    """检查模型文件：逐条说明错在哪里、为什么。全部可用时退出码为 0，否则为 2。"""
    day = day_of(on)
    place = open_place(city=city, province=province, root=policy)
    models: dict[Path, ScoringModel] = {}
    causes: dict[Path, list[str]] = {}
    for file in files:
        try:
            models[file] = read_model(existing(file))
        except (PolicyError, Refusal) as refusal:
            causes[file] = refusal.causes if isinstance(refusal, PolicyError) else [refusal.message]
    for file, model in models.items():
        found = [f"{where}：{cause}" for where, cause in causes_of(model, place=place, on=day, cited_on=day)]
        if found:
            causes[file] = found
    for key, where, cause in composed_causes(models.values(), place=place):
        owner = next((file for file, model in models.items() if model.id == key), next(iter(models)))
        causes.setdefault(owner, []).append(f"{where}：{cause}")
    for file in files:
        _say_checked(file, models.get(file), causes.get(file, []), place)
    if causes:
        print(
            f"怎么办：请逐条改正后重新检查；写法见 docs/how-to/write-a-model.md（{len(causes)} 个文件有问题）",
            file=sys.stderr,
        )
        raise typer.Exit(REFUSED)


def _say_checked(file: Path, model: ScoringModel | None, causes: list[str], place: Place) -> None:
    if model is None:
        print(f"✗ {file}：不是可用的模型", file=sys.stderr)
    elif causes:
        print(f"✗ {file}：{model.title}（{model.id}）不能使用，{len(causes)} 处问题", file=sys.stderr)
    else:
        kind = f"{model.kind.label}，{model.use.label}"
        print(f"✓ {file}：{model.title}（{model.id} 第 {model.version} 版，{kind}）")
        print(f"  指标 {len(model.indicators)} 个，{model.digest}")
    for where, hint in unheard(model, place=place) if model else ():
        print(f"  提示：{where}：{hint}")
    for cause in causes:
        print(f"  {cause.removeprefix(f'{file}：')}", file=sys.stderr)


def schema(
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件（.json），缺省为屏幕")] = None,
) -> None:
    """模型文件的 JSON Schema，供编辑器提示和校验。"""
    text = json.dumps(model_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        print(text, end="")
        return
    may_write(out, suffixes=(".json",))
    _write(out, text)


def report(
    model: Annotated[str, typer.Argument(help="模型标识（如 general/trial）或模型文件")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写到哪个文件，.md 或 .html；缺省为屏幕上的 Markdown")
    ] = None,
    city: City = None,
    province: Province = None,
    policy: Root = None,
) -> None:
    """模型说明：指标、分值、封顶、否决、条款、来源和核对情况。"""
    from xinheng.core.model_report import model_report
    from xinheng.interfaces.cli.models_text import html, markdown

    if out is not None:
        may_write(out, suffixes=(".md", ".html"), inputs=(Path(model),))
    place = open_place(city=city, province=province, root=policy)
    document = model_report(open_model(model, place=place, on=day_of(None)), policy=place.policy)
    if out is None:
        print(markdown(document), end="")
        return
    _write(out, html(document) if out.suffix.lower() == ".html" else markdown(document))


def _write(out: Path, text: str) -> None:
    write_text(out, text, option="--out")
    print(f"已写入 {out}")


def register(app: typer.Typer) -> None:
    """Adds the group ``model``."""
    from xinheng.interfaces.cli.models_compare import compare

    group = typer.Typer(help="评价模型：检查、说明、比较。", no_args_is_help=True)
    group.command("check")(check)
    group.command("schema")(schema)
    group.command("report")(report)
    group.command("compare")(compare)
    app.add_typer(group, name="model")
