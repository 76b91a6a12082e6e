"""A draw of a few enterprises as it is really made, with its files, keys and teams, for what happens after it."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.people import NOW, TODAY
from tests.services.deliveries import code
from tests.services.trips import Trips

from xinheng.core import draw as rules
from xinheng.core.draw_rule import blind, commitment
from xinheng.services.pools import Pool, keep_pool, keyed
from xinheng.store.models import Draw, DrawAnnouncement, DrawnObject, Inspector, Plan
from xinheng.store.sealing import seal_secret

SECRET, REVEAL = b"secret of the draw", "words of the regulator"
CERTIFICATES = tuple(f"41020000{number:02d}" for number in range(21, 27))


@dataclass
class RealDraw:
    """``people``: certificates of all who were announced."""

    trips: Trips
    draw: Draw
    people: tuple[str, ...]

    @property
    def objects(self) -> list[DrawnObject]:
        return list(DrawnObject.objects.filter(draw=self.draw).order_by("position"))

    def key(self, certificate: str) -> str:
        return blind(SECRET, draw=self.trips.plan.public_id, identity=certificate).key


def _announced(plan: Plan, objects: list[str], inspectors: list[str], *, max_load: int) -> rules.Announced:
    return rules.announce(
        rules.Occasion(
            draw=plan.public_id,
            title=plan.title,
            organ="市市场监管局",
            plan=plan.title,
            matter=plan.matter,
            basis=plan.basis,
            line="food",
        ),
        strata=[
            rules.Stratum(key="ungraded", name="未评级", ratio=500, population=len(objects), objects=objects)
        ],
        inspectors=[
            rules.Inspector(
                key=key, lines=frozenset({"food"}), certified_until=date(2028, 1, 1), max_load=max_load
            )
            for key in inspectors
        ],
        team=2,
        parties=[
            rules.Party(
                name="市场监管部门",
                commitment=commitment(draw=plan.public_id, party="市场监管部门", reveal=REVEAL),
            )
        ],
        now=NOW - timedelta(hours=3),
        today=TODAY,
    )


def make_real_draw(trips: Trips, *, objects: int = 4, people: int = 6, max_load: int = 4) -> RealDraw:
    """Half of the enterprises are drawn; each gets a team of two."""
    plan, certificates = trips.plan, CERTIFICATES[:people]
    for number in certificates:
        Inspector.objects.create(
            organisation=plan.organisation,
            certificate_no=number,
            name="某检查",
            lines=["food"],
            certified_until=date(2028, 1, 1),
            max_load=max_load,
        )
    subjects = [trips.subject(code(40 + place)) for place in range(objects)]
    named = keyed(SECRET, draw=plan.public_id, subjects=[(one.pk, str(one.code)) for one in subjects])
    library = {blind(SECRET, draw=plan.public_id, identity=one).key: one for one in certificates}
    announced = _announced(plan, list(named), list(library), max_load=max_load)
    pool = Pool(draw=plan.public_id, objects={"ungraded": named}, closed={}, inspectors=library)
    keys, members = keep_pool(pool, announced=announced.objects, now=NOW)
    announcement: DrawAnnouncement = trips.rows.announcement(
        plan=plan,
        run=trips.rows.run(),
        digest=announced.digest,
        content=dict(announced.content),
        inspectors=list(announced.inspectors),
        secret=seal_secret(SECRET, purpose=plan.public_id),
        pool=keys,
        members=members,
    )
    record = rules.draw(announced, reveals=[REVEAL], now=NOW - timedelta(hours=2))
    draw = trips.rows.draw(
        announcement=announcement,
        population=objects,
        drawn=len(record.drawn),
        seed=record.seed,
        digest=record.digest,
        record=record.head,
    )
    for position, one in enumerate(record.drawn, 1):
        team = [library[key] for key in one["team"]]
        trips.rows.drawn(
            draw, subject_id=named[one["key"]], band=one["stratum"], position=position, inspectors=team
        )
    return RealDraw(trips, draw, certificates)
