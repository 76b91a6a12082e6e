"""The letters of casework, version by version: what each asks of the officer and says to the enterprise.

The wording is our own proposal until the city's legal staff have settled theirs as a further version. Adverse letters
state facts, reasons, basis, rights and remedies (《行政处罚法》第四十四、四十五、五十九、六十三、六十四条; 国办发〔2020〕49号);
repair goes to “信用中国” (国办发〔2025〕22号; legal guards G5, G17).
"""

from dataclasses import replace

import xinheng.core.correction_letters  # publishes the letter on heavier corrections
import xinheng.core.leads
import xinheng.core.visit_letters  # noqa: F401 - publishes the papers of visits
from xinheng.core.letters import Field, FieldType, LetterKind, Passage, published

FACTS = Field(key="facts", label="认定的事实", type=FieldType.TEXT, hint="时间、行为、后果和证据。")
REASONS = Field(key="reasons", label="理由", type=FieldType.TEXT)
BASIS = Field(key="basis", label="法律依据", type=FieldType.LIST, hint="一行一条，写明文件和条款。")
MATTER = Field(key="matter", label="事项")
_LONG = FieldType.TEXT
_WHERE = Passage("联系方式", "{contact}")
_BASIS = Passage("依据", "", "basis")
_REMEDIES = Passage(
    "救济途径",
    "不服本决定的，可以自收到本决定书之日起{reconsideration_days}内向{reconsideration_body}申请行政复议，"
    "也可以自收到本决定书之日起{suit_months}内依法向{court}提起行政诉讼。"
    "行政复议、行政诉讼期间，除法律另有规定外，不停止本决定的执行。",
)
_REMEDY_FIELDS = (
    Field(key="reconsideration_body", label="行政复议机关", hint="例如：开封市人民政府"),
    Field(key="court", label="有管辖权的人民法院"),
)
_REMEDY_TERMS = ("letters.reconsideration_days", "letters.suit_months")

