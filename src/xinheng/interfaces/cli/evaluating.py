"""`xinheng evaluate` and `xinheng explain`: a model over a folder of Parquet files, without a database.

Exit code 0: every record was used or left out by rule; 3: the result is written, but some records belong to nobody
or to days yet to come, and were not used; 2: refused, nothing is written.
"""

from pathlib import Path
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.evaluating_words import SET_ASIDE, say_run
from xinheng.interfaces.cli.models_open import (
    AsOf,
    City,
    Province,
    Root,
    SnapshotFolder,
    day_of,
    may_write,
    memory_checked,
    open_model,
    open_place,
)

Model = Annotated[str, typer.Option("--model", help="模型标识（如 general/trial）或模型文件")]


def evaluate(
    model: Model,
    as_of: AsOf,
    snapshot: SnapshotFolder,
    out: Annotated[
        Path, typer.Option("--out", help="结果文件，.parquet 或 .csv；旁边另写一份清单 .manifest.json")
    ],
    engine: Annotated[
        str, typer.Option("--engine", help="kernel、duckdb、reference 或 spark，结果相同")
    ] = "kernel",
    city: City = None,
    province: Province = None,
    policy: Root = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="线程数，缺省为全部")] = None,
    memory: Annotated[str, typer.Option("--memory", help="排序和查询的内存上限")] = "1GB",
    spark_master: Annotated[
        str | None, typer.Option("--spark-master", help="Spark 集群地址，缺省在本机运行")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="有记录找不到主体或日期在评价日之后时不写结果")
    ] = False,
) -> None:
    """按模型评价一份快照（Parquet 文件），写出每户的得分和等级；不需要数据库。

    退出码：0 全部记录已按规则处理；3 结果已写出，但有记录找不到主体或日期在将来，没有使用；2 不予办理，没有写出任何文件。
    """
    from xinheng.scoring.exchange import look
    from xinheng.scoring.exchange_run import ENGINES, SPARK, Means, evaluate_files, manifest_of

    day = day_of(as_of)
    if engine not in ENGINES:
        raise Refusal("EVALUATE-ENGINE", f"没有引擎“{engine}”", advice=f"可选 {'、'.join(ENGINES)}")
    if spark_master and engine != SPARK:
        raise Refusal(
            "EVALUATE-SPARK", "--spark-master 只与 --engine spark 同用", advice="请加上 --engine spark"
        )
    if engine == SPARK:
        _refuse_without_spark()
    place = open_place(city=city, province=province, root=policy)
    chosen = open_model(model, place=place, on=day)
    folder = look(snapshot)
    for path, suffixes in ((out, (".parquet", ".csv")), (manifest_of(out), (".json",))):
        may_write(path, suffixes=suffixes, inputs=(folder.records, folder.subjects, Path(model)))
    done = evaluate_files(
        chosen,
        treatment=place.treatment(day),
        place=place.code,
        folder=folder,
        as_of=day,
        out=out,
        means=Means(
            engine=engine, threads=threads, memory_limit=memory_checked(memory), spark_master=spark_master
        ),
        strict=strict,
    )
    say_run(chosen, done, place=place, engine=engine)
    if not done.clean:
        raise typer.Exit(SET_ASIDE)


def _refuse_without_spark() -> None:
    from xinheng.scoring.spark import refuse_if_missing

    refuse_if_missing()


def register(app: typer.Typer) -> None:
    from xinheng.interfaces.cli.evaluating_explain import explain

    app.command("evaluate")(evaluate)
    app.command("explain")(explain)
