from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from xinheng.core.grading import (
    GradingPolicy,
    band_of,
    may_visit,
    overlay_causes,
    points_left,
    ratio_of,
    spares,
    strata,
)
from xinheng.core.inspection_matters import Matter
from xinheng.core.refusal import Refusal

DAY = date(2026, 11, 20)
CITED = {"source": "made-up", "clause": "第一条", "verified": False}


def figure(value, *, unit="per_mille", since="2026-01-01"):
    line = {"value": value, "source": "made-up", "verified": False}
    return {"unit": unit, "values": {since: line}, "checked_on": "2026-11-20"}


def band(key, name, grades, ratio, visits=None):
    result = {
        "key": key,
        "name": name,
        "grades": grades,
        "ratio": figure(ratio),
        "items": "常规事项",
        "basis": [dict(CITED)],
    }
    if visits is not None:
        result["visits_per_year"] = figure(visits, unit="count")
    return result


def policy_data(**changes):
    return {
        "id": "made-up-grading",
        "title": "某市分级分类监管政策",
        "bands": [
            band("calm", "降低频次", ["A", "B"], 10, visits=1),
            band("usual", "常规", ["C"], 50),
            band("strict", "提高频次", ["D", "E"], 500),
        ],
        "ungraded": "usual",
        "ceiling": figure(2, unit="count"),
        "reasons": [
            {
                "key": "complaint",
                "name": "投诉举报",
                "tell": ["司法局"],
                "basis": [dict(CITED)],
            }
        ],
        "basis": [dict(CITED)],
    } | changes


def policy(**changes):
    return GradingPolicy.model_validate(policy_data(**changes))


def sizes(populations, eligible=None):
    result = strata(policy(), populations=populations, eligible=eligible or populations, on=DAY)
    return {stratum.band: stratum.size for stratum in result}


@pytest.mark.row("M8-02")
def test_the_ratio_of_the_band_gives_the_number_drawn():
    assert sizes({"calm": 1000, "usual": 1000, "strict": 1000}) == {"calm": 10, "usual": 50, "strict": 500}


@pytest.mark.row("M8-02")
def test_a_part_of_an_enterprise_counts_as_one():
    assert sizes({"calm": 1}) == {"calm": 1}
    assert sizes({"calm": 100}) == {"calm": 1}
    assert sizes({"calm": 101}) == {"calm": 2}


def test_a_band_without_anybody_is_no_stratum():
    assert sizes({"calm": 5, "usual": 0}) == {"calm": 1}


@pytest.mark.guard("G7")
def test_those_at_their_ceiling_are_not_drawn_to_fill_the_ratio():
    assert sizes({"strict": 100}, {"strict": 3}) == {"strict": 3}


@given(st.integers(0, 2_000_000), st.integers(0, 1000), st.data())
def test_the_size_is_the_least_whole_number_reaching_the_ratio(population, ratio, data):
    free = data.draw(st.integers(0, population))
    bands = [
        band("calm", "甲", ["A"], 0),
        band("usual", "乙", ["B", "C"], 0),
        band("strict", "丙", ["D", "E"], ratio),
    ]
    made = policy(bands=bands)
    drawn = strata(made, populations={"strict": population}, eligible={"strict": free}, on=DAY)
    size = drawn[0].size if drawn else 0
    assert size <= free
    if size < free:
        assert size * 1000 >= population * ratio
    if size:
        assert (size - 1) * 1000 < population * ratio


@pytest.mark.guard("G15")
def test_an_unknown_ratio_blocks_the_draw():
    bands = [
        band("calm", "甲", ["A"], 0),
        band("usual", "乙", ["B", "C"], None),
        band("strict", "丙", ["D", "E"], 9),
    ]
    with pytest.raises(Refusal) as refused:
        strata(policy(bands=bands), populations={"usual": 3}, eligible={"usual": 3}, on=DAY)
    assert refused.value.code == "ratio_unknown"
    assert "待确认" in refused.value.message


def test_a_changed_ratio_counts_from_its_day():
    strict = band("strict", "严", ["D", "E"], 500)
    strict["ratio"]["values"]["2026-07-01"] = {"value": 600, "source": "made-up", "verified": True}
    made = policy(bands=[*policy_data()["bands"][:2], strict])
    assert ratio_of(made.band("strict"), on=date(2026, 6, 30)) == 500
    assert ratio_of(made.band("strict"), on=date(2026, 7, 1)) == 600
    with pytest.raises(Refusal):
        ratio_of(made.band("strict"), on=date(2025, 12, 31))


