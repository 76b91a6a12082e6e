"""What ends with a ground is said in one place, core.grounds, and the services follow it."""

from types import MappingProxyType

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from tests.people import NOW, People
from tests.services.test_records import changed
from tests.services.test_records import record as record

from xinheng.core import grounds
from xinheng.core.grounds import CONSEQUENCES, Consequence, EndCause, Notice
from xinheng.core.policy import Policy
from xinheng.store.models import Publication, Record


@pytest.mark.parametrize(
    ("deed", "cause"),
    [("shield", EndCause.SHIELDED), ("repair", EndCause.REPAIRED), ("withdraw", EndCause.WITHDRAWN)],
)
def test_a_publication_stands_or_ends_by_the_table(
    record: Record,
    people: People,
    policy: Policy,
    deed: str,
    cause: EndCause,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harmless = Consequence(frozenset(), frozenset(), Notice.UPDATE)
    table = MappingProxyType({**CONSEQUENCES, cause: harmless})
    with monkeypatch.context() as patched:
        patched.setattr(grounds, "CONSEQUENCES", table)
        changed(people, policy, deed)
    assert Publication.objects.get().stopped_at is None
    with pytest.raises(InternalError, match="仍有公示以它为依据"), transaction.atomic():
        connection.check_constraints()
    Publication.objects.update(stopped_at=NOW, stop_reason=deed)


@pytest.mark.parametrize("deed", ["annotate", "dispute"])
def test_what_befalls_no_ground_ends_nothing(
    record: Record, people: People, policy: Policy, deed: str
) -> None:
    changed(people, policy, deed)
    assert Publication.objects.get().stopped_at is None


@pytest.mark.row("M5-10")
@pytest.mark.parametrize("deed", ["shield", "repair", "withdraw"])
def test_what_befalls_a_ground_ends_its_publication(
    record: Record, people: People, policy: Policy, deed: str
) -> None:
    changed(people, policy, deed)
    assert Publication.objects.get().stopped_at is not None
