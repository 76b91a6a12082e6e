"""What the terminal says of one imported file: how many rows entered, why others did not, and what to do next."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from xinheng.core.checks import Defect
from xinheng.core.policy import Policy
from xinheng.core.refusal import Outcome
from xinheng.services.time import day_of
from xinheng.store.batches import Batch

_BECAME = {
    Outcome.QUARANTINE: "待处理",
    Outcome.REFUSE: "拒收",
    Outcome.REPAIR: "改写并注明",
    Outcome.FLAG: "照常入库，计数",
}


def taken(batch: Batch) -> bool:
    """The file was read, or is known as one that need not be read."""
    return batch.report["status"] == "mapped" or bool(batch.report.get("known_as"))


def lines_of(batch: Batch, *, policy: Policy, now: datetime, workbook: Path | None) -> Iterator[str]:
    """``workbook`` is where the rows that were returned have been written for the user."""
    if batch.report["status"] == "mapped":
        yield from _mapped(batch, policy, now, workbook)
    else:
        yield from _not_read(batch, now)


def _mapped(batch: Batch, policy: Policy, now: datetime, workbook: Path | None) -> Iterator[str]:
    report = batch.report
    feed = policy.feeds.get(report["feed"])
    title = f"{feed.title}（{report['feed']}）" if feed else report["feed"]
    repeated = batch.loaded_at is not None and batch.loaded_at != now
    sign = "✓" if report["accepted"] else "＝" if repeated or not report["quarantined"] else "！"
    yield f"{sign} {batch.file_name}：{title}，{report['rows']} 行：{_counts(report)}"
    if repeated and batch.loaded_at is not None:
        yield f"    这个文件已于 {day_of(batch.loaded_at)} 入库，这次没有新增内容。"
    else:
        yield from _reasons(report["problems"], policy)
        yield from (f"    提示：{note}" for note in report.get("notes", []))
    if workbook is not None:
        yield f"    退回表：{workbook}"
    elif batch.workbook_id is not None:
        yield f"    退回表：业务系统 /office/batches/{batch.public_id}/workbook/，或再次导入时加 --returned 文件夹"


def _counts(report: dict[str, int]) -> str:
    return f"入库 {report['accepted']}，退回或待处理 {report['quarantined']}，重复 {report['duplicates']}"


def _reasons(problems: dict[str, int], policy: Policy) -> Iterator[str]:
    """One line an outcome, the most frequent problem first."""
    outcomes = policy.quality.outcomes()
    for outcome, became in _BECAME.items():
        found = [(code, number) for code, number in problems.items() if outcomes.get(code) is outcome]
        if found:
            ordered = sorted(found, key=lambda pair: (-pair[1], pair[0]))
            yield f"    {became}：" + "，".join(
                f"{_title(code, policy)} {number}" for code, number in ordered
            )


def _title(code: str, policy: Policy) -> str:
    return f"{policy.quality.problems[code].title}（{code}）"


def _not_read(batch: Batch, now: datetime) -> Iterator[str]:
    report, repeated = batch.report, batch.received_at != now
    message, advice = report.get("message", ""), report.get("advice", "")
    if report.get("known_as"):
        yield f"{'＝' if repeated else '－'} {batch.file_name}：{report['rows']} 行，{message}"
        return
    codes = [code for code in report["problems"] if code in (Defect.UNREADABLE, Defect.WRONG_FEED)]
    rows = f"{report['rows']} 行，" if report["rows"] else ""
    yield (
        f"✗ {batch.file_name}：{rows}{message.rstrip('。')}"
        + (f"（{'、'.join(codes)}）" if codes else "")
        + "。"
    )
    if report["status"] == "unmapped" and not codes:
        advice = (
            f"在业务系统 /office/batches/{batch.public_id}/columns/ 指明各列，批准后重新识别；"
            "已有合适的数据源的，用 --feed 指定后再导入。"
        )
    if advice:
        yield f"    怎么办：{advice}"
    if repeated:
        yield f"    这个文件已于 {day_of(batch.received_at)} 收到，这次没有新增批次。"
    if batch.original is not None and batch.original.destroy_on is not None:
        yield f"    原件已加密保存到 {batch.original.destroy_on}，批次编号 {batch.public_id}。"
