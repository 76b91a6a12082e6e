"""The five packs say what their documents say."""

from datetime import date
from pathlib import Path

import pytest

from xinheng.core.catalogue import Disclosure, Item, Persons
from xinheng.core.checks import OUTCOMES, Defect, outcomes_with
from xinheng.core.lists import ListKind
from xinheng.core.measures import MeasureGroup, Target
from xinheng.core.organisations import Origin
from xinheng.core.policy import Policy, known_cities, load_policy
from xinheng.core.policy_checks import citations
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Rank

SEED = Path(__file__).resolve().parents[2] / "policy"
CITIES = ("kaifeng", "shijiazhuang", "huaian", "nanyang", "pingdingshan")
TODAY = date(2026, 11, 20)


def policy_of(city: str) -> Policy:
    return load_policy(SEED, city=city)


def test_five_cities_are_known_by_slug_and_code() -> None:
    assert tuple(known_cities(SEED)) == CITIES
    assert policy_of("410200") == policy_of("kaifeng")


def test_each_city_has_its_own_digest_and_keeps_it() -> None:
    digests = {policy_of(city).digest for city in CITIES}
    assert len(digests) == 5
    assert all(digest.startswith("sha256:") and len(digest) == 71 for digest in digests)
    assert policy_of("kaifeng").digest in digests


def test_kaifeng_names_its_28_departments_and_the_three_its_annex_tasks() -> None:
    agencies = policy_of("kaifeng").agencies
    by_origin = {origin: [k for k, a in agencies.agencies.items() if a.origin is origin] for origin in Origin}
    assert len(by_origin[Origin.NAMED]) == 28
    assert sorted(by_origin[Origin.TASKED]) == ["kaifeng.audit", "kaifeng.central_bank", "kaifeng.housing"]
    assert agencies.named("市发展改革委") == "kaifeng.development"
    assert agencies.named("市政务服务大数据局") == "kaifeng.government_services"
    assert agencies.of_sector("food") == ("kaifeng.market_regulation",)


@pytest.mark.parametrize(
    ("city", "portal", "lead"),
    [
        ("kaifeng", "信用开封", "市发展改革委"),
        ("shijiazhuang", "信用中国（河北石家庄）", "市政务服务管理办公室"),
        ("huaian", "信用淮安区", "区发改委"),
        ("nanyang", "信用南阳", "市发展改革委"),
        ("pingdingshan", "信用平顶山", "市发展改革委"),
    ],
)
def test_each_city_has_its_portal_and_its_lead_body(city: str, portal: str, lead: str) -> None:
    policy = policy_of(city)
    assert policy.city.portal_name == portal
    assert policy.agencies.agencies[policy.city.lead[0]].short == lead


@pytest.mark.row("M2-02")
@pytest.mark.parametrize("city", CITIES)
def test_every_provider_the_catalogue_names_exists_in_the_city_or_is_any(city: str) -> None:
    policy = policy_of(city)
    provided = {"court", "tax", "market_regulation", "human_resources", "ecology", "civil_affairs"}
    for sector in provided:
        assert policy.agencies.of_sector(sector), sector


@pytest.mark.parametrize("city", CITIES)
def test_the_accent_is_readable_on_white_and_on_paper(city: str) -> None:
    accent = policy_of(city).city.accent
    for paper in ("#ffffff", "#f6f5f2"):
        assert contrast(accent, paper) >= 4.5


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_ended_county_codes_stay_and_name_their_successors() -> None:
    counties = policy_of("kaifeng").counties
    assert counties["410224"].name == "开封县"
    assert counties["410224"].became == ("410212",)
    assert counties["410224"].holds_in(2013)
    assert not counties["410224"].holds_in(2014)
    assert not counties["410212"].holds_in(2013)
    assert counties["410225"].provincial
    assert len([c for c in policy_of("shijiazhuang").counties.values() if c.holds_in(2026)]) == 22


def test_functional_zones_without_a_code_are_units_too() -> None:
    assert [zone.name for zone in policy_of("nanyang").zones.values()] == [
        "城乡一体化示范区", "高新区", "鸭河工区", "官庄工区",
    ]  # fmt: skip
    assert policy_of("shijiazhuang").zones["circular_chemical"].name == "循环化工园区"


