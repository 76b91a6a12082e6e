"""A case in which an order was given by two persons, so that its letter may go out; and words for every letter."""

from datetime import timedelta

from tests.documents.letters import filled
from tests.people import NOW, People

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.letters import newest
from xinheng.core.policy import Policy
from xinheng.services.cases import Opening, open_case, take_step
from xinheng.services.letters import Draft
from xinheng.store.models import Case, Subject

GROUND = Ground(GroundKind.RECORD, 7)
CODE = "91410200MA0000000X"


def subject(name: str = "开封㐂𬭎食品有限公司") -> Subject:
    return Subject.objects.create(name=name, code=CODE, kind="enterprise", last_known_at=NOW)


def drafted(people: People, policy: Policy, *, whom: Subject | None = None) -> Case:
    """An order that one person drafted."""
    opening = Opening(
        flow="rectification",
        kind="rectification",
        series="ZG",
        title="责令整改",
        organisation=people.city,
        subject=whom or subject(),
        ground=GROUND,
    )
    early = NOW - timedelta(days=5)
    return open_case(opening, verb="draft", actor=people.wang, policy=policy, now=early, reason="复查未改正")


def ordered(people: People, policy: Policy) -> Case:
    """The order, confirmed by a second person five days ago."""
    case = drafted(people, policy)
    early = NOW - timedelta(days=5)
    return take_step(
        case.public_id,
        "confirm",
        actor=people.zhao,
        policy=policy,
        now=early,
        reason="事实清楚",
        ground=GROUND,
    )


def draft_of(kind: str, *, confirmed: bool = True, **given: object) -> Draft:
    words = filled(newest(kind)) | dict(given.pop("values", {}))  # type: ignore[call-overload]
    return Draft(
        kind=kind,
        values=words,
        contact="信用监管科，开封市第五大街",
        terms_confirmed=confirmed,
        **given,  # type: ignore[arg-type]
    )