def test_every_grade_has_its_band_and_no_grade_has_the_ungraded_one():
    made = policy()
    found = [band_of(made, grade=grade, kind="enterprise", confirmed=False).key for grade in "ABCDE"]
    assert found == ["calm", "calm", "usual", "strict", "strict"]
    assert band_of(made, grade=None, kind="enterprise", confirmed=False).key == "usual"
    with pytest.raises(Refusal):
        band_of(made, grade="F", kind="enterprise", confirmed=False)


COVERED = {"covered": True, "basis": [dict(CITED)], "impact_assessment": "某评〔2026〕1号"}


@pytest.mark.guard("G1")
@pytest.mark.parametrize(
    ("coverage", "confirmed", "expected"),
    [({}, True, "usual"), (COVERED, False, "usual"), (COVERED, True, "strict")],
)
def test_a_sole_trader_is_graded_only_under_a_sector_rule_and_by_an_officer(coverage, confirmed, expected):
    made = policy(sole_traders=coverage)
    assert band_of(made, grade="E", kind="sole_trader", confirmed=confirmed).key == expected


@pytest.mark.guard("G1")
def test_covering_sole_traders_needs_a_rule_and_an_assessment():
    with pytest.raises(ValidationError, match="影响评估"):
        policy(sole_traders={"covered": True})


@pytest.mark.guard("G7")
@pytest.mark.row("M8-06")
def test_visits_end_at_the_lower_of_band_and_ceiling():
    made = policy()
    assert may_visit(made, band="strict", visits_so_far=1, on=DAY).limit == 2
    assert may_visit(made, band="calm", visits_so_far=0, on=DAY).limit == 1
    for key, visits in (("strict", 2), ("calm", 1)):
        with pytest.raises(Refusal) as refused:
            may_visit(made, band=key, visits_so_far=visits, on=DAY)
        assert refused.value.code == "visit_ceiling"


@pytest.mark.guard("G7")
def test_only_a_reason_of_the_closed_list_passes_the_ceiling_and_justice_is_told():
    made = policy()
    assert may_visit(made, band="strict", visits_so_far=2, on=DAY, reason="complaint").tell == ("司法局",)
    with pytest.raises(Refusal):
        may_visit(made, band="strict", visits_so_far=2, on=DAY, reason="curiosity")


@pytest.mark.guard("G7")
def test_without_any_known_ceiling_no_visit_is_planned():
    made = policy(ceiling=figure(None, unit="count"))
    with pytest.raises(Refusal) as refused:
        may_visit(made, band="usual", visits_so_far=0, on=DAY)
    assert refused.value.code == "ceiling_unknown"


@pytest.mark.guard("G7")
def test_a_lower_level_neither_raises_the_ceiling_nor_adds_reasons():
    other = policy_data()["reasons"][0] | {"key": "holiday", "name": "节日"}
    lower = policy(ceiling=figure(3, unit="count"), reasons=[other])
    causes = overlay_causes(upper=policy(), lower=lower)
    assert any(cause.startswith("reasons") and "holiday" in cause for cause in causes)
    assert any(cause.startswith("ceiling") for cause in causes)
    assert overlay_causes(upper=policy(), lower=policy(ceiling=figure(1, unit="count"))) == ()


def bands_with(**changes):
    bands = policy_data()["bands"]
    for key, change in changes.items():
        target = next(item for item in bands if item["key"] == key)
        target |= change
    return bands


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bands": bands_with(strict={"grades": ["D"]})}, "A B C D E"),
        ({"bands": bands_with(usual={"grades": ["C", "D"]})}, "A B C D E"),
        ({"bands": bands_with(calm={"grades": ["B", "A"]})}, "A B C D E"),
        ({"bands": bands_with(calm={"key": "strict"})}, "重复"),
        ({"ungraded": "nowhere"}, "nowhere"),
        ({"ungraded": "strict"}, "未评价不等于失信"),
        ({"bands": bands_with(calm={"ratio": figure(60)})}, "高于“常规”"),
        ({"bands": bands_with(strict={"ratio": figure(1001)})}, "1000‰"),
        ({"bands": bands_with(strict={"ratio": figure(50, unit="point")})}, "per_mille"),
        ({"bands": bands_with(strict={"visits_per_year": figure(3, unit="count")})}, "超过上限"),
        ({"bands": bands_with(strict={"basis": []})}, "basis"),
        ({"bands": policy_data()["bands"][:2]}, "at least 3"),
        ({"bands": bands_with(strict={"ownership": "private"})}, "ownership"),
        ({"reasons": policy_data()["reasons"] * 2}, "重复"),
    ],
)
def test_a_wrong_policy_is_refused_by_name(changes, words):
    with pytest.raises(ValidationError) as refused:
        policy(**changes)
    assert words in str(refused.value)


