"""Decides what of the catalogue departments may take, for which purpose, and who says yes to it.

Attribute of sharing as the catalogue lays it down; where it is unsaid, what is public or shared among bodies is given
on approval one by one, and what is opened by authority needs the subject's consent (《政务数据共享条例》 on the three
attributes, 未核; 石家庄市方案（十四）; 南阳市方案六（一）). Fields that name persons are given to nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xinheng.core.catalogue import Catalogue, CatalogueItem, Disclosure, Sharing
from xinheng.core.consent import needs_consent_to_share
from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.steps import DECIDERS, OFFICERS, by

LONGEST_TERM = timedelta(days=366)
MOST_A_DAY = 100_000
NEVER_GIVEN = (
    *("法定代表人", "负责人", "经营者", "投资人", "股东", "联系", "姓名", "电话", "手机"),
    *("身份证", "证件号", "住址", "住所", "地址", "户号", "经营场所"),
)
"""Words in the name of a field by which it may lead to a person."""
COLUMNS = {
    "文书号": "document_no",
    "机关": "authority",
    "事由": "title",
    "决定日期": "decided_on",
    "有效期自": "valid_from",
    "有效期至": "valid_to",
    "金额（分）": "amount_fen",
    "结果": "result",
    "状态": "state",
}
"""What every record has, by the names under which it is given."""


class Purpose(StrEnum):
    """For what records may be taken."""

    PERMIT = "permit"
    SUPERVISION = "supervision"
    TENDER = "tender"
    FUNDS = "funds"
    HONOUR = "honour"
    REPAIR = "repair"
    FINANCE = "finance"

    @property
    def label(self) -> str:
        return _PURPOSES[self]


_PURPOSES = {
    Purpose.PERMIT: "行政许可等审批中的核查",
    Purpose.SUPERVISION: "日常监管和检查",
    Purpose.TENDER: "政府采购、招标投标中的核查",
    Purpose.FUNDS: "财政资金和项目申报的核查",
    Purpose.HONOUR: "评优评先的核查",
    Purpose.REPAIR: "协助信用修复和异议办理",
    Purpose.FINANCE: "企业申请的融资信用服务",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One item of the service directory. ``laid_down``: the catalogue states the attribute; ``fields`` can be given."""

    code: str
    number: int
    title: str
    sharing: Sharing
    laid_down: bool
    consent: bool
    fields: tuple[str, ...]

    @property
    def open(self) -> bool:
        return self.sharing is not Sharing.NONE

    @property
    def words(self) -> str:
        told = self.sharing.label if self.laid_down else f"目录未定，按{self.sharing.label}办理"
        return f"{told}，须有主体的授权" if self.consent and self.open else told


def may_name_a_person(field: str) -> bool:
    return any(word in field for word in NEVER_GIVEN)


def fields_given(item: CatalogueItem) -> tuple[str, ...]:
    own = [name for name in item.fields if not may_name_a_person(name) and name not in COLUMNS]
    return (*COLUMNS, *own)


def offer(code: str, item: CatalogueItem) -> Offer:
    """What of the item is on offer to other bodies."""
    sharing, laid_down = item.sharing or Sharing.CONDITIONAL, item.sharing is not None
    if item.disclosure is Disclosure.CLOSED:
        sharing, laid_down = Sharing.NONE, True
    return Offer(
        code=code,
        number=item.number,
        title=item.title,
        sharing=sharing,
        laid_down=laid_down,
        consent=needs_consent_to_share(item),
        fields=fields_given(item) if sharing is not Sharing.NONE else (),
    )


