"""One valid row of each table on accounts of enterprises."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import YESTERDAY, Rows

from xinheng.store import models as store


def account(rows: Rows, **given: Any) -> store.EnterpriseAccount:
    opened = {
        "number": f"{next(rows.numbers)}",
        "label": "张**",
        "opened_by": rows.people.wang,
        "opened_at": NOW,
    }
    return store.EnterpriseAccount.objects.create(**opened | given)


def mandate(rows: Rows, **given: Any) -> store.Mandate:
    seen = {
        "role": "enterprise_agent",
        "matters": ["file"],
        "proof": "letter",
        "from_on": YESTERDAY,
        "to_on": TODAY,
        "given_by": rows.people.wang,
        "given_at": NOW,
    }
    for name, make in (("account", lambda: account(rows)), ("subject", rows.subject)):
        if name not in given:
            seen[name] = make()
    return store.Mandate.objects.create(**seen | given)
