"""Carries plans out on Spark: on this machine, or on a cluster named by its URL. Needs the extra ``spark`` and Java.

The same SQLGlot tree as for DuckDB is written in Spark's dialect, so that results are equal to the last unit. On a
cluster the folders of the snapshot and of the result lie where all its machines see them.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.refusal import Refusal
from xinheng.scoring.compile import Plan
from xinheng.scoring.query import sql
from xinheng.scoring.result import RESULT, Tally, result_writer
from xinheng.scoring.snapshot import BATCH_ROWS

LOCAL = "local[*]"

_QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


def missing() -> str:
    """Why Spark cannot run here, as a Chinese sentence; empty if it can."""
    if find_spec("pyspark") is None:
        return "没有安装 pyspark"
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        return "没有安装 Java（需要 17 或以上）"
    return ""


def refuse_if_missing() -> None:
    if cause := missing():
        raise Refusal(
            "SPARK-MISSING",
            f"不能用 Spark 计算：{cause}",
            advice="请安装 Java 17 和 requirements/spark.txt，或改用其他引擎，结果完全相同",
        )


@contextmanager
def spark_session(
    *, master: str | None = None, memory: str = "2g", settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Any]:
    """A session that opens no page; its scratch files go when it ends. ``settings`` are Spark's own.

    Raises Refusal SPARK-MISSING without pyspark or Java, SPARK-START where the master does not answer.
    """
    refuse_if_missing()
    from pyspark.sql import SparkSession

    with TemporaryDirectory(prefix="spark-") as folder:
        quiet = Path(folder) / "log4j2.properties"
        quiet.write_text(_QUIET, encoding="utf-8")
        own = _settings(folder, quiet, memory=memory, local=master is None)
        builder = SparkSession.builder.master(master or LOCAL).appName("xinheng")
        for key, value in {**own, **settings}.items():
            builder = builder.config(key, value)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        try:
            session = builder.getOrCreate()
        except Exception as error:
            raise Refusal(
                "SPARK-START",
                f"Spark 没有启动（{master or LOCAL}）",
                advice="请检查 Java 版本（17 或以上）、--spark-master 的地址和网络",
            ) from error
        try:
            yield session
        finally:
            session.stop()


def _settings(folder: str, quiet: Path, *, memory: str, local: bool) -> dict[str, str]:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": memory,
        "spark.driver.defaultJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
        "spark.sql.session.timeZone": "Asia/Shanghai",
        "spark.sql.warehouse.dir": Path(folder).as_uri(),
    }
    if local:
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": folder,
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        }
    return settings


def run_plans(
    session: Any, plans: Sequence[Plan], *, snapshot: Path, population: Path, work: Path
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The results of all plans over one snapshot, carried out as one job: (place of the plan, batch of RESULT).

    Plans come in order, subjects of each in order. ``work`` must be a folder that the cluster can write to.
    """
    parts = work.resolve() / "parts"
    with _carried_out():
        session.read.parquet(snapshot.resolve().as_uri()).createOrReplaceTempView("facts")
        session.read.parquet(population.resolve().as_uri()).createOrReplaceTempView("population")
        _together(session, plans).write.mode("overwrite").parquet(parts.as_uri())
    for file in sorted(parts.glob("part-*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(batch_size=BATCH_ROWS):
            yield from _by_plan(batch)


@contextmanager
def _carried_out() -> Iterator[None]:
    """A cluster that fails is no bug of ours: Refusal SPARK-RUN with the first line of what Spark says."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        first = str(error).strip().splitlines()[0]
        raise Refusal(
            "SPARK-RUN",
            f"Spark 没有算完，本次没有写出结果：{first}",
            advice="请检查集群状态、内存，以及集群各机器能否读写快照和结果所在的文件夹",
        ) from error


def _together(session: Any, plans: Sequence[Plan]) -> Any:
    """One frame over all plans with the column ``place``, in order of plan and subject."""
    from pyspark.sql.functions import lit

    frames = [
        session.sql(sql(plan, dialect="spark")).withColumn("place", lit(place))
        for place, plan in enumerate(plans)
    ]
    return reduce(lambda one, other: one.unionAll(other), frames).orderBy("place", "subject_id")


def _by_plan(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    places = batch.column("place")
    for place in pc.unique(places).to_pylist():
        own = batch.filter(pc.equal(places, place))
        yield place, own.select(RESULT.names).cast(RESULT)


def write_plan(session: Any, plan: Plan, *, snapshot: Path, population: Path, work: Path, out: Path) -> Tally:
    """Grade a population by one plan and write ``out`` as every engine does."""
    with result_writer(out, grades=plan.grades) as writer:
        for _, batch in run_plans(session, [plan], snapshot=snapshot, population=population, work=work):
            writer.write(batch)
        return writer.tally()
