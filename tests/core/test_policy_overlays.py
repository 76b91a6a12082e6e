"""One broken file a mistake: the loader names file, key and cause."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from xinheng.core.policy import load_policy
from xinheng.core.policy_file import PolicyError

SEED = Path(__file__).resolve().parents[2] / "policy"

Edit = Callable[[dict[str, Any]], None]


class Folder:
    """A copy of the policy that a test may break."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def edit(self, name: str, edit: Edit) -> None:
        path = self.root / name
        content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        edit(content)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        path = self.root / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def write(self, name: str, content: dict[str, Any]) -> None:
        text = yaml.safe_dump(content, allow_unicode=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def causes(self, city: str = "kaifeng") -> list[str]:
        with pytest.raises(PolicyError) as refused:
            load_policy(self.root, city=city)
        return refused.value.causes

    def only_cause(self, city: str = "kaifeng") -> str:
        causes = self.causes(city)
        assert len(causes) == 1, causes
        return causes[0]

    def loads(self, city: str = "kaifeng") -> None:
        load_policy(self.root, city=city)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(SEED, tmp_path / "policy")
    return Folder(tmp_path / "policy")


PLAN = {"source": "bianzhengban-2020-46", "clause": "14", "verified": True}
REGULATION = {"source": "henan-credit-regulation", "clause": "第三十二条", "verified": True}


def line(value: int | None, source: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "source": source, "verified": False, **more}


def overlay(key: str, day: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": {key: {"checked_on": "2026-11-20", "values": {day: entry}}}}


def test_a_duplicate_key_is_refused_with_its_line(folder: Folder) -> None:
    folder.append("national/retention.yml", "parameters: {}\n")
    cause = folder.causes()[0]
    assert cause.startswith("policy/national/retention.yml：第")
    assert "“parameters”重复" in cause


def test_an_unknown_key_is_refused(folder: Folder) -> None:
    folder.edit("city/410200/city.yml", lambda city: city["city"].update(colour="#000000"))
    assert folder.only_cause() == "policy/city/410200/city.yml：city.colour：未知的键"


def test_an_unknown_source_is_refused(folder: Folder) -> None:
    folder.write("city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", line(5, "no-such-rule")))
    assert folder.only_cause() == (
        "policy/city/410200/acts.yml：parameters.acts.permit_workdays.2021-01-01：来源“no-such-rule”不在 policy/sources 中"
    )


def test_a_missing_verified_is_refused(folder: Folder) -> None:
    entry = {"value": 5, "source": "bianzhengban-2020-46", "clause": "2"}
    folder.write("city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", entry))
    assert folder.only_cause().endswith("values.2021-01-01.verified：缺少必填的键")


def test_verified_must_be_true_or_false(folder: Folder) -> None:
    entry = line(5, "bianzhengban-2020-46") | {"verified": "yes"}
    folder.write("city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", entry))
    assert folder.only_cause().endswith("values.2021-01-01.verified：必须写 true 或 false")


def test_a_fraction_is_no_figure(folder: Folder) -> None:
    folder.write(
        "city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", line(1.5, "bianzhengban-2020-46"))
    )  # type: ignore[arg-type]
    assert "必须是整数" in folder.only_cause()


def test_a_figure_marked_verified_needs_a_clause(folder: Folder) -> None:
    entry = line(5, "bianzhengban-2020-46") | {"verified": True}
    folder.write("city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", entry))
    assert "须已读过且写明条款" in folder.only_cause()


def test_a_proposal_cannot_be_marked_verified(folder: Folder) -> None:
    entry = line(10, "xinheng-proposal", clause="一") | {"verified": True}
    folder.write("city/410200/retention.yml", overlay("refused_days", "2021-01-01", entry))
    assert "建议值不是法律规定" in folder.only_cause()


def test_a_city_plan_cannot_lengthen_publication(folder: Folder) -> None:
    folder.write(
        "city/410200/seriousness.yml",
        overlay("general_max_months", "2026-05-01", line(36, "bianzhengban-2020-46")),
    )
    cause = folder.only_cause()
    assert cause.startswith(
        "policy/city/410200/seriousness.yml：parameters.seriousness.general_max_months.2026-05-01："
    )
    assert "36个月高于上级规定的12个月" in cause
    assert "（地方规范性文件）无权作此规定" in cause


