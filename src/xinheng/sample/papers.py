"""What the papers say: document number, sender, subject matter and text of every made-up record.

The same expressions serve the clean tables and the departments' files, so that both tell the same story.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xinheng.sample.chance import below, draw, listed, pick, quoted
from xinheng.sample.departments import DEPARTMENTS, paper_name
from xinheng.sample.places import City

COMMITMENT_TYPES = ("审批替代型", "容缺受理型", "证明事项型", "信用修复型", "行业自律型", "主动型")
ABNORMAL_REASONS = (
    "未按规定期限公示年度报告",
    "公示企业信息隐瞒真实情况",
    "通过登记的住所（经营场所）无法联系",
)
SERIOUS_REASONS = (
    "被处以责令停产停业的较重行政处罚",
    "被吊销许可证件的较重行政处罚",
    "被从重处以罚款的较重行政处罚",
)
COMPLAINTS = ("商品质量问题", "预付费退款纠纷", "噪声扰民", "价格标示不清", "拖延履行合同")
UTILITIES = {"water": "水费", "power": "电费", "gas": "燃气费"}


@dataclass(frozen=True, slots=True)
class Papers:
    """SQL over a history (see histories): what stands on the paper of each kind of record."""

    city: City
    authority_codes: tuple[str, ...]

    def authority(self, kind: str) -> str:
        if kind == "registration":
            return "registrar"
        names = [paper_name(department, city=self.city) for department in DEPARTMENTS]
        return listed(names, "department")

    def authority_code(self) -> str:
        return listed(self.authority_codes, "department")

    def document_no(self, kind: str) -> str:
        year = "'〔' || year(decided_on)::VARCHAR || '〕'"
        if kind == "commitment":
            return (
                "division_code || strftime(decided_on, '%Y%m%d') || "
                "lpad(((num // 1000 * 7 + num % 1000) % 1000000)::VARCHAR, 6, '0')"
            )
        if kind == "complaint":
            return "'RX' || strftime(decided_on, '%Y%m%d') || num::VARCHAR"
        word = _WORD_IN_NUMBER.get(kind)
        return f"{self._mark()} || '{word}' || {year} || num::VARCHAR || '号'" if word else "''"

    def _mark(self) -> str:
        return f"'{self.city.mark}' || " + listed(
            [department.mark for department in DEPARTMENTS], "department"
        )

    def title(self, kind: str) -> str:
        return self._titles()[kind]

    def _titles(self) -> Mapping[str, str]:
        return {
            "registration": "'登记注册信息'",
            "permit": _of_department("permits"),
            "penalty": _of_department("violations"),
            "inspection": _of_department("checks"),
            "abnormal_operation": listed(ABNORMAL_REASONS, "variant"),
            "serious_list": listed(SERIOUS_REASONS, "variant"),
            "commitment": listed(COMMITMENT_TYPES, "variant"),
            "honour": "'纳税信用A级纳税人（' || (year(decided_on) - 1)::VARCHAR || '年度）'",
            "complaint": listed(COMPLAINTS, "variant"),
            "evaluation": "sector_label || '行业信用评价（' || year(decided_on)::VARCHAR || '年度）'",
            "utility": f"CASE department % 3 {_utility_words()} END",
        }

    def text(self, kind: str) -> str:
        """The longest free text of the paper."""
        day = "strftime(decided_on - 20, '%Y年%m月%d日')"
        return {
            "permit": "'准予' || name || '从事' || title || '所列事项'",
            "penalty": f"'经查，当事人' || name || '于' || {day} || title || '，有现场笔录、询问笔录为证。'",
            "commitment": "'本单位承诺所提供材料真实、合法、有效，严格遵守法律法规，自愿接受监督。'",
            "complaint": "'来电人反映' || name || title || '，请有关单位核实处理。'",
        }.get(kind, "title")

    def basis(self) -> str:
        return listed([department.statute for department in DEPARTMENTS], "department")

    def reported_on(self) -> str:
        """Two or three days after the decision; never late."""
        return f"decided_on + 1 + {below(3, 'reported')}"


_WORD_IN_NUMBER = {
    "permit": "许",
    "penalty": "罚",
    "inspection": "检",
    "abnormal_operation": "异列",
    "serious_list": "严列",
}


def _of_department(attribute: str) -> str:
    arms = " ".join(
        f"WHEN {number} THEN {listed(getattr(department, attribute), 'variant')}"
        for number, department in enumerate(DEPARTMENTS)
        if getattr(department, attribute)
    )
    return f"CASE department {arms} END"


def _utility_words() -> str:
    arms = []
    for number, department in enumerate(DEPARTMENTS):
        if department.key in UTILITIES:
            arms.append(f"WHEN {number % 3} THEN {quoted(UTILITIES[department.key])}")
    return " ".join(arms)


PERSON = f"{pick(('张', '李', '王', '刘', '陈'), 'stranger')} || '某' || CASE WHEN {draw('masked name')} % 2 = 0 THEN '某' ELSE '' END"
"""SQL of the name of a natural person who was written into a file by mistake."""
