"""Who calls: the key in the Authorization header, and the address it comes from."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.callers import address_of, place_of
from xinheng.interfaces.web.floods import Minute, minute_now
from xinheng.services.exchanges import peer_of_key
from xinheng.services.senders import admit
from xinheng.store.exchanges import ExchangePeer, PeerRelation
from xinheng.store.senders import SenderKey

log = structlog.get_logger()
MOST_WRONG = 300
_wrong = Minute()


class KeyBearer(HttpBearer):
    """A call without a key that stands is refused before its body is read."""

    openapi_description = "信用办为报送单位发的密钥，形如 xh_…；只在发给时显示一次。"

    def __call__(self, request: HttpRequest) -> SenderKey:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, text.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> SenderKey:
        try:
            return admit(token, address=address_of(request), now=timezone.now())
        except Refusal as refusal:
            if refusal.code == "K02" and _guesses(request):
                raise _too_many_guesses() from refusal
            raise


def _guesses(request: HttpRequest) -> bool:
    """Whether more wrong keys came from this place within the minute than a mistake explains. Good keys go on."""
    place = place_of(address_of(request))
    if place is None:
        return False
    times = _wrong.count(place, minute=minute_now())
    if times == MOST_WRONG + 1:
        log.warning("wrong_keys", most=MOST_WRONG)
    return times > MOST_WRONG


def _too_many_guesses() -> Refusal:
    return Refusal(
        "K28",
        "这一分钟内从这里用不正确的密钥调用的次数太多。",
        advice="请核对密钥，按 Retry-After 等待后再试；遗失密钥的，请信用办停用后重发。",
    )


def tell_rate(request: HttpRequest, response: HttpResponse) -> None:
    """How many calls of the key are left in this minute, and the seconds until the next (RateLimit header fields)."""
    key = getattr(request, "auth", None)
    if not isinstance(key, SenderKey):
        return
    response.headers["RateLimit-Limit"] = str(key.per_minute)
    response.headers["RateLimit-Remaining"] = str(max(key.per_minute - key.minute_calls, 0))
    response.headers["RateLimit-Reset"] = str(60 - timezone.now().second)


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
