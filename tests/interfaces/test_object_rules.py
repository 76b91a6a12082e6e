"""The rule of objects on pages: the public reads it before the draw, and planners narrow it by fields."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import an_announcement
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from tests.services.deliveries import code
from tests.store.rows import Rows

from xinheng.core.inspection_objects import ObjectParts, names_of
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.inspection_plans import approve_plan
from xinheng.store.models import Plan, RoleGrant

pytestmark = pytest.mark.row("M8-03")
WORDS = "登记行业属食品安全"


def _public(name: str, **kwargs: object) -> str:
    return Client().get(reverse(name, kwargs=kwargs)).content.decode()


def test_the_list_of_matters_says_who_may_be_drawn(people: People, policy: Policy) -> None:
    rule = policy.inspection_matters.matters["food_operation"].rule
    page = _public("portal:matters")
    assert WORDS in page and "持有有效的“食品生产许可证”" in page and "建议值" in page
    table = Client().get(reverse("portal:matters_csv")).content.decode("utf-8-sig")
    assert "对象规则版本" in table.splitlines()[0] and rule.version in table
    Rows(people).subject(code=code(1), sector="food")
    Rows(people).subject(code=code(2), sector="food", status="cancelled")
    office = text(signed_in(people.wang).get(reverse("office:inspection_matters")))
    assert "登记在册的有 1 户" in office and "没有符合的经营主体" in office


def test_a_plan_is_narrowed_by_fields_and_says_so_in_public(people: People, policy: Policy) -> None:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    fields: dict[str, object] = {
        "organisation": people.market.public_id,
        "title": "食品抽查",
        "year": 2026,
        "kind": "daily",
        "matter": "food_operation",
        "districts": ["410221"],
        "batches": "杞县食品经营者，20，2026-10-01，2026-12-31",
    }
    new = reverse("office:new_plan")
    assert "没有这个县（区）" in text(post(signed_in(people.li), new, {**fields, "districts": ["410999"]}))
    assert not Plan.objects.exists()
    assert post(signed_in(people.li), new, fields).status_code == 302
    plan = Plan.objects.get()
    assert plan.scope == {"districts": ["410221"]}
    page = reverse("office:plan", kwargs={"plan": plan.public_id})
    shown = text(signed_in(people.zhao).get(page))
    assert "本计划的范围" in shown and "登记在杞县" in shown and "没有符合规则的经营主体" in shown
    Rows(people).subject(code=code(1), sector="food", division_code="410221")
    assert "经营主体 1 户" in text(signed_in(people.zhao).get(page))
    Plan.objects.filter(pk=plan.pk).update(object_rule={"sectors": ["food", "drugs"]})
    assert "在送批之后改过" in text(signed_in(people.zhao).get(page))
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    listed = _public("portal:inspection_plans")
    assert "登记行业属食品安全、药品和医疗器械" in listed and "计划缩小为：登记在杞县" in listed


def test_the_announcement_says_of_whom_its_pool_is_made(people: People, policy: Policy) -> None:
    announcement, _ = an_announcement(people)
    assert "名录由谁组成" not in _public("portal:announcement", public_id=announcement.public_id)
    rule = ObjectParts(sectors=("food",))
    said = {"name": "事项的对象规则", "words": rule.words(names_of(policy)), "version": rule.version}
    content = {**announcement.content, "pool_rules": [{**said, "parts": rule.parts()}]}
    later = Rows(people).announcement(
        plan=announcement.plan, run=announcement.run, attempt=2, content=content
    )
    page = _public("portal:announcement", public_id=later.public_id)
    assert "名录由谁组成" in page and WORDS in page and rule.version in page
