"""The policy of supervision of a field: drafted by who is in charge, checked, approved by another, public with its version."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import TODAY, People, make_user

from xinheng.core.roles import Role
from xinheng.services.approvals import body_of
from xinheng.services.policies import policy_in_force
from xinheng.store.models import Case, PolicyVersion

pytestmark = pytest.mark.usefixtures("office_clock")
LATER = TODAY + timedelta(days=10)
HEAD = {
    "title": "开封市食品安全信用分级分类监管政策",
    "scope": "取得食品经营许可的单位",
    "standard": "按食品经营评价模型的等级",
    "cycle_months": "12",
    "eased_by": ["fewer_inspections"],
    "ceiling_value": "4",
    "ceiling_source": "xinheng-proposal",
    "basis_0_source": "bianzhengban-2020-46",
    "basis_0_clause": "13",
    "basis_0_verified": "on",
}
BAND = {
    "name": "优秀",
    "grades": "A",
    "depth": "key",
    "items": "只查重点项",
    "exempt": "on",
    "waivers": "无投诉举报的不主动入企",
    "ratio_value": "0.8",
    "ratio_source": "xinheng-proposal",
    "eased_value": "0.4",
    "eased_source": "xinheng-proposal",
    "visits_per_year_value": "1",
    "visits_per_year_source": "xinheng-proposal",
    "basis_0_source": "bianzhengban-2020-46",
    "basis_0_clause": "12",
    "action": "save",
}


@pytest.fixture
def drafter(people: People) -> Client:
    return signed_in(people.wang)


@pytest.fixture
def decider(people: People) -> Client:
    return signed_in(people.zhao)


@pytest.fixture
def draft(drafter: Client, people: People) -> Case:
    post(drafter, reverse("office:start_grading"), {"field": "food", "unit": people.market.public_id})
    return Case.objects.get()


def _url(name: str, case: Case, **more: object) -> str:
    return reverse(f"office:{name}", kwargs={"case": case.public_id, **more})


def _whole(drafter: Client, case: Case, *, band: dict[str, str] | None = None) -> None:
    post(drafter, _url("grading_draft", case), HEAD)
    post(drafter, _url("grading_band", case, band="a"), band or BAND)


def _approve(decider: Client, case: Case, **more: str) -> str:
    case.refresh_from_db()
    fields = {"seen": str(case.version), "from_on": TODAY.isoformat(), "reason": "", **more}
    return text(post(decider, _url("approve_grading", case), fields))


def _public(**asked: object) -> str:
    return text(Client().get(reverse("portal:grading"), asked))


@pytest.mark.row("M8-01")
def test_a_policy_is_drafted_compared_approved_by_another_and_published(
    drafter: Client, decider: Client, draft: Case
) -> None:
    page = text(drafter.get(_url("grading_draft", draft)))
    assert "还没有写适用对象" in page and "还没有写评价周期" in page
    _whole(drafter, draft)
    page = text(drafter.get(_url("grading_draft", draft)))
    assert "没有发现问题" in page
    for words in ("1.0%", "0.8%", "查到法定必查项", "查到重点项", "优化检查频次", "12个月"):
        assert words in page
    post(drafter, _url("submit_grading", draft))
    post(drafter, _url("approve_grading", draft), {"seen": "3", "from_on": TODAY.isoformat()})
    assert not PolicyVersion.objects.exists()
    _approve(decider, draft)
    version = PolicyVersion.objects.get()
    assert (version.kind, version.key, version.from_on) == ("grading", "food", TODAY)
    own = policy_in_force(on=TODAY).grading_for("food")
    assert own.title == HEAD["title"] and own.bands[0].exempt
    assert policy_in_force(on=TODAY).grading_for("drugs").sector is None
    listed = text(drafter.get(reverse("office:gradings")))
    assert HEAD["title"] in listed and "食品安全 第 1 版" in listed


@pytest.mark.row("M8-01")
def test_a_version_holds_from_its_day_and_not_before(drafter: Client, decider: Client, draft: Case) -> None:
    _whole(drafter, draft)
    post(drafter, _url("submit_grading", draft))
    _approve(decider, draft, from_on=LATER.isoformat())
    assert policy_in_force(on=TODAY).grading_for("food").sector is None
    assert policy_in_force(on=LATER).grading_for("food").sector == "food"
    assert f"自 {LATER} 起施行" in text(drafter.get(reverse("office:gradings")))


@pytest.mark.row("M8-01")
def test_the_public_page_shows_each_field_with_its_versions(
    drafter: Client, decider: Client, draft: Case
) -> None:
    assert "没有单独政策的" in _public()
    _whole(drafter, draft)
    post(drafter, _url("submit_grading", draft))
    _approve(decider, draft)
    page = _public(sector="food")
    for words in (HEAD["title"], HEAD["scope"], HEAD["standard"], "12 个月", "免于日常抽查", "第 1 版"):
        assert words in page
    assert "还没有单独的政策" not in page
    assert "开封市信用分级分类监管政策" in _public()


@pytest.mark.row("M8-06")
@pytest.mark.guard("G15")
def test_the_ceiling_of_a_field_is_that_of_its_organ_and_the_others_stay_unconfirmed(
    drafter: Client, decider: Client, draft: Case
) -> None:
    page = text(Client().get(reverse("portal:ceilings")))
    assert "4 次" not in page and "待确认" in page
    _whole(drafter, draft)
    post(drafter, _url("submit_grading", draft))
    _approve(decider, draft)
    page = text(Client().get(reverse("portal:ceilings")))
    row = page[page.index("开封市市场监督管理局") :]
    assert "4 次" in row[: row.index("</tr>")]
    assert "待确认" in page


@pytest.mark.row("M8-01")
@pytest.mark.parametrize("typed", ["1.25", "101", "-1", "十", "1‰"])
def test_a_ratio_is_a_percentage_with_one_decimal(drafter: Client, draft: Case, typed: str) -> None:
    answer = post(
        drafter, _url("grading_band", draft, band="a"), {**BAND, "ratio_value": typed, "action": "save"}
    )
    assert "请填写 0 到 100 的百分数" in text(answer) and f'value="{typed}"' in text(answer)


@pytest.mark.parametrize(
    ("band", "words"),
    [
        ({"ratio_value": "4"}, "的抽查比例高于"),
        ({"depth": "extra"}, "的检查内容多于"),
        ({"waivers": ""}, "须有等级，并写明免查的条件"),
        ({"eased_value": "0.9"}, "高于本档的比例"),
        ({"basis_0_source": ""}, "basis"),
        ({"grades": "A、B"}, "恰好各出现一次"),
        ({"ratio_verified": "on"}, "建议值不是法律规定"),
    ],
)
def test_what_speaks_against_a_policy_is_named_and_keeps_it_from_the_decider(
    drafter: Client, draft: Case, band: dict[str, str], words: str
) -> None:
    _whole(drafter, draft, band={**BAND, **band})
    assert words in text(drafter.get(_url("grading_draft", draft)))
    assert words in text(post(drafter, _url("submit_grading", draft)))
    draft.refresh_from_db()
    assert draft.state == "drafted"


@pytest.mark.row("M8-01")
def test_a_grade_that_does_not_exist_is_named_at_the_field(drafter: Client, draft: Case) -> None:
    page = text(post(drafter, _url("grading_band", draft, band="a"), {**BAND, "grades": "甲"}))
    assert "没有“甲”这一等级" in page
    assert body_of(draft)["bands"][0]["grades"] == ["A"]


@pytest.mark.row("M8-01")
def test_a_cycle_longer_than_results_may_be_old_is_refused(drafter: Client, draft: Case) -> None:
    post(drafter, _url("grading_draft", draft), {**HEAD, "cycle_months": "24"})
    assert "超过12个月的结果不能再用于安排检查" in text(drafter.get(_url("grading_draft", draft)))


@pytest.mark.row("M8-01")
@pytest.mark.guard("G4")
def test_only_the_organ_in_charge_drafts_the_policy_of_a_field(drafter: Client, people: People) -> None:
    start = reverse("office:start_grading")
    page = text(post(drafter, start, {"field": "housing", "unit": people.market.public_id}))
    assert "不由这个单位制定" in page
    page = text(post(drafter, start, {"field": "nothing", "unit": people.market.public_id}))
    assert "没有这个监管领域" in page
    assert "没有选择起草单位" in text(post(drafter, start, {"field": "food", "unit": ""}))
    assert not Case.objects.exists()


def test_one_draft_a_field(drafter: Client, draft: Case, people: People) -> None:
    again = {"field": "food", "unit": people.market.public_id}
    assert "已有草稿" in text(post(drafter, reverse("office:start_grading"), again))


def test_a_draft_that_says_nothing_new_goes_to_nobody(
    drafter: Client, decider: Client, draft: Case, people: People
) -> None:
    _whole(drafter, draft)
    post(drafter, _url("submit_grading", draft))
    _approve(decider, draft)
    post(drafter, reverse("office:start_grading"), {"field": "food", "unit": people.market.public_id})
    second = Case.objects.order_by("-pk")[0]
    if second.pk != draft.pk:
        assert "没有任何修改" in text(post(drafter, _url("submit_grading", second)))


def test_the_band_is_checked_as_it_is_typed(drafter: Client, draft: Case) -> None:
    answer = post(
        drafter, _url("grading_band", draft, band="a"), {**BAND, "ratio_value": "4", "action": "check"}
    )
    assert "的抽查比例高于" in text(answer)
    assert body_of(draft)["bands"][0]["ratio"]["values"].popitem()[1]["value"] == 10


def test_who_only_reads_draws_reads_and_does_not_draft(people: People) -> None:
    reader = signed_in(make_user("head", "头", people.city, Role.AUDITOR))
    page = text(reader.get(reverse("office:gradings")))
    assert "起草</button>" not in page