@pytest.mark.row("M8-01")
@pytest.mark.parametrize(
    "grades", [[["A", "B"], ["C"], ["D", "E"]], [["A"], ["B"], ["C"], ["D", "E"]], list("ABCDE")]
)
def test_three_four_and_five_bands_fit(grades):
    bands = [band(f"band{n}", f"第{n}档", list(group), n * 100) for n, group in enumerate(grades)]
    made = policy(bands=bands, ungraded="band1")
    assert len(made.bands) == len(grades)


def test_a_band_for_the_ungraded_alone_may_be_added():
    bands = [*policy_data()["bands"], band("unrated", "未评价", [], 30)]
    assert (
        band_of(policy(bands=bands, ungraded="unrated"), grade=None, kind="branch", confirmed=False).key
        == "unrated"
    )


def matter(kind="general", **weights):
    points = {
        key: {"text": f"检查{key}", "basis": [dict(CITED)], **({"weight": weight} if weight else {})}
        for key, weight in weights.items()
    }
    return Matter.model_validate(
        {
            "title": "某事项检查",
            "kind": kind,
            "object": "enterprise",
            "bodies": ["food"],
            "levels": ["city"],
            "ways": ["documents"],
            "points": points,
            "results": ["no_problem", "failed"],
            "listed_on": "2026-01-01",
            "basis": [dict(CITED)],
        }
    )


def deep(*depths, **more):
    """The policy with these depths, and ``more`` for the best band."""
    bands = policy_data()["bands"]
    for one, depth in zip(bands, depths, strict=False):
        one["depth"] = depth
    bands[0] |= more
    return bands


@pytest.mark.row("M8-02")
def test_a_check_carries_the_points_that_the_grade_leaves_and_always_what_law_demands():
    made = policy(bands=deep("required", "routine", None))
    checked = matter(law="required", main="key", usual="routine", more="extra", unweighed=None)
    assert set(points_left(checked, made.band("calm"))) == {"law", "unweighed"}
    assert set(points_left(checked, made.band("usual"))) == {"law", "main", "usual", "unweighed"}
    assert set(points_left(checked, made.band("strict"))) == set(checked.points)
    assert set(points_left(checked, None)) == set(checked.points)


@pytest.mark.row("M8-02")
def test_a_check_that_would_carry_nothing_carries_the_weightiest_points():
    made = policy(bands=deep("required"))
    assert set(points_left(matter(main="key", usual="routine"), made.band("calm"))) == {"main"}


@pytest.mark.row("M8-02")
def test_exemption_spares_from_daily_checks_of_general_matters_alone():
    best = policy(bands=deep(exempt=True, waivers="无投诉举报的不主动入企")).band("calm")
    assert spares(best, matter(a="key"), daily=True)
    assert not spares(best, matter(a="key"), daily=False)
    assert not spares(best, matter("key", a="key"), daily=True)
    assert not spares(best, None, daily=True)
    assert not spares(policy().band("calm"), matter(a="key"), daily=True)


@pytest.mark.row("M8-02")
@pytest.mark.parametrize(
    ("bands", "cause"),
    [
        (deep("extra", "routine"), "检查内容多于"),
        (deep(None, "extra"), "检查内容多于"),
        (deep(exempt=True), "写明免查的条件"),
        (
            [*policy_data()["bands"][:2], policy_data()["bands"][2] | {"exempt": True, "waivers": "无"}],
            "却不免",
        ),
        ([policy_data()["bands"][0] | {"key": "calm_eased"}, *policy_data()["bands"][1:]], "不能以"),
    ],
)
def test_a_better_grade_is_never_checked_more(bands, cause):
    with pytest.raises(ValidationError, match=cause):
        policy(bands=bands)


@pytest.mark.row("M10-06")
def test_holders_of_an_incentive_are_a_stratum_of_their_own_with_a_lower_ratio():
    made = policy(bands=deep(eased=figure(4)), eased_by=["fewer_inspections"])
    known = {"grade": "A", "kind": "enterprise", "confirmed": False}
    assert band_of(made, **known).key == "calm"
    assert band_of(made, **known, eased=True).key == "calm_eased"
    assert band_of(made, **known | {"grade": "E"}, eased=True).key == "strict"
    found = strata(
        made,
        populations={"calm": 1000, "calm_eased": 1000},
        eligible={"calm": 1000, "calm_eased": 1000},
        on=DAY,
    )
    assert {one.band: (one.ratio, one.size) for one in found} == {"calm": (10, 10), "calm_eased": (4, 4)}
    assert may_visit(made, band="calm_eased", visits_so_far=0, on=DAY).limit == 1


@pytest.mark.row("M10-06")
def test_an_incentive_never_raises_the_ratio_and_is_named():
    with pytest.raises(ValidationError, match="高于本档"):
        policy(bands=deep(eased=figure(11)), eased_by=["fewer_inspections"])
    with pytest.raises(ValidationError, match="eased_by"):
        policy(bands=deep(eased=figure(4)))
