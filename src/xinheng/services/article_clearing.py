"""Clears the files of content pages that were stored before files were looked into for their makers.

What is not cleared is shown to nobody (``public_article_file``). A file that can be cleared is put in the place of the one that
stood, and public again; one that only its maker can clear stays closed, and the desk of those who write is told.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.attachments import Barred, Kind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.article_files import note_file
from xinheng.services.attachments import cleared
from xinheng.services.collect import workshop
from xinheng.store.article_files import ArticleFile
from xinheng.store.batches import StoredFile
from xinheng.store.files import destroy_file, put_file, read_file

AT_ONCE = 20
_MISSING = "F07"


def uncleared_files() -> QuerySet[ArticleFile]:
    """Files of versions that are public or wait for release, into which nobody has looked for their makers."""
    return ArticleFile.objects.filter(
        cleared=False,
        removed_at__isnull=True,
        article__ended_at__isnull=True,
        file__destroyed_at__isnull=True,
    )


def barred_pages(organisations: Collection[int]) -> set[str]:
    """Pages of these organisations with a file that the public does not see until its maker clears it."""
    found = uncleared_files().exclude(barred="").filter(article__organisation__in=organisations)
    return set(found.values_list("article__public_id", flat=True))


def clear_waiting(*, policy: Policy, now: datetime) -> dict[str, int]:
    """Clear what was not tried yet, oldest first; returns how many files were ``cleared`` and ``barred``, and how many are
    ``missing`` from the store and wait until they are there again."""
    done = {"cleared": 0, "barred": 0, "missing": 0}
    for row in _waiting():
        with workshop() as work:
            try:
                told = _tried(row, work, policy=policy, now=now)
            except Refusal as refusal:
                if refusal.code != _MISSING:
                    raise
                done["missing"] += 1
                continue
            if isinstance(told, Barred):
                _bar(row, told, now=now)
            else:
                _replace(row, told, now=now)
            done["barred" if isinstance(told, Barred) else "cleared"] += 1
    return done


def _waiting() -> Iterator[ArticleFile]:
    """One row a stored file: what is found of it holds in every version that bears it."""
    waiting = uncleared_files().filter(barred="").select_related("file", "article")
    yield from waiting.order_by("file_id", "pk").distinct("file_id")[:AT_ONCE]


def _tried(row: ArticleFile, work: Path, *, policy: Policy, now: datetime) -> Path | Barred | None:
    """The file that was written anew; None where it may stay as it is: signed, and naming nobody. Raises Refusal where
    neither the file nor what is kept of it is at fault."""
    path, out = work / "file", work / "cleared"
    try:
        with path.open("wb") as clear:
            clear.writelines(read_file(row.file))
        told = cleared(path, out, Kind(row.kind), title=row.title, policy=policy, now=now)
    except Refusal as refusal:
        if not refusal.code.startswith("AT"):
            raise
        return Barred.UNREADABLE
    if told.named:
        return Barred.NAMED
    return told.held or (out if told.written else None)


@transaction.atomic
def _replace(row: ArticleFile, path: Path | None, *, now: datetime) -> None:
    """A new content waits for the virus scanner as any other. Versions that have ended keep what they bore; where none did,
    the key of the former content is destroyed."""
    former = row.file
    same = _same(former)
    if path is None:
        same.update(cleared=True)
    else:
        made = put_file(path, name=former.name, media_type=former.media_type, now=now)
        same.update(file=made, cleared=True, checked="unchecked", checked_at=None)
        if not ArticleFile.objects.filter(file=former).exists():
            destroy_file(former, now=now)
        row.file = made
    note_file("article.file_cleared", row, by=None, now=now, former=former.digest)


@transaction.atomic
def _bar(row: ArticleFile, why: Barred, *, now: datetime) -> None:
    _same(row.file).update(barred=why.value)
    note_file("article.file_barred", row, by=None, now=now, why=why.value)


def _same(file: StoredFile) -> QuerySet[ArticleFile]:
    """Rows as numbers, for a queryset with joins cannot be updated."""
    rows = uncleared_files().filter(file=file).select_for_update(of=("self",)).values_list("pk", flat=True)
    return ArticleFile.objects.filter(pk__in=list(rows))
