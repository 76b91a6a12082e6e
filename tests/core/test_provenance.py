"""Information of others than public bodies is kept apart and burdens nobody."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.core.examples import indicator, model
from tests.core.test_model_packs import MODELS

from xinheng.core.feeds import Feed, dump_feed
from xinheng.core.grounds import EffectKind, check_ground
from xinheng.core.model_check import model_causes
from xinheng.core.models import ModelKind
from xinheng.core.policy_file import parse, read_strict_text
from xinheng.core.provenance import APART, Provenance, provenance_of
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal

KEPT_APART = [Provenance.MARKET, Provenance.COMPLAINT, Provenance.INTERNET]


def feed(**changes: Any) -> Feed:
    told: dict[str, Any] = {
        "id": "some-feed",
        "title": "某数据源",
        "item": "evaluation",
        "recognise": {"headers": [["名称"]]},
        "columns": {"name": {"headers": ["名称"]}, "decided_on": {"headers": ["日期"]}},
    }
    return Feed.model_validate(told | changes)


def causes(**changes: Any) -> str:
    return "\n".join(f"{place}：{cause}" for place, cause in model_causes(model(**changes)))


@pytest.mark.row("M2-09")
def test_every_class_has_a_number_of_its_own_and_only_one_may_burden() -> None:
    assert [provenance_of(one.number) for one in Provenance] == list(Provenance)
    assert [one for one in Provenance if one.may_burden] == [Provenance.PUBLIC]


@pytest.mark.row("M2-09")
@pytest.mark.parametrize("item", ["penalty", "serious_list", "court", "abnormal_operation", "compliance"])
def test_what_public_bodies_do_is_told_by_public_bodies_alone(item: str) -> None:
    for provenance in KEPT_APART:
        with pytest.raises(ValidationError, match="只由作出机关报送"):
            feed(item=item, provenance=provenance)
    assert feed(item=item).provenance is Provenance.PUBLIC


@pytest.mark.row("M2-09")
def test_a_complaint_is_a_complaint_whoever_writes_the_feed() -> None:
    assert feed(item="complaint").provenance is Provenance.COMPLAINT
    with pytest.raises(ValidationError, match="投诉举报信息"):
        feed(item="complaint", provenance="public")


@pytest.mark.row("M2-09")
def test_a_feed_is_written_with_its_class_and_read_back() -> None:
    made = feed(provenance="market")
    assert parse(Feed, read_strict_text(dump_feed(made), file="x.yml"), file="x.yml") == made


@pytest.mark.row("M2-09")
@pytest.mark.parametrize("item", sorted(APART))
def test_no_points_are_taken_and_no_grade_is_lowered_by_what_is_kept_apart(item: str) -> None:
    taken = indicator("apart", facts={"items": [item]})
    honour = indicator("honour", label="荣誉", family="merit", facts={"items": ["honour"]}, points=25, cap=75)
    assert "indicators.apart：" in causes(indicators=[taken, honour])
    assert "与公共信用信息分开" in causes(indicators=[taken, honour])
    given = indicator("apart", family="merit", label="自愿", facts={"items": [item]}, points=5, cap=5)
    assert "与公共信用信息分开" not in causes(indicators=[indicator(), honour, given])


@pytest.mark.row("M2-09")
@pytest.mark.parametrize("provenance", KEPT_APART)
@pytest.mark.parametrize("kind", [EffectKind.LIST_ENTRY, EffectKind.MEASURE, EffectKind.PUBLICATION])
def test_what_is_kept_apart_grounds_no_list_entry_measure_or_publication(
    provenance: Provenance, kind: EffectKind
) -> None:
    with pytest.raises(Refusal, match=provenance.label) as caught:
        check_ground(
            kind,
            state=RecordState.ACTIVE,
            finality=Finality.FINAL,
            needs_final=False,
            provenance=provenance,
        )
    assert caught.value.code == "ground_kept_apart"


def test_a_warning_model_may_take_complaints_as_a_lead() -> None:
    assert MODELS["food/food-risk"].kind is ModelKind.WARNING
    assert not [cause for _, cause in model_causes(MODELS["food/food-risk"]) if "分开" in cause]
