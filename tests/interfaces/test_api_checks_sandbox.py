"""A key to try out: made-up enterprises by the rules of a real check, nobody read, nothing entered."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from tests.interfaces.api_calls import Caller
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.sharers import granted
from tests.store.rows import Rows

from xinheng.core.check_samples import SAMPLES
from xinheng.core.credit_code import is_uscc
from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.interfaces.api.checks import CheckAnswer
from xinheng.services.sharing import ReadingSystem, give_key
from xinheng.store.models import CheckDecision, CheckMade, LedgerEvent, SharingCall, SharingGrant, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M10-02")]
ASKED = {"purpose": "tender", "occasion": "procurement", "reference": "ZB-7"}
FREE, BANNED, *_ = SAMPLES


@pytest.fixture
def sandbox(people: People, policy: Policy, home: Path) -> Caller:
    grant = granted(people, policy, purpose=Purpose.TENDER)
    system = ReadingSystem(name="招标系统（试用）", sandbox=True)
    return Caller(*give_key(grant, system, actor=people.wang, now=NOW))


def test_the_guide_names_the_codes_of_the_made_up_enterprises() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "embed-a-check.md").read_text(encoding="utf-8")
    assert len(SAMPLES) == 5 and all(f"`{code}`" in guide for code in SAMPLES)


def _said(response: HttpResponse) -> tuple[int, Any]:
    told = json.loads(response.content)
    return response.status_code, told.get("code", told)


def _check(sandbox: Caller, **changes: Any) -> HttpResponse:
    return sandbox.send("/api/v1/checks", {**ASKED, "code": BANNED, **changes})


def test_samples_answer_and_say_that_they_are_samples(sandbox: Caller) -> None:
    answer = CheckAnswer.model_validate_json(_check(sandbox).content)
    assert answer.sandbox and "沙箱样例" in answer.subject.name
    assert [len(getattr(answer, part)) for part in ("bans", "lists", "measures")] == [1, 1, 0]
    assert all("沙箱样例" in word for line in answer.bans for word in (line.title, line.basis, line.number))
    assert not any(
        _said(_check(sandbox, code=FREE))[1][part] for part in ("bans", "lists", "measures", "incentives")
    )
    assert all(is_uscc(one) for one in SAMPLES)


@pytest.mark.guard("G13")
def test_nothing_is_entered_and_nobody_is_read(sandbox: Caller, people: People) -> None:
    subject = Rows(people).subject()
    Subject.objects.filter(pk=subject.pk).update(code=code(1))
    events = LedgerEvent.objects.count()
    assert _said(_check(sandbox, code=code(1))) == (404, "GX17")
    check = CheckAnswer.model_validate_json(_check(sandbox).content)
    told = {"outcome": "limited", "reason": "试用", "by": "01号", "grounds": [check.bans[0].number]}
    url = f"/api/v1/checks/{check.check}/decision"
    assert _said(sandbox.send(url, told)) == (
        200,
        {"check": check.check, "outcome": "limited", "decided_on": str(TODAY)},
    )
    assert _said(sandbox.send(url, told | {"grounds": []})) == (400, "CX2")
    assert _said(sandbox.send(url, told | {"grounds": ["真的文号"]})) == (422, "CX3")
    tables = (CheckMade, CheckDecision, SharingCall)
    assert not any(table.objects.exists() for table in tables)  # type: ignore[attr-defined]
    assert LedgerEvent.objects.count() == events
    assert SharingGrant.objects.get().day_calls == 0


def test_a_key_to_try_out_shares_delivers_and_checks_many_of_nobody(sandbox: Caller) -> None:
    assert _said(sandbox.get("/api/v1/shared/items")) == (403, "SX1")
    assert _said(sandbox.get(f"/api/v1/shared/subjects/{code(1)}?purpose=tender")) == (403, "SX1")
    assert _said(sandbox.get("/api/v1/shared/changes?purpose=tender")) == (403, "SX1")
    assert _said(sandbox.send("/api/v1/checks/batch", {**ASKED, "codes": [BANNED]})) == (403, "SX1")
    assert sandbox.push({"a": "b"}).status_code == 403
    assert not SharingCall.objects.exists()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"purpose": "permit"}, (403, "GX13")),
        ({"purpose": "none"}, (403, "GX13")),
        ({"occasion": "licensing"}, (403, "MW3")),
        ({"reference": " "}, (400, "MW4")),
        ({"field": "nowhere"}, (400, "CR1")),
        ({"as_of": str(TODAY + timedelta(days=1))}, (400, "CX4")),
    ],
)
def test_a_sample_is_refused_by_the_rules_of_a_real_check(
    sandbox: Caller, changed: dict[str, str], expected: tuple[int, str]
) -> None:
    assert _said(_check(sandbox, **changed)) == expected
