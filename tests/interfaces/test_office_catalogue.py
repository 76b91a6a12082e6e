"""The catalogue in the office: supplements by two people, checked as they are written; duties beside items."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import TODAY, People

from xinheng.services.approvals import body_of
from xinheng.services.policies import policy_in_force
from xinheng.store.models import Case, PolicyVersion

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")
LATER = TODAY + timedelta(days=10)


@pytest.fixture
def drafter(people: People) -> Client:
    return signed_in(people.wang)


@pytest.fixture
def decider(people: People) -> Client:
    return signed_in(people.zhao)


def _answers(**changes: object) -> dict[str, object]:
    return {
        "rows": "4",
        "title": "园区企业履约信息",
        "group": "地方补充",
        "nature": "mixed",
        "sharing": "conditional",
        "disclosure": "query",
        "persons": "none",
        "keeping": "document",
        "cycle": "每月",
        "organisations": ["kaifeng.development"],
        "basis_0_source": "henan-credit-regulation",
        "basis_0_clause": "第十一条",
        "f0_name": "名称",
        "f0_kind": "text",
        "f0_length": "200",
        "f0_required": "on",
        "f0_public": "on",
        "f1_name": "合同金额",
        "f1_kind": "yuan",
        "f1_unit": "万元",
        "f2_name": "履约情况",
        "f2_kind": "choice",
        "f2_choices": "已履行、未履行",
        "f2_public": "on",
        "action": "save",
        **changes,
    }


def _url(name: str, case: Case, **more: object) -> str:
    return reverse(f"office:{name}", kwargs={"case": case.public_id, **more})


@pytest.fixture
def draft(drafter: Client) -> Case:
    post(drafter, reverse("office:start_supplement"))
    return Case.objects.get()


def _approved(drafter: Client, decider: Client, case: Case, **more: object) -> None:
    post(drafter, _url("submit_supplement", case))
    case.refresh_from_db()
    fields = {"seen": case.version, "from_on": TODAY.isoformat(), "reason": "", **more}
    post(decider, _url("approve_supplement", case), fields)


@pytest.mark.row("M2-01")
def test_a_supplement_is_drafted_approved_and_stands_in_the_catalogue(
    drafter: Client, decider: Client, draft: Case
) -> None:
    post(drafter, _url("supplement_item", draft, item="new"), _answers())
    item = body_of(draft)["items"]["local_101"]
    assert item["fields"]["合同金额"] == {"kind": "yuan", "required": False, "public": False, "unit": "万元"}
    assert item["fields"]["履约情况"]["choices"] == ["已履行", "未履行"]
    page = text(drafter.get(_url("catalogue_draft", draft)))
    assert "没有发现问题" in page
    assert "3 个字段：名称、合同金额、履约情况" in page
    assert "依据：《河南省社会信用条例》第十一条" in page
    _approved(drafter, decider, draft)
    version = PolicyVersion.objects.get()
    assert (version.kind, version.key, version.from_on) == ("catalogue", "410200", TODAY)
    shown = text(drafter.get(reverse("office:catalogue_item", kwargs={"item": "local_101"})))
    assert "金额，不公开，单位 万元" in shown
    assert "《河南省社会信用条例》第十一条" in shown
    listed = text(drafter.get(reverse("office:catalogue")))
    assert "园区企业履约信息" in listed
    assert "开封市 第 1 版" in listed


def _choice(**changes: str) -> dict[str, str]:
    basis = {"source": "henan-credit-regulation", "clause": "第十一条"}
    return {"item": "penalty", "sharing": "open", **basis, **changes}


@pytest.mark.row("M2-01")
def test_a_city_states_how_others_get_an_item_of_the_basic_list(
    drafter: Client, decider: Client, draft: Case
) -> None:
    address = _url("supplement_sharing", draft)
    assert address in text(drafter.get(_url("catalogue_draft", draft)))
    assert "请写明条款" in text(post(drafter, address, _choice(clause="")))
    post(drafter, address, _choice(sharing="none"))
    assert "不予共享须有法律、行政法规" in text(drafter.get(address))
    assert "行政处罚信息的共享属性" in text(drafter.get(_url("catalogue_draft", draft)))
    post(drafter, address, {"remove": "penalty"})
    assert not body_of(draft)["sharing"]
    post(drafter, address, _choice())
    assert "《河南省社会信用条例》第十一条" in text(drafter.get(address))
    _approved(drafter, decider, draft)
    shown = text(drafter.get(reverse("office:catalogue_item", kwargs={"item": "penalty"})))
    assert "无条件共享" in shown
    assert "《河南省社会信用条例》第十一条（依据待核）" in shown
    number = PolicyVersion.objects.get().pk
    version = text(drafter.get(reverse("office:catalogue_version", kwargs={"number": number})))
    assert "无条件共享；依据：《河南省社会信用条例》" in version
    assert 'name="remove"' not in version
    assert 'name="sharing"' not in text(decider.get(address))
    assert drafter.post(address, _choice()).status_code in (403, 409, 422)


def test_what_is_approved_for_a_later_day_waits_for_it(drafter: Client, decider: Client, draft: Case) -> None:
    post(drafter, _url("supplement_item", draft, item="new"), _answers())
    _approved(drafter, decider, draft, from_on=LATER.isoformat())
    said = f"自 {LATER.isoformat()} 起施行"
    assert f"尚未生效，{said}" in text(drafter.get(reverse("office:catalogue")))
    for page in (_url("catalogue_draft", draft), reverse("office:approvals")):
        shown = text(drafter.get(page))
        assert said in shown
        assert "已生效" not in shown
    assert "local_101" not in policy_in_force(on=TODAY).catalogue.items
    assert "local_101" in policy_in_force(on=LATER).catalogue.items


@pytest.mark.row("X-10")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"f1_name": "宗教信仰"}, "宗教信仰不得归集（《征信业管理条例》"),
        ({"basis_0_source": "bianzhengban-2020-46"}, "目录之外增加信息项须有地方性法规依据"),
        ({"title": "简易程序处罚信息", "persons": "possible"}, "对自然人按简易程序作出的处罚不得归集"),
        ({"burdens": "on"}, "须先经专家评估，请写明文件"),
        ({"organisations": []}, "提供单位：至少要有 1 项"),
    ],
)
def test_what_speaks_against_an_item_is_said_while_writing_and_keeps_it_from_the_decider(
    drafter: Client, draft: Case, changes: dict[str, object], sentence: str
) -> None:
    address = _url("supplement_item", draft, item="new")
    checked = text(post(drafter, address, _answers(**changes, action="check")))
    assert sentence in checked
    assert not body_of(draft)["items"]
    post(drafter, address, _answers(**changes))
    assert sentence in text(drafter.get(_url("supplement_item", draft, item="local_101")))
    assert sentence in text(drafter.get(_url("catalogue_draft", draft)))
    refused = text(post(drafter, _url("submit_supplement", draft)))
    assert "CT2" in refused or "不符合要求" in refused
    draft.refresh_from_db()
    assert draft.state == "drafted"


def test_more_rows_keep_what_was_typed(drafter: Client, draft: Case) -> None:
    page = text(post(drafter, _url("supplement_item", draft, item="new"), _answers(action="more")))
    assert 'name="f9_name"' in page
    assert 'value="合同金额"' in page
    assert not body_of(draft)["items"]


def test_two_versions_are_compared(drafter: Client, decider: Client, draft: Case) -> None:
    post(drafter, _url("supplement_item", draft, item="new"), _answers())
    _approved(drafter, decider, draft)
    post(drafter, reverse("office:start_supplement"))
    second = Case.objects.latest("pk")
    post(drafter, _url("supplement_item", second, item="local_101"), _answers(cycle="每季", f1_name=""))
    page = text(drafter.get(_url("catalogue_draft", second)))
    assert "字段“合同金额”" in page
    _approved(drafter, decider, second)
    number = PolicyVersion.objects.latest("pk").pk
    shown = text(drafter.get(reverse("office:catalogue_version", kwargs={"number": number})))
    assert "与第 1 版相比" in shown
    assert "每季" in shown
    assert "每月" in shown
    assert drafter.get(reverse("office:catalogue_version", kwargs={"number": number + 99})).status_code == 404


def test_a_draft_comes_back_with_a_reason(drafter: Client, decider: Client, draft: Case) -> None:
    post(drafter, _url("supplement_item", draft, item="new"), _answers())
    post(drafter, _url("submit_supplement", draft))
    draft.refresh_from_db()
    assert "请写明理由" in text(post(decider, _url("return_supplement", draft), {"seen": draft.version}))
    post(decider, _url("return_supplement", draft), {"seen": draft.version, "reason": "请补充代码集"})
    draft.refresh_from_db()
    assert draft.state == "drafted"
    assert "请补充代码集" in text(drafter.get(_url("catalogue_draft", draft)))


def test_a_reporter_reads_the_catalogue_and_finds_the_form_and_the_template(people: People) -> None:
    reporter = signed_in(people.li)
    page = text(reporter.get(reverse("office:catalogue_item", kwargs={"item": "penalty"})))
    assert reverse("office:enter_record", kwargs={"feed": "penalty-dual-publicity"}) in page
    assert reverse("office:template", kwargs={"feed": "penalty-dual-publicity"}) in page
    assert reporter.get(reverse("office:catalogue_item", kwargs={"item": "park"})).status_code == 404
    assert "起草开封市补充目录" not in text(reporter.get(reverse("office:catalogue")))
    for kind, first in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"{")):
        assert reporter.get(f"/office/catalogue/?format={kind}").content.startswith(first)


LIST = """单位,职权编号,职权名称,目录项
市市场监管局,4102-C-001,对违反食品安全法行为的处罚,行政处罚
开封市发展和改革委员会,4102-Q-007,信用承诺管理,16；credit
市司法局,4102-J-002,行政执法监督,
"""


def _import(client: Client, content: bytes) -> str:
    file = SimpleUploadedFile("清单.csv", content)
    answer = post(client, reverse("office:import_duties"), {"file": file})
    return text(answer) if answer.status_code == 200 else answer.headers["Location"]


@pytest.mark.row("M2-02")
def test_duties_are_imported_by_two_people_and_gaps_are_shown(drafter: Client, decider: Client) -> None:
    wrong = _import(drafter, LIST.encode())
    assert "第 2 行目录中没有“credit”" in wrong
    assert not Case.objects.exists()
    where = _import(drafter, LIST.replace("；credit", "").encode("gb18030"))
    case = Case.objects.get()
    assert where == _url("approval", case)
    assert "3 项" in text(decider.get(where))
    before = text(drafter.get(reverse("office:duties")))
    assert "4102-C-001" not in before
    assert "待批准" in before
    post(decider, _url("approve_case", case), {"seen": case.version, "reason": ""})
    page = text(drafter.get(reverse("office:duties")))
    assert "对违反食品安全法行为的处罚" in page
    assert "没有对应职权" in page
    assert "行政执法监督" in page.partition("没有对应目录项的职权</h2>")[2]
    table = drafter.get("/office/duties/?format=csv").content.decode("utf-8-sig").splitlines()
    assert "4,行政处罚信息,市市场监管局,4102-C-001,对违反食品安全法行为的处罚," in table
    assert "3,行政许可信息,,,,没有对应职权" in table
    assert any(line.startswith(",,") and line.endswith("没有对应目录项") for line in table)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("甲,乙\n1,2\n", "文件里没有“单位、职权编号、职权名称、目录项”这一列"),
        ("单位,职权编号,职权名称,目录项\n", "文件里没有权责事项"),
        ("单位,职权编号,职权名称,目录项\n某某局,C1,某事,处罚\n", "第 1 行没有单位“某某局”"),
        ("单位,职权编号,职权名称,目录项\n市司法局,C1,甲,\n市司法局,C1,乙,\n", "在本单位重复"),
    ],
)
def test_a_faulty_list_is_refused_whole(drafter: Client, content: str, sentence: str) -> None:
    assert sentence in _import(drafter, content.encode())
    assert not Case.objects.exists()
