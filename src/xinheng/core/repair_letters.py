"""Letters of repair: the result, and that a repair is taken back. Beside them completion and refusal of ``letter_kinds``.

The wording is our own proposal until the city's legal staff have settled theirs as a further version. It says what has
ended where, and how to object (国办发〔2025〕22号; legal guards G5, G17).
"""

from dataclasses import replace

from xinheng.core.letter_kinds import BASIS, FACTS, REASONS
from xinheng.core.letters import Field, FieldType, LetterKind, Passage, published

_REMEDY_TERMS = ("letters.reconsideration_days", "letters.suit_months")
_RECORD = Field(key="record", label="涉及的信息", hint="文书名称、文号和日期。")

REPAIR_RESULT = published(
    LetterKind(
        kind="repair_result",
        version=1,
        title="信用修复结果告知书",
        word="修准",
        follows_step=True,
        fields=(
            _RECORD,
            Field(key="ended_on", label="停止公示的日期", type=FieldType.DAY),
            REASONS,
            BASIS,
        ),
        passages=(
            Passage("修复的信息", "你单位申请修复的下列信息，经审核准予修复：{record}。"),
            Passage("理由", "{reasons}"),
            Passage("依据", "", "basis"),
            Passage(
                "修复以后",
                "该信息自{ended_on}起停止公示，停止共享和使用；据此列入的名单、采取的措施同时终止，信用评价重新计算；"
                "已经收到该信息的单位同时收到停止使用的通知。",
            ),
            Passage("仍在别处看到的", "在别处仍能查到该信息的，可以向本机关提出异议。"),
            Passage(
                "请如实", "修复不收取任何费用。材料虚假或者严重违背修复承诺的，修复会被撤销，信息恢复公示。"
            ),
            Passage("联系方式", "{contact}"),
        ),
    )
)

REPAIR_ANNULLED = published(
    LetterKind(
        kind="repair_annulled",
        version=1,
        title="撤销信用修复决定书",
        word="修撤",
        follows_step=True,
        terms=_REMEDY_TERMS,
        fields=(
            _RECORD,
            FACTS,
            REASONS,
            BASIS,
            Field(key="reconsideration_body", label="行政复议机关", hint="例如：开封市人民政府"),
            Field(key="court", label="有管辖权的人民法院"),
        ),
        passages=(
            Passage("涉及的信息", "{record}。"),
            Passage("事实", "经查明，{facts}"),
            Passage("理由", "{reasons}"),
            Passage("依据", "", "basis"),
            Passage("决定", "撤销对上述信息的修复。该信息未到最长公示期的，恢复公示至期满。"),
            Passage(
                "救济途径",
                "不服本决定的，可以自收到本决定书之日起{reconsideration_days}内向{reconsideration_body}申请行政复议，"
                "也可以自收到本决定书之日起{suit_months}内依法向{court}提起行政诉讼。",
            ),
            Passage("联系方式", "{contact}"),
        ),
    )
)

REPAIR_ANNULLED_2 = published(
    replace(
        REPAIR_ANNULLED,
        version=2,
        together=("repair_guide",),
        passages=(
            *REPAIR_ANNULLED.passages[:-1],
            Passage("信用修复", "此后何时可以再次申请修复，见随本决定书一并送达的《信用修复告知书》。"),
            REPAIR_ANNULLED.passages[-1],
        ),
    )
)
