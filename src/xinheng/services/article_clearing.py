"""Clears the files of content pages that were stored before files were looked into for their makers.

What is not cleared is shown to nobody (``public_article_file``). A file that can be cleared is put in the place of the one that
stood, and public again; one that only its maker can clear stays closed, and the desk of those who write is told. What the
machine could not do is tried again, later each time. A file with a virus stays as it is.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.attachments import Barred, Checked, Kind
from xinheng.core.policy import Policy
from xinheng.core.reconciliation import next_try
from xinheng.core.refusal import Refusal
from xinheng.services.article_files import LOST, note_file
from xinheng.services.articles import locked_versions
from xinheng.services.attachments import cleared
from xinheng.services.collect import workshop
from xinheng.store.article_files import ArticleFile
from xinheng.store.files import destroy_file, put_file, read_file

AT_ONCE = 20
MOST_TRIES = 8
"""Within a day a machine is at rest once; what costs too much each time is costly by its content."""
_BROKEN, _COSTLY, _DISK = "AT12", "AT10", "F01"


def uncleared_files() -> QuerySet[ArticleFile]:
    """Files of versions that are public or wait for release, into which nobody has looked for their makers."""
    return ArticleFile.objects.filter(
        cleared=False,
        removed_at__isnull=True,
        article__ended_at__isnull=True,
        file__destroyed_at__isnull=True,
    )


def barred_pages(organisations: Collection[int]) -> set[str]:
    """Pages of these organisations with a file that the public does not see until a person does something about it."""
    found = uncleared_files().filter(~Q(barred="") | Q(trouble=LOST))
    return set(
        found.filter(article__organisation__in=organisations).values_list("article__public_id", flat=True)
    )


def clear_waiting(*, policy: Policy, now: datetime) -> dict[str, int]:
    """Clear what is due, what was tried least first, until ``AT_ONCE`` files were looked into; returns how many were ``cleared``
    and ``barred``, how many wait for another try (``put_off``), and how many are newly found ``lost`` from the store."""
    done = {"cleared": 0, "barred": 0, "put_off": 0, "lost": 0}
    for key in _due(now):
        row = _clearable().select_related("file", "article").filter(pk=key).first()
        if row is not None and (told := _outcome(row, policy=policy, now=now)):
            done[told] += 1
        if done["cleared"] + done["barred"] + done["put_off"] >= AT_ONCE:
            break
    return done


def _clearable() -> QuerySet[ArticleFile]:
    return uncleared_files().filter(barred="").exclude(checked=Checked.INFECTED.value)


def _due(now: datetime) -> list[int]:
    """One row a stored file: what is found of it holds in every version that bears it."""
    due = _clearable().filter(Q(next_at__isnull=True) | Q(next_at__lte=now))
    rows = due.order_by("file_id", "pk").distinct("file_id").values_list("tries", "file_id", "pk")
    return [key for _, _, key in sorted(rows)]


def _outcome(row: ArticleFile, *, policy: Policy, now: datetime) -> str:
    """Which of the counts of ``clear_waiting`` the row adds to; empty for none."""
    try:
        with workshop() as work:
            told = _tried(row, work, policy=policy, now=now)
            if isinstance(told, Barred):
                return _bar(row, told, now=now)
            return _replace(row, told, now=now)
    except Refusal as refusal:
        return _put_off(row, refusal.code, now=now)
    except OSError:
        return _put_off(row, _DISK, now=now)


def _tried(row: ArticleFile, work: Path, *, policy: Policy, now: datetime) -> Path | Barred | None:
    """The file that was written anew; None where it may stay as it is: signed, and naming nobody. Raises Refusal where
    its content is not known to be at fault."""
    path, out = work / "file", work / "cleared"
    with path.open("wb") as clear:
        clear.writelines(read_file(row.file))
    try:
        told = cleared(path, out, Kind(row.kind), title=row.title, policy=policy, now=now)
    except Refusal as refusal:
        if refusal.code != _BROKEN:
            raise
        return Barred.UNREADABLE
    if told.named:
        return Barred.NAMED
    return told.held or (out if told.written else None)


@transaction.atomic
def _replace(row: ArticleFile, path: Path | None, *, now: datetime) -> str:
    """A new content waits for the virus scanner as any other. Versions that have ended keep what they bore; where none did,
    the key of the former content is destroyed. Nothing is kept where no open version bears the file any more."""
    former, same = row.file, _same(row)
    if not same:
        return ""
    rows, tried = ArticleFile.objects.filter(pk__in=same), {"tries": 0, "trouble": "", "next_at": None}
    if path is None:
        rows.update(cleared=True, **tried)
    else:
        made = put_file(path, name=former.name, media_type=former.media_type, now=now)
        rows.update(file=made, cleared=True, checked=Checked.UNCHECKED.value, checked_at=None, **tried)
        if not ArticleFile.objects.filter(file=former).exists():
            destroy_file(former, now=now)
        row.file = made
    note_file("article.file_cleared", row, by=None, now=now, former=former.digest)
    return "cleared"


@transaction.atomic
def _bar(row: ArticleFile, why: Barred, *, now: datetime) -> str:
    same = _same(row)
    if not same:
        return ""
    ArticleFile.objects.filter(pk__in=same).update(barred=why.value, trouble="", next_at=None)
    note_file("article.file_barred", row, by=None, now=now, why=why.value)
    return "barred"


@transaction.atomic
def _put_off(row: ArticleFile, code: str, *, now: datetime) -> str:
    """What may pass is tried again, and told once. What costs too much ``MOST_TRIES`` times running is barred."""
    tries = row.tries + 1 if code == row.trouble else 1
    if code == _COSTLY and tries >= MOST_TRIES:
        return _bar(row, Barred.UNREADABLE, now=now)
    same = _same(row)
    if not same:
        return ""
    waits = {"tries": tries, "trouble": code, "next_at": next_try(tries, now=now)}
    ArticleFile.objects.filter(pk__in=same).update(**waits)
    if code != row.trouble:
        note_file("article.file_put_off", row, by=None, now=now, why=code)
    elif code == LOST:
        return ""
    return "lost" if code == LOST else "put_off"


def _same(row: ArticleFile) -> list[int]:
    """The rows that bear the same content and may be cleared. The page is locked first, as those who write it lock it, so that
    no version that carries the file is on its way."""
    locked_versions(row.article.public_id)
    rows = _clearable().filter(file=row.file_id).select_for_update(of=("self",)).order_by("pk")
    return list(rows.values_list("pk", flat=True))
