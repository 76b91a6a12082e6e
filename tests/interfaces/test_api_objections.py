"""Objections pushed by a platform above: taken once a number of each sender, marked at once, closed to everybody else."""

import pytest
from django.http import HttpResponse
from tests.interfaces.api_calls import caller, peer_key, post_json
from tests.people import People
from tests.services.deliveries import code
from tests.services.objectors import Objectors, make_objectors, now_of

from xinheng.core.objections import Answer
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.store.models import Objection, Record

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M13-01"), pytest.mark.row("X-12")]


@pytest.fixture
def objectors(people: People, policy: Policy) -> Objectors:
    made = make_objectors(people, policy)
    made.firm.code = code(1)
    made.firm.save(update_fields=["code"])
    return made


def _said(record: Record, **changes: str) -> dict[str, object]:
    about: dict[str, object] = {
        "external": "SYY-1",
        "code": record.subject.code or "",
        "document_no": record.detail.document_no,
    }
    return {**about, "wrong": "被处罚的是同名的另一家", "wanted": "撤回", **changes}


def _push(body: dict[str, object], key: str) -> HttpResponse:
    return post_json("/api/v1/objections", body, key)


def test_an_objection_from_above_is_marked_at_once_and_routed_to_its_source(objectors: Objectors) -> None:
    record = objectors.record()
    told = _push(_said(record), peer_key(objectors.people, "above"))
    answer = told.json()
    assert told.status_code == 200, answer
    assert (answer["state"], answer["marked"], answer["answer"]) == ("at_source", True, "")
    assert RecordState(now_of(record).state) is RecordState.DISPUTED
    made = Objection.objects.select_related("case__organisation").get()
    assert (made.case.number, made.channel, made.pushed_by) == (answer["number"], "pushed", "省信用平台")
    assert made.case.organisation == objectors.people.market


def test_the_same_number_again_is_the_same_case_and_tells_how_far_it_is(objectors: Objectors) -> None:
    record, key = objectors.record(), peer_key(objectors.people, "above")
    first = _push(_said(record), key).json()
    assert _push(_said(record), key).json() == first
    case = objectors.found(Objection.objects.get().case, Answer.WITHDRAWN)
    objectors.answer(case, "withdraw")
    again = _push(_said(record), key).json()
    assert (again["number"], again["marked"], again["answer"]) == (first["number"], False, "withdrawn")
    assert Objection.objects.count() == 1


def test_a_number_belongs_to_its_sender(objectors: Objectors) -> None:
    first, second = objectors.record(), objectors.record(document="汴市监罚〔2026〕2号")
    province = peer_key(objectors.people, "above")
    nation = peer_key(objectors.people, "above", name="国家平台", peer="100000")
    assert _push(_said(first), province).status_code == 200
    assert _push(_said(second), nation).status_code == 200
    assert Objection.objects.count() == 2
    mixed = _push(_said(second), province)
    assert (mixed.status_code, mixed.json()["code"]) == (409, "OB11")
    assert Objection.objects.count() == 2


def test_what_is_not_here_or_says_nothing_is_refused_with_a_way_on(objectors: Objectors) -> None:
    record, key = objectors.record(), peer_key(objectors.people, "above")
    for changes, refusal in (
        ({"document_no": "汴市监罚〔2026〕99号"}, "OB12"),
        ({"code": "9" * 18}, "OB12"),
        ({"wrong": "错"}, "OB1"),
    ):
        answer = _push(_said(record, **changes), key)
        assert (answer.status_code, answer.json()["code"]) == (409, refusal)
        assert answer.json()["advice"]
    assert _push({"external": "SYY-1"}, key).status_code == 400
    assert not Objection.objects.exists()


def test_two_records_of_one_document_are_left_to_a_person(objectors: Objectors) -> None:
    record = objectors.record()
    objectors.record()
    assert _push(_said(record), peer_key(objectors.people, "above")).json()["code"] == "OB13"


def test_what_the_enterprise_objects_to_already_is_not_taken_twice(objectors: Objectors) -> None:
    record = objectors.record()
    objectors.lodge(f"record:{record.record_key}")
    assert _push(_said(record), peer_key(objectors.people, "above")).json()["code"] == "OB3"


def test_nobody_else_pushes_objections(objectors: Objectors) -> None:
    record, people = objectors.record(), objectors.people
    for key in (peer_key(people, "below"), caller(people, objectors.policy).text):
        answer = _push(_said(record), key)
        assert answer.status_code in (403, 409)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert _push(_said(record), "xh_nobody").status_code == 401
    assert not Objection.objects.exists()
