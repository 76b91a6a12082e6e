"""The organs of a draw reveal their words, each by a person of its own, and whoever draws speaks for the last of them."""

from collections.abc import Mapping
from datetime import datetime

from tests.people import make_user

from xinheng.services.draw_secrets import reveal_secret
from xinheng.services.inspections import make_draw
from xinheng.store.models import Draw, DrawAnnouncement, DrawSecret, User


def draw_with(public_id: str, *, reveals: Mapping[str, str], actor: User, now: datetime) -> Draw:
    """As ``make_draw``, after all organs but the last were spoken for by others."""
    announcement = DrawAnnouncement.objects.get(public_id=public_id)
    *others, last = reveals
    for place, party in enumerate(others):
        if not DrawSecret.objects.filter(announcement=announcement, party=party).exists():
            speaker = User.objects.filter(username=f"speaker{place}").first() or make_user(
                f"speaker{place}", "孙代表", actor.organisation.parent or actor.organisation
            )
            reveal_secret(announcement, party=party, words=reveals[party], actor=speaker, now=now)
    return make_draw(public_id, reveals={last: reveals[last]}, actor=actor, now=now)
