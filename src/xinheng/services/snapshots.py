"""Keeps what is known as the Parquet snapshot that evaluation reads, and brings it up to date by what has changed.

The kept snapshot is a folder of parts with a manifest. A new state is written beside the old one, unchanged parts
are linked, and it takes the old one's place by one renaming; a crash leaves the old state. Its digest is that of an
export of everything. The files hold numbers, days and amounts, no names; they are made anew from the database at will.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from xinheng.core.refusal import Refusal
from xinheng.scoring.digest import TableDigest
from xinheng.scoring.parts import Part, describe, merge_parts, part_of, write_parts
from xinheng.scoring.snapshot import GROUP_ROWS, SCHEMA, Manifest
from xinheng.services import snapshot_rows as rows
from xinheng.services.snapshot_rows import POPULATION, View, one_view
from xinheng.services.time import day_of, end_of

FORMAT = 1
FILLED = 262_144
"""Rows of a part that are gathered before they are written down."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the city. ``records`` is a folder of parts; ``population`` also has the column ``version``.

    ``noted``: notes of changed files that this state, just exported, has taken in.
    """

    folder: Path
    source: str
    mark: int
    known_at: datetime
    parts: tuple[Part, ...]
    population_digest: str
    noted: tuple[int, ...] = field(default=(), compare=False)

    @property
    def records(self) -> Path:
        return self.folder / "records"

    @property
    def population(self) -> Path:
        return self.folder / "population.parquet"

    @property
    def manifest(self) -> Manifest:
        return describe(self.parts)


def kept_home() -> Path:
    home: Path = settings.HOME / "snapshot"
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextmanager
def kept_snapshot(*, now: datetime) -> Iterator[Snapshot]:
    """The kept snapshot, brought up to date; nobody else changes it meanwhile."""
    with _alone(kept_home()) as home:
        before = _read(home / "state")
        with one_view(now=now) as view:
            if before is not None and before.source != view.source:
                before = None
            draft = Path(mkdtemp(prefix="draft-", dir=home))
            try:
                after = _renewed(before, view, draft) if before else _whole(view, draft, rows.WHOLE)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
        yield _take_place(after, home)


@contextmanager
def last_snapshot() -> Iterator[Snapshot | None]:
    """The kept snapshot as it is, or None where there is none."""
    with _alone(kept_home()) as home:
        yield _read(home / "state")


def export_snapshot(folder: Path, *, now: datetime) -> Snapshot:
    """Everything known, written into an empty ``folder``; memory stays bounded whatever the number of records."""
    folder.mkdir(parents=True, exist_ok=True)
    with one_view(now=now) as view:
        return _whole(view, folder, rows.WHOLE)


def export_as_known(folder: Path, *, mark: int, among: list[int] | None = None, now: datetime) -> Snapshot:
    """The records (of some subjects) as they were known when ``mark`` was the highest number.

    The population is that of today.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with one_view(now=now) as view:
        if among is None:
            return _whole(view, folder, rows.AS_KNOWN, mark=mark)
        return _whole(view, folder, rows.AS_KNOWN_AMONG, mark=mark, subjects=among)


@dataclass(frozen=True, slots=True)
class Written:
    """A folder as docs/snapshot-format.md has it."""

    folder: Path
    subjects: int
    records: int