PRIOR_NOTICE = published(
    LetterKind(
        kind="prior_notice",
        version=1,
        title="拟作出不利决定事先告知书",
        word="告",
        follows_step=True,
        terms=("letters.statement_workdays",),
        fields=(
            FACTS,
            REASONS,
            BASIS,
            Field(key="measure", label="拟作出的决定", type=_LONG, hint="写明内容、期限和影响。"),
            Field(
                key="hearing",
                label="听证",
                type=_LONG,
                hint="依法应当听证的，写明申请期限和依据；不属于听证范围的也写明。",
            ),
        ),
        passages=(
            Passage("事实", "经查，{facts}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            Passage("拟作出的决定", "{measure}"),
            Passage(
                "陈述、申辩的权利",
                "你单位可以自收到本告知书之日起{statement_workdays}内向本机关陈述、申辩，并提交有关证据。"
                "本机关不因你单位陈述、申辩而给予更重的处理。期满未提出的，视为放弃，不影响此后依法申请行政复议、提起行政诉讼。",
            ),
            Passage("听证", "{hearing}"),
            _WHERE,
        ),
    )
)

DECISION = published(
    LetterKind(
        kind="decision",
        version=1,
        title="决定书",
        word="决",
        follows_step=True,
        terms=_REMEDY_TERMS,
        together=("repair_guide",),
        fields=(
            FACTS,
            Field(
                key="statement",
                label="陈述、申辩及采纳情况",
                type=_LONG,
                hint="未提出的写明；不采纳的写明理由。",
            ),
            REASONS,
            BASIS,
            Field(key="decision", label="决定内容", type=_LONG, hint="写明内容、起止日期和公示范围。"),
            *_REMEDY_FIELDS,
        ),
        passages=(
            Passage("事实", "经查明，{facts}"),
            Passage("陈述、申辩", "{statement}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            Passage("决定", "{decision}"),
            _REMEDIES,
            Passage("信用修复", "信用修复的条件、途径和材料见随本决定书一并送达的《信用修复告知书》。"),
            _WHERE,
        ),
    )
)

REPAIR_GUIDE = published(
    LetterKind(
        kind="repair_guide",
        version=1,
        title="信用修复告知书",
        word="修",
        fields=(
            Field(key="record", label="涉及的信息", hint="文书名称、文号和日期。"),
            Field(
                key="earliest",
                label="可以申请的条件和最早日期",
                type=_LONG,
                hint="不能确定日期的写明待确认的原因。",
            ),
            Field(key="materials", label="申请材料", type=FieldType.LIST, hint="只写法定材料。"),
        ),
        passages=(
            Passage("涉及的信息", "你单位的下列信息可以依照规定申请信用修复：{record}。"),
            Passage("何时可以申请", "{earliest}"),
            Passage(
                "向哪里申请", "通过“信用中国”网站提出；市场监督管理领域的，通过国家企业信用信息公示系统提出。"
            ),
            Passage("需要的材料", "", "materials"),
            Passage(
                "不收费用",
                "信用修复不收取任何费用。参加信用培训、作出公益捐助等均属自愿，不是修复的条件。"
                "提供虚假材料的，依照规定处理。",
            ),
            Passage("对信息有异议的", "认为信息有错误、遗漏或者超过期限仍在公示的，可以向本机关提出异议。"),
            _WHERE,
        ),
    )
)

ACCEPTANCE = published(
    LetterKind(
        kind="acceptance",
        version=1,
        title="受理通知书",
        word="受",
        fields=(
            MATTER,
            Field(key="received_on", label="收到申请的日期", type=FieldType.DAY),
            Field(key="due", label="办结期限", hint="写明期限和依据；待确认的写明待确认。"),
            BASIS,
        ),
        passages=(
            Passage("受理", "你单位于{received_on}提出的“{matter}”申请，材料齐全，符合规定，现予受理。"),
            Passage("办结期限", "{due}"),
            _BASIS,
            Passage("查询", "事项编号为{case}，凭编号和查询码可以查询办理进度。"),
            _WHERE,
        ),
    )
)

COMPLETION_REQUEST = published(
    LetterKind(
        kind="completion_request",
        version=1,
        title="补正通知书",
        word="补",
        fields=(
            MATTER,
            Field(key="missing", label="需要补正的内容", type=FieldType.LIST, hint="一次写全。"),
            Field(key="until", label="补正截止日期", type=FieldType.DAY),
            BASIS,
        ),
        passages=(
            Passage("需要补正的内容", "你单位提出的“{matter}”申请，需要补正以下内容：", "missing"),
            Passage("期限", "请于{until}前补正。补正所用时间不计入办理期限。"),
            _BASIS,
            _WHERE,
        ),
    )
)

REFUSAL = published(
    LetterKind(
        kind="refusal",
        version=1,
        title="不予同意决定书",
        word="驳",
        follows_step=True,
        terms=_REMEDY_TERMS,
        fields=(MATTER, FACTS, REASONS, BASIS, *_REMEDY_FIELDS),
        passages=(
            Passage("事实", "经审查，{facts}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            Passage("决定", "对你单位提出的“{matter}”申请，决定不予同意。条件具备后可以再次申请。"),
            _REMEDIES,
            _WHERE,
        ),
    )
)

RECTIFICATION_ORDER = published(
    LetterKind(
        kind="rectification_order",
        version=1,
        title="责令整改通知书",
        word="改",
        follows_step=True,
        terms=_REMEDY_TERMS,
        fields=(
            FACTS,
            REASONS,
            BASIS,
            Field(key="demands", label="整改要求", type=FieldType.LIST),
            Field(key="term", label="整改期限", hint="写明自送达之日起的期限和依据。"),
            Field(key="evidence", label="应当提交的证明", type=_LONG),
            *_REMEDY_FIELDS,
        ),
        passages=(
            Passage("事实", "经查，{facts}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            Passage("整改要求", "责令你单位：", "demands"),
            Passage("期限", "{term}"),
            Passage("整改证明", "整改完成后，请向本机关提交：{evidence}"),
            _REMEDIES,
            _WHERE,
        ),
    )
)

_GUIDED = Passage("信用修复", "信用修复的条件、途径和材料见随本通知书一并送达的《信用修复告知书》。")
RECTIFICATION_ORDER_2 = published(
    replace(
        RECTIFICATION_ORDER,
        version=2,
        together=("repair_guide",),
        passages=(*RECTIFICATION_ORDER.passages[:-1], _GUIDED, _WHERE),
    )
)

INTERVIEW_INVITATION = published(
    LetterKind(
        kind="interview_invitation",
        version=1,
        title="约谈通知书",
        word="约",
        fields=(
            Field(key="manner", label="约谈类型", hint="提示约谈或者警示约谈。"),
            Field(key="cause", label="约谈事由", type=_LONG),
            BASIS,
            Field(key="meeting_on", label="约谈日期", type=FieldType.DAY),
            Field(key="place", label="时间和地点"),
            Field(key="materials", label="请携带的材料", type=FieldType.LIST, required=False),
        ),
        passages=(
            Passage("事由", "因{cause}，本机关决定对你单位进行{manner}。"),
            _BASIS,
            Passage(
                "时间、地点",
                "请你单位的法定代表人（负责人）或者其委托的人于{meeting_on}到{place}参加。"
                "因故不能参加的，请事先说明并另行约定时间。",
            ),
            Passage("请携带的材料", "", "materials"),
            Passage("说明", "约谈时你单位可以陈述情况、提出意见。约谈不是处罚，不收取费用。"),
            _WHERE,
        ),
    )
)

published(replace(INTERVIEW_INVITATION, version=2, follows_step=True))

INTERVIEW_MINUTES = published(
    LetterKind(
        kind="interview_minutes",
        version=1,
        title="约谈记录",
        word="录",
        fields=(
            Field(key="manner", label="约谈类型", hint="提示约谈或者警示约谈。"),
            Field(key="meeting_on", label="约谈日期", type=FieldType.DAY),
            Field(key="place", label="时间和地点"),
            Field(
                key="attended",
                label="参加人身份",
                type=FieldType.LIST,
                hint="写职务和单位，不写姓名和证件号码。",
            ),
            Field(key="said", label="约谈内容", type=_LONG),
            Field(key="views", label="企业的陈述和意见", type=_LONG),
            Field(key="agreed", label="整改要求和期限", type=FieldType.LIST, required=False),
        ),
        passages=(
            Passage("基本情况", "{meeting_on}，在{place}对{addressee}进行{manner}。"),
            Passage("参加人", "", "attended"),
            Passage("约谈内容", "{said}"),
            Passage("企业的陈述和意见", "{views}"),
            Passage("整改要求和期限", "", "agreed"),
            Passage("核对", "以上记录经参加人核对无误。参加人签名、日期：＿＿＿＿＿＿＿＿＿＿"),
        ),
    )
)

published(replace(INTERVIEW_MINUTES, version=2, follows_step=True))

BREACH_NOTICE = published(
    LetterKind(
        kind="breach_notice",
        version=1,
        title="违反承诺告知书",
        word="违",
        follows_step=True,
        terms=("letters.statement_workdays",),
        fields=(
            Field(key="commitment", label="承诺", hint="承诺书名称、编号和日期。"),
            FACTS,
            REASONS,
            BASIS,
            Field(key="measure", label="拟作出的认定和后果", type=_LONG),
        ),
        passages=(
            Passage("承诺", "你单位作出的承诺：{commitment}。"),
            Passage("核查的事实", "经核查，{facts}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            Passage("拟作出的认定和后果", "{measure}"),
            Passage(
                "陈述、申辩的权利",
                "你单位可以自收到本告知书之日起{statement_workdays}内陈述、申辩并提交证据；"
                "已经改正的，请一并说明。",
            ),
            _WHERE,
        ),
    )
)

OBJECTION_ANSWER = published(
    LetterKind(
        kind="objection_answer",
        version=1,
        title="异议处理结果告知书",
        word="复",
        follows_step=True,
        terms=_REMEDY_TERMS,
        fields=(
            Field(key="objection", label="异议内容", type=_LONG),
            Field(key="finding", label="核查情况", type=_LONG),
            Field(key="result", label="处理结果", type=_LONG, hint="更正、撤回、维持，以及已经同步到哪里。"),
            REASONS,
            BASIS,
            *_REMEDY_FIELDS,
        ),
        passages=(
            Passage("你单位提出的异议", "{objection}"),
            Passage("核查情况", "{finding}"),
            Passage("处理结果", "{result}"),
            Passage("理由", "{reasons}"),
            _BASIS,
            _REMEDIES,
            _WHERE,
        ),
    )
)

RETRACTION = published(
    LetterKind(
        kind="retraction",
        version=1,
        title="信用信息撤回通知",
        word="撤",
        fields=(
            Field(key="numbers", label="撤回的信息编号", type=FieldType.LIST, hint="只写编号，不写内容。"),
            Field(key="ended_on", label="停止使用的日期", type=FieldType.DAY),
            Field(key="answer_until", label="反馈截止日期", type=FieldType.DAY),
            BASIS,
        ),
        passages=(
            Passage("撤回的信息", "下列编号的信息自{ended_on}起停止使用：", "numbers"),
            Passage(
                "请办理",
                "请停止公示、共享和使用，删除已持有的内容，终止据此采取的措施，并于{answer_until}前反馈办理结果。",
            ),
            _BASIS,
            _WHERE,
        ),
    )
)

RECEIPT = published(
    LetterKind(
        kind="receipt",
        version=1,
        title="收件回执",
        word="收",
        fields=(
            MATTER,
            Field(key="received_on", label="收到的日期", type=FieldType.DAY),
            Field(key="papers", label="收到的材料", type=FieldType.LIST),
            Field(key="handed_in_by", label="递交人", type=FieldType.PERSON, required=False),
        ),
        passages=(
            Passage("收到", "{received_on}收到你单位提交的“{matter}”材料："),
            Passage("材料", "", "papers"),
            Passage("递交人", "{handed_in_by}"),
            Passage("查询", "事项编号为{case}，凭编号和查询码可以查询办理进度。本回执不表示已经受理。"),
            _WHERE,
        ),
    )
)

ERROR_APOLOGY = published(
    LetterKind(
        kind="error_apology",
        version=1,
        title="致歉信",
        word="歉",
        fields=(
            Field(key="wrong", label="有误的信息", type=_LONG, hint="哪一项、从何时到何时、错在哪里。"),
            Field(key="cause", label="原因", type=_LONG),
            Field(
                key="done",
                label="已经采取的措施",
                type=FieldType.LIST,
                hint="解除、通知了哪些单位、更正公示。",
            ),
            Field(key="scores", label="对评价的影响", type=_LONG, hint="更正前后的结果；没有影响的写明。"),
        ),
        passages=(
            Passage("有误的信息", "因我方工作失误，你单位的下列信息有误：{wrong}"),
            Passage("原因", "{cause}"),
            Passage("致歉", "对由此给你单位造成的影响，我方诚恳致歉。"),
            Passage("已经采取的措施", "", "done"),
            Passage("对评价的影响", "{scores}"),
            Passage("赔偿", "因此受到损失的，你单位可以依法提出请求。"),
            _WHERE,
        ),
    )
)

MISUSE_ANSWER = published(
    LetterKind(
        kind="misuse_answer",
        version=1,
        title="信息安全投诉处理结果告知书",
        word="诉",
        follows_step=True,
        fields=(
            Field(key="fault", label="投诉事项"),
            Field(
                key="result", label="结论", type=_LONG, hint="属实或者不属实，查明了什么；不写他人的情况。"
            ),
            Field(
                key="done",
                label="已经采取的措施",
                type=FieldType.LIST,
                required=False,
                hint="停用、纠正、移送等。",
            ),
            BASIS,
        ),
        passages=(
            Passage("您的投诉", "{fault}，事项编号{case}。"),
            Passage("结论", "{result}"),
            Passage("已经采取的措施", "", "done"),
            _BASIS,
            Passage("不同意的", "不同意本结论的，可以补充材料，凭事项编号再次提出，或者依法向有权机关反映。"),
            _WHERE,
        ),
    )
)