def test_huaian_reports_commitments_by_the_fifth_of_each_month() -> None:
    policy = policy_of("huaian")
    deadline = policy.deadlines.deadlines["commitment_register"]
    assert len(list(deadline.due_days(2026))) == 12
    assert deadline.next_due(date(2026, 11, 6)) == date(2026, 12, 5)
    assert deadline.next_due(date(2026, 11, 5)) == date(2026, 11, 5)
    assert policy.sources[deadline.basis[0].source].number == "淮政办发〔2020〕80号"


def test_nanyang_reports_by_the_25th_of_each_quarters_last_month() -> None:
    deadline = policy_of("nanyang").deadlines.deadlines["quarterly_report"]
    assert [str(day) for day in deadline.due_days(2026)] == [
        "2026-03-25",
        "2026-06-25",
        "2026-09-25",
        "2026-12-25",
    ]
    assert deadline.next_due(date(2019, 1, 1)) == date(2020, 9, 25)
    assert deadline.basis[0].clause == "七（五）"


def test_pingdingshan_sets_full_coverage_by_2022_as_a_target() -> None:
    target = policy_of("pingdingshan").deadlines.targets["coverage"]
    assert target.by == date(2022, 12, 31)
    assert target.basis[0].clause == "一（二）"


@pytest.mark.row("M8-02")
@pytest.mark.parametrize(
    ("city", "bands", "clause"),
    [
        ("kaifeng", 5, "12"),
        ("shijiazhuang", 3, "（七）"),
        ("huaian", 4, "三（三）"),
        ("nanyang", 3, "四（四）"),
        ("pingdingshan", 5, "8"),
    ],
)
def test_inspection_bands_are_three_four_or_five_as_each_document_says(
    city: str, bands: int, clause: str
) -> None:
    policy = policy_of(city)
    graded = [band for band in policy.grading.bands if band.grades]
    assert len(graded) == bands
    assert {citation.clause for band in graded for citation in band.basis} == {clause}
    assert all(band.basis[0].source == policy.city.document for band in graded)


@pytest.mark.row("M8-01")
def test_the_eleven_fields_of_pingdingshan_are_those_of_its_document() -> None:
    policy = policy_of("pingdingshan")
    fields = policy.grading.fields
    quoted = fields[0].basis[0].quote.removesuffix("等重点领域")
    assert [one.name for one in fields] == quoted.split("、")
    assert len(fields) == 11 and all(one.verified for one in fields)
    assert all(one.basis[0].source == policy.city.document for one in fields)
    assert all(policy.grading_for(one.sector) is policy.grading for one in fields)


@pytest.mark.guard("G7")
def test_the_yearly_ceiling_of_visits_is_unconfirmed_everywhere() -> None:
    for city in CITIES:
        figure = policy_of(city).grading.ceiling.on(TODAY)
        assert figure is not None
        assert figure.value is None


@pytest.mark.row("M4-03")
def test_cities_use_four_or_six_kinds_of_commitment() -> None:
    assert len(policy_of("pingdingshan").commitments.schemes["pingdingshan"].kinds) == 6
    assert len(policy_of("shijiazhuang").commitments.schemes["shijiazhuang"].kinds) == 4
    commitments = policy_of("huaian").commitments
    assert len(commitments.types) == 6
    assert len(commitments.four) == 4
    assert commitments.types["tolerance"].four == "substitution"
    assert len(commitments.columns()) == 20
    assert commitments.columns()[0][1].title == "承诺编码"


@pytest.mark.row("M2-01")
def test_the_catalogue_has_the_25_numbers_that_are_stored() -> None:
    catalogue = policy_of("kaifeng").catalogue
    assert {entry.number for entry in catalogue.items.values()} == {item.value for item in Item}
    assert catalogue.item(4).title == "行政处罚信息"
    assert catalogue.items["complaint"].disclosure is Disclosure.CLOSED
    assert catalogue.items["payment"].persons is Persons.MOSTLY
    with pytest.raises(KeyError):
        catalogue.item(26)


@pytest.mark.row("X-10")
def test_a_header_on_what_must_not_be_collected_is_recognised() -> None:
    catalogue = policy_of("kaifeng").catalogue
    assert [kind.title for kind in catalogue.forbidden_by("宗教信仰")] == ["宗教信仰"]
    assert catalogue.forbidden_by("许可内容") == ()


def test_henan_adds_its_ground_on_unconfirmed_arrears_and_keeps_the_national_ones() -> None:
    henan, hebei = policy_of("kaifeng"), policy_of("shijiazhuang")
    sources = [citation.source for citation in henan.catalogue.forbidden["religion"].basis]
    assert sources == ["credit-reporting-regulation", "henan-credit-regulation"]
    assert [c.source for c in hebei.catalogue.forbidden["religion"].basis] == ["credit-reporting-regulation"]


