"""For which matters somebody may act for an enterprise, and what an authorisation must state.

The owner acts in everything; an agent only in the matters named and only until the last day of the letter of
authorisation (《民法典》第一百六十五条 on what it must state). The enterprise is reached, never a person's own affairs.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from xinheng.core.refusal import Refusal
from xinheng.core.roles import OF_ENTERPRISES, Role, Verb


class Matter(StrEnum):
    """What an agent can be authorised for."""

    FILE = "file"
    COMMITMENTS = "commitments"
    REQUESTS = "requests"
    CONSENTS = "consents"

    @property
    def label(self) -> str:
        return {
            "file": "查看本企业信用档案和办理进度",
            "commitments": "作出信用承诺",
            "requests": "提出信用修复、异议等申请",
            "consents": "同意使用本企业信息、撤回同意",
        }[self.value]


MATTER_OF = {
    Verb.READ_OWN_FILE: Matter.FILE,
    Verb.READ_GRADE: Matter.FILE,
    Verb.READ_CASE: Matter.FILE,
    Verb.MAKE_COMMITMENT: Matter.COMMITMENTS,
    Verb.LODGE_REQUEST: Matter.REQUESTS,
    Verb.GIVE_CONSENT: Matter.CONSENTS,
}
"""What somebody of an enterprise can do here, and the matter it belongs to."""


class Proof(StrEnum):
    """How it was seen who stands there and for whom."""

    LICENCE = "licence"
    LETTER = "letter"
    ELECTRONIC = "electronic"

    @property
    def label(self) -> str:
        return {
            "licence": "窗口核验营业执照和法定代表人（负责人）身份",
            "letter": "窗口核验营业执照、授权委托书和经办人身份",
            "electronic": "电子营业执照或统一身份认证",
        }[self.value]


def check_mandate(
    *, role: Role, matters: Collection[Matter], proof: Proof, from_on: date, to_on: date | None, on: date
) -> None:
    """Raises Refusal for an authorisation that says too little. ``to_on`` is the first day without it."""
    if role not in OF_ENTERPRISES:
        raise Refusal("MA1", "只能登记企业或企业代理人。", advice="请选择“企业”或“企业代理人”。")
    if not matters:
        raise Refusal("MA2", "没有写明授权办理的事项。", advice="请至少选择一项授权事项。")
    if role is Role.ENTERPRISE_AGENT and to_on is None:
        raise Refusal("MA3", "授权委托没有写明截止日。", advice="请按授权委托书填写截止日。")
    if role is Role.ENTERPRISE_AGENT and proof is Proof.LICENCE:
        raise Refusal("MA4", "代理人须有授权委托书。", advice="请核验授权委托书，并选择对应的核验方式。")
    if to_on is not None and to_on <= max(from_on, on):
        raise Refusal("MA5", "授权委托的截止日已过，或不晚于起始日。", advice="请核对授权委托书上的日期。")
