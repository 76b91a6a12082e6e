"""`xinheng codes check`: reads one column of codes from a CSV file and says what each of them is; `xinheng codes sweep`
looks for wrong and duplicate codes in the database.

Serves 重错码治理. The file is read as a stream; the result appears under its name only when complete, and
a resident ID that stands among the codes is written masked (legal guard G13).
"""

import codecs
import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, TextIO

import typer

from xinheng.core.cell_text import guarded
from xinheng.core.ids import Code, CodeKind, read_code
from xinheng.core.masking import mask_personal
from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption
from xinheng.interfaces.cli.targets import check_file

COLUMNS = ("row", "code", "kind", "valid", "problem")
_HEADER_WITHIN = 30
_CHUNK = 1 << 20
_GREATEST_FIELD = 1 << 20
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_KINDS = {
    CodeKind.USCC: "统一社会信用代码",
    CodeKind.REGISTRATION: "工商注册号",
    CodeKind.ORGANISATION: "组织机构代码",
    CodeKind.TAX: "税务登记号",
    CodeKind.RESIDENT_ID: "自然人证件号码",
    CodeKind.PLACEHOLDER: "未填写",
    CodeKind.UNKNOWN: "无法识别",
}


def encoding_of(file: Path) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM or GB18030. Raises Refusal for what is no text table."""
    with file.open("rb") as stream:
        head = stream.read(4)
        if head in _WORKBOOKS:
            raise Refusal(
                "COD03",
                f"{file.name}是电子表格文件，不是CSV。",
                advice="请另存为CSV（UTF-8）后重试，或用 xinheng import 导入整个文件。",
            )
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        for encoding in ("utf-8-sig", "gb18030"):
            stream.seek(0)
            if _decodes(iter(lambda: stream.read(_CHUNK), b""), encoding):
                return encoding
    raise Refusal(
        "COD04", f"{file.name}不是UTF-8或GB18030编码的文本。", advice="请以“CSV UTF-8”格式重新导出。"
    )


def _decodes(chunks: Iterator[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def codes_in(stream: TextIO, *, column: str, name: str) -> Iterator[tuple[int, str]]:
    """(row counted from 1 in the file, cell) below the header, which may stand under a title line."""
    rows = enumerate(_records(stream, name=name), start=1)
    head = list(islice(rows, _HEADER_WITHIN))
    wanted = _header(column)
    for place, (_, cells) in enumerate(head):
        found = [at for at, cell in enumerate(cells) if _header(cell) == wanted]
        if found:
            body = chain(head[place + 1 :], rows)
            return (
                (row, cells[found[0]] if found[0] < len(cells) else "") for row, cells in body if any(cells)
            )
    titles = max((cells for _, cells in head), key=lambda cells: sum(map(bool, cells)), default=[])
    listed = "、".join(cell.strip() for cell in titles if cell.strip()) or "（空文件）"
    raise Refusal("COD05", f"{name}中没有名为“{column}”的列。", advice=f"现有的列：{listed}。")


def _records(stream: TextIO, *, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(_GREATEST_FIELD)
    first = stream.readline()
    delimiter = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(chain([first], stream), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise Refusal(
            "COD06",
            f"{name}在第{reader.line_num}行附近无法读取（{error}）。",
            advice="请检查该行的引号是否成对、文件是否完整，再重新导出。",
        ) from error


def _header(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).strip("\ufeff\"' ").split())


def _line(row: int, code: Code) -> tuple[int | str, ...]:
    text = mask_personal(code.value or code.raw.strip()).text
    if code.kind is CodeKind.RESIDENT_ID:
        text = text[:6].ljust(len(text), "*")
    text = guarded(text)
    problem = code.problem.label if code.problem else "；".join(note.label for note in code.warnings)
    if problem and code.valid:
        problem = f"提示：{problem}"
    return row, text, code.kind, "true" if code.valid else "false", problem


def check(
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV 文件（UTF-8 或 GB18030）")],
    column: Annotated[str, typer.Option("--column", metavar="列名", help="代码所在的列")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="结果写到这个 CSV 文件")],
) -> None:
    """逐行核对一列代码，写出代码、种类、是否有效和问题。"""
    check_file(out, option="--out", sources=[file])
    try:
        encoding = encoding_of(file)
    except OSError as error:
        raise Refusal(
            "COD01", f"打不开 {file}：{os_cause(error)}。", advice="请检查路径和读取权限。"
        ) from error
    part = out.with_name(f".{out.name}.part")
    counts: Counter[tuple[CodeKind, bool]] = Counter()
    try:
        with (
            file.open(encoding=encoding, newline="") as source,
            part.open("w", encoding="utf-8-sig", newline="") as target,
        ):
            writer = csv.writer(target)
            writer.writerow(COLUMNS)
            for row, cell in codes_in(source, column=column, name=file.name):
                code = read_code(cell)
                counts[code.kind, code.valid] += 1
                writer.writerow(_line(row, code))
        part.replace(out)
    except OSError as error:
        raise Refusal(
            "COD07",
            f"读写文件失败（{os_cause(error)}），没有写出结果。",
            advice="请检查磁盘空间和目录权限。",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    _summary(counts, out)


def _summary(counts: Counter[tuple[CodeKind, bool]], out: Path) -> None:
    print(f"共{counts.total()}行，结果写入{out}")
    for (kind, valid), number in counts.most_common():
        judged = "" if kind is CodeKind.PLACEHOLDER else "（有效）" if valid else "（无效）"
        print(f"  {_KINDS[kind]}{judged}：{number}")


def sweep(city: CityOption = None) -> None:
    """在数据库中核查重错码，更新各登记机关的工作清单，写出每一种的数目。"""
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.core.code_issues import IssueKind, IssueState
    from xinheng.services.code_issues import sweep_codes
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of
    from xinheng.store.models import CodeIssue

    now = datetime.now(UTC)
    swept = sweep_codes(policy=policy_in_force(on=day_of(now)), now=now)
    print(
        f"数据中有{swept.found}个：新发现{swept.added}个，再次出现{swept.reopened}个；不再出现{swept.cleared}个"
    )
    open_ones = CodeIssue.objects.exclude(state=IssueState.VERIFIED.value)
    for kind in IssueKind:
        print(f"  {kind.label}：未销号{open_ones.filter(kind=kind.value).count()}个")


def register(app: typer.Typer) -> None:
    """Add the group ``codes``."""
    group = typer.Typer(help="核对统一社会信用代码等代码。", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("check")(check)
    group.command("sweep")(sweep)
    app.add_typer(group, name="codes")