def test_a_line_that_becomes_too_long_when_national_law_shortens_is_refused(folder: Folder) -> None:
    folder.write(
        "city/410200/seriousness.yml",
        overlay("general_max_months", "2023-06-01", line(36, "bianzhengban-2020-46")),
    )
    assert "36个月高于上级规定的12个月" in folder.only_cause()


def test_a_regulation_cannot_lengthen_publication_either(folder: Folder) -> None:
    folder.edit(
        "province/410000/seriousness.yml",
        lambda file: file["parameters"].update(
            overlay("general_max_months", "2026-05-01", line(24, "henan-credit-regulation"))["parameters"]
        ),
    )
    assert "24个月高于上级规定的12个月" in folder.only_cause()


def test_a_lower_level_may_shorten_publication(folder: Folder) -> None:
    folder.write(
        "city/410200/seriousness.yml",
        overlay("general_max_months", "2026-05-01", line(6, "bianzhengban-2020-46")),
    )
    folder.loads()


@pytest.mark.row("X-08")
def test_a_clock_of_the_administration_may_only_be_tightened(folder: Folder) -> None:
    folder.write(
        "city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", line(10, "bianzhengban-2020-46"))
    )
    assert "10个工作日高于上级规定的7个工作日" in folder.only_cause()


def test_a_right_may_not_be_cut_below_the_level_above(folder: Folder) -> None:
    folder.write(
        "city/410200/reports.yml", overlay("free_per_year", "2021-01-01", line(1, "bianzhengban-2020-46"))
    )
    assert "1次（个）低于上级规定的2次（个）" in folder.only_cause()


def test_a_known_figure_cannot_be_made_unknown_below(folder: Folder) -> None:
    folder.write(
        "city/410200/objections.yml",
        overlay("own_workdays", "2021-01-01", line(None, "bianzhengban-2020-46")),
    )
    assert "下级不能改为待确认" in folder.only_cause()


def test_a_parameter_must_be_defined_by_the_nation(folder: Folder) -> None:
    folder.write("city/410200/repair.yml", overlay("fee", "2021-01-01", line(1, "bianzhengban-2020-46")))
    assert folder.only_cause().endswith("parameters.repair.fee：国家层没有这个参数，下级不能新设")


@pytest.mark.row("X-08")
@pytest.mark.guard("G15")
def test_one_provinces_rule_cannot_be_cited_in_another(folder: Folder) -> None:
    folder.edit(
        "province/130000/objections.yml",
        lambda file: file["parameters"]["own_workdays"].update(
            values={"2020-05-01": line(3, "henan-credit-regulation")}
        ),
    )
    assert "效力范围是 410000，不能作为本地依据" in folder.only_cause("shijiazhuang")


def test_a_figure_cannot_begin_before_its_source_is_in_force(folder: Folder) -> None:
    folder.edit(
        "national/repair.yml",
        lambda file: file["parameters"]["accept_workdays"].update(
            values={"2026-01-01": line(3, "ndrc-order-36")}
        ),
    )
    assert "自2026-04-01起施行，不能作为2026-01-01的依据" in folder.only_cause()


def test_a_figure_cannot_outlive_its_source(folder: Folder) -> None:
    folder.edit(
        "national/seriousness.yml",
        lambda file: file["parameters"]["general_max_months"]["values"].pop("2026-04-01"),
    )
    assert "于2026-04-01废止，须从该日起另写一行" in folder.only_cause()


def serious_list(basis: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "本市失信名单", "kind": "serious", "authority": "市政府", "sector": "any", "grounds": ["失信"],
        "published": True, "exit": "整改", "basis": [basis],
    }  # fmt: skip


@pytest.mark.row("M9-01")
def test_a_city_plan_cannot_add_a_list(folder: Folder) -> None:
    folder.write("city/410200/lists.yml", {"lists": {"own_list": serious_list(PLAN)}})
    cause = folder.only_cause()
    assert cause.startswith(
        "policy/city/410200/lists.yml：lists.own_list：增设严重失信主体名单须有法律、法规"
    )


def test_a_local_regulation_may_add_a_list(folder: Folder) -> None:
    folder.write("province/410000/lists.yml", {"lists": {"own_list": serious_list(REGULATION)}})
    folder.loads()


@pytest.mark.row("M9-05")
def test_a_city_plan_may_keep_an_internal_focus_list_but_not_publish_it(folder: Folder) -> None:
    entry = serious_list(PLAN) | {"kind": "focus", "published": False}
    folder.write("city/410200/lists.yml", {"lists": {"own_focus": entry}})
    folder.loads()
    folder.write("city/410200/lists.yml", {"lists": {"own_focus": entry | {"published": True}}})
    assert "增设重点关注对象" in folder.only_cause()


