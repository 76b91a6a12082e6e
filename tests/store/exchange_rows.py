"""One valid row of each table of the exchange between levels."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import Rows

from xinheng.store import models as store

DIGEST = "0" * 64
AGREED = {"state": "standing", "decided_at": NOW, "decided_reason": "同意"}


def peer(rows: Rows, **given: Any) -> store.ExchangePeer:
    declared = {
        "name": "省平台",
        "relation": "above",
        "level": "province",
        "own_code": "410200",
        "peer_code": f"peer-{next(rows.numbers)}",
        "organisation": rows.people.city,
        "transport": "folder",
        "secret": "province",
        "receipt_hours": 24,
        "ground": "省信用办函",
        "proposed_by": rows.people.wang,
        "proposed_at": NOW,
    }
    return store.ExchangePeer.objects.create(**declared | given)


def item(rows: Rows, **given: Any) -> store.ExchangeItem:
    goes = {"way": "out", "item": 4, "from_on": TODAY}
    return store.ExchangeItem.objects.create(**_of_peer(rows, given) | goes | given)


def package(rows: Rows, **given: Any) -> store.ExchangePackage:
    made = {
        "way": "out",
        "number": next(rows.numbers),
        "first": 1,
        "last": 1,
        "retractions": 0,
        "chain": DIGEST,
        "manifest": {},
        "made_at": NOW,
    }
    return store.ExchangePackage.objects.create(**_of_peer(rows, given) | made | given)


def entry(rows: Rows, **given: Any) -> store.ExchangeEntry:
    number = next(rows.numbers)
    went = {"way": "out", "mark": f"m{number}", "item": 4, "n": number, "flag": "standing", "body": DIGEST}
    return store.ExchangeEntry.objects.create(**_of_peer(rows, given) | went | given)


def _of_peer(rows: Rows, given: dict[str, Any]) -> dict[str, Any]:
    return {} if "peer" in given else {"peer": peer(rows)}


def twice(make: Any, **same: Any) -> Any:
    """Breaks what may stand once for a platform."""

    def broken(rows: Rows) -> None:
        held = peer(rows)
        make(rows, peer=held, **same)
        make(rows, peer=held, **same)

    return broken


def declared_twice(rows: Rows) -> None:
    peer(rows, peer_code="410000")
    peer(rows, peer_code="410000")


REFUSED = {
    "exchange_peer_once": declared_twice,
    "exchange_peer_decided_with_reason": lambda rows: peer(rows, state="standing"),
    "exchange_peer_two_persons": lambda rows: peer(rows, decided_by=rows.people.wang, **AGREED),
    "exchange_peer_ended_with_reason": lambda rows: peer(rows, state="ended"),
    "exchange_peer_says_ground": lambda rows: peer(rows, ground=""),
    "exchange_item_once": twice(item),
    "exchange_package_once": twice(package, number=1),
    "exchange_package_state": lambda rows: package(rows, state="lost"),
    "exchange_package_receipt": lambda rows: package(rows, state="received"),
    "exchange_entry_once": twice(entry, mark="m"),
    "exchange_entry_of_record": twice(entry, record_key=1),
    "exchange_entry_ended_says_nothing": lambda rows: entry(rows, flag="ended"),
}
"""By constraint: what makes a row that breaks it."""
