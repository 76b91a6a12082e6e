"""One round with the declared platforms: make packages, take what came, send what is due."""

from datetime import datetime

import structlog

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange import peer_calls, peer_folder
from xinheng.services.exchanges_out import make_packages, make_waits
from xinheng.services.exchanges_sending import due_peers
from xinheng.store.exchanges import ExchangePeer, PeerState, PeerTransport

log = structlog.get_logger()


def standing() -> list[ExchangePeer]:
    return list(ExchangePeer.objects.filter(state=PeerState.STANDING).order_by("pk"))


def something_to_do(*, now: datetime) -> bool:
    """Whether a round would find anything."""
    peers = standing()
    if not peers:
        return False
    folders = [peer for peer in peers if peer.transport == PeerTransport.FOLDER]
    return bool(due_peers(now=now)) or make_waits() or any(peer_folder.waits(peer) for peer in folders)


def round_with_peers(*, policy: Policy, now: datetime) -> int:
    """Returns how many files and calls it made; trouble with one platform keeps nobody from the others."""
    return sum(round_with(peer, policy=policy, now=now) for peer in standing())


def round_with(peer: ExchangePeer, *, policy: Policy, now: datetime) -> int:
    try:
        made = len(make_packages(peer.public_id, policy=policy, now=now))
        if peer.transport == PeerTransport.HTTP:
            return made + peer_calls.send_due(peer, now=now)
        moved = peer_folder.carry(peer, policy=policy, now=now)
        peer_folder.clear_answered(peer)
        return made + moved
    except Refusal as refusal:
        log.warning("exchange_stopped", peer=peer.public_id, code=refusal.code)
    except Exception as error:
        log.exception("exchange_broken", peer=peer.public_id, exc_info=error)
    return 0