def test_a_city_plan_cannot_add_a_ground_for_listing(folder: Folder) -> None:
    change = {"grounds": ["未按期参加培训"], "basis": [PLAN]}
    folder.write("city/410200/lists.yml", {"lists": {"wages": change}})
    assert "增加列入情形须有法律、法规依据" in folder.only_cause()


def test_a_lower_level_cannot_drop_the_prior_notice_of_a_listing(folder: Folder) -> None:
    change = {"prior_notice": False, "basis": [PLAN]}
    folder.write("city/410200/lists.yml", {"lists": {"wages": change}})
    assert "不能取消“prior_notice”" in folder.only_cause()


def measure(basis: dict[str, Any], group: int = 2) -> dict[str, Any]:
    return {
        "title": "限制入园", "group": group, "targets": ["failing"], "bodies": "园区", "executed_here": True,
        "needs_own_basis": True, "basis": [basis],
    }  # fmt: skip


@pytest.mark.row("M10-01")
def test_a_city_plan_cannot_add_a_measure(folder: Folder) -> None:
    folder.write("city/410200/measures.yml", {"measures": {"no_parks": measure(PLAN)}})
    assert "清单以外增设措施须有地方性法规依据" in folder.only_cause()


def test_a_local_regulation_may_add_a_measure_but_none_that_takes_rights(folder: Folder) -> None:
    folder.write("city/410200/measures.yml", {"measures": {"no_parks": measure(REGULATION)}})
    folder.loads()
    folder.write("city/410200/measures.yml", {"measures": {"no_parks": measure(REGULATION, group=1)}})
    assert "减损权益的措施须有法律、行政法规依据" in folder.only_cause()


def test_a_measure_on_listed_subjects_cannot_be_widened(folder: Folder) -> None:
    change = {"targets": ["listed", "failing"], "basis": [PLAN]}
    folder.write("city/410200/measures.yml", {"measures": {"limit_public_funds": change}})
    assert "扩大惩戒对象" in folder.only_cause()


def test_an_overlay_entry_without_a_ground_is_refused(folder: Folder) -> None:
    folder.write("city/410200/measures.yml", {"measures": {"limit_honours": {"note": "本市口径"}}})
    assert folder.only_cause().endswith("measures.limit_honours：缺少 basis：下级文件的每一项都要写明依据")


@pytest.mark.row("M2-01")
def test_an_item_outside_the_catalogue_needs_a_local_regulation(folder: Folder) -> None:
    item = {
        "number": 101, "title": "园区履约", "group": "地方补充", "nature": "mixed", "disclosure": "query",
        "burdens": False, "persons": "none", "keeping": "document", "providers": ["any"], "cycle": "每月",
        "national": False, "fields": {"名称": {"kind": "text"}}, "basis": [PLAN],
    }  # fmt: skip
    folder.write("city/410200/catalogue.yml", {"items": {"park_contracts": item}})
    assert "目录之外增加信息项须有地方性法规依据" in folder.only_cause()
    folder.write("city/410200/catalogue.yml", {"items": {"park_contracts": item | {"basis": [REGULATION]}}})
    folder.loads()


@pytest.mark.row("M2-01")
def test_disclosure_cannot_be_widened_below(folder: Folder) -> None:
    folder.write(
        "city/410200/catalogue.yml", {"items": {"complaint": {"disclosure": "public", "basis": [PLAN]}}}
    )
    assert "扩大公开范围（仅供办理，不予披露→向社会公开）" in folder.only_cause()


@pytest.mark.row("X-10")
def test_a_kind_that_must_not_be_collected_cannot_be_allowed_below(folder: Folder) -> None:
    change = {"rule": "consent", "basis": [REGULATION]}
    folder.edit("province/410000/catalogue.yml", lambda file: file["forbidden"].update(religion=change))
    assert "下级不能放宽禁止归集的规定" in folder.only_cause()


def test_a_penalty_cannot_be_made_graver_below(folder: Folder) -> None:
    change = {"seriousness": "serious", "basis": [PLAN]}
    folder.write("city/410200/seriousness.yml", {"penalty_kinds": {"warning": change}})
    assert "下级不能加重失信程度" in folder.only_cause()


