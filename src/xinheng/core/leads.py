"""Leads from devices (物联网、视联网): what a device saw is looked at by a person, and is never a finding by itself.

A lead enters no file, score, list or publication; the officer closes it, asks the enterprise to look itself, or puts a check
to the decider (《优化营商环境条例》第五十四条: what monitoring finds is followed apart from the draws; legal guard G7).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.letters import Field, FieldType, LetterKind, Passage
from xinheng.core.letters import published as published_letter
from xinheng.core.refusal import Refusal
from xinheng.core.steps import OFFICERS, by

RETENTION = "inspections.lead_retention_days"
"""How long the words of a lead are kept from its receipt."""
REASON = "monitoring"
"""The reason of the closed list on which a check follows a lead."""
PROMPT = "lead_prompt"


class Device(StrEnum):
    """The class of device; the provenance that a lead bears."""

    IOT = "iot"
    VIDEO = "video"

    @property
    def label(self) -> str:
        return {"iot": "物联网", "video": "视联网"}[self.value]


class Outcome(StrEnum):
    """What an officer did with a lead. ``EXPIRED``: nobody did anything while its words were kept."""

    OPEN = "open"
    NO_FAULT = "no_fault"
    PROMPTED = "prompted"
    CHECK = "check"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        return {
            "open": "待处理",
            "no_fault": "未发现问题，已关闭",
            "prompted": "已提示自查",
            "check": "已提出个案检查",
            "expired": "保存期满，未处理",
        }[self.value]


class Handover(StrEnum):
    """What another organ says to a lead that was handed to it."""

    WAITING = "waiting"
    TAKEN = "taken"
    BACK = "back"

    @property
    def label(self) -> str:
        return {"waiting": "等待接收", "taken": "已接收", "back": "已退回"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a device's system says. ``attachments``: digests of what it holds; the files themselves stay there."""

    external: str
    code: str
    device: Device
    device_no: str
    what: str
    said: str
    observed_at: datetime
    attachments: tuple[str, ...] = ()
    persons_masked: bool = False


def check_lead(told: Told, *, now: datetime) -> None:
    """Refusals LE3 a moment to come, LE4 pictures without the statement that no person can be recognised in them."""
    if told.observed_at > now:
        raise Refusal("LE3", "发现时间还没有到。", advice="请核对设备的时间，再次推送。")
    if told.attachments and not told.persons_masked:
        raise Refusal(
            "LE4",
            "有图像附件，但没有声明已经遮蔽其中的人员。",
            citation="《中华人民共和国个人信息保护法》第六条",
            advice="请先遮蔽人脸、车牌等能够识别个人的内容，并声明 persons_masked；本平台不保存图像，只记录摘要。",
        )


def check_open(outcome: Outcome) -> None:
    """Refusal LE7 where somebody has dealt with it."""
    if outcome is not Outcome.OPEN:
        raise Refusal("LE7", f"这条线索已经处理：{outcome.label}。", advice="请刷新页面。")


def check_reason(words: str) -> str:
    """The words as given. Refusal LE8 where there are too few."""
    if len(words.strip()) < 4:
        raise Refusal("LE8", "没有写明怎样判断的。", advice="请写明看了什么、为什么这样处理。")
    return words.strip()


PROMPT_FLOW = published(
    Flow(
        name=PROMPT,
        version=1,
        title="自查提示",
        states=(
            State(
                key="prompted",
                title="已提示自查",
                party="监测设备发现可能存在的问题，请您自行检查。这不是检查结论，不记入信用档案，不影响信用评价。",
            ),
            State(key="dropped", title="办结", settled=True, party="提示已经办结，不需要您做什么。"),
        ),
        steps=(
            by(OFFICERS, "prompt", "提示企业自查", NEW, "prompted", notice=PROMPT),
            by(OFFICERS, "finish", "办结提示", "prompted", "dropped"),
        ),
    )
)

PROMPT_LETTER = published_letter(
    LetterKind(
        kind=PROMPT,
        version=1,
        title="自查提示函",
        word="提",
        follows_step=True,
        fields=(
            Field(
                key="seen",
                label="监测发现的情况",
                type=FieldType.TEXT,
                hint="时间、设备类别和现象；不写个人。",
            ),
            Field(key="look", label="建议自查的内容", type=FieldType.TEXT),
        ),
        passages=(
            Passage("监测发现的情况", "{seen}"),
            Passage("建议自查的内容", "{look}"),
            Passage(
                "说明",
                "以上是监测设备提供的线索，不是检查结论，不记入信用档案，不影响信用评价，不作为处罚和其他措施的依据。"
                "请你单位自行检查；没有问题的，不需要回复。",
            ),
            Passage("联系方式", "{contact}"),
        ),
    )
)