def write_folder(out: Path, *, known_on: date, now: datetime) -> Written:
    """``subjects.parquet`` and ``records.parquet`` with what was known on a day, for use without the database.

    The subjects are those of today. ``out`` appears when it is whole; raises Refusal where it is there already.
    """
    if known_on > day_of(now):
        raise Refusal(
            "SNAPSHOT-DAY",
            f"{known_on} 还没有到，不能导出当天已知的数据。",
            advice="请改成今天或以前的日期。",
        )
    if out.exists():
        raise Refusal(
            "SNAPSHOT-FOLDER", f"{out} 已经存在，没有写入任何内容。", advice="请给出一个还没有的文件夹名。"
        )
    if not out.parent.is_dir():
        raise Refusal(
            "SNAPSHOT-PARENT", f"没有文件夹 {out.parent}，没有写入任何内容。", advice="请先建立上级文件夹。"
        )
    draft = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        with one_view(now=now) as view:
            parts = write_records(view.records(rows.KNOWN_BEFORE, moment=end_of(known_on)), draft)
            subjects = _write_batches(view.subjects(), rows.LISTED, draft / "subjects.parquet")
        files = [pq.ParquetFile(draft / "records" / part.name) for part in parts]
        batches = (batch for file in files for batch in file.iter_batches(batch_size=GROUP_ROWS))
        records = _write_batches(batches, SCHEMA, draft / "records.parquet")
        shutil.rmtree(draft / "records")
        draft.chmod(0o755)
        draft.rename(out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Written(out, subjects, records)


def _write_batches(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> int:
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=GROUP_ROWS)
            count += batch.num_rows
    return count


def _whole(view: View, folder: Path, statement: str, **given: object) -> Snapshot:
    return _written(view, folder, write_records(view.records(statement, **given), folder))


def write_records(batches: Iterable[pa.RecordBatch], folder: Path) -> list[Part]:
    """Sort what comes in any order into the parts of ``folder``/records."""
    (folder / "records").mkdir()
    with ExitStack() as stack:
        spilled = _spill(batches, folder, stack)
    return write_parts(spilled, folder / "records")


def _spill(batches: Iterable[pa.RecordBatch], folder: Path, stack: ExitStack) -> dict[int, Path]:
    """Rows as they come, one Arrow stream a part."""
    paths: dict[int, Path] = {}
    streams: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    for table in _gathered(batches):
        numbers = part_of(table.column("subject_id").combine_chunks())
        order = pc.sort_indices(numbers)
        table, numbers = table.take(order), numbers.take(order)
        start = 0
        for run in pc.run_end_encode(numbers).run_ends.to_pylist() if len(numbers) else ():
            number = numbers[start].as_py()
            if number not in streams:
                paths[number] = folder / f"received-{number}.arrow"
                streams[number] = stack.enter_context(pa.ipc.new_stream(str(paths[number]), SCHEMA))
            streams[number].write_table(table.slice(start, run - start))
            start = run
    return paths


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= FILLED:
            yield pa.Table.from_batches(held, SCHEMA).combine_chunks()
            held = []
    if held:
        yield pa.Table.from_batches(held, SCHEMA).combine_chunks()


def _renewed(before: Snapshot, view: View, folder: Path) -> Snapshot:
    added = pa.Table.from_batches(view.records(rows.ADDED, before=before.mark), SCHEMA)
    removed = view.ids(rows.REMOVED, before=before.mark)
    (folder / "records").mkdir()
    changed = merge_parts(before.records, folder / "records", added=added, removed=removed)
    staying = [part for part in before.parts if part.number not in changed]
    for part in staying:
        os.link(before.records / part.name, folder / "records" / part.name)
    return _written(view, folder, [*staying, *(part for part in changed.values() if part is not None)])


def _written(view: View, folder: Path, parts: Iterable[Part]) -> Snapshot:
    """With population and, last, the manifest."""
    population = view.population()
    digest = write_population(population, folder / "population.parquet")
    ordered = tuple(sorted(parts, key=lambda part: part.number))
    snapshot = Snapshot(folder, view.source, view.mark, view.known_at, ordered, digest, tuple(view.noted()))
    told = {
        "format": FORMAT,
        "source": snapshot.source,
        "mark": snapshot.mark,
        "known_at": snapshot.known_at.isoformat(),
        "population": digest,
        "digest": snapshot.manifest.digest,
        "parts": [asdict(part) for part in ordered],
    }
    (folder / "manifest.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return snapshot


def write_population(table: pa.Table, path: Path) -> str:
    """Store the population; returns the digest over its values."""
    digest = TableDigest(POPULATION)
    for batch in table.combine_chunks().to_batches(max_chunksize=65_536):
        digest.update(batch)
    pq.write_table(table, path, compression="zstd", compression_level=1)
    return digest.value()


def _read(folder: Path) -> Snapshot | None:
    """None where nothing is kept, or what is kept is not whole."""
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            return None
        parts = tuple(Part(**part) for part in told["parts"])
        found = Snapshot(
            folder,
            told["source"],
            told["mark"],
            datetime.fromisoformat(told["known_at"]),
            parts,
            told["population"],
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    files = [found.population, *(found.records / part.name for part in parts)]
    return found if all(file.exists() for file in files) else None


def _take_place(snapshot: Snapshot, home: Path) -> Snapshot:
    """The draft becomes the state; a crash in between leaves a folder without state, and the next export is whole."""
    state, old = home / "state", Path(mkdtemp(prefix="draft-", dir=home))
    if state.exists():
        state.rename(old / "state")
    snapshot.folder.rename(state)
    shutil.rmtree(old, ignore_errors=True)
    return replace(snapshot, folder=state)


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in home.glob("draft-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield home
