"""Rows of open data, and rows that its tables refuse."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import Rows

from xinheng.store import models as store


def touch(rows: Rows, **given: Any) -> store.OpenTouch:
    made = {"dataset": "penalties", "key": "1", "kind": "added", "stale": False}
    return store.OpenTouch.objects.create(**made | given)


def change(rows: Rows, **given: Any) -> store.OpenChange:
    made = {"number": 1, "day": TODAY, "dataset": "penalties", "key": "1", "kind": "added", "stale": False}
    return store.OpenChange.objects.create(**made | given)


def release(rows: Rows, **given: Any) -> store.OpenRelease:
    made = {"day": TODAY, "edition": 1, "published_at": NOW, "last": 5, "cleaned": 5, "manifest": {}}
    return store.OpenRelease.objects.create(**made | given)


def _one_edition_twice(rows: Rows) -> None:
    release(rows)
    release(rows)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "opentouch_kind_known": lambda rows: touch(rows, kind="ended"),
    "openchange_kind_known": lambda rows: change(rows, kind="ended"),
    "openrelease_one_edition": _one_edition_twice,
    "openrelease_in_order": lambda rows: release(rows, cleaned=4),
}
