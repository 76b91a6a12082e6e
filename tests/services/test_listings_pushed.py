"""Decided entries go to the city's platform and to the market-supervision platform as they are entered, and are taken back
from both by their mark alone when they end."""

from datetime import timedelta
from typing import Any

import pytest
from tests.people import NOW, People
from tests.sealing import seal_all
from tests.services.listing_cases import make_listers
from tests.services.two_platforms import SECRET, SINCE, order_of

from xinheng.core.days import last_day
from xinheng.core.policy import Policy
from xinheng.services.exchanges import decide_peer, propose_peer
from xinheng.services.exchanges_content import content
from xinheng.services.exchanges_out import make_packages
from xinheng.services.listings_entries import revoke
from xinheng.store.connectors import keep_secret
from xinheng.store.models import Case, ExchangePeer

pytestmark = pytest.mark.usefixtures("home")


def _peer(people: People, policy: Policy, **given: Any) -> ExchangePeer:
    order = order_of(people, outgoing={"serious_list": SINCE}, **given)
    peer = propose_peer(order, actor=people.wang, policy=policy, now=NOW - timedelta(days=1))
    return decide_peer(peer.public_id, agree=True, reason="已核对", actor=people.zhao, now=NOW)


def _lines(peer: ExchangePeer, policy: Policy) -> list[Any]:
    """What goes over now, after everything that happened was sealed."""
    seal_all(NOW)
    packages = make_packages(peer.public_id, policy=policy, now=NOW)
    return [line for one in packages for line in content(one).lines]


@pytest.mark.row("M9-07")
@pytest.mark.guard("G9")
def test_an_entry_goes_to_both_platforms_and_is_taken_back_from_both(
    committed_people: People, policy: Policy
) -> None:
    people = committed_people
    keep_secret(SECRET, "一个双方都知道的密文")
    listers = make_listers(people, policy)
    city = _peer(people, policy)
    market = _peer(people, policy, name="省市场监管信用监管平台", level="province", peer_code="410000")
    for peer in (city, market):
        assert _lines(peer, policy) == []
    entry = listers.listed()
    for peer in (city, market):
        line = _lines(peer, policy)[0]
        assert line.say is not None
        assert (line.say.item, line.say.title) == ("serious_list", "市场监督管理严重违法失信名单")
        assert entry.subject and entry.until_on
        assert (line.say.name, line.say.valid_to) == (entry.subject.name, str(last_day(entry.until_on)))
    case = Case.objects.get(pk=entry.decision_id)
    revoke(case, listers.by(people.zhao), reason="认定有误", document="撤1号")
    for peer in (city, market):
        last = _lines(peer, policy)[-1]
        assert (last.op, last.say) == ("retract", None)
