"""A model officer drafts, tries and submits a model in the office; a decider approves it; users of results report back."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.model_officers import MODEL, make_city
from tests.services.model_officers import officer as make_officer

from xinheng.core.model_draft import plain_tree, read_draft
from xinheng.core.models import parse_model
from xinheng.core.policy import Policy
from xinheng.services.approvals import body_of
from xinheng.services.evaluate import run_model
from xinheng.services.models import (
    Beginning,
    approve_model,
    blank_tree,
    propose_end,
    retired_model,
    start_draft,
)
from xinheng.services.policies import policy_in_force
from xinheng.store.models import (
    Case,
    EvaluationRun,
    ModelFeedback,
    ModelTrial,
    Organisation,
    PolicyVersion,
    User,
)

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")
REMINDED = "“食品生产经营企业信用评价”应当重新评价"
LATER = TODAY + timedelta(days=10)


beginning = make_city


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def he(city: People) -> User:
    return make_officer(city.market)


@pytest.fixture
def drafter(he: User) -> Client:
    return signed_in(he)


@pytest.fixture
def decider(city: People) -> Client:
    return signed_in(city.zhao)


@pytest.fixture
def draft(drafter: Client) -> Case:
    post(drafter, reverse("office:draft_model", kwargs={"model": MODEL}))
    return Case.objects.get(kind="model")


def _url(name: str, case: Case, **more: object) -> str:
    return reverse(f"office:{name}", kwargs={"case": case.public_id, **more})


def _fields(page: str) -> dict[str, object]:
    """What a browser would send for the form of the editor."""
    form = page.split('data-live-check="findings"')[1].split("</form>")[0]
    found: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or name[1] in ("csrfmiddlewaretoken", "once"):
            continue
        if 'type="checkbox"' in tag:
            if " checked" in tag:
                kept = found.setdefault(name[1], [])
                assert isinstance(kept, list)
                kept.append(value[1] if value else "on")
        else:
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, flags=re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, flags=re.S):
        found[name] = body.replace("&#x27;", "'")
    return found


def _indicator(policy: Policy, key: str) -> int:
    return [one.id for one in policy.models[MODEL].indicators].index(key)


def _harder(drafter: Client, draft: Case, policy: Policy) -> None:
    url = _url("model_part", draft, section="indicators", place=_indicator(policy, "penalty_general"))
    fields = _fields(text(drafter.get(url)))
    assert fields["steps"] == "0 100\n10000 130\n100000 160"
    post(drafter, url, {**fields, "steps": "0 140\n10000 170\n100000 200", "action": "save"})


@pytest.mark.row("M7-08")
@pytest.mark.row("M7-12")
def test_a_model_is_edited_tried_approved_and_in_force_without_a_script(
    drafter: Client, decider: Client, draft: Case, policy: Policy
) -> None:
    _harder(drafter, draft, policy)
    page = text(drafter.get(_url("model_draft", draft)))
    assert "没有现在内容的试算报告，不能送审" in page
    assert "一般行政处罚" in page
    tried = post(drafter, _url("try_model", draft))
    trial = ModelTrial.objects.get()
    assert tried.headers["Location"] == _url("model_trial", draft, trial=trial.public_id)
    report = text(drafter.get(tried.headers["Location"]))
    assert "2 户分数不同" in report
    assert "按县区：谁升谁降" in report
    assert "龙亭区" in report
    post(drafter, _url("submit_model", draft))
    assert _url("model_draft", draft) in text(decider.get("/office/desk/"))
    page = text(decider.get(_url("model_draft", draft)))
    draft.refresh_from_db()
    answer = {"seen": draft.version, "from_on": LATER.isoformat(), "reason": ""}
    post(decider, _url("approve_model", draft), answer)
    version = PolicyVersion.objects.get()
    assert (version.key, version.from_on) == (MODEL, LATER)
    assert policy_in_force(on=LATER).models[MODEL].version == policy.models[MODEL].version + 1
    page = text(drafter.get(reverse("office:model", kwargs={"model": MODEL})))
    assert "赵决定" in page


@pytest.mark.parametrize("section", ["head", "scale", "families", "indicators", "vetoes", "limits"])
def test_saving_what_the_editor_shows_changes_nothing(
    drafter: Client, draft: Case, policy: Policy, section: str
) -> None:
    tree = body_of(draft)
    for place in range(max(len(tree.get(section, ())) if section not in ("head", "scale") else 1, 1)):
        url = _url("model_part", draft, section=section, place=place)
        post(drafter, url, {**_fields(text(drafter.get(url))), "action": "save"})
        draft.refresh_from_db()
        from xinheng.services.models import drafted_model

        assert drafted_model(body_of(draft)).digest == drafted_model(tree).digest, (section, place)


def test_what_is_wrong_is_said_beside_the_part_before_and_after_saving(
    drafter: Client, draft: Case, policy: Policy
) -> None:
    url = _url("model_part", draft, section="indicators", place=0)
    fields = _fields(text(drafter.get(url))) | {"window_days": "0", "basis_0_source": ""}
    checked = text(drafter.post(url, {**fields, "action": "check"}))
    assert "不得小于 1" in checked
    assert "至少要有 1 项" in checked
    assert "<html" not in checked
    assert body_of(draft)["indicators"][0]["window_days"] != 0
    response = post(drafter, url, {**fields, "action": "save"})
    assert response.headers["Location"] == url
    page = text(drafter.get(url))
    assert "不得小于 1" in page
    assert "还有 2 处要改" in page
    assert url in text(drafter.get(_url("model_draft", draft)))


def test_parts_are_added_moved_and_removed(drafter: Client, draft: Case, policy: Policy) -> None:
    number = len(policy.models[MODEL].families)
    url = _url("model_part", draft, section="families", place=number)
    post(drafter, url, {"label": "新的一类", "effect": "minus", "cap": "50", "floor": "", "action": "save"})
    assert body_of(draft)["families"][number] == {
        "id": f"family_{number + 1}",
        "label": "新的一类",
        "effect": "minus",
        "cap": "50",
    }
    post(drafter, url, {**_fields(text(drafter.get(url))), "action": "up"})
    assert body_of(draft)["families"][number - 1]["label"] == "新的一类"
    post(drafter, _url("model_part", draft, section="families", place=number - 1), {"action": "remove"})
    assert len(body_of(draft)["families"]) == number


def test_a_draft_goes_out_as_a_file_and_comes_back(drafter: Client, draft: Case) -> None:
    text_of_draft = text(drafter.get(_url("draft_file", draft)))
    tree = {**read_draft(text_of_draft), "note": "在文件里改的"}
    import yaml

    file = SimpleUploadedFile("model.yml", yaml.safe_dump(tree, allow_unicode=True).encode())
    post(drafter, _url("upload_draft", draft), {"file": file})
    assert body_of(draft)["note"] == "在文件里改的"
    broken = SimpleUploadedFile("model.yml", b"a: [1,")
    page = text(post(drafter, _url("upload_draft", draft), {"file": broken}))
    assert "第1行" in page or "第2行" in page
    assert body_of(draft)["note"] == "在文件里改的"


def test_real_subjects_are_shown_under_both_versions(drafter: Client, draft: Case, policy: Policy) -> None:
    _harder(drafter, draft, policy)
    page = text(drafter.get(_url("preview_model", draft) + "?who=某某2号，没有这家"))
    assert "评价对象中没有：没有这家" in page
    assert "开封某某2号食品有限公司" in page
    assert "抽样 4 户" in page


def test_a_model_begins_from_nothing(drafter: Client, city: People) -> None:
    page = text(post(drafter, "/office/models/new/", {"title": "", "owner": "food", "slug": "大写"}))
    assert "请填写模型名称" in page
    assert "只用小写字母" in page
    post(drafter, "/office/models/new/", {"title": "小餐饮", "owner": "food", "slug": "small-catering"})
    case = Case.objects.get(kind="model")
    assert case.details["key"] == "food/small-catering"
    assert "至少要有 1 项" in text(drafter.get(_url("model_draft", case)))


def test_a_draft_comes_back_with_a_reason(
    drafter: Client, decider: Client, draft: Case, policy: Policy
) -> None:
    _harder(drafter, draft, policy)
    post(drafter, _url("try_model", draft))
    post(drafter, _url("submit_model", draft))
    draft.refresh_from_db()
    silent = text(post(decider, _url("return_model", draft), {"seen": draft.version, "reason": ""}))
    assert "请写明理由" in silent
    post(decider, _url("return_model", draft), {"seen": draft.version, "reason": "依据要写到条"})
    assert "依据要写到条" in text(drafter.get(_url("model_draft", draft)))


def test_users_report_back_without_personal_data(drafter: Client, decider: Client, policy: Policy) -> None:
    url = reverse("office:model_feedback", kwargs={"model": MODEL})
    said = {"use": "双随机抽查", "verdict": "fails", "text": "两户 C 级现场没有问题"}
    personal = {**said, "text": "联系人 13800138000"}
    assert "个人信息" in text(post(decider, url, personal))
    assert not ModelFeedback.objects.exists()
    post(decider, url, said)
    kept = ModelFeedback.objects.get()
    assert (kept.version, kept.verdict) == (policy.models[MODEL].version, "fails")
    post(drafter, reverse("office:draft_model", kwargs={"model": MODEL}))
    case = Case.objects.get(kind="model")
    assert "两户 C 级现场没有问题" in text(drafter.get(_url("model_draft", case)))


@pytest.mark.row("M7-07")
def test_a_run_shows_what_it_rests_on_and_is_proved_by_rebuilding(
    drafter: Client, he: User, policy: Policy
) -> None:
    for _ in range(2):
        run_model(MODEL, policy=policy, as_of=TODAY, actor=he, now=NOW)
    run = EvaluationRun.objects.order_by("-pk")[0]
    url = reverse("office:evaluation_run", kwargs={"run": run.public_id})
    page = text(drafter.get(url))
    assert run.result_digest in page
    assert run.snapshot_digest in page
    assert "PSI：0.0000" in page
    proved = text(post(drafter, reverse("office:rebuild_evaluation", kwargs={"run": run.public_id})))
    assert "重算结果一致" in proved
    model = text(drafter.get(reverse("office:model", kwargs={"model": MODEL})))
    assert url in model


def _cycle_of_six(he: User, city: People, policy: Policy) -> None:
    """The food model is published with a cycle of six months, in force for more than a year."""
    tree = blank_tree(Beginning(id="food/x", title="x", owner="food"), policy=policy, on=TODAY)
    case = start_draft({**tree, "cycle_months": 6}, actor=he, policy=policy, now=NOW)
    body = {**plain_tree(policy.models[MODEL]), "cycle_months": 6, "version": 90}
    PolicyVersion.objects.create(
        kind="model", key=MODEL, digest=parse_model(body, file="x").digest, body=body,
        from_on=TODAY - timedelta(days=400), drafted_by=he, approved_by=city.zhao, approved_at=NOW, case=case,
    )  # fmt: skip


@pytest.mark.row("M7-07")
def test_a_cycle_that_is_over_reminds_whoever_may_run(
    drafter: Client, he: User, city: People, policy: Policy
) -> None:
    _cycle_of_six(he, city, policy)
    assert REMINDED in text(drafter.get("/office/desk/"))
    page = text(drafter.get("/office/models/"))
    assert "每 6 个月" in page
    assert "应当评价" in page
    run_model(MODEL, policy=policy_in_force(on=TODAY), as_of=TODAY, actor=he, now=NOW)
    assert REMINDED not in text(drafter.get("/office/desk/"))


@pytest.mark.row("M7-07")
def test_a_pack_that_the_city_has_not_taken_up_reminds_nobody(drafter: Client) -> None:
    assert REMINDED not in text(drafter.get("/office/desk/"))
    unused = text(drafter.get(f"{reverse('office:evaluation_cycles')}?state=unused"))
    assert "尚未采用" in unused
    assert "应当评价" not in unused.partition("<table")[2]


@pytest.mark.row("M7-03")
def test_a_model_in_force_and_a_draft_are_set_out_to_be_printed(
    drafter: Client, draft: Case, policy: Policy
) -> None:
    url = reverse("office:model_report", kwargs={"model": MODEL})
    assert url in text(drafter.get(reverse("office:model", kwargs={"model": MODEL})))
    page = text(drafter.get(url))
    for words in ("读取的信息", "指标类和权重", "影响最大的指标", "扣分最多的是“", "得分可达", "未核对"):
        assert words in page
    mine = _url("draft_report", draft)
    assert mine in text(drafter.get(_url("model_draft", draft)))
    assert f"第 {policy.models[MODEL].version + 1} 版" in text(drafter.get(mine))


def test_a_draft_that_is_not_sound_is_not_set_out(drafter: Client, draft: Case) -> None:
    url = _url("model_part", draft, section="indicators", place=0)
    post(drafter, url, {**_fields(text(drafter.get(url))), "window_days": "0", "action": "save"})
    answer = drafter.get(_url("draft_report", draft))
    assert answer.status_code == 409
    assert "草稿还不完整" in text(answer)


@pytest.mark.row("M7-07")
@pytest.mark.row("M7-08")
def test_the_history_of_runs_tells_shares_and_drift_by_version(
    drafter: Client, he: User, policy: Policy
) -> None:
    url = reverse("office:model_history", kwargs={"model": MODEL})
    assert "还没有运行过" in text(drafter.get(url))
    for days in (30, 10, 0):
        run_model(MODEL, policy=policy, as_of=TODAY - timedelta(days=days), actor=he, now=NOW)
    second = EvaluationRun.objects.order_by("pk")[1]
    whole = second.subjects - second.distribution[""]
    page = text(drafter.get(url))
    assert page.count(reverse("office:evaluation_run", kwargs={"run": second.public_id})) == 1
    assert f"{(TODAY - timedelta(days=30)).isoformat()}" in page
    assert f">{second.distribution['A'] * 100 / whole:.1f}%<" in page
    assert "以表格查看" in page
    assert "与上一次相比，分布变化最大的是" in page
    EvaluationRun.objects.filter(pk=second.pk).update(model_version=90)
    only = text(drafter.get(f"{url}?version=90"))
    assert only.count('data-label="批次"') == 1
    assert 'data-label="PSI">—<' not in only, "the run before is of another version"
    answer = drafter.get(reverse("office:model_history", kwargs={"model": "food/nothing"}))
    assert answer.status_code == 404
    assert "没有这个模型" in text(answer)


@pytest.mark.row("M7-07")
def test_cycles_are_listed_with_their_rule_and_owner(
    drafter: Client, he: User, city: People, policy: Policy
) -> None:
    url = reverse("office:evaluation_cycles")
    _cycle_of_six(he, city, policy)
    page = text(drafter.get(url))
    assert "市市场监管局" in page
    assert "每 6 个月" in page and "依据待核" in page
    assert "没有评价过" in page
    now = policy_in_force(on=TODAY)
    run_model(MODEL, policy=now, as_of=TODAY - timedelta(days=200), actor=he, now=NOW)
    late = text(drafter.get(f"{url}?state=late"))
    assert policy.models[MODEL].title in late
    assert f"{reverse('office:evaluations')}?model={MODEL}" in late
    assert "已过周期" in text(drafter.get("/office/desk/"))
    assert f'value="{MODEL}" selected' in text(drafter.get(f"{reverse('office:evaluations')}?model={MODEL}"))


@pytest.mark.row("M7-07")
def test_only_those_whose_sector_it_is_are_reminded(he: User, city: People, policy: Policy) -> None:
    _cycle_of_six(he, city, policy)
    unit = Organisation.objects.create(
        key="kaifeng.finance", kind="department", parent=city.city, division_code="410200"
    )
    other = make_officer(unit, username="qin")
    assert REMINDED in text(signed_in(he).get("/office/desk/"))
    assert REMINDED not in text(signed_in(other).get("/office/desk/"))


@pytest.mark.row("M7-08")
def test_the_past_of_a_retired_model_stays_open(
    he: User, city: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_model(MODEL, policy=policy, as_of=TODAY, actor=he, now=NOW)
    case = propose_end(MODEL, reason="并入新模型", actor=he, policy=policy, now=NOW)
    approve_model(case.public_id, from_on=TODAY + timedelta(days=1), actor=city.zhao, policy=policy, now=NOW)
    later = TODAY + timedelta(days=2)
    assert MODEL not in policy_in_force(on=later).models
    found = retired_model(MODEL, today=later)
    assert found is not None and found[1] == TODAY + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=2))
    reader = signed_in(he)
    page = text(reader.get(reverse("office:model", kwargs={"model": MODEL})))
    assert "已停用" in page
    assert "历次评价" in page
    assert "起草下一版" not in page
    assert reader.get(reverse("office:model_file", kwargs={"model": MODEL})).status_code == 200
    assert "已停用" in text(reader.get(reverse("office:model_report", kwargs={"model": MODEL})))
