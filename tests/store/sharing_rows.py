"""Valid rows of sharing and of the register of consent."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import Rows

from xinheng.store import models as store


def consent(rows: Rows, **given: Any) -> store.Consent:
    agreed = {
        "items": ["voluntary"],
        "purpose": "finance",
        "from_on": TODAY,
        "until_on": TODAY,
        "way": "online",
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    if "subject" not in given:
        agreed["subject"] = rows.subject()
    return store.Consent.objects.create(**agreed | given)


def grant(rows: Rows, **given: Any) -> store.SharingGrant:
    approved = {
        "organisation": rows.people.market,
        "items": {"penalty": ["文书号"]},
        "purpose": "permit",
        "matter": "审批",
        "legal_basis": "某法第一条",
        "daily_quota": 10,
        "from_on": TODAY,
        "until_on": TODAY,
        "approved_by": rows.people.zhao,
        "approved_at": NOW,
    }
    if "case" not in given:
        approved["case"] = rows.case()
    return store.SharingGrant.objects.create(**approved | given)


def call(rows: Rows, **given: Any) -> store.SharingCall:
    made: dict[str, Any] = {"at": NOW, "day": TODAY}
    if "grant" not in given:
        made["grant"] = grant(rows)
    made["key"] = rows.sender_key(feeds=[], grant=made.get("grant") or given["grant"])
    return store.SharingCall.objects.create(**made | given)


def reading(rows: Rows, **given: Any) -> store.SharingReading:
    read: dict[str, Any] = {"item": 4, "records": 1}
    if "call" not in given:
        read["call"] = call(rows)
    if "subject" not in given:
        read["subject"] = rows.subject()
    return store.SharingReading.objects.create(**read | given)


def reading_twice(rows: Rows) -> None:
    one = reading(rows)
    reading(rows, call=one.call, subject=one.subject)
