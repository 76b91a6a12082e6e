"""Repairs pushed by a platform above: taken once, answered by numbers, closed to everybody else."""

import pytest
from django.http import HttpResponse
from tests.interfaces.api_calls import caller, peer_key, post_json
from tests.people import People
from tests.services.repairers import CODE, Repairs, make_repairs

from xinheng.core.policy import Policy

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _post(path: str, body: dict[str, object], key: str) -> HttpResponse:
    return post_json(f"/api/v1/repairs/{path}", body, key)


def _about(repairs: Repairs) -> dict[str, object]:
    return {
        "source": "publicity_system",
        "external": "GS-1",
        "code": CODE,
        "document_no": repairs.record.detail.document_no,
    }


@pytest.mark.row("M12-05")
@pytest.mark.guard("G5")
def test_a_platform_above_pushes_an_application_and_a_result(repairs: Repairs, people: People) -> None:
    key = peer_key(people, "above")
    applied = _about(repairs) | {
        "lodged_on": "2026-11-19",
        "pushed_on": "2026-11-20",
        "duty_done": "缴款书",
        "pledged": True,
    }
    taken = _post("applications", applied, key)
    assert (taken.status_code, taken.json()["state"]) == (201, "received")
    decided = _about(repairs) | {"outcome": "repaired", "decided_on": "2026-11-20"}
    told = _post("results", decided, key)
    assert (told.status_code, told.json()["ended"], told.json()["state"]) == (200, 1, "done")
    assert not repairs.shown()
    assert _post("results", decided, key).json() == told.json()


@pytest.mark.guard("G5")
def test_nobody_else_pushes_results(repairs: Repairs, people: People, policy: Policy) -> None:
    decided = _about(repairs) | {"outcome": "repaired", "decided_on": "2026-11-20"}
    for key in (peer_key(people, "below"), caller(people, policy).text):
        answer = _post("results", decided, key)
        assert answer.status_code in (403, 409, 422)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert _post("results", decided, "xh_nobody").status_code == 401
    assert repairs.shown()


def test_a_result_of_an_unknown_kind_is_refused(repairs: Repairs, people: People) -> None:
    odd = _about(repairs) | {"outcome": "perhaps", "decided_on": "2026-11-20"}
    assert _post("results", odd, peer_key(people, "above")).status_code == 400
