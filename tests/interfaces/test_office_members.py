"""The account of an association: its roll and what it delivered, and nothing else of anybody."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import People, make_user
from tests.services.deliveries import code, name
from tests.services.test_members import HEADER, OWN_CODE, told

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.interfaces.office import urls
from xinheng.services.collect import Delivery
from xinheng.store.models import Member, Organisation, Subject, User

pytestmark = pytest.mark.usefixtures("office_clock")
from tests.interfaces.test_office_file import delivery, open_record  # noqa: E402, F401


def account(organisation: Organisation, username: str) -> User:
    return make_user(username, "郑秘书", organisation, Role.ASSOCIATION)


@pytest.fixture
def association(delivery: Delivery, people: People) -> Organisation:  # noqa: F811
    admin = make_user("admin", "系统", people.city, Role.SYSTEM_ADMIN)
    given = {"name": "开封市食品行业协会", "credit_code": OWN_CODE}
    post(signed_in(admin), reverse("office:new_association"), given)
    return Organisation.objects.get(kind="association")


@pytest.fixture
def secretary(association: Organisation) -> Client:
    return signed_in(account(association, "zheng"))


@pytest.mark.row("M3-07")
def test_an_association_keeps_its_roll_and_delivers_for_itself(
    secretary: Client, association: Organisation, tmp_path: Path
) -> None:
    place = reverse("office:members", kwargs={"association": association.public_id})
    assert secretary.get(reverse("office:associations")).headers["Location"] == place
    add = reverse("office:add_member", kwargs={"association": association.public_id})
    given = {"code": code(1), "from_on": "2020-01-01", "source": "会员名册（2026年）"}
    assert "请写明来源" in text(post(secretary, add, {**given, "source": ""}))
    post(secretary, add, given)
    assert name(1) in text(secretary.get(place))
    path = tmp_path / "会员.csv"
    path.write_text(f"{HEADER}\n{told(1)}\n", encoding="utf-8")
    with path.open("rb") as file:
        answer = post(
            secretary,
            reverse("office:upload"),
            {"file": file, "organisation": association.public_id, "feed": "", "whole": "1"},
        )
    assert "preview" in answer.headers["Location"]
    end = reverse(
        "office:end_membership",
        kwargs={"association": association.public_id, "number": Member.objects.get().pk},
    )
    post(secretary, end, {"to_on": "2026-11-20", "reason": "退会"})
    assert "退会：退会" in text(secretary.get(place))


@pytest.mark.row("M3-07")
def test_an_association_sees_nothing_but_what_it_delivered(
    secretary: Client,
    association: Organisation,
    people: People,
    policy: Policy,
    delivery: Delivery,  # noqa: F811
    tmp_path: Path,
) -> None:
    subject = Subject.objects.get(code=code(1))
    record = open_record(1, 4)
    other = Organisation.objects.create(key="x.a", kind="association", parent=people.city)
    for url in (
        reverse("office:subject", kwargs={"subject": subject.public_id}),
        reverse("office:record", kwargs={"subject": subject.public_id, "key": record.record_key}),
        reverse("office:subjects"),
        reverse("office:census"),
        reverse("office:quality"),
        reverse("office:dashboard"),
        reverse("office:batch", kwargs={"batch": record.batch.public_id}),  # type: ignore[union-attr]
        reverse("office:members", kwargs={"association": other.public_id}),
    ):
        assert secretary.get(url).status_code == 403, url
    said = [
        page
        for route in urls.urlpatterns
        if isinstance(route, URLPattern)
        and not route.pattern.converters
        and (page := text(secretary.get(reverse(f"office:{route.name}"))))
    ]
    assert len(said) > 20
    assert not [page for page in said if "汴市监罚" in page or "行政处罚.csv" in page or name(2) in page]


@pytest.mark.row("M3-07")
def test_another_association_and_a_department_do_not_reach_the_roll(
    association: Organisation, people: People
) -> None:
    place = reverse("office:members", kwargs={"association": association.public_id})
    other = Organisation.objects.create(key="x.a", kind="association", parent=people.city)
    assert signed_in(account(other, "feng")).get(place).status_code == 403
    assert signed_in(people.li).get(place).status_code == 403
    assert signed_in(people.wang).get(place).status_code == 200