def test_a_class_that_is_not_published_stays_unpublished_below(folder: Folder) -> None:
    folder.write(
        "city/410200/seriousness.yml", {"classes": {"minor": {"published": True, "basis": [REGULATION]}}}
    )
    assert "下级不能改写“published”" in folder.only_cause()


@pytest.mark.guard("G2")
def test_rows_on_persons_stay_refused_below(folder: Folder) -> None:
    change = {"outcome": "flag", "basis": [PLAN]}
    folder.write("city/410200/quality.yml", {"problems": {"E16": change}})
    assert "不能放宽处理（refuse→flag）" in folder.only_cause()


@pytest.mark.row("M5-01")
def test_an_eleventh_kind_of_act_is_refused(folder: Folder) -> None:
    act = {"title": "行政指导", "item": "permit", "template": "permit-dual-publicity", "clocks": []}
    act |= {"published": True, "basis": [PLAN]}
    folder.write("city/410200/acts.yml", {"acts": {"guidance": act}})
    assert "行政行为为十类" in folder.only_cause()


@pytest.mark.guard("G7")
def test_a_city_cannot_add_a_reason_to_pass_the_visit_ceiling(folder: Folder) -> None:
    reason = {"key": "campaign", "name": "专项行动", "tell": ["市司法局"], "basis": [PLAN]}
    folder.edit("city/410200/grading.yml", lambda file: file["reasons"].append(reason))
    assert folder.only_cause() == (
        "policy/city/410200/grading.yml：reasons：增加了上级没有的个案检查事由（campaign）"
    )


@pytest.mark.row("M7-03")
def test_a_model_off_the_scale_of_one_thousand_is_refused(folder: Folder) -> None:
    def off_scale(model: dict[str, Any]) -> None:
        model["scale"]["maximum"] = 900

    folder.edit("models/food/food-operators.yml", off_scale)
    assert any(cause.startswith("policy/models/food/food-operators.yml：") for cause in folder.causes())


def test_an_unknown_file_is_refused(folder: Folder) -> None:
    folder.write("city/410200/list.yml", {})
    assert folder.only_cause().startswith("policy/city/410200/list.yml：(文件)：市（区）层没有这种文件")


def test_a_missing_file_is_named(folder: Folder) -> None:
    (folder.root / "city/410200/agencies.yml").unlink()
    assert "policy/city/410200/agencies.yml：(文件)：缺少这个文件" in folder.causes()


def test_an_unknown_city_is_refused_with_the_known_ones(folder: Folder) -> None:
    assert "没有城市“zhengzhou”；可用的有 kaifeng、" in folder.only_cause("zhengzhou")


def test_a_source_is_named_by_its_id(folder: Folder) -> None:
    folder.edit("sources/pipl.yml", lambda source: source.update(id="privacy-law"))
    assert "policy/sources/pipl.yml：id：应与文件名一致，写作 pipl" in folder.causes()


def test_a_name_belongs_to_one_agency(folder: Folder) -> None:
    folder.edit(
        "city/410200/agencies.yml",
        lambda file: file["agencies"]["kaifeng.audit"].update(names=["市财政局"]),
    )
    cause = folder.only_cause()
    assert "名称“市财政局”同时属于" in cause
    assert "kaifeng.finance" in cause
    assert "kaifeng.audit" in cause


def test_an_unknown_sector_is_refused(folder: Folder) -> None:
    folder.edit(
        "city/410200/agencies.yml",
        lambda file: file["agencies"]["kaifeng.audit"].update(sectors=["auditing"]),
    )
    assert (
        folder.only_cause() == "policy/city/410200/agencies.yml：agencies.kaifeng.audit：没有领域“auditing”"
    )


def test_a_list_term_must_be_a_parameter(folder: Folder) -> None:
    folder.edit("national/lists.yml", lambda file: file["lists"]["wages"].update(term="lists.no_months"))
    assert folder.only_cause().endswith("lists.wages.term：没有参数“lists.no_months”")


def test_a_renumbered_catalogue_item_is_refused(folder: Folder) -> None:
    folder.edit("national/catalogue.yml", lambda file: file["items"]["permit"].update(number=33))
    assert "目录须含“permit”且编号为 3" in folder.causes()[0]


