"""A county's and a city's platform, each with a database, a data folder and people of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from tests.databases import copied, own_name, point_to
from tests.people import NOW, People, make_people
from tests.sealing import seal_all

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.services.exchanges import PeerOrder, decide_peer, propose_peer
from xinheng.services.exchanges_content import pieces
from xinheng.services.exchanges_in import receive
from xinheng.services.exchanges_out import make_packages
from xinheng.services.exchanges_sending import note_sent, take_receipt
from xinheng.store.connectors import keep_secret
from xinheng.store.models import (
    ExchangePackage,
    ExchangePeer,
    Organisation,
    OrganisationKind,
    OrganisationName,
    Way,
)

COUNTY, CITY = "410221", "410200"
SINCE = date(2026, 1, 1)
SECRET = "gongtong"
PLATFORMS = ("county", "city")


@dataclass
class Platform:
    """One installation. ``people`` and ``peer`` are rows of its own database."""

    name: str
    home: Path
    people: People
    policy: Policy
    peer: ExchangePeer = field(init=False)

    def import_rows(self, path: Path, *, now: datetime = NOW) -> Any:
        delivery = Delivery(
            policy=self.policy, organisation=self.people.market, actor=self.people.li, now=now
        )
        return import_file(path, delivery)

    def make(self, *, now: datetime = NOW) -> list[ExchangePackage]:
        """Seal what happened and make packages of it."""
        seal_all(now)
        return make_packages(self.peer.public_id, policy=self.policy, now=now)

    def file_of(self, number: int) -> list[bytes]:
        """The package as it is sent now."""
        row = ExchangePackage.objects.select_related("file", "peer").get(way=Way.OUT, number=number)
        found = list(pieces(row))
        note_sent(row, now=NOW)
        return found

    def receive(self, rows: list[bytes], *, now: datetime = NOW) -> dict[str, Any]:
        return receive(rows, policy=self.policy, now=now)

    def acknowledge(self, receipt: dict[str, Any], *, now: datetime = NOW) -> ExchangePackage:
        return take_receipt(receipt, peer=ExchangePeer.objects.get(), now=now)


@dataclass
class Pair:
    """Both platforms; ``at`` turns to one of them."""

    county: Platform
    city: Platform

    @contextmanager
    def at(self, platform: Platform) -> Iterator[Platform]:
        before, home = str(connections["default"].settings_dict["NAME"]), settings.HOME
        point_to(own_name(platform.name))
        settings.HOME = platform.home
        try:
            yield platform
        finally:
            point_to(before)
            settings.HOME = home

    def over(self, number: int) -> dict[str, Any]:
        """Send one package and bring the receipt back."""
        with self.at(self.county):
            rows = self.county.file_of(number)
        with self.at(self.city):
            receipt = self.city.receive(rows)
        with self.at(self.county):
            self.county.acknowledge(receipt)
        return receipt


@contextmanager
def two_platforms(folder: Path, policy: Policy) -> Iterator[Pair]:
    """Databases copied from the template of the tests, dropped at the end."""
    home = settings.HOME
    with copied(*map(own_name, PLATFORMS)):
        try:
            yield Pair(**{name: _furnished(name, folder / name, policy) for name in PLATFORMS})
        finally:
            settings.HOME = home


def _furnished(name: str, home: Path, policy: Policy) -> Platform:
    point_to(own_name(name))
    settings.HOME = home
    home.mkdir()
    platform = Platform(name, home, make_people(), policy)
    keep_secret(SECRET, "一个双方都知道的密文")
    platform.peer = _declared(platform)
    return platform


def order_of(people: People, **changes: Any) -> PeerOrder:
    values: dict[str, Any] = {
        "name": "开封市信用平台",
        "relation": "above",
        "level": "city",
        "own_code": COUNTY,
        "peer_code": CITY,
        "organisation": people.city,
        "transport": "folder",
        "secret": SECRET,
        "ground": "淮政办发〔2020〕80号第二部分第一项",
        "outgoing": {"penalty": SINCE},
    }
    return PeerOrder(**{**values, **changes})


def _declared(platform: Platform) -> ExchangePeer:
    people = platform.people
    order = order_of(people)
    if platform.name == "city":
        unit = Organisation.objects.create(
            key="kaifeng.410221", kind=OrganisationKind.COUNTY, parent=people.city, division_code=COUNTY
        )
        OrganisationName.objects.create(organisation=unit, name="杞县")
        order = order_of(
            people,
            organisation=unit,
            name="杞县信用平台",
            relation="below",
            level="county",
            own_code=CITY,
            peer_code=COUNTY,
            outgoing={},
            incoming={"penalty": SINCE},
        )
    peer = propose_peer(order, actor=people.wang, policy=platform.policy, now=NOW - timedelta(days=1))
    return decide_peer(peer.public_id, agree=True, reason="已核对", actor=people.zhao, now=NOW)
