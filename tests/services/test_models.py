"""A model is drafted, tried on the city's records, approved by a second person, in force from a day, and retired."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.people import NOW, TODAY, People
from tests.services.model_officers import MODEL, harder, make_city, officer

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services import governance
from xinheng.services.approvals import body_of, return_draft
from xinheng.services.evaluate import run_model
from xinheng.services.governance import carry_out_trial, order_trial
from xinheng.services.governance_preview import preview
from xinheng.services.models import (
    Beginning,
    approve_model,
    blank_tree,
    check_draft,
    drafted_model,
    end_results,
    propose_end,
    save_draft,
    start_draft,
    submit_draft,
)
from xinheng.services.policies import policy_in_force
from xinheng.store.models import Case, LedgerEvent, ModelTrial, PolicyVersion, PublicRun, Subject, User

LATER = TODAY + timedelta(days=10)


beginning = make_city


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def he(city: People) -> User:
    return officer(city.market)


def _draft(he: User, policy: Policy, tree: Mapping[str, Any] | None = None) -> Case:
    return start_draft(tree or harder(policy), actor=he, policy=policy, now=NOW)


def _try(case: Case, he: User, policy: Policy) -> ModelTrial:
    return order_trial(case.public_id, actor=he, policy=policy, now=NOW)


def _submitted(he: User, policy: Policy) -> Case:
    case = _draft(he, policy)
    assert _try(case, he, policy).state == "done"
    return submit_draft(case.public_id, actor=he, policy=policy, now=NOW)


@pytest.mark.row("M7-08")
@pytest.mark.guard("G4")
def test_a_model_is_drafted_tried_approved_by_another_and_in_force_from_its_day(
    he: User, city: People, policy: Policy
) -> None:
    case = _submitted(he, policy)
    with pytest.raises(Refusal, match="需要的角色"):
        approve_model(case.public_id, from_on=LATER, actor=he, policy=policy, now=NOW)
    version = approve_model(case.public_id, from_on=LATER, actor=city.zhao, policy=policy, now=NOW)
    assert (version.key, version.from_on, version.drafted_by, version.approved_by) == (
        MODEL,
        LATER,
        he,
        city.zhao,
    )
    assert version.digest == drafted_model(harder(policy)).digest
    assert policy_in_force(on=TODAY).models[MODEL].version == policy.models[MODEL].version
    new = policy_in_force(on=LATER)
    assert new.models[MODEL].digest == version.digest
    assert new.digest != policy.digest


@pytest.mark.row("M7-08")
def test_a_draft_is_not_submitted_without_a_trial_of_its_very_content(he: User, policy: Policy) -> None:
    case = _draft(he, policy)
    with pytest.raises(Refusal, match="没有试算报告"):
        submit_draft(case.public_id, actor=he, policy=policy, now=NOW)
    _try(case, he, policy)
    save_draft(case.public_id, {**harder(policy), "note": "又改过"}, actor=he, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="没有试算报告"):
        submit_draft(case.public_id, actor=he, policy=policy, now=NOW)


@pytest.mark.row("M7-08")
def test_the_report_says_who_moves_and_by_which_parts(he: User, policy: Policy) -> None:
    Subject.objects.filter(pk__in=Subject.objects.order_by("pk").values("pk")[:2]).update(size="微型")
    report = _try(_draft(he, policy), he, policy).report
    assert report is not None
    assert {part["value"]: part["subjects"] for part in report["parts"]["size"]} == {"": 3, "微型": 2}
    assert report["base"]["digest"] == policy.models[MODEL].digest
    assert report["whole"]["subjects"] == 5
    assert report["points_changed"] == 2
    assert sum(part["subjects"] for part in report["parts"]["county"]) == 5
    assert {part["value"] for part in report["parts"]["age"]} == {"5_to_10"}
    assert report["whole"]["worse"] == len(report["movers"]) > 0
    assert report["history"]["known"] == 5
    assert {"good", "bad", "auc", "ks"} == set(report["history"]["new"])


def test_what_happened_within_the_year_after_is_the_outcome(tmp_path: Path) -> None:
    then = date(2025, 1, 31)
    facts = [
        (1, then, 4, 3, 1, "fine"),
        (2, then + timedelta(days=1), 4, 3, 1, "fine"),
        (3, then + timedelta(days=365), 14, 0, 1, "listed"),
        (4, then + timedelta(days=366), 14, 0, 1, "listed"),
        (5, then + timedelta(days=9), 4, 2, 1, "fine"),
        (6, then + timedelta(days=9), 4, 3, 6, "fine"),
        (7, then + timedelta(days=9), 14, 0, 1, "removed"),
    ]
    names = ("subject_id", "decided_on", "item", "seriousness", "state", "result")
    records, people, out = (tmp_path / f"{name}.parquet" for name in ("records", "people", "out"))
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*facts, strict=True)), strict=True))), records)
    founded = [then] * 7 + [then + timedelta(days=1)]
    pq.write_table(pa.table({"subject_id": list(range(1, 9)), "established_on": founded}), people)
    governance._write_outcome(records, people, out, since=then)
    found = dict(zip(*pq.read_table(out).to_pydict().values(), strict=True))
    assert found == {1: 0, 2: 1, 3: 1, 4: 0, 5: 0, 6: 0, 7: 0}


@pytest.mark.guard("G4")
def test_a_body_that_does_not_hold_the_sector_may_not_publish_its_model(city: People, policy: Policy) -> None:
    stranger = officer(city.city, username="bai")
    case = _draft(stranger, policy)
    _try(case, stranger, policy)
    with pytest.raises(Refusal, match="只能由权责清单中负责该领域的部门发布"):
        submit_draft(case.public_id, actor=stranger, policy=policy, now=NOW)


def test_nobody_approves_his_own_draft_even_with_both_roles(he: User, city: People, policy: Policy) -> None:
    from xinheng.store.models import RoleGrant

    RoleGrant.objects.create(user=he, role=Role.DECIDER, organisation=city.market, from_on=TODAY)
    case = _submitted(he, policy)
    with pytest.raises(Refusal, match="须由另一人办理"):
        approve_model(case.public_id, from_on=TODAY, actor=he, policy=policy, now=NOW)


def test_a_faulty_draft_is_kept_and_neither_tried_nor_submitted(he: User, policy: Policy) -> None:
    tree = {**harder(policy), "indicators": []}
    case = _draft(he, policy, tree)
    found = check_draft(body_of(case), policy=policy, on=TODAY)
    assert found
    with pytest.raises(Refusal, match="还不完整"):
        _try(case, he, policy)
    with pytest.raises(Refusal, match="还不完整"):
        submit_draft(case.public_id, actor=he, policy=policy, now=NOW)
    assert not ModelTrial.objects.exists()


def test_of_one_model_there_is_one_draft(he: User, policy: Policy) -> None:
    _draft(he, policy)
    with pytest.raises(Refusal, match="已有草稿"):
        _draft(he, policy)


def test_key_and_version_of_a_draft_stay(he: User, policy: Policy) -> None:
    case = _draft(he, policy)
    changed = {**harder(policy), "id": "food/another", "version": 99, "title": "改名"}
    save_draft(case.public_id, changed, actor=he, policy=policy, now=NOW)
    body = body_of(Case.objects.get(pk=case.pk))
    assert (body["id"], body["version"], body["title"]) == (
        MODEL,
        policy.models[MODEL].version + 1,
        "改名",
    )


def test_a_day_that_is_over_is_refused(he: User, city: People, policy: Policy) -> None:
    case = _submitted(he, policy)
    with pytest.raises(Refusal, match="不能早于今天"):
        approve_model(
            case.public_id, from_on=TODAY - timedelta(days=1), actor=city.zhao, policy=policy, now=NOW
        )
    assert not PolicyVersion.objects.exists()


def test_a_returned_draft_goes_on_with_its_content(he: User, city: People, policy: Policy) -> None:
    case = _submitted(he, policy)
    return_draft(case.public_id, actor=city.zhao, policy=policy, now=NOW, reason="依据不足")
    case = save_draft(
        case.public_id, {**harder(policy), "note": "补了依据"}, actor=he, policy=policy, now=NOW
    )
    assert (case.state, body_of(case)["note"]) == ("drafted", "补了依据")


@pytest.mark.row("M7-08")
def test_a_model_is_retired_by_two_persons_from_a_day(he: User, city: People, policy: Policy) -> None:
    with pytest.raises(Refusal, match="必须写明理由"):
        propose_end(MODEL, reason=" ", actor=he, policy=policy, now=NOW)
    case = propose_end(MODEL, reason="改用省统一模型", actor=he, policy=policy, now=NOW)
    approve_model(case.public_id, from_on=LATER, actor=city.zhao, policy=policy, now=NOW)
    assert MODEL in policy_in_force(on=TODAY).models
    assert MODEL not in policy_in_force(on=LATER).models


def test_results_of_a_retired_model_are_no_longer_in_force(he: User, city: People, policy: Policy) -> None:
    run_model(MODEL, policy=policy, as_of=TODAY, actor=he, now=NOW, publish=True)
    assert PublicRun.objects.exists()
    assert end_results(MODEL, policy=policy, now=NOW) == 0
    case = propose_end(MODEL, reason="改用省统一模型", actor=he, policy=policy, now=NOW)
    approve_model(case.public_id, from_on=TODAY, actor=city.zhao, policy=policy, now=NOW)
    assert end_results(MODEL, policy=policy_in_force(on=TODAY), now=NOW) == 1
    assert not PublicRun.objects.exists()


def test_the_worker_refuses_a_draft_that_changed_meanwhile(
    he: User, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(governance, "AT_ONCE", 0)
    monkeypatch.setattr(governance, "enqueue", lambda name, **payload: None)
    case = _draft(he, policy)
    trial = _try(case, he, policy)
    assert trial.state == "waiting"
    save_draft(case.public_id, {**harder(policy), "note": "又改过"}, actor=he, policy=policy, now=NOW)
    trial = carry_out_trial(trial.public_id, policy=policy, now=NOW)
    assert (trial.state, "又改过" in trial.reason) == ("refused", True)


@pytest.mark.row("M7-12")
def test_a_frame_from_nothing_has_the_citys_scale_and_says_what_is_missing(policy: Policy) -> None:
    beginning = Beginning(id="tourism/scenic-spots", title="景区信用评价", owner="culture_tourism")
    tree = blank_tree(beginning, policy=policy, on=TODAY)
    assert [band["grade"] for band in tree["scale"]["bands"]] == ["A", "B", "C", "D", "E"]
    said = [each.sentence for each in check_draft(tree, policy=policy, on=TODAY)]
    assert said
    assert all("至少" in sentence for sentence in said)


def test_real_subjects_are_seen_under_both_versions(he: User, city: People, policy: Policy) -> None:
    seen = preview(
        drafted_model(harder(policy)),
        base=policy.models[MODEL],
        wanted=["某某2号", "没有这一家"],
        actor=he,
        policy=policy,
        now=NOW,
    )
    assert seen.unknown == ("没有这一家",)
    (named,) = seen.named
    assert named.old is not None
    assert named.new.points_milli < named.old.points_milli
    assert len(seen.sample) == 4
    assert LedgerEvent.objects.filter(kind="model.previewed").count() == 1
