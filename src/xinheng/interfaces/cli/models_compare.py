"""`xinheng model compare`: what changes for whom if one model takes the place of another, over a folder of files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.evaluating_words import SET_ASIDE, padded
from xinheng.interfaces.cli.models_open import (
    AsOf,
    City,
    Place,
    Province,
    Root,
    SnapshotFolder,
    day_of,
    may_write,
    memory_checked,
    open_model,
    open_place,
)
from xinheng.interfaces.cli.models_text import html
from xinheng.interfaces.cli.targets import write_text

if TYPE_CHECKING:
    from xinheng.scoring.compare import Comparison, Curve, Discrimination, Shift
    from xinheng.scoring.exchange import Delivered, Folder

FORMAT = 1


@dataclass(frozen=True, slots=True)
class _Compared:
    comparison: "Comparison"
    delivered: "Delivered"


def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help="现行模型：标识或文件")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="新模型：标识或文件")],
    snapshot: SnapshotFolder,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="比较报告，.json 或 .html")],
    outcome: Annotated[
        Path | None,
        typer.Option(
            "--outcome", help="后果文件（Parquet 或 CSV）：subject_id，bad（0 或 1）；用于 AUC 和 KS"
        ),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="kernel、duckdb 或 reference，结果相同")] = "kernel",
    city: City = None,
    province: Province = None,
    policy: Root = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="线程数，缺省为全部")] = None,
    memory: Annotated[str, typer.Option("--memory", help="排序和查询的内存上限")] = "1GB",
) -> None:
    """用同一份快照比较两个模型：谁的等级怎样变动、分布、PSI，有后果文件时还有 AUC 和 KS。

    退出码：0 完成；3 报告已写出，但有记录找不到主体或日期在将来，没有使用；2 不予办理，没有写出任何文件。
    """
    from xinheng.interfaces.cli.models_compare_report import comparison_report
    from xinheng.scoring.exchange import look
    from xinheng.scoring.exchange_run import Means, set_aside
    from xinheng.scoring.run import Engine

    day = day_of(as_of)
    if engine not in list(Engine):
        raise Refusal("EVALUATE-ENGINE", f"没有引擎“{engine}”", advice=f"可选 {'、'.join(Engine)}")
    means = Means(engine=engine, threads=threads, memory_limit=memory_checked(memory))
    place = open_place(city=city, province=province, root=policy)
    models = open_model(old, place=place, on=day), open_model(new, place=place, on=day)
    folder = look(snapshot)
    inputs = [folder.records, folder.subjects, Path(old), Path(new), *([outcome] if outcome else [])]
    may_write(out, suffixes=(".json", ".html"), inputs=tuple(inputs))
    if outcome is not None and not outcome.is_file():
        raise Refusal("COMPARE-FILE", f"没有后果文件“{outcome}”", advice="请检查路径")
    with TemporaryDirectory(prefix=".compare-", dir=out.parent) as work:
        done = _compared(models, folder, place=place, day=day, outcome=outcome, means=means, work=Path(work))
    aside = set_aside(done.delivered, as_of=day)
    if out.suffix.lower() == ".html":
        document = comparison_report(
            done.comparison, old=models[0], new=models[1], day=day, place=place, aside=aside
        )
        write_text(out, html(document), option="--out")
    else:
        content = _content(done, models, place=place, day=day)
        text = json.dumps(content, ensure_ascii=False, indent=1)
        write_text(out, f"{text}\n", option="--out")
    for line in _lines(done.comparison, models):
        print(line)
    for sentence in aside:
        print(f"没有使用：{sentence}")
    print(f"已写入 {out}")
    if aside:
        raise typer.Exit(SET_ASIDE)


def _compared(
    models: tuple[ScoringModel, ScoringModel],
    folder: "Folder",
    *,
    place: Place,
    day: date,
    outcome: Path | None,
    means: Any,
    work: Path,
) -> _Compared:
    from xinheng.scoring.compare import compare as compare_results
    from xinheng.scoring.exchange import deliver
    from xinheng.scoring.exchange_run import graded

    old, new = models
    treatment = place.treatment(day)
    delivered = deliver(folder, work=work, as_of=day, memory_limit=means.memory_limit, threads=means.threads)
    given = {"treatment": treatment, "delivered": delivered, "as_of": day, "work": work, "means": means}
    with graded(old, name="old", **given) as first, graded(new, name="new", **given) as second:
        comparison = compare_results(
            first,
            second,
            population=delivered.subjects,
            outcome=outcome,
            grades_old=[band.grade for band in old.scale.bands],
            grades_new=[band.grade for band in new.scale.bands],
            as_of=day,
            rising_old=not old.scale.rises,
            rising_new=not new.scale.rises,
            threads=means.threads,
            memory_limit=means.memory_limit,
        )
    return _Compared(comparison, delivered)


def _lines(comparison: "Comparison", models: tuple[ScoringModel, ScoringModel]) -> Iterator[str]:
    from xinheng.interfaces.cli.models_compare_report import state_words

    old, new = models
    whole = comparison.whole
    yield f"{old.title}（第 {old.version} 版）→ {new.title}（第 {new.version} 版），{whole.subjects:,} 户"
    words = state_words(old), state_words(new)
    yield f"  {padded('', 14)}{'原模型':>8}{'新模型':>8}"
    for state in dict.fromkeys((*comparison.states_old, *comparison.states_new)):
        counts = [
            row[states.index(state)] if state in states else 0
            for row, states in ((whole.old, comparison.states_old), (whole.new, comparison.states_new))
        ]
        yield f"  {padded(words[0].get(state) or words[1][state], 14)}{counts[0]:>11,}{counts[1]:>11,}"
    if whole.better is not None and whole.worse is not None:
        yield f"  等级上升 {whole.better:,} 户，下降 {whole.worse:,} 户，不变 {whole.same:,} 户"
    yield f"  分数有变 {comparison.points_changed:,} 户" + (
        f"；PSI {whole.psi}" if whole.psi is not None else ""
    )
    for name, found in (("原", comparison.old), ("新", comparison.new)):
        if found and found.points and found.grades:
            yield (
                f"  {name}模型：AUC {float(found.points.auc):.4f}，KS {float(found.points.ks):.4f}"
                f"（按分数；{found.bad:,} 户失信，{found.good:,} 户未失信）"
            )
        elif found:
            yield f"  {name}模型：有评级且已知后果的主体中只有一种后果，算不出 AUC 和 KS"


def _content(
    done: _Compared, models: tuple[ScoringModel, ScoringModel], *, place: Place, day: date
) -> dict[str, Any]:
    found, delivered = done.comparison, done.delivered
    return {
        "format": FORMAT,
        "as_of": day.isoformat(),
        "treatment": {"place": place.code, "digest": place.treatment(day).digest},
        "snapshot": {"records": delivered.records_digest, "subjects": delivered.subjects_digest},
        "models": {
            name: {"id": model.id, "version": model.version, "digest": model.digest}
            for name, model in zip(("old", "new"), models, strict=True)
        },
        "states": {"old": list(found.states_old), "new": list(found.states_new)},
        "whole": _shift(found.whole),
        "parts": [
            {"dimension": part.dimension, "value": part.value, **_shift(part.shift)} for part in found.parts
        ],
        "points_changed": found.points_changed,
        "known_outcomes": found.known_outcomes,
        "discrimination": {"old": _discrimination(found.old), "new": _discrimination(found.new)},
    }


def _shift(shift: "Shift") -> dict[str, Any]:
    return {
        "subjects": shift.subjects,
        "old": list(shift.old),
        "new": list(shift.new),
        "matrix": [list(row) for row in shift.matrix],
        "better": shift.better,
        "worse": shift.worse,
        "same": shift.same,
        "psi": shift.psi,
    }


def _discrimination(found: "Discrimination | None") -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "good": found.good,
        "bad": found.bad,
        "points": _curve(found.points),
        "grades": _curve(found.grades),
    }


def _curve(curve: "Curve | None") -> dict[str, Any] | None:
    return None if curve is None else {"auc": _exact(curve.auc), "ks": _exact(curve.ks)}


def _exact(value: Fraction) -> dict[str, Any]:
    return {"value": round(float(value), 6), "exact": str(value)}
