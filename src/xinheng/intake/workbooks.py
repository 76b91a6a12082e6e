"""Reads workbooks in a child process with limits on memory and time, so that no file can harm the server.

A zip bomb, a sheet that claims a million columns or a damaged book ends as one Chinese sentence (E19).
"""

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.refusal import Refusal
from xinheng.intake.limits import MIB, Limits
from xinheng.intake.sniffing import Format, unreadable

CHILD = Path(__file__).with_name("workbook_child.py")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:([A-Z]+)[0-9]+')
AS_CSV = "请在表格软件中打开，另存为 CSV（UTF-8）后上传。"


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    path: Path
    rows: int
    columns: int


def sheets_of(book: Path, form: Format, *, work: Path, limits: Limits) -> tuple[Sheet, ...]:
    """Every sheet that holds cells, as UTF-8 CSV. Raises Refusal (E19)."""
    if form in (Format.XLSX, Format.ODS):
        _refuse_bomb(book, limits)
    output = _run(book, work, limits)
    sheets = []
    for line in output.splitlines():
        told = json.loads(line)
        if told["columns"] > limits.columns:
            raise unreadable(
                f"工作表“{told['name']}”有{told['columns']}列，超过上限{limits.columns}列。",
                "请删去多余的空列后重新上传。",
            )
        if told["file"]:
            sheets.append(Sheet(told["name"], work / told["file"], told["rows"], told["columns"]))
    if not sheets:
        raise unreadable("工作簿中没有内容。", "请确认导出成功后重新上传。")
    return tuple(sheets)


def _refuse_bomb(book: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(book) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable("工作簿不完整，可能上传中断。", "请确认本地文件能打开后重新上传。") from error
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(book.stat().st_size, 1)
    if unpacked > limits.unpacked_bytes or (unpacked > 10 * MIB and ratio > limits.unpacked_ratio):
        raise unreadable(f"工作簿解压后异常庞大（{unpacked // MIB} MiB），已拒绝打开。", AS_CSV)


def _run(book: Path, work: Path, limits: Limits) -> str:
    numbers = (limits.child_memory, limits.child_seconds, limits.columns)
    command = [sys.executable, "-I", str(CHILD), str(book), str(work), *map(str, numbers)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=limits.child_seconds + 30, check=False, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise _too_large(book, limits) from error
    if done.returncode == 0:
        return done.stdout
    if "No space left" in done.stderr:
        raise Refusal("F01", "磁盘空间不足，没有写入任何内容。", advice="请清理磁盘后重新导入同一文件。")
    if done.returncode == 3:
        raise unreadable("工作簿已损坏、加密或不是支持的格式。", "请去掉密码，确认能打开后重新上传。")
    raise _too_large(book, limits)


def _too_large(book: Path, limits: Limits) -> Refusal:
    claimed = _claimed(book)
    if claimed:
        return unreadable(
            f"工作表声称范围为 {claimed}，无法读取。",
            "请删去数据区以外的行列和格式后重新上传，或另存为 CSV。",
        )
    return unreadable(
        f"读取工作簿超过了限制（内存{limits.child_memory} MiB、{limits.child_seconds}秒）。", AS_CSV
    )


def _claimed(book: Path) -> str:
    """The range of the largest sheet as the book states it, where it is beyond all use."""
    try:
        with zipfile.ZipFile(book) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with archive.open(name) as sheet:
                        found = _DIMENSION.search(sheet.read(4096))
                    if found and len(found[1]) > 2:
                        return found[0].decode("ascii").partition('"')[2]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    return ""
