"""What was refused is kept for its term and then emptied; what waits for a person stays."""

from datetime import datetime, timedelta

import pytest
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.services.retention import forget_refused_rows
from xinheng.store.models import Batch, LedgerEvent, ReturnedRow


def row(people: People, *, received: datetime, state: str = "refused") -> ReturnedRow:
    batch = Batch.objects.create(
        organisation=people.market,
        received_at=received,
        file_name="a.csv",
        file_digest=f"sha256:{received}{state}",
        policy_digest="sha256:0",
        state="loaded",
        loaded_at=received,
    )
    return ReturnedRow.objects.create(
        batch=batch, row_no=7, codes=["E11"], problems=[{"code": "E11"}], original={"备注": "甲"}, state=state
    )


@pytest.mark.guard("G2")
def test_a_refused_row_is_emptied_when_its_term_is_over(people: People, policy: Policy) -> None:
    term = policy.days_kept("refused", on=TODAY)
    assert term is not None
    over = row(people, received=NOW - timedelta(days=term))
    kept = row(people, received=NOW - timedelta(days=term - 1))
    waiting = row(people, received=NOW - timedelta(days=term), state="waiting")
    assert forget_refused_rows(policy=policy, today=TODAY, now=NOW) == 1
    for one in (over, kept, waiting):
        one.refresh_from_db()
    assert (over.original, over.row_no, over.codes) == (None, 7, ["E11"])
    assert kept.original == waiting.original == {"备注": "甲"}
    assert LedgerEvent.objects.get().kind == "rows.emptied"


def test_a_second_run_finds_nothing_more(people: People, policy: Policy) -> None:
    row(people, received=NOW - timedelta(days=400))
    runs = [forget_refused_rows(policy=policy, today=TODAY, now=NOW) for _ in range(2)]
    assert runs == [1, 0]