@pytest.mark.row("M9-01")
def test_a_list_that_is_not_registered_is_refused() -> None:
    lists = policy_of("kaifeng").lists
    assert lists.require("wages").authority == "人力资源社会保障部门"
    with pytest.raises(Refusal) as refused:
        lists.require("city_blacklist")
    assert refused.value.code == "LIST-UNREGISTERED"
    assert lists.aliases["黑名单"].kind is ListKind.SERIOUS


@pytest.mark.row("M9-05")
def test_focus_lists_stand_only_where_the_document_provides_for_them_and_are_internal() -> None:
    with_focus = [
        c for c in CITIES if any(t.kind is ListKind.FOCUS for t in policy_of(c).lists.lists.values())
    ]
    assert with_focus == ["shijiazhuang", "nanyang"]
    assert not policy_of("nanyang").lists.lists["nanyang_focus"].published


@pytest.mark.row("M10-01")
def test_fourteen_measures_in_three_groups_and_nothing_outside_the_list() -> None:
    measures = policy_of("huaian").measures
    groups = [m.group for m in measures.measures.values() if m.group is not MeasureGroup.INCENTIVE]
    assert (groups.count(MeasureGroup.RIGHTS), groups.count(MeasureGroup.MANAGEMENT)) == (5, 6)
    assert groups.count(MeasureGroup.MARKET) == 3
    assert measures.require("limit_honours", target=Target.FAILING).title == "限制参加评先评优"
    for key, target, code in (
        ("no_train_seats", Target.LISTED, "MEASURE-UNLISTED"),
        ("limit_public_funds", Target.FAILING, "MEASURE-TARGET"),
        ("limit_consumption", Target.LISTED, "MEASURE-ELSEWHERE"),
    ):
        with pytest.raises(Refusal) as refused:
            measures.require(key, target=target)
        assert refused.value.code == code


def test_measures_on_persons_are_never_executed_here() -> None:
    for city in CITIES:
        measures = policy_of(city).measures.measures.values()
        assert not [m.title for m in measures if m.persons_only and m.executed_here]


def test_henans_supplement_binds_only_henan() -> None:
    assert "henan_no_commitment" in policy_of("nanyang").measures.measures
    assert "henan_no_commitment" not in policy_of("huaian").measures.measures


def test_outcomes_of_defects_are_those_of_intake() -> None:
    quality = policy_of("kaifeng").quality
    problems = quality.problems
    assert outcomes_with(quality.outcomes()) == OUTCOMES
    assert {Defect(code): problem.title for code, problem in problems.items()} == {d: d.label for d in Defect}


@pytest.mark.row("X-01")
def test_penalties_fall_back_to_the_class_of_their_gravest_kind() -> None:
    rules = policy_of("kaifeng").seriousness
    assert rules.seriousness_of("警告") is Seriousness.MINOR
    assert rules.seriousness_of("警告;罚款") is Seriousness.GENERAL
    assert rules.seriousness_of("罚款;责令停产停业") is Seriousness.SERIOUS
    assert rules.seriousness_of("其他情形之外") is Seriousness.GENERAL
    assert rules.seriousness_of("") is Seriousness.NONE


@pytest.mark.row("M9-01")
@pytest.mark.row("M10-01")
@pytest.mark.parametrize("city", CITIES)
def test_no_local_plan_carries_a_burden(city: str) -> None:
    """Every serious list and every measure that takes rights rests on more than a local plan."""
    policy = policy_of(city)
    burdens = [t for t in policy.lists.lists.values() if t.kind is ListKind.SERIOUS]
    burdens += [m for m in policy.measures.measures.values() if m.group is MeasureGroup.RIGHTS]  # type: ignore[misc]
    for entry in burdens:
        ranks = {policy.sources[citation.source].rank for citation in entry.basis}
        assert ranks - {Rank.LOCAL_DOCUMENT, Rank.LOCAL_RULE, Rank.PROPOSAL}, entry.title


@pytest.mark.parametrize("city", CITIES)
def test_every_citation_of_the_citys_document_names_a_clause_or_quotes_it(city: str) -> None:
    policy = policy_of(city)
    own = [(place, c) for place, c in citations(policy) if c.source == policy.city.document]
    assert len(own) > 5
    assert not [place for place, citation in own if not (citation.clause or citation.quote)]
