"""Which columns enter a points table: inspectors, persons, what fair competition keeps out and results never do."""

from dataclasses import replace

import numpy as np
import pytest
from tests.planning.histories import history

from xinheng.core.resident_id import resident_id_check_character
from xinheng.planning.columns import Ground, Judged, Use, judge

BASE = history(enterprises=100)
INSPECTORS = (
    "检查人", "检查人员", "执法人员", "主办执法人员", "执法证号", "承办人", "inspector", "Inspector_ID", "inspectorName",
    "sanitarian", "officer", "checked_by", "Inspected By", "badge_no", "insp_id",
)  # fmt: skip
PERSONS = ("法定代表人", "负责人", "经营者姓名", "联系电话", "owner", "operator_name", "phone", "身份证号码")
COMPETITION = (
    "所有制", "企业类型", "经济性质", "注册地", "登记机关", "住所", "注册资本", "从业人数", "企业规模", "年纳税额", "ownership",
    "registered_address", "registration_city", "employees", "size", "tax_paid", "annual_revenue",
)  # fmt: skip
ALLOWED = (
    "业态",
    "片区",
    "检查类型",
    "inspection_type",
    "facility_type",
    "risk",
    "zip",
    "上次检查结果",
    "checklist",
    "taxi_stand",
)


def judged(name: str, cells: list[str] | None = None) -> Judged:
    cells = cells or [f"W{at % 7}" for at in range(len(BASE))]
    return judge(replace(BASE, columns={name: cells}))[0]


@pytest.mark.row("M8-02")
@pytest.mark.parametrize("name", INSPECTORS)
def test_columns_that_name_inspectors_are_refused(name: str) -> None:
    found = judged(name)
    assert (found.use, found.ground) == (Use.REFUSED, Ground.INSPECTOR)


@pytest.mark.guard("G1")
@pytest.mark.parametrize("name", PERSONS)
def test_columns_that_name_persons_are_refused(name: str) -> None:
    found = judged(name)
    assert (found.use, found.ground) == (Use.REFUSED, Ground.PERSON)


@pytest.mark.guard("G12")
@pytest.mark.parametrize("name", COMPETITION)
def test_ownership_place_of_registration_size_and_taxes_are_refused(name: str) -> None:
    found = judged(name)
    assert (found.use, found.ground) == (Use.REFUSED, Ground.COMPETITION)
    assert "公平竞争审查条例" in found.reason


@pytest.mark.parametrize("name", ALLOWED)
def test_what_says_something_of_the_visit_or_its_place_enters(name: str) -> None:
    assert judged(name).enters


def test_numbers_and_names_of_persons_are_told_by_their_content() -> None:
    first = [f"4102021990010{at % 9 + 1}{at % 900 + 100}" for at in range(len(BASE))]
    numbers = [one + resident_id_check_character(one) for one in first]
    assert judged("备用一", numbers).ground is Ground.PERSON
    phones = [f"138{at % 50:08d}" for at in range(len(BASE))]
    assert judged("备用二", phones).ground is Ground.PERSON
    names = [("王小明", "李建国", "张丽华", "刘洋", "陈志强", "赵敏")[at % 6] for at in range(len(BASE))]
    assert judged("备用三", names).ground is Ground.PERSON


@pytest.mark.parametrize("name", ["检查结果", "处罚金额", "violations", "result"])
def test_what_is_known_only_afterwards_is_refused_by_name(name: str) -> None:
    assert judged(name).ground is Ground.OUTCOME


def test_a_column_that_says_the_result_is_refused_by_content() -> None:
    tells = ["甲" if failed else "乙" for failed in BASE.results]
    assert judged("备注码", tells).ground is Ground.OUTCOME
    later = [f"{2030 - failed}-01-01" for failed in BASE.results]
    assert judged("下次", later).ground is Ground.OUTCOME


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["同一个"] * len(BASE), "全部相同或几乎全空"),
        ([f"每行{at}" for at in range(len(BASE))], "几乎每行不同"),
        ([str(10_000 + at) for at in range(len(BASE))], "随日期递增的流水号"),
        ([f"{at % 90}" + "现场环境整洁" * 10 for at in range(len(BASE))], "自由文本"),
        ([f"铺{one}" for one in BASE.entities], "与主体一一对应"),
    ],
)  # fmt: skip
def test_columns_without_use_are_left_out_with_the_reason(cells: list[str], reason: str) -> None:
    found = judged("备用", cells)
    assert (found.use, found.reason) == (Use.LEFT_OUT, reason)


def test_numbers_days_words_and_many_words_enter_each_in_its_way() -> None:
    chance = np.random.default_rng(1)
    numbers = [f"{value:.3f}" for value in chance.normal(0, 1, len(BASE))]
    assert judged("经度", numbers).use is Use.NUMBER
    assert judged("开业日期", [f"20{10 + at % 9}-05-0{at % 9 + 1}" for at in range(len(BASE))]).use is Use.DAY
    assert judged("街道", [f"街{at % 60}" for at in chance.permutation(len(BASE))]).use is Use.GROUPS
    assert judged("类型").use is Use.LEVELS
