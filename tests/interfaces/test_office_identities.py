"""The pages of subjects and codes: the work-list of a registrar, the queue of rows, merges by two persons."""

from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.code_issues import sweep_codes
from xinheng.services.collect import Delivery, import_file
from xinheng.store.models import CodeIssue, Record, ReturnedRow, RoleGrant, Subject, SubjectMerge

pytestmark = [pytest.mark.usefixtures("home", "office_clock")]
BAD = "91410202MA00000000"


@pytest.fixture
def city(people: People, policy: Policy, tmp_path: Path) -> People:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    register = [registration(1), registration(2)]
    import_file(write(tmp_path, *register, header=REGISTER, called="登记.csv"), delivery)
    rows = [
        penalty(1),
        penalty(2),
        penalty(11, code=BAD),
        penalty(1, code="无", document="汴市监罚〔2026〕9号"),
    ]
    import_file(write(tmp_path, *rows), delivery)
    sweep_codes(policy=policy, now=NOW)
    RoleGrant.objects.create(
        user=people.li, role=Role.REGISTRAR_DESK, organisation=people.market, from_on=TODAY.replace(month=1)
    )
    return people


@pytest.mark.row("M1-03")
def test_a_registrar_sees_and_fixes_the_matters_of_the_own_body(city: People) -> None:
    issue = CodeIssue.objects.get(kind="check")
    here = {"issue": issue.public_id}
    page = text(signed_in(city.wang).get(reverse("office:code_issues")))
    assert BAD in page
    assert "重错码率" in page
    given = {"issue": [issue.public_id], "due_on": "2026-12-01", "remark": ""}
    assert post(signed_in(city.wang), reverse("office:assign_issues"), given).status_code == 302
    clerk = signed_in(city.li)
    assert "怎样核实" in text(clerk.get(reverse("office:code_issue", kwargs=here)))
    assert (
        post(clerk, reverse("office:fix_issue", kwargs=here), {"remedy": "已告知报送单位"}).status_code == 302
    )
    decider = signed_in(city.zhao)
    refused = text(post(decider, reverse("office:verify_issue", kwargs=here), {"agree": "yes", "remark": ""}))
    assert "数据中仍有这个问题" in refused
    back = post(decider, reverse("office:verify_issue", kwargs=here), {"agree": "no", "remark": "仍在"})
    assert back.status_code == 302
    issue.refresh_from_db()
    assert issue.state == "assigned"


@pytest.mark.row("M1-03")
def test_the_work_list_leaves_as_a_table(city: People) -> None:
    client = signed_in(city.wang)
    table = client.get(reverse("office:code_issues"), {"format": "csv"})
    assert BAD in table.content.decode("utf-8-sig")
    assert client.get(reverse("office:code_issues"), {"format": "xlsx"}).content.startswith(b"PK")
    assert post(client, reverse("office:sweep_codes")).status_code == 302


@pytest.mark.row("M1-02")
def test_a_decider_says_whom_a_row_means_and_takes_it_back(city: People) -> None:
    row = ReturnedRow.objects.get(codes__contains=["E13"])
    client, here = signed_in(city.zhao), {"row": row.pk}
    assert "无代码的行" in text(client.get(reverse("office:identities")))
    page = text(client.get(reverse("office:identity", kwargs=here)))
    assert code(1) in page
    assert "名称相同" in page
    subject = Subject.objects.get(code=code(1))
    given = {"verdict": subject.public_id, "remember": "on", "reason": "电话核实"}
    assert post(client, reverse("office:decide_identity", kwargs=here), given).status_code == 302
    assert Record.objects.filter(subject=subject, item=4, known_until__isnull=True).count() == 2
    assert "已记住写法" in text(client.get(reverse("office:identity", kwargs=here)))
    reverse_url = reverse("office:reverse_identity", kwargs=here)
    assert post(client, reverse_url, {"reason": "认错了"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"


@pytest.mark.row("M1-02")
def test_a_merge_is_proposed_by_one_and_decided_by_another(city: People) -> None:
    wang, zhao = signed_in(city.wang), signed_in(city.zhao)
    given = {"one": code(1), "other": code(2), "reason": "换发代码", "ground": "底册"}
    assert post(wang, reverse("office:propose_merge"), given).status_code == 302
    merge = SubjectMerge.objects.get()
    here = {"merge": merge.public_id}
    assert "须由另一人决定" in text(wang.get(reverse("office:merge", kwargs=here)))
    decision = {"agree": "yes", "reason": "已核对"}
    assert post(zhao, reverse("office:decide_merge", kwargs=here), decision).status_code == 302
    gone = Subject.objects.get(code=code(2))
    led = zhao.get(reverse("office:subject", kwargs={"subject": gone.public_id}))
    assert led.status_code == 302
    assert Subject.objects.get(code=code(1)).public_id in led.headers["Location"]
    page = text(zhao.get(led.headers["Location"]))
    absorbed = page[page.index("<dt>已并入</dt>") :][:300]
    assert gone.name in absorbed
    assert code(2) in absorbed
    split = reverse("office:split_merge", kwargs=here)
    assert post(wang, split, {"reason": "查明是两家"}).status_code == 302
    assert post(zhao, reverse("office:decide_merge", kwargs=here), decision).status_code == 302
    merge.refresh_from_db()
    assert merge.state == "undone"
    wrong = post(wang, reverse("office:propose_merge"), {**given, "other": "91410202MA9999999X"})
    assert "没有代码为" in text(wrong)
