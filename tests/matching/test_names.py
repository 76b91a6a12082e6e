"""A name is parted into place, 字号, trade, form and branch, however it was written."""

import pytest

from xinheng.matching.divisions import NATIONAL, Divisions, short_form
from xinheng.matching.names import Form, parse_name


@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    ("name", "place", "brand", "trade", "form"),
    [
        ("开封样例食品有限公司", "开封", "样例", "食品", Form.LIMITED),
        ("开封市兰考县样例商贸有限责任公司", "开封市兰考县", "样例", "商贸", Form.LIMITED),
        ("河南省开封市样例科技股份有限公司", "河南省开封市", "样例", "科技", Form.SHARES),
        ("样例（开封）科技有限公司", "开封", "样例", "科技", Form.LIMITED),
        ("样例科技[河南]有限公司", "河南", "样例", "科技", Form.LIMITED),
        ("樣例食品(開封)有限公司", "开封", "样例", "食品", Form.LIMITED),
        ("开封样例投资合伙企业（有限合伙）", "开封", "样例", "投资", Form.PARTNERSHIP),
        ("兰考县样例果蔬种植农民专业合作社", "兰考县", "样例", "果蔬种植", Form.COOPERATIVE),
        ("样例超市有限公司", "", "样例", "超市", Form.LIMITED),
        ("样例小区物业有限公司", "", "样例小区", "物业", Form.LIMITED),
        ("河南样例律师事务所", "河南", "样例", "律师", Form.OFFICE),
        ("开封样例幼儿园", "开封", "样例", "幼儿园", Form.NONE),
        ("样例食品", "", "样例", "食品", Form.NONE),
        ("开封样例食品有限公", "开封", "样例", "食品", Form.LIMITED),
    ],
)
def test_a_name_has_place_brand_trade_and_form(
    name: str, place: str, brand: str, trade: str, form: Form
) -> None:
    parts = parse_name(name)
    assert (parts.region.text, parts.brand, parts.trade, parts.form) == (place, brand, trade, form)


def test_a_county_of_the_policy_is_known_without_the_city_before_it() -> None:
    parts = parse_name("兰考样例果蔬种植农民专业合作社", divisions=Divisions(["兰考县", "杞县"]))
    assert (parts.region.text, parts.brand) == ("兰考", "样例")


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("样例银行股份有限公司开封鼓楼支行", "开封鼓楼支行"),
        ("开封样例餐饮有限公司第二分公司", "第二分公司"),
        ("开封样例建筑工程有限公司-兰考项目部", "兰考项目部"),
        ("开封样例饭店第二分店", "第二分店"),
        ("开封样例食品有限公司", ""),
    ],
)
def test_what_follows_the_form_is_the_branch(name: str, branch: str) -> None:
    assert parse_name(name).branch == branch


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("(白名单)开封样例印刷有限公司", "白名单"),
        ("开封样例图书有限公司(样例书店-某微店)", "样例书店-某微店"),
        ("开封样例商贸有限公司_发票违法", "发票违法"),
        ("开封样例商贸有限公司-违反税收管理", "违反税收管理"),
    ],
)
def test_what_a_department_added_is_no_part_of_the_name(name: str, remark: str) -> None:
    parts = parse_name(name)
    assert parts.remarks == (remark,)
    assert parts.brand == "样例"
    assert not parts.branch


@pytest.mark.parametrize(
    "words", ["曾用名：开封旧名餐饮有限公司", "原开封旧名餐饮有限公司", "现更名为开封旧名餐饮有限公司"]
)
def test_a_name_borne_before_or_after_is_kept(words: str) -> None:
    assert parse_name(f"开封样例餐饮有限公司（{words}）").former == ("开封旧名餐饮有限公司",)


def test_a_second_city_is_part_of_the_name_and_not_of_the_place() -> None:
    assert parse_name("北京杭州企业商会").region.named == {"北京"}


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("北京花园小区物业", 2),
        ("北京云区块链科技", 2),
        ("开封市鼓楼区样例", 6),
        ("郑州高新技术产业开发区样例", 11),
    ],
)
def test_only_a_division_ends_like_one(text: str, end: int) -> None:
    assert NATIONAL.leading(text)[1] == end


def test_divisions_have_short_forms() -> None:
    names = ("开封市", "顺河回族区", "凉山彝族自治州", "内蒙古自治区", "浦东新区", "杞县")
    assert [short_form(name) for name in names] == ["开封", "顺河", "凉山", "内蒙古", "浦东", "杞县"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "(",
        "()",
        ")",
        "公司",
        "有限公司",
        "中国",
        "(((",
        "A",
        "分公司",
        "第一",
        "𠮷",
        "-_",
        "1" * 300,
    ],
)
def test_nothing_breaks_the_parser(name: str) -> None:
    assert parse_name(name).former == ()
