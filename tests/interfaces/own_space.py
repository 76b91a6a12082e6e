"""Somebody signed in to the own space of an enterprise."""

from django.test import Client
from tests.people import NOW, TODAY

from xinheng.core.mandates import Matter, Proof
from xinheng.core.roles import Role
from xinheng.services.enterprises import MandateOrder, activate, open_account
from xinheng.store.models import Subject, User

SECRET = "蓝天白云 2026 信用"


def visitor(subject: Subject, clerk: User, *matters: Matter) -> Client:
    """The owner, in these matters or in all."""
    order = MandateOrder(
        code=subject.code or "",
        role=Role.ENTERPRISE_OWNER,
        matters=matters or tuple(Matter),
        proof=Proof.LICENCE,
        from_on=TODAY,
        to_on=None,
    )
    slip = open_account(order, holder="张小明", actor=clerk, now=NOW)
    account = activate(slip.account.number, slip.code, SECRET, now=NOW)
    client = Client()
    client.post("/own/sign-in/", {"number": account.number, "password": SECRET})
    return client
