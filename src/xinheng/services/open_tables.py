"""Takes the daily snapshot of everything that is public, keeps its files free of what has ended, and hands nothing else out.

It is read through the public views, with the rights of the portal, in one view of the database. The newest snapshot alone
has files; of earlier ones the signed manifest stays, which holds digests and counts (legal guard G9: 已终止的不再提供).
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Max

from xinheng.core.canonical import canonical
from xinheng.core.open_tables import FORMAT, Source, Table, side_by_side, tables
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.open_tables import MANIFEST
from xinheng.documents.signing import sign_value
from xinheng.services import open_tables_files as files
from xinheng.services.ledger import note
from xinheng.services.open_tables_changes import number_touches, stale_since, touch_differences
from xinheng.services.signing_keys import signer_in_use
from xinheng.services.time import day_of
from xinheng.store.open_tables import OpenRelease
from xinheng.store.public import DATABASE, PublicOpenChange, open_rows
from xinheng.store.public_ids import new_public_id

ONE_VIEW = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL jit = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL seq_page_cost = 8",
    "SET LOCAL random_page_cost = 8",
)
"""Whole tables of records and their words are read in the order of their keys and merged. Hashes of them would not fit into
memory and be written out, which the dear pages tell the planner. A processor is left to those who write the files."""


@dataclass(frozen=True, slots=True)
class Written:
    """A snapshot in a folder. ``manifest`` is signed; ``last``: the number of the last change that it holds."""

    folder: Path
    manifest: dict[str, Any]
    last: int

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.manifest["content"]["datasets"])


def write_snapshot(out: Path, *, policy: Policy, now: datetime) -> Written:
    """Everything public into a folder that appears when it is whole. Refusal OD1 where it is there already."""
    if out.exists() or not out.parent.is_dir():
        raise Refusal(
            "OD1",
            f"{out} 已经存在，或者没有它的上级文件夹，没有写入任何内容。",
            advice="请给出一个还没有的文件夹名，上级文件夹须已建立。",
        )
    number_touches(now=now)
    draft = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        told, last = _take(draft, policy=policy, today=day_of(now))
        manifest = _sign(
            draft, told, policy=policy, day=day_of(now), edition=1, last=last, cleaned=last, now=now
        )
        draft.chmod(0o755)
        draft.rename(out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Written(out, manifest, last)


def publish_snapshot(*, policy: Policy, now: datetime) -> OpenRelease:
    """Take the snapshot of a day and hand out its files instead of those before.

    The first one is taken twice: from the first on transactions say what they touch, and the second finds what was
    committed meanwhile.
    """
    with _alone() as home:
        first = not OpenRelease.objects.exists()
        release = _publish(home, policy=policy, now=now)
        return _publish(home, policy=policy, now=now) if first else release


def clean_snapshot(*, policy: Policy, now: datetime) -> OpenRelease | None:
    """Take rows that have ended or are put right out of the files; None where there are none."""
    with _alone() as home:
        before = newest()
        if before is None:
            return None
        number_touches(now=now)
        gone, cleaned = stale_since(before.cleaned)
        if not gone:
            return None

        def write(draft: Path) -> tuple[list[dict[str, Any]], int]:
            return _without(before, home / before.public_id, draft, gone), before.last

        return _release(home, write, policy=policy, day=before.day, cleaned=cleaned, now=now)


def newest() -> OpenRelease | None:
    """The release whose files are handed out."""
    return OpenRelease.objects.order_by("-pk").first()


def _publish(home: Path, *, policy: Policy, now: datetime) -> OpenRelease:
    number_touches(now=now)
    before = newest()

    def write(draft: Path) -> tuple[list[dict[str, Any]], int]:
        return _take(draft, policy=policy, today=day_of(now))

    release = _release(home, write, policy=policy, day=day_of(now), cleaned=None, now=now, before=before)
    number_touches(now=now)
    return release


def _release(
    home: Path,
    write: Callable[[Path], tuple[list[dict[str, Any]], int]],
    *,
    policy: Policy,
    day: date,
    cleaned: int | None,
    now: datetime,
    before: OpenRelease | None = None,
) -> OpenRelease:
    """Write into a draft, let it take its place, and say so; then the files before are gone."""
    draft = Path(mkdtemp(prefix="draft-", dir=home))
    public_id = new_public_id()
    try:
        told, last = write(draft)
        done = max(last, cleaned or 0)
        edition = (OpenRelease.objects.filter(day=day).aggregate(Max("edition"))["edition__max"] or 0) + 1
        manifest = _sign(
            draft, told, policy=policy, day=day, edition=edition, last=last, cleaned=done, now=now
        )
        draft.chmod(0o755)
        with transaction.atomic():
            if before is not None and (old := home / before.public_id).is_dir():
                touch_differences(before, old, draft, manifest=manifest["content"], work=draft)
            release = OpenRelease.objects.create(
                public_id=public_id,
                day=day,
                edition=edition,
                published_at=now,
                last=last,
                cleaned=done,
                manifest=manifest,
            )
            note("open_data.published", now=now, object=f"open_data:{day}.{edition}", payload=manifest)
            draft.rename(home / public_id)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    for left in home.iterdir():
        if left.is_dir() and left.name != public_id:
            shutil.rmtree(left, ignore_errors=True)
    return release


def _take(folder: Path, *, policy: Policy, today: date) -> tuple[list[dict[str, Any]], int]:
    """All tables in one view of the database, with the number of the last change that the view holds."""
    known = tables(policy)
    with transaction.atomic(using=DATABASE, durable=True), connections[DATABASE].cursor() as cursor:
        for statement in ONE_VIEW:
            cursor.execute(statement)
        last = PublicOpenChange.objects.using(DATABASE).aggregate(Max("number"))["number__max"] or 0

        def read(table: Table) -> closing[files.Blocks]:
            if table.source is Source.MEASURE:
                return closing(files.blocks_in_policy(table))
            return closing(files.blocks_of(cursor, open_rows(table, on=today), files.schema_of(table)))

        acts = [one for one in known.values() if one.source is Source.ACT]
        with read(side_by_side(acts)) as blocks:
            counts = dict(files.write_acts(blocks, acts, folder))
        for key, table in known.items():
            if key not in counts:
                with read(table) as blocks:
                    counts[key] = files.write_table(blocks, files.schema_of(table), folder, key=key)
    with ThreadPoolExecutor() as digests:
        told = digests.map(lambda one: files.in_manifest(one, counts[one.key], folder), known.values())
        return list(told), last


def _without(before: OpenRelease, old: Path, folder: Path, gone: dict[str, set[str]]) -> list[dict[str, Any]]:
    """The tables of a release but for the rows that are gone; what is untouched is linked."""
    told = []
    for table in before.manifest["content"]["datasets"]:
        keys = gone.get(table["key"], set())
        if not keys:
            for file in table["files"]:
                os.link(old / file["name"], folder / file["name"])
            told.append(table)
            continue
        parquet = old / f"{table['key']}.parquet"
        schema = files.schema_in(parquet)
        count = files.write_table(files.blocks_without(parquet, keys), schema, folder, key=table["key"])
        made = [files.file_in_manifest(folder / file["name"]) for file in table["files"]]
        now = {"rows": count.rows, "withdrawn": table["withdrawn"] + table["rows"] - count.rows}
        told.append({**table, **now, "columns": files.told_of(table["columns"], count), "files": made})
    return told


def _sign(
    folder: Path,
    datasets: list[dict[str, Any]],
    *,
    policy: Policy,
    day: date,
    edition: int,
    last: int,
    cleaned: int,
    now: datetime,
) -> dict[str, Any]:
    """Write the manifest, signed with the city's key, and return it."""
    organ = policy.city.name
    content = {
        "format": FORMAT,
        "title": f"{organ}公共信用信息开放数据",
        "publisher": organ,
        "day": day.isoformat(),
        "edition": edition,
        "made_at": now.isoformat(timespec="seconds"),
        "policy": policy.digest,
        "last_change": last,
        "cleaned_change": cleaned,
        "csv": "UTF-8，带字节顺序标记；以等号、加号、减号、at 号开头的文字前加一个撇号",
        "terms": [one.text for one in policy.open_data.terms.values()],
        "datasets": datasets,
    }
    _, signer = signer_in_use(organ=organ, now=now)
    signed = sign_value(content, signer)
    (folder / MANIFEST).write_bytes(canonical(signed))
    return signed


@contextmanager
def _alone() -> Iterator[Path]:
    """The folder of the published files; nobody else changes it meanwhile."""
    home: Path = settings.HOME / "open-data"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in home.glob("draft-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield home
