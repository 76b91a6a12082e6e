"""From whom information comes, and that only public bodies' information may burden anybody.

Market, complaint and internet information is kept apart from public credit information, shown with its class, and
grounds no score taken, no list entry, no measure and no publication (汴政办〔2020〕46号第18项,
国办发〔2020〕49号). A complaint is a lead for supervision.
"""

from enum import StrEnum

from xinheng.core.catalogue import Item
from xinheng.core.refusal import Refusal


class Provenance(StrEnum):
    """Class of a feed and of every record that came by it. ``number`` is stored and never changes."""

    PUBLIC = "public"
    MARKET = "market"
    COMPLAINT = "complaint"
    INTERNET = "internet"
    AUTHORISED = "authorised"

    @property
    def number(self) -> int:
        return list(Provenance).index(self) + 1

    @property
    def label(self) -> str:
        return ("公共信用信息", "市场信用信息", "投诉举报信息", "互联网信息", "授权使用信息")[self.number - 1]

    @property
    def may_burden(self) -> bool:
        """Whether it may be a ground of anything to a subject's disadvantage."""
        return self is Provenance.PUBLIC


def provenance_of(number: int) -> Provenance:
    """The class by its stored number."""
    return list(Provenance)[number - 1]


APART = {
    Item.VOLUNTARY.code: "自愿提供的信息",
    Item.COMPLAINT.code: "投诉举报",
    Item.UTILITY.code: "公用事业缴费",
}
"""Items that are kept apart whoever delivers them, and what they are called in a refusal."""

OPEN_TO_OTHERS = frozenset(
    {
        Item.CONTRACT.code,
        Item.COMMITMENT.code,
        Item.EVALUATION.code,
        Item.HONOUR.code,
        Item.INTELLECTUAL_PROPERTY.code,
        *APART,
    }
)
"""Items that others than public bodies may tell of; acts of public bodies are told by public bodies alone."""

_BY_CONSENT = frozenset({Item.VOLUNTARY.code, Item.UTILITY.code})
"""Items into which information comes by the consent of its subject."""


def class_causes(item: str, provenance: Provenance) -> tuple[str, ...]:
    """What forbids that a feed of this class delivers this item, in Chinese."""
    if item == Item.COMPLAINT.code and provenance is not Provenance.COMPLAINT:
        return ("投诉举报只能归入“投诉举报信息”（provenance: complaint）",)
    if provenance is Provenance.AUTHORISED and item not in _BY_CONSENT:
        return ("授权使用信息只能归入自愿提供的信用信息或公用事业缴费信息",)
    if not provenance.may_burden and item not in OPEN_TO_OTHERS:
        return (f"{provenance.label}不能作为“{item}”入库：行政、司法行为只由作出机关报送",)
    return ()


def refuse_as_ground(provenance: Provenance, *, effect: str) -> None:
    """Raises Refusal unless information of this class may ground an adverse ``effect``."""
    if not provenance.may_burden:
        raise Refusal(
            "ground_kept_apart",
            f"该信息属于{provenance.label}，不能作为{effect}的依据",
            citation="国办发〔2020〕49号",
            advice="请由主管机关依法核查；以其作出的决定为依据",
        )
