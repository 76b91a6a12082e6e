"""Notices are served and signed for in the office; imported results stand apart; pushes have file and receipt."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.notices import write_notices
from xinheng.services.results_push import push
from xinheng.store.models import (
    LedgerEvent,
    NoticeStep,
    ResultNotice,
    ResultPush,
    ResultSubscription,
    Subject,
)

pytestmark = pytest.mark.usefixtures("office_clock")
MODEL = "food/food-operators"
GIVEN = "企业名称,统一社会信用代码,行业领域,评价名称,评价等级,评价日期,评价单位"


@pytest.fixture
def city(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    people = committed_people
    early = NOW - timedelta(days=1)
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=early)
    rows = [registration(number) for number in (1, 2)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    fines = [
        penalty(1, fine="60", decided=f"2026-{month:02d}-20", document=f"汴市监罚〔2026〕{month}号")
        for month in (1, 2, 3, 4)
    ]
    import_file(write(tmp_path, *fines, penalty(2)), delivery)
    given = [
        f"{name(2)},{code(2)},公共信用综合评价,公共信用综合评价,{grade},{day},某信用中心"
        for grade, day in (("良好", "2026-05-01"), ("一般", "2025-05-01"))
    ]
    import_file(write(tmp_path, *given, header=GIVEN, called="评价.csv"), delivery)
    moment = NOW - timedelta(hours=2)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=moment, publish=True)
    write_notices(policy=policy, now=moment)
    return people


@pytest.mark.row("M7-09")
def test_a_notice_is_read_served_and_signed_for(city: People) -> None:
    client = signed_in(city.wang)
    page = text(client.get("/office/notices/?state=bad"))
    notice = ResultNotice.objects.get(bad=True)
    assert name(1) in page and name(2) not in page
    assert "先告知后公开" in page and "依据待核" in page
    address = reverse("office:notice", kwargs={"notice": notice.public_id})
    paper = text(client.get(address))
    assert "提出异议" in paper and "登记签收" not in paper
    nothing = text(post(client, "/office/notices/serve/", {"method": "direct", "on": "2026-11-20"}))
    assert "没有选择提示信息" in nothing
    answer = post(
        client,
        "/office/notices/serve/",
        {"method": "direct", "on": "2026-11-20", "notice": notice.public_id},
    )
    assert answer.status_code == 302
    assert "登记签收" in text(client.get(address))
    post(client, f"{address}acknowledge/")
    assert NoticeStep.objects.filter(notice=notice).count() == 2
    assert LedgerEvent.objects.filter(kind="notice.served", actor=city.wang).count() == 1


@pytest.mark.row("M7-01")
def test_imported_results_stand_in_their_words_apart_from_ours(city: People) -> None:
    subject = Subject.objects.get(code=code(2))
    client = signed_in(city.wang)
    page = text(client.get(reverse("office:results", kwargs={"subject": subject.public_id})))
    assert page.index("良好") < page.index("一般")
    assert "某信用中心" in page and "评价.csv" in page
    assert "提示信息" in page
    grade = text(client.get(reverse("office:grade", kwargs={"subject": subject.public_id, "model": MODEL})))
    assert "外部评价与告知" in grade
    assert "某信用中心" not in grade


@pytest.mark.row("M7-10")
def test_a_subscriber_is_registered_sent_to_and_gives_a_receipt(city: People, policy: Policy) -> None:
    client = signed_in(city.wang)
    wanted = {"name": "开封某某银行", "kind": "bank", "model": MODEL, "purpose": "贷前参考"}
    assert "请填写接收单位" in text(post(client, "/office/pushes/subscribe/", wanted | {"name": ""}))
    assert post(client, "/office/pushes/subscribe/", dict(wanted)).status_code == 302
    push(ResultSubscription.objects.get().public_id, policy=policy, now=NOW)
    sent = ResultPush.objects.get()
    page = text(client.get("/office/pushes/"))
    assert "开封某某银行" in page and sent.digest[7:15] in page
    file = client.get(reverse("office:push_file", kwargs={"push": sent.public_id}))
    assert code(2) in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    receipt = reverse("office:receive_push", kwargs={"push": sent.public_id})
    assert "请填写回执" in text(post(client, receipt, {"receipt": ""}))
    assert post(client, receipt, {"receipt": "YH-1"}).status_code == 302
    end = reverse(
        "office:end_subscription", kwargs={"subscription": ResultSubscription.objects.get().public_id}
    )
    assert post(client, end).status_code == 302
    assert ResultSubscription.objects.get().to_on == TODAY
