"""`xinheng import`: reads what departments send and says what became of every row."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import AgencyOption, CityOption
from xinheng.interfaces.cli.targets import check_file, make_folder, write_pieces, write_text

if TYPE_CHECKING:
    from xinheng.services.collect import Delivery
    from xinheng.store.batches import Batch

NOT_TAKEN = 1
_OF_ONE_FILE = "B10"
"""The refusal that concerns one file; the others are read all the same."""


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="路径", help="文件或文件夹（CSV、XLSX、XLS）")],
    city: CityOption = None,
    feed: Annotated[
        str | None, typer.Option(metavar="数据源", help="指定数据源的代号，缺省按各列识别")
    ] = None,
    agency: AgencyOption = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="账号", help="报送人的账号；缺省由报送单位负责，本单位的人不能审查这些批次"),
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="文件", help="把每个文件的结果写成 JSON")] = None,
    returned: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="把退回表（XLSX）写到这个文件夹")
    ] = None,
) -> None:
    """导入部门报送的文件，说明每个文件、每一行的去向。

    退出码：0 每个文件都已读入、以前已经读入，或已识别而不需要读入；1 有文件无法读取、没有识别，
    或与指定的数据源不符，其余文件照常导入；2 命令没有执行，或中途停止。
    指定与不指定 --feed 都按这个规则，有行退回不影响退出码。
    """
    files = _files(paths, besides=report)
    if report:
        check_file(report, option="--report", sources=files)
    if returned:
        make_folder(returned, option="--returned")
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    journey = _Import(delivery=_delivery(agency, person), feed=feed, returned=returned)
    try:
        journey.run(files)
    finally:
        if report:
            text = json.dumps(journey.report(), ensure_ascii=False, indent=1)
            write_text(report, f"{text}\n", option="--report")
    print(journey.summary())
    if journey.not_taken:
        raise typer.Exit(NOT_TAKEN)


def _delivery(agency: str | None, person: str | None) -> "Delivery":
    from xinheng.services.batches import deliverer
    from xinheng.services.collect import Delivery
    from xinheng.services.organisations import organisation_for, set_up_organisations
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    set_up_organisations(policy, on=day_of(now))
    organisation = organisation_for(policy, agency)
    actor = deliverer(person, organisation, on=day_of(now)) if person else None
    return Delivery(policy=policy, organisation=organisation, actor=actor, now=now)


@dataclass
class _Import:
    """One call of the command: what became of the files so far."""

    delivery: "Delivery"
    feed: str | None
    returned: Path | None
    batches: "list[Batch]" = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    not_taken: int = 0

    def run(self, files: list[Path]) -> None:
        from rich.progress import track

        for number, path in enumerate(
            track(files, description="导入", disable=len(files) < 2, transient=True)
        ):
            try:
                self._take(path)
            except Refusal as refusal:
                if refusal.code != _OF_ONE_FILE:
                    if number:
                        print(f"在 {path.name} 处停止；前面 {number} 个文件的结果有效，再次导入不会重复。")
                    raise
                self._refuse(path, refusal)

    def _take(self, path: Path) -> None:
        from xinheng.interfaces.cli.import_words import lines_of, taken
        from xinheng.services.collect import import_file

        batch = import_file(path, self.delivery, feed=self.feed)
        batch.report["path"] = str(path)
        self.batches.append(batch)
        self.not_taken += not taken(batch)
        workbook = self._workbook(batch)
        print(
            "\n".join(lines_of(batch, policy=self.delivery.policy, now=self.delivery.now, workbook=workbook))
        )

    def _refuse(self, path: Path, refusal: Refusal) -> None:
        self.not_taken += 1
        self.refused.append(
            {"path": str(path), "code": refusal.code, "message": refusal.message, "advice": refusal.advice}
        )
        print(f"✗ {path.name}：{refusal.message}（{refusal.code}）\n    怎么办：{refusal.advice}")

    def _workbook(self, batch: "Batch") -> Path | None:
        """The error workbook in the folder that was asked for."""
        if self.returned is None or batch.workbook is None or batch.workbook.wrapped_key is None:
            return None
        from xinheng.store.files import read_file

        stem = Path(batch.file_name).stem
        path = self.returned / f"退回-{stem}-{batch.public_id[:4].upper()}.xlsx"
        advice = "文件已导入，可在业务系统中下载退回表。"
        write_pieces(path, read_file(batch.workbook), option="--returned", advice=advice)
        return path

    def report(self) -> dict[str, Any]:
        from xinheng.services.collect import report_of

        return {**report_of(self.batches), **({"refused": self.refused} if self.refused else {})}

    def summary(self) -> str:
        read = [batch.report for batch in self.batches if batch.report["status"] == "mapped"]
        aside = sum(batch.report["rows"] for batch in self.batches) - sum(report["rows"] for report in read)
        accepted, returned, known = (
            sum(report[key] for report in read) for key in ("accepted", "quarantined", "duplicates")
        )
        lines = [
            f"合计 {len(self.batches) + len(self.refused)} 个文件：入库 {accepted} 行，"
            f"退回或待处理 {returned} 行，重复 {known} 行"
            + (f"；没有读入的文件中 {aside} 行。" if aside else "。")
        ]
        if self.not_taken:
            lines.append(f"其中 {self.not_taken} 个文件没有读入，见上面以“✗”开头的行（退出码 {NOT_TAKEN}）。")
        if returned:
            lines.append("待处理的行在业务系统的“待处理”（/office/quarantine/）中，由另一人采纳或退回。")
        return "\n".join(lines)


def _files(paths: list[Path], *, besides: Path | None) -> list[Path]:
    """Files in order, each readable; folders are walked, hidden files and an earlier report passed over."""
    found: list[Path] = []
    for path in paths:
        try:
            if path.is_dir():
                found += sorted(item for item in path.rglob("*") if item.is_file() and _meant(item, besides))
            else:
                found.append(path)
        except OSError as error:
            raise _unopened(path, error) from error
    if not found:
        raise Refusal("IMP01", "所给的文件夹里没有文件。", advice="请检查路径后重试。")
    for path in found:
        try:
            path.open("rb").close()
        except OSError as error:
            raise _unopened(path, error) from error
    return found


def _meant(item: Path, besides: Path | None) -> bool:
    earlier = besides is not None and besides.exists() and item.samefile(besides)
    return not item.name.startswith((".", "planted")) and not earlier


def _unopened(path: Path, error: OSError) -> Refusal:
    return Refusal("F03", f"打不开 {path}：{os_cause(error)}。", advice="请检查路径和读取权限后重试。")
