"""The library of inspectors is kept by the reviewer of the organ, with no more of a person than a draw needs."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import People, make_user

from xinheng.core.roles import Role
from xinheng.store.models import Inspector, LedgerEvent, Organisation

pytestmark = pytest.mark.usefixtures("office_clock")
LIST, NEW = "/office/inspectors/", "/office/inspectors/new/"


@pytest.fixture
def reviewer(people: People) -> Client:
    return signed_in(make_user("liu", "刘审核", people.market, Role.REVIEWER))


def _fields(people: People, **changes: object) -> dict[str, object]:
    return {
        "organisation": people.market.public_id,
        "name": "孙检查",
        "certificate_no": "16020012345",
        "certified_until": "2028-06-30",
        "lines": ["food"],
        "account": "",
        **changes,
    }


def _add(client: Client, people: People, **changes: object) -> Inspector:
    response = post(client, NEW, _fields(people, **changes))
    assert response.status_code == 302, text(response)
    return Inspector.objects.latest("pk")


def test_an_inspector_is_entered_and_stands_in_the_list(reviewer: Client, people: People) -> None:
    one = _add(reviewer, people)
    assert (one.organisation, one.name, one.lines) == (people.market, "孙检查", ["food"])
    page = text(reviewer.get(LIST))
    assert "16020012345" in page
    assert "参加抽取" in page
    event = LedgerEvent.objects.get(kind="inspector.added")
    assert event.object == f"inspector:{one.pk}"
    assert "孙检查" not in event.reason + event.object


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lines": []}, "至少要选一个行业"),
        ({"certified_until": "2026-11-19"}, "已经过期"),
        ({"certificate_no": "甲乙"}, "字母、数字和横线"),
        ({"name": ""}, "请填写姓名"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    reviewer: Client, people: People, changes: dict[str, object], said: str
) -> None:
    page = text(post(reviewer, NEW, _fields(people, **changes)))
    assert said in page
    assert str(changes.get("certificate_no", "16020012345")) in page
    assert not Inspector.objects.exists()


def test_a_certificate_is_entered_once(reviewer: Client, people: People) -> None:
    _add(reviewer, people)
    assert "已在本单位的名录中" in text(post(reviewer, NEW, _fields(people, name="另一人")))
    assert Inspector.objects.count() == 1


def test_whoever_is_switched_off_is_drawn_no_more_and_may_come_back(reviewer: Client, people: People) -> None:
    one = _add(reviewer, people)
    end = reverse("office:end_inspector", kwargs={"inspector": one.pk})
    assert "请写明理由" in text(post(reviewer, end, {"reason": ""}))
    post(reviewer, end, {"reason": "调离执法岗位"})
    one.refresh_from_db()
    assert one.lines == []
    assert "已停用" in text(reviewer.get(f"{LIST}?state=ended"))
    assert one.certificate_no not in text(reviewer.get(f"{LIST}?state=taking"))
    again = text(post(reviewer, end, {"reason": "再次"}))
    assert "已经停用" in again
    post(reviewer, reverse("office:inspector", kwargs={"inspector": one.pk}), _fields(people))
    one.refresh_from_db()
    assert one.lines == ["food"]
    kinds = LedgerEvent.objects.filter(kind__startswith="inspector.").order_by("pk")
    assert [event.kind for event in kinds] == ["inspector.added", "inspector.ended", "inspector.changed"]


def test_the_number_of_a_certificate_does_not_change(reviewer: Client, people: People) -> None:
    one = _add(reviewer, people)
    url = reverse("office:inspector", kwargs={"inspector": one.pk})
    post(reviewer, url, _fields(people, certificate_no="99999999", name="孙某", certified_until="2029-01-01"))
    one.refresh_from_db()
    assert (one.certificate_no, one.name, str(one.certified_until)) == ("16020012345", "孙某", "2029-01-01")


def test_an_expired_certificate_is_pointed_out(reviewer: Client, people: People) -> None:
    one = _add(reviewer, people)
    Inspector.objects.filter(pk=one.pk).update(certified_until="2026-11-19")
    assert '<span class="tag tag-decide">证件过期</span>' in text(reviewer.get(f"{LIST}?state=expired"))


def test_another_organ_stays_closed(reviewer: Client, people: People) -> None:
    tax = Organisation.objects.create(
        key="kaifeng.tax", kind="department", parent=people.city, division_code="410200"
    )
    other = Inspector.objects.create(organisation=tax, certificate_no="888888", name="外单位", lines=["food"])
    assert other.certificate_no not in text(reviewer.get(LIST))
    url = reverse("office:inspector", kwargs={"inspector": other.pk})
    assert reviewer.get(url).status_code == 403
    assert post(reviewer, url, _fields(people)).status_code == 403
    refused = post(reviewer, NEW, _fields(people, organisation=tax.public_id))
    assert refused.status_code == 200
    assert Inspector.objects.count() == 1


def test_an_account_is_one_of_the_same_unit(reviewer: Client, people: People) -> None:
    assert _add(reviewer, people, account=people.li.public_id).user == people.li
    strange = post(
        reviewer, NEW, _fields(people, certificate_no="16020099999", account=people.zhao.public_id)
    )
    assert strange.status_code == 200
    assert Inspector.objects.count() == 1
