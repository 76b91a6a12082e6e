"""A valid version of a content page, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW
from tests.store.rows import Rows

from xinheng.store import models as store


def article(rows: Rows, **given: Any) -> store.Article:
    meant: dict[str, Any] = {
        "section": "news",
        "title": "一条动态",
        "text": "正文",
        "organisation": rows.people.city,
        "written_by": rows.people.wang,
        "written_at": NOW,
    }
    return store.Article.objects.create(**meant | given)


def _twice(rows: Rows, **given: Any) -> None:
    for version in (1, 2):
        article(rows, public_id="a" * 16, **{"version": version} | given)


def file(rows: Rows, **given: Any) -> store.ArticleFile:
    meant: dict[str, Any] = {
        "kind": "jpeg",
        "title": "窗口前的宣传展板",
        "width": 800,
        "height": 600,
        "added_by": rows.people.wang,
        "added_at": NOW,
    }
    if "article" not in given:
        meant |= {"article": article(rows), "file": rows.file()}
    return store.ArticleFile.objects.create(**meant | given)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "article_version_once": lambda rows: _twice(
        rows, version=1, ended_at=NOW, ended_by=rows.people.wang, ended_why="有误"
    ),
    "article_one_public": lambda rows: _twice(rows, released_at=NOW, released_by=rows.people.zhou),
    "article_one_draft": _twice,
    "article_section_known": lambda rows: article(rows, section="gossip"),
    "article_says_something": lambda rows: article(rows, text=""),
    "article_two_persons": lambda rows: article(rows, released_at=NOW, released_by=rows.people.wang),
    "articlefile_says_what_it_shows": lambda rows: file(rows, title=""),
    "articlefile_picture_or_file": lambda rows: file(rows, width=None),
    "articlefile_checked_known": lambda rows: file(rows, checked="perhaps"),
    "articlefile_barred_known": lambda rows: file(rows, cleared=True, barred="named"),
    "articlefile_removed_by_somebody": lambda rows: file(rows, removed_at=NOW),
    "article_ended_with_reason": lambda rows: article(rows, ended_at=NOW, ended_by=rows.people.wang),
}
"""By constraint: what makes a row that breaks it."""
