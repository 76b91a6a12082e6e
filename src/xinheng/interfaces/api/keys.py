"""Who calls: the key in the Authorization header, and the address it comes from."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer

from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import peer_of_key
from xinheng.services.senders import admit
from xinheng.store.exchanges import ExchangePeer, PeerRelation
from xinheng.store.senders import SenderKey


class KeyBearer(HttpBearer):
    """A call without a key that stands is refused before its body is read."""

    openapi_description = "信用办为报送单位发的密钥，形如 xh_…；只在发给时显示一次。"

    def __call__(self, request: HttpRequest) -> SenderKey:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, text.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> SenderKey:
        return admit(token, address=address_of(request), now=timezone.now())


def tell_rate(request: HttpRequest, response: HttpResponse) -> None:
    """How many calls of the key are left in this minute, and the seconds until the next (RateLimit header fields)."""
    key = getattr(request, "auth", None)
    if not isinstance(key, SenderKey):
        return
    response.headers["RateLimit-Limit"] = str(key.per_minute)
    response.headers["RateLimit-Remaining"] = str(max(key.per_minute - key.minute_calls, 0))
    response.headers["RateLimit-Reset"] = str(60 - timezone.now().second)


def address_of(request: HttpRequest) -> str:
    """Behind a proxy the address that the proxy adds last; a caller cannot choose it."""
    if settings.SECURE_BEHIND_TLS:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told:
            return told
    return str(request.META.get("REMOTE_ADDR") or "")


def key_of(request: HttpRequest) -> SenderKey:
    """The key that was admitted."""
    key = request.auth  # type: ignore[attr-defined]
    assert isinstance(key, SenderKey)
    return key


def platform_above(request: HttpRequest) -> ExchangePeer:
    """The declared platform above whose key it is. Refusal XU7 for any other key."""
    peer = peer_of_key(key_of(request))
    if peer.relation != PeerRelation.ABOVE:
        raise Refusal(
            "XU7",
            "这个密钥不是上级平台的，不能推送修复、异议和它们的结果。",
            advice="请信用办在“上下级交换”中登记上级平台和它的密钥。",
        )
    return peer
