"""The points table in the office: uploaded, decided by another, and the column 先去 that nobody sees before asking for it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.points_tables import file_of, table
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.planning.drift import Verdict
from xinheng.planning.points import PointsTable
from xinheng.services import risk_order
from xinheng.services.risk_trial import Trial
from xinheng.store.models import Case, Draw, PolicyVersion

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")


@pytest.fixture(scope="module")
def learnt() -> PointsTable:
    return table()


@pytest.fixture
def drafter(people: People) -> Client:
    return signed_in(people.wang)


@pytest.fixture
def decider(people: People) -> Client:
    return signed_in(people.zhao)


@pytest.fixture
def drawn(people: People, home: object) -> Draw:
    rows = Rows(people)
    plan = rows.plan(sector="food", approved_by=people.zhao, approved_at=NOW)
    stratum = {"population": 10, "eligible": 10, "ratio": 100, "excluded": {}}
    strata = [{"key": key, "name": f"{key}档", **stratum} for key in "ae"]
    fixed = rows.announcement(plan=plan, run=rows.run(), content={"strata": strata})
    draw = rows.draw(announcement=fixed, population=10**6, record={"drawn": []})
    for position, (name, band) in enumerate((("甲公司", "a"), ("乙公司", "e"), ("丙公司", "e")), start=1):
        rows.drawn(draw, subject=rows.subject(name=name), band=band, position=position)
    return draw


def _upload(client: Client, content: bytes) -> str:
    file = SimpleUploadedFile("MODEL.yml", content, content_type="text/yaml")
    return text(post(client, reverse("office:upload_points"), {"file": file}))


def _adopted(drafter: Client, decider: Client, learnt: PointsTable) -> None:
    _upload(drafter, file_of(learnt))
    case = Case.objects.get(kind="risk_order")
    fields = {"seen": str(case.version), "from_on": TODAY.isoformat(), "reason": ""}
    post(decider, reverse("office:approve_points", kwargs={"case": case.public_id}), fields)


@pytest.mark.row("M8-02")
def test_a_table_is_uploaded_seen_with_its_figures_and_adopted_by_another(
    drafter: Client, decider: Client, learnt: PointsTable
) -> None:
    assert "还没有采用积分表" in text(drafter.get(reverse("office:risk_order")))
    _upload(drafter, file_of(learnt))
    case = Case.objects.get()
    address = reverse("office:risk_draft", kwargs={"case": case.public_id})
    page = text(decider.get(address))
    for words in ("积分表", "不能回测", "档次", "学自 2024-01-01"):
        assert words in page
    assert "批准</button>" not in text(drafter.get(address))
    post(decider, reverse("office:return_points", kwargs={"case": case.public_id}), {"seen": case.version})
    case.refresh_from_db()
    assert case.state == "submitted"
    fields = {"seen": str(case.version), "from_on": TODAY.isoformat(), "reason": ""}
    post(decider, reverse("office:approve_points", kwargs={"case": case.public_id}), fields)
    assert PolicyVersion.objects.get().kind == "risk_order"
    assert "现行：" in text(drafter.get(reverse("office:risk_order")))


@pytest.mark.guard("G12")
def test_what_is_refused_is_said_at_the_form(drafter: Client, learnt: PointsTable) -> None:
    rows = tuple(row.model_copy(update={"column": "检查人员"}) if row.column else row for row in learnt.rows)
    page = _upload(drafter, file_of(learnt.model_copy(update={"rows": rows})))
    assert "指向检查人员" in page
    assert "被改动过，摘要不符" in _upload(drafter, b"rows: []\ndigest: x\nformat: 1\n")
    assert not Case.objects.exists()


@pytest.mark.row("M8-02")
@pytest.mark.guard("G7")
def test_the_order_is_off_until_a_table_is_adopted_and_somebody_asks(
    drafter: Client, decider: Client, drawn: Draw, learnt: PointsTable
) -> None:
    address = reverse("office:draw", kwargs={"draw": drawn.public_id})
    page = text(drafter.get(address, {"order": "risk"}))
    assert "先去" not in page and "按风险排先后" not in page
    _adopted(drafter, decider, learnt)
    page = text(drafter.get(address))
    assert "按风险排先后" in page and "先去</th>" not in page
    page = text(drafter.get(address, {"order": "risk"}))
    assert "先去</th>" in page and "不改变抽中谁、查多少" in page
    assert page.index("乙公司") < page.index("丙公司") and "第 2" in page
    assert "按抽取的先后" in page


@pytest.mark.row("M8-02")
def test_drift_is_alarmed_at_the_desk_and_beside_the_order(
    drafter: Client,
    decider: Client,
    drawn: Draw,
    learnt: PointsTable,
    policy: Policy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _adopted(drafter, decider, learnt)
    assert "已经漂移" not in text(drafter.get(reverse("office:desk")))
    bad = Trial(
        on=TODAY, own=True, since=TODAY, visits=80, failed=30, verdict=Verdict.DRIFT, reasons=("变了",)
    )
    monkeypatch.setattr(risk_order, "trial_of", lambda *_, **__: bad)
    risk_order.watch(policy=policy, now=NOW)
    assert "积分表已经漂移" in text(drafter.get(reverse("office:desk")))
    assert "已经漂移" in text(drafter.get(reverse("office:risk_order")))
    address = reverse("office:draw", kwargs={"draw": drawn.public_id})
    assert "请不要按它排" in text(drafter.get(address, {"order": "risk"}))
