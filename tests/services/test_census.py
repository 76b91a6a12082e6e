"""Every kind of subject stands in the denominator, by county, sector and mark; who is gone does not."""

from datetime import date

import pytest
from tests.people import NOW, People
from tests.store.rows import Rows

from xinheng.services.flags import census
from xinheng.store.models import Subject, SubjectKind

pytestmark = pytest.mark.row("M1-06")


def test_every_kind_is_counted_where_it_is_and_with_its_file(people: People) -> None:
    for number, kind in enumerate(SubjectKind.values):
        place = {"division_code": ("410202", "410203")[number % 2], "sector": "food"}
        Subject.objects.create(name=f"样例{number}", kind=kind, status="active", last_known_at=NOW, **place)
    filed = Subject.objects.get(kind="cooperative")
    rows = Rows(people)
    rows.record(item=4, subject=filed, decided_on=date(2026, 9, 1), known_at=NOW)
    counted = {one.kind: one for one in census() if one.sector == "food"}
    assert set(counted) == set(SubjectKind.values)
    assert {one.subjects for one in counted.values()} == {1}
    assert {kind for kind, one in counted.items() if one.with_records} == {"cooperative"}
    assert {one.division for one in counted.values()} == {"410202", "410203"}


@pytest.mark.parametrize("gone", ["cancelled", "revoked", "moved"])
def test_who_is_gone_or_merged_away_is_in_no_denominator(people: People, gone: str) -> None:
    stays = Subject.objects.create(name="甲", kind="enterprise", status="active", last_known_at=NOW)
    Subject.objects.create(name="乙", kind="enterprise", status=gone, last_known_at=NOW)
    Subject.objects.create(
        name="丙", kind="enterprise", status="active", last_known_at=NOW, merged_into=stays
    )
    assert sum(one.subjects for one in census()) == 1