def test_all_mistakes_of_all_files_are_named_at_once(folder: Folder) -> None:
    folder.write(
        "city/410200/acts.yml", overlay("permit_workdays", "2021-01-01", line(10, "bianzhengban-2020-46"))
    )
    folder.write("city/410200/lists.yml", {"lists": {"own_list": serious_list(PLAN)}})
    folder.edit("national/retention.yml", lambda file: file["parameters"]["refused_days"].update(unit="week"))
    files = {cause.partition("：")[0] for cause in folder.causes()}
    assert {
        "policy/city/410200/acts.yml",
        "policy/city/410200/lists.yml",
        "policy/national/retention.yml",
    } <= files


def test_not_a_mapping_is_refused(folder: Folder) -> None:
    (folder.root / "national/repair.yml").write_text("- 1\n", encoding="utf-8")
    assert "policy/national/repair.yml：(文件)：应为一组“键: 值”" in folder.causes()


def test_a_file_in_another_encoding_is_named(folder: Folder) -> None:
    (folder.root / "national/repair.yml").write_bytes("# 信用修复\n".encode("gb18030"))
    assert any("policy/national/repair.yml：无法读取" in cause for cause in folder.causes())


def test_a_new_city_needs_a_source_a_slug_and_two_files(folder: Folder) -> None:
    plan = {"source": "zhengzhou-plan", "clause": "1", "verified": True}
    folder.write(
        "sources/zhengzhou-plan.yml",
        {
            "id": "zhengzhou-plan", "title": "实施方案", "number": "郑政办〔2020〕1号", "issuer": "郑州市人民政府办公室",
            "rank": "local_document", "jurisdiction": "410100", "text_read": True,
        },
    )  # fmt: skip
    folder.edit("city/index.yml", lambda index: index["cities"].update(zhengzhou="410100"))
    (folder.root / "city/410100").mkdir()
    city = {
        "code": "410100", "slug": "zhengzhou", "name": "郑州市", "level": "prefecture", "province": "410000",
        "portal_name": "信用郑州", "government": "郑州市人民政府", "lead": ["zhengzhou.development"],
        "accent": "#1f5673", "document": "zhengzhou-plan", "basis": [plan],
    }  # fmt: skip
    county = {"name": "中原区", "basis": [{"source": "gbt-2260", "verified": False}]}
    folder.write("city/410100/city.yml", {"city": city, "counties": {"410102": county}})
    agency = {
        "name": "郑州市发展和改革委员会", "short": "市发展改革委", "sectors": ["credit"], "origin": "tasked", "basis": [plan],
    }  # fmt: skip
    folder.write("city/410100/agencies.yml", {"agencies": {"zhengzhou.development": agency}})
    policy = load_policy(folder.root, city="zhengzhou")
    assert policy.grading.id == "national"
    assert policy.parameter("objections.total_workdays", on=date(2026, 11, 20)).value == 7


@pytest.mark.row("M4-03")
def test_a_city_cannot_add_a_kind_of_commitment_but_may_add_a_spelling(folder: Folder) -> None:
    kind = {"title": "口头型", "four": "voluntary", "code": 7, "basis": [PLAN]}
    folder.write("city/410200/commitments.yml", {"types": {"oral": kind}})
    assert "承诺类型和登记表由国家统一，下级不能增加" in folder.only_cause()
    folder.write("city/410200/commitments.yml", {"types": {"repair": {"title": "修复型", "basis": [PLAN]}}})
    assert "下级不能改写“title”" in folder.only_cause()
    folder.write("city/410200/commitments.yml", {"types": {"repair": {"names": ["修复型"], "basis": [PLAN]}}})
    folder.loads()


def test_the_digest_is_of_the_content_wherever_it_lies(folder: Folder) -> None:
    before = load_policy(folder.root, city="kaifeng")
    assert before.digest == load_policy(SEED, city="kaifeng").digest
    folder.edit(
        "national/retention.yml",
        lambda file: file["parameters"]["refused_days"]["values"]["2020-01-01"].update(value=29),
    )
    after = load_policy(folder.root, city="kaifeng")
    assert after.digest != before.digest
    assert (
        before.days_kept("refused", on=date(2026, 1, 1)),
        after.days_kept("refused", on=date(2026, 1, 1)),
    ) == (30, 29)


@pytest.mark.parametrize(
    "file", ["sources/pipl.yml", "calendar/2026.yml", "cases/clocks.yml", "feeds/penalty-tax.yml"]
)
def test_a_comment_changes_no_digest(folder: Folder, file: str) -> None:
    before = load_policy(folder.root, city="kaifeng").digest
    folder.append(file, "# 说明\n")
    assert load_policy(folder.root, city="kaifeng").digest == before
