"""The page of how far departments check before they decide."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.measure_cases import make_measures
from tests.store.check_rows import check_made
from tests.store.rows import Rows

from xinheng.core.check_decisions import CheckOutcome
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.check_outcomes import Outcome, correct_desk_decision, keep_desk_decision
from xinheng.services.check_register import entry_of
from xinheng.store.models import CheckCorrection, CheckDecision, CheckMade, LedgerEvent, RoleGrant, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M6-03")]
CODE = "91410200MA00000011"


def test_an_office_reads_and_exports_who_checked_before_deciding(people: People) -> None:
    entry_of(
        a_subject("样例公司").pk,
        Occasion.TENDER,
        organisation=people.market,
        field="",
        reference="招1",
        by=people.li,
        now=NOW,
    ).save()
    wang, url = signed_in(people.wang), reverse("office:check_duties")
    page = text(wang.get(url))
    assert "招标投标和公共资源交易" in page and "未归集" in page and "未与文件核对" in page
    table = wang.get(f"{url}?export=csv")
    assert table.headers["Content-Type"].startswith("text/csv") and "招标投标" in text(table)
    assert "没有登记过核查" in text(wang.get(f"{url}?year=2025"))
    assert wang.get(f"{url}?year=99999").status_code == 200


def test_a_desk_enters_what_it_decided_after_a_check_once_and_on_a_ground_that_applied(
    people: People, policy: Policy, home: object
) -> None:
    RoleGrant.objects.create(
        user=people.li, role=Role.REGISTRAR_DESK, organisation=people.market, from_on=date(2026, 1, 1)
    )
    measure = make_measures(people, policy).in_force()
    number = measure.decision.number
    Subject.objects.filter(pk=measure.subject_id).update(code=CODE)
    li = signed_in(people.li)
    asked = {"code": CODE, "occasion": "honours", "reason": "受理1号"}
    answer = text(li.post(reverse("office:measure_check"), asked))
    made = CheckMade.objects.get()
    url = reverse("office:check_made", kwargs={"check": made.public_id})
    assert url in answer and f'value="{number}"' in answer
    told = {"outcome": "limited", "reason": "不予表彰", "decided_on": str(TODAY)}
    assert "须写明所依据的措施" in text(post(li, url, told))
    assert "不适用于该主体" in text(post(li, url, told | {"grounds": "汴措〔2020〕99号"}))
    desk = reverse("office:measure_check")
    assert url in text(li.get(desk))
    assert post(li, url, told | {"grounds": [number]}).status_code == 302
    kept = CheckDecision.objects.get()
    assert (kept.outcome, kept.person, kept.key) == ("limited", people.li, None)
    assert "依法限制或者从严办理" in text(li.get(url)) and url not in text(li.get(desk))
    told_again = Outcome(outcome=CheckOutcome.UNAFFECTED, reason="无", by="某", grounds=[], decided_on=TODAY)
    for actor, code in ((people.li, "CX10"), (people.wang, "CX9")):
        with pytest.raises(Refusal) as refused:
            keep_desk_decision(str(made.public_id), told_again, actor=actor, policy=policy, now=NOW)
        assert refused.value.code == code


def test_what_a_desk_entered_wrongly_is_replaced_with_a_reason_and_stays_readable(
    people: People, policy: Policy, home: object
) -> None:
    RoleGrant.objects.create(
        user=people.li, role=Role.REGISTRAR_DESK, organisation=people.market, from_on=date(2026, 1, 1)
    )
    made = check_made(Rows(people), by=people.li)
    url = reverse("office:check_made", kwargs={"check": made.public_id})
    li = signed_in(people.li)
    told = Outcome(outcome=CheckOutcome.UNAFFECTED, reason="录错了", by="李强", grounds=[], decided_on=TODAY)
    call: dict[str, Any] = {"actor": people.li, "policy": policy, "now": NOW}
    number = str(made.public_id)
    assert code_of(correct_desk_decision, number, told, why="x", **call) == "CX12"
    keep_desk_decision(number, told, **call)
    assert 'name="why"' not in text(li.get(url)) and 'name="why"' in text(li.get(f"{url}?correct=1"))
    given = {"outcome": "withdrawn", "reason": "企业撤回申请", "decided_on": str(TODAY)}
    assert "请写明为什么更正" in text(post(li, url, given))
    assert post(li, url, given | {"why": "登记时选错"}).status_code == 302
    page = text(li.get(url))
    assert page.index("申请人撤回或者事项终止") < page.index("以前登记的") < page.index("录错了")
    assert "登记时选错" in page and 'value="withdrawn" selected' not in page
    kept = CheckCorrection.objects.get()
    assert (kept.sequence, kept.person, CheckDecision.objects.get().reason) == (1, people.li, "录错了")
    assert LedgerEvent.objects.filter(kind="check.corrected", reason="登记时选错").exists()
    same = Outcome(
        outcome=CheckOutcome.WITHDRAWN, reason="企业撤回申请", by="李强", grounds=[], decided_on=TODAY
    )
    assert code_of(correct_desk_decision, number, same, why="x", **call) == "CX14"
    assert code_of(correct_desk_decision, number, told, why=" ", **call) == "CX13"
    assert code_of(correct_desk_decision, number, told, why="x", **call | {"actor": people.wang}) == "CX9"
