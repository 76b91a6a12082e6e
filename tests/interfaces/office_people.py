"""Signed-in people of the office's tests. The second factor is enrolled, as it is for whoever signs in for real."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client

from xinheng.interfaces.office.once import FIELD, new_token
from xinheng.store.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enrol(user: User) -> None:
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, SECRET)


def signed_in(user: User, *, enrolled: bool = True) -> Client:
    """A browser of this person."""
    if enrolled:
        enrol(user)
    client = Client()
    client.force_login(user)
    return client


def post(
    client: Client, url: str, fields: dict[str, object] | None = None, *, token: str = ""
) -> HttpResponse:
    """Send a form as its page would."""
    return client.post(url, {FIELD: token or new_token(), **(fields or {})})


def text(response: HttpResponse) -> str:
    return response.content.decode()
