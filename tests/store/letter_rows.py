"""One valid letter, try to serve it and signing key, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, YESTERDAY, Rows

from xinheng.store import models as store


def key(rows: Rows, **given: Any) -> store.SigningKey:
    made = {
        "id_digest": f"sha256:{next(rows.numbers)}",
        "certificate": b"c",
        "sealed": None,
        "development": True,
        "made_at": NOW,
        "retired_at": NOW,
    }
    return store.SigningKey.objects.create(**made | given)


def letter(rows: Rows, **given: Any) -> store.IssuedLetter:
    written = {
        "number": f"汴信决〔2026〕{next(rows.numbers)}号",
        "step": "confirm",
        "event": 2,
        "kind": "receipt",
        "version": 1,
        "title": "收件回执",
        "organisation": rows.people.city,
        "addressee": "甲公司",
        "issued_on": TODAY,
        "issued_by": rows.people.wang,
        "issued_at": NOW,
        "policy_digest": DIGEST,
        "digest": DIGEST,
        "paper": rows.file(),
        "twin": rows.file(),
        "key": key(rows),
    }
    if "case" not in given:
        written["case"] = rows.case()
    return store.IssuedLetter.objects.create(**written | given)


def service_try(rows: Rows, **given: Any) -> store.ServiceTry:
    made = {
        "sequence": 1,
        "way": "direct",
        "outcome": "served",
        "on": TODAY,
        "served_on": TODAY,
        "proof": "SD-1",
        "actor": rows.people.wang,
        "at": NOW,
    }
    if "letter" not in given:
        made["letter"] = letter(rows)
    return store.ServiceTry.objects.create(**made | given)


def _in_use_twice(rows: Rows) -> None:
    for _ in range(2):
        key(rows, sealed=b"k", retired_at=None)


def _once_a_step(rows: Rows) -> None:
    case = rows.case()
    letter(rows, case=case)
    letter(rows, case=case)


def _same_sequence(rows: Rows) -> None:
    one = letter(rows)
    service_try(rows, letter=one, outcome="failed", served_on=None, reason="查无此处")
    service_try(rows, letter=one, outcome="failed", served_on=None, reason="查无此处")


def _served_twice(rows: Rows) -> None:
    one = letter(rows)
    service_try(rows, letter=one)
    service_try(rows, letter=one, sequence=2)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "signing_key_sealed_while_in_use": lambda rows: key(rows, retired_at=None),
    "signing_key_one_of_a_curve_and_sort": _in_use_twice,
    "signing_key_curve_known": lambda rows: key(rows, curve="p384"),
    "letter_has_addressee": lambda rows: letter(rows, addressee=""),
    "letter_step_has_event": lambda rows: letter(rows, event=0),
    "letter_once_a_step": _once_a_step,
    "service_try_sequence": _same_sequence,
    "service_try_served_once": _served_twice,
    "service_try_outcome_known": lambda rows: service_try(rows, outcome="lost"),
    "service_try_has_its_proof": lambda rows: service_try(rows, served_on=YESTERDAY),
    "service_try_way_known": lambda rows: service_try(rows, way="pigeon"),
    "service_try_announced_by_notice": lambda rows: service_try(rows, outcome="announced"),
}
