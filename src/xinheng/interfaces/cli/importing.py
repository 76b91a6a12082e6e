"""`xinheng import`: reads what departments send and says what became of every row."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinheng.core.refusal import Refusal

if TYPE_CHECKING:
    from xinheng.store.batches import Batch


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹（CSV、XLSX、XLS）")],
    city: Annotated[str | None, typer.Option(help="城市政策包，如 kaifeng")] = None,
    feed: Annotated[str | None, typer.Option(help="指定数据源（不指定则按栏目识别）")] = None,
    agency: Annotated[str | None, typer.Option(help="报送单位的 key（默认信用办）")] = None,
    report: Annotated[Path | None, typer.Option(help="把结果写成 JSON")] = None,
) -> None:
    """导入部门报送的文件。"""
    from xinheng.interfaces.cli.ready import ready

    files = _files(paths)
    ready(city=city)
    from xinheng.services.collect import Delivery, import_file, report_of
    from xinheng.services.organisations import organisation_for, set_up_organisations
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    policy, now = policy_in_force(), datetime.now(UTC)
    set_up_organisations(policy, on=day_of(now))
    delivery = Delivery(policy=policy, organisation=organisation_for(policy, agency), actor=None, now=now)
    from rich.progress import track

    batches = []
    for path in track(files, description="导入", disable=len(files) < 2, transient=True):
        batch = import_file(path, delivery, feed=feed)
        batch.report["path"] = str(path)
        batches.append(batch)
        print(_line(batch))
    result = report_of(batches)
    if report:
        report.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    totals = result["totals"]
    print(
        f"合计 {totals['files']} 个文件：{totals['rows']} 行，入库 {totals['accepted']}，"
        f"退回 {totals['quarantined']}，重复 {totals['duplicates']}；"
        f"未识别 {totals['unmapped']} 个，无法读取 {totals['unreadable']} 个。"
    )
    if totals["unreadable"] or (feed and totals["unmapped"]):
        raise typer.Exit(1)


def _files(paths: list[Path]) -> list[Path]:
    """Files in order; folders are walked, hidden files passed over."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                item
                for item in path.rglob("*")
                if item.is_file() and not item.name.startswith((".", "planted"))
            )
        elif path.is_file():
            found.append(path)
        else:
            raise Refusal("F03", f"没有这个文件或文件夹：{path}", advice="请检查路径后重试。")
    if not found:
        raise Refusal("F04", "所给的文件夹里没有文件。", advice="请检查路径后重试。")
    return found


def _line(batch: "Batch") -> str:
    result = batch.report
    if result["status"] == "mapped":
        problems = " ".join(f"{code}×{count}" for code, count in result["problems"].items())
        return (
            f"✓ {batch.file_name}：{result['feed']}，{result['rows']} 行，入库 {result['accepted']}，"
            f"退回 {result['quarantined']}，重复 {result['duplicates']} {problems}".rstrip()
        )
    word = "未识别，已保存待配置" if result["status"] == "unmapped" else "无法读取"
    return f"· {batch.file_name}：{word}"
