"""Somebody signed in to the own space of an enterprise."""

from datetime import timedelta

from django.test import Client
from tests.people import NOW, TODAY

from xinheng.core.mandates import Matter, Proof
from xinheng.core.roles import Role
from xinheng.services.enterprises import MandateOrder, activate, open_account
from xinheng.store.models import Subject, User

SECRET = "蓝天白云 2026 信用"


def visitor_of(subject: Subject, clerk: User, *matters: Matter) -> Client:
    """An agent with a letter of authorisation, in these matters or in all."""
    order = MandateOrder(
        code=subject.code or "",
        role=Role.ENTERPRISE_AGENT,
        matters=matters or tuple(Matter),
        proof=Proof.LETTER,
        from_on=TODAY,
        to_on=TODAY + timedelta(days=100),
    )
    slip = open_account(order, holder="张小明", actor=clerk, now=NOW)
    account = activate(slip.account.number, slip.code, SECRET, now=NOW)
    client = Client()
    client.post("/own/sign-in/", {"number": account.number, "password": SECRET})
    return client
