"""A hit of the screening of lists in the office: what was found, who confirms, and where it goes on only then."""

from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import code
from tests.services.measure_cases import make_measures

from xinheng.core.flows import flow_of
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.services.list_screening import screen_all
from xinheng.store.models import Case, MeasureApplied, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M9-08")]


@pytest.fixture
def case(people: People, policy: Policy, home: Path) -> Case:
    measures = make_measures(people, policy)
    measures.reviewed()
    measures.granted()
    subject = MeasureApplied.objects.get().subject
    batch = measures.rows.batch(state="loaded", item=14, loaded_at=NOW)
    measures.rows.record(subject=subject, item=14, seriousness=Seriousness.SERIOUS, batch=batch)
    screen_all(policy=policy, now=NOW)
    return Case.objects.get(kind="list_hit")


def _page(case: Case, **parts: str) -> str:
    name = "case_step" if parts else "case"
    return reverse(f"office:{name}", kwargs={"number": case.number, **parts})


def test_ways_to_act_are_shown_only_after_a_named_person_confirmed(case: Case, people: People) -> None:
    wang = signed_in(people.wang)
    page = text(wang.get(_page(case)))
    assert "正在享受守信激励措施" in page and "没有据此作出任何处理" in page
    assert "提出失信惩戒措施" not in page
    assert case.number in text(wang.get(reverse("office:cases")))
    post(wang, _page(case, verb="confirm"), {"seen": case.version, "reason": "代码、名称一致"})
    page = text(wang.get(_page(case)))
    assert "核实一致" in page and "提出失信惩戒措施" in page and "由另一人决定" in page
    assert MeasureApplied.objects.get().ended_at is None


def test_who_only_decides_does_not_confirm(case: Case, people: People) -> None:
    assert f'action="{_page(case, verb="confirm")}"' not in text(signed_in(people.zhao).get(_page(case)))


def test_a_hit_of_a_like_name_says_whose_name_it_is_and_leads_to_a_merge_alone(
    people: People, policy: Policy, home: Path
) -> None:
    measures = make_measures(people, policy)
    measures.reviewed()
    measures.granted()
    near = MeasureApplied.objects.get().subject
    Subject.objects.filter(pk=near.pk).update(name="开封市样例食品有限公司", code=code(2))
    batch = measures.rows.batch(state="loaded", item=14, loaded_at=NOW)
    record = measures.rows.record(item=14, seriousness=Seriousness.SERIOUS, batch=batch)
    Subject.objects.filter(pk=record.subject_id).update(name="开封样例食品有限公司", code=None)
    screen_all(policy=policy, now=NOW)
    case = Case.objects.get(kind="list_hit", details__near=near.public_id)
    wang = signed_in(people.wang)
    page = text(wang.get(_page(case)))
    assert "名称相近" in page and "没有代码可以核对" in page and "开封市样例食品有限公司" in page
    post(wang, _page(case, verb="confirm"), {"seen": case.version, "reason": "登记底册一致"})
    page = text(wang.get(_page(case)))
    assert "提出合并这两个主体" in page and "提出失信惩戒措施" not in page
    told = [one.party for one in flow_of("list_hit", case.flow_version).states]
    assert all("与您单位无关" not in one for one in told) and "相近的名称" in told[0]
