"""What the views of the portal hold, whatever a page asks of them."""

import pytest
from tests.people import NOW, People
from tests.store.rows import Rows

from xinheng.core.records import RecordState
from xinheng.store.models import (
    EvaluationRun,
    PublicAct,
    Publication,
    PublicRun,
    PublicScore,
    PublicSubject,
    Subject,
)


@pytest.fixture
def rows(people: People) -> Rows:
    return Rows(people)


def shown(rows: Rows, *, kind: str = "enterprise", **columns: object) -> Publication:
    subject = rows.subject(kind=kind, address="开封市龙亭区某街1号")
    record = rows.record(subject=subject, **columns)
    rows.detail(record=record, fields={"住所": "开封市龙亭区某街1号", "违法事实": "销售过期食品"})
    return rows.publication(record_key=record.record_key, ground=record, subject=subject)


@pytest.mark.guard("G1")
def test_the_home_of_a_sole_trader_is_in_no_view(rows: Rows) -> None:
    shown(rows, kind="sole_trader")
    assert PublicAct.objects.get().fields == {"违法事实": "销售过期食品"}
    assert PublicSubject.objects.get().address == ""


def test_the_address_of_a_company_is_public(rows: Rows) -> None:
    shown(rows)
    assert PublicAct.objects.get().fields["住所"] == "开封市龙亭区某街1号"


@pytest.mark.guard("G9")
@pytest.mark.parametrize("state", [RecordState.SHIELDED, RecordState.REPAIRED, RecordState.WITHDRAWN])
def test_an_act_that_no_longer_stands_is_in_no_view_even_if_its_publication_were_open(
    rows: Rows, state: RecordState
) -> None:
    """The commit is refused as well; the view does not wait for it."""
    publication = shown(rows, state=state)
    assert not PublicAct.objects.exists()
    Publication.objects.filter(pk=publication.pk).update(stopped_at=NOW, stop_reason="withdrawn")


@pytest.mark.row("M5-10")
@pytest.mark.guard("G9")
def test_a_stopped_publication_is_in_no_view(rows: Rows) -> None:
    publication = shown(rows)
    Publication.objects.filter(pk=publication.pk).update(stopped_at=NOW, stop_reason="expired")
    assert not PublicAct.objects.exists()


def graded(rows: Rows, *, kind: str = "enterprise", **columns: object) -> EvaluationRun:
    run = rows.run(**{"current": True, "published": True, **columns})
    rows.score(run=run, subject=rows.subject(kind=kind))
    return run


@pytest.mark.guard("G4")
@pytest.mark.parametrize("columns", [{"published": False}, {"current": False}])
def test_an_unpublished_or_replaced_run_is_in_no_view(rows: Rows, columns: dict[str, bool]) -> None:
    graded(rows, **columns)
    assert not PublicRun.objects.exists()
    assert not PublicScore.objects.exists()


@pytest.mark.guard("G1")
def test_the_grade_of_a_sole_trader_is_in_no_view(rows: Rows) -> None:
    graded(rows, kind="sole_trader")
    assert PublicRun.objects.exists()
    assert not PublicScore.objects.exists()


@pytest.mark.guard("G9")
def test_a_grade_disappears_with_any_change_of_the_file(rows: Rows) -> None:
    graded(rows)
    assert PublicScore.objects.count() == 1
    Subject.objects.update(version=2)
    assert not PublicScore.objects.exists()
