"""Who delivered neither reviews nor decides: one rule for a person, a file from the command line, and a system."""

from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import code, penalty, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.batches import deliverer
from xinheng.services.collect import Delivery, import_file
from xinheng.services.desk import Kind, Seat, tasks
from xinheng.services.publication import publish_batch
from xinheng.services.returns import send_back
from xinheng.store.models import Batch, Organisation, Publication, ReturnedRow, User

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M2-04")]
WRONG = code(3)[:-1] + ("0" if code(3)[-1] != "0" else "1")


@pytest.fixture
def colleague(people: People) -> User:
    """Of the department that delivers, though not the one who did."""
    return make_user("qian", "钱同事", people.market, Role.SECRECY_REVIEWER, Role.DECIDER)


def _delivered(people: People, policy: Policy, folder: Path, *, by: str) -> Batch:
    actor = people.li if by == "hand" else None
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=actor, now=NOW, by_machine=by == "machine"
    )
    return import_file(write(folder, penalty(1), penalty(3, code=WRONG)), delivery)


def _desk(user: User, policy: Policy) -> set[Kind]:
    reach = frozenset(Organisation.objects.values_list("pk", flat=True))
    return {task.kind for task in tasks(Seat(user, lambda verb: reach, policy, TODAY))}


@pytest.mark.parametrize("by", ["file", "machine"])
def test_nobody_of_the_house_reviews_or_decides_on_what_no_person_delivered(
    people: People, policy: Policy, tmp_path: Path, colleague: User, by: str
) -> None:
    batch = _delivered(people, policy, tmp_path, by=by)
    for own in (people.li, colleague):
        assert not {Kind.REVIEW, Kind.IDENTITY} & _desk(own, policy)
        with pytest.raises(Refusal, match="报送单位的人不能审查") as told:
            publish_batch(batch.public_id, reviewer=own, policy=policy, now=NOW)
        assert told.value.code == "P02"
        with pytest.raises(Refusal) as told:
            send_back(ReturnedRow.objects.get().pk, actor=own, reason="退", now=NOW)
        assert told.value.code == "B04"
    assert not Publication.objects.exists()
    assert {Kind.REVIEW, Kind.IDENTITY} <= _desk(people.zhou, policy)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 1


def test_of_what_a_person_delivered_only_that_person_is_kept_away(
    people: People, policy: Policy, tmp_path: Path, colleague: User
) -> None:
    batch = _delivered(people, policy, tmp_path, by="hand")
    assert not {Kind.REVIEW, Kind.IDENTITY} & _desk(people.li, policy)
    with pytest.raises(Refusal):
        publish_batch(batch.public_id, reviewer=people.li, policy=policy, now=NOW)
    assert {Kind.REVIEW, Kind.IDENTITY} <= _desk(colleague, policy)
    assert publish_batch(batch.public_id, reviewer=colleague, policy=policy, now=NOW) == 1


def test_the_command_line_delivers_in_the_name_of_one_who_may(people: People) -> None:
    assert deliverer("li", people.market, on=TODAY) == people.li
    for nobody in ("zhou", "niemand"):
        with pytest.raises(Refusal) as told:
            deliverer(nobody, people.market, on=TODAY)
        assert told.value.code == "B14"
