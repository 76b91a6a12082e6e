"""One valid ending and telling, to be broken in one place by the tests of constraints."""

from typing import Any

from tests.people import NOW
from tests.store.rows import Rows

from xinheng.store import models as store


def ending(rows: Rows, **given: Any) -> store.Ending:
    written = {
        "ground_kind": "record",
        "ground_key": 7,
        "cause": "repaired",
        "at": NOW,
        "subjects": [1],
        "records": [7],
    }
    return store.Ending.objects.create(**written | given)


def telling(rows: Rows, **given: Any) -> store.Telling:
    written = {"channel": "results", "receiver": 1}
    if "ending" not in given:
        written["ending"] = ending(rows)
    return store.Telling.objects.create(**written | given)


def telling_twice(rows: Rows) -> None:
    one = ending(rows)
    for _ in range(2):
        telling(rows, ending=one)