def directory(catalogue: Catalogue) -> tuple[Offer, ...]:
    """All items in their order, those on offer first."""
    offers = [offer(code, item) for code, item in catalogue.items.items()]
    return tuple(sorted(offers, key=lambda one: (not one.open, one.number)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a department applies for: ``items`` with the fields of each, in days that both count."""

    items: Mapping[str, tuple[str, ...]]
    purpose: Purpose
    matter: str
    legal_basis: str
    daily_quota: int
    from_on: date
    until_on: date


def refuse_wish(wish: Wish, *, catalogue: Catalogue, today: date) -> None:
    """Refusal GX01 for what cannot be applied for."""
    offers = {one.code: one for one in directory(catalogue)}
    closed = [code for code in wish.items if code not in offers or not offers[code].open]
    odd = {
        name
        for code, names in wish.items.items()
        if code in offers
        for name in set(names) - set(offers[code].fields)
    }
    causes = {
        "请至少选择一个信息项，每项至少一个字段。": not wish.items or not all(wish.items.values()),
        f"这些信息项不予共享：{'、'.join(closed)}。": bool(closed),
        f"这些字段不提供：{'、'.join(sorted(odd))}。": bool(odd),
        "请写明用于什么业务。": not wish.matter.strip(),
        "请写明法律、法规或规章依据。": not wish.legal_basis.strip(),
        f"每日次数应在 1 到 {MOST_A_DAY} 之间。": not 1 <= wish.daily_quota <= MOST_A_DAY,
        "截止日早于起始日。": wish.until_on < wish.from_on,
        "截止日已经过去。": wish.until_on < today,
        "一次申请的期限不能超过一年。": wish.until_on > wish.from_on + LONGEST_TERM,
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal("GX01", sentence, advice="请改好后再提交。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What was approved. ``until_on`` is the last day."""

    items: Mapping[str, tuple[str, ...]]
    purpose: str
    from_on: date
    until_on: date
    revoked_at: datetime | None


def refuse_use(
    granted: Granted, *, purpose: str, items: Iterable[str], fields: Iterable[str], today: date
) -> tuple[str, ...]:
    """The items that are read, all granted ones where none is named. Refusal GX11 revoked, GX12 out of its days,
    GX13 for another purpose, GX14 for an item or field that was not approved."""
    if granted.revoked_at is not None:
        raise Refusal("GX11", "这项共享授权已经撤销。", advice="请停止使用已取得的数据，联系信用办。")
    if not granted.from_on <= today <= granted.until_on:
        raise Refusal(
            "GX12",
            f"这项共享授权的期限是 {granted.from_on} 至 {granted.until_on}。",
            advice="需要继续使用的，请重新申请。",
        )
    if purpose != granted.purpose:
        raise Refusal(
            "GX13",
            f"这项共享授权只用于“{Purpose(granted.purpose).label}”（purpose={granted.purpose}）。",
            advice="用于其他业务的，请另行申请。",
        )
    wanted = tuple(dict.fromkeys(items)) or tuple(granted.items)
    if beyond := [one for one in wanted if one not in granted.items]:
        raise Refusal(
            "GX14",
            f"没有批准使用信息项：{'、'.join(beyond)[:200]}。",
            advice="批准的范围见 GET /api/v1/shared/items。",
        )
    allowed = {name for one in wanted for name in granted.items[one]}
    if beyond := [name for name in fields if name not in allowed]:
        raise Refusal(
            "GX14",
            f"没有批准使用字段：{'、'.join(beyond)[:200]}。",
            advice="批准的范围见 GET /api/v1/shared/items。",
        )
    return wanted


SHARING = published(
    Flow(
        name="sharing",
        version=1,
        title="数据共享申请",
        states=(
            State(key="submitted", title="待审批"),
            State(key="in_force", title="已批准", settled=True),
            State(key="refused", title="不予共享", settled=True),
            State(key="withdrawn", title="撤回申请", settled=True),
            State(key="revoked", title="撤销授权", settled=True),
        ),
        steps=(
            by(OFFICERS, "apply", "申请", NEW, "submitted", reason_required=False),
            by(
                DECIDERS, "approve", "批准", "submitted", "in_force", reason_required=False, not_by=("apply",)
            ),
            by(DECIDERS, "refuse", "不予共享", "submitted", "refused", not_by=("apply",)),
            by(OFFICERS, "withdraw", "撤回申请", "submitted", "withdrawn"),
            by(DECIDERS | {Role.CREDIT_OFFICE_OPERATOR}, "revoke", "撤销授权", "in_force", "revoked"),
        ),
    )
)
"""A department applies, a decider of the credit office says yes; it is taken back at once by one person."""
