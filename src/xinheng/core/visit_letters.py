"""The papers of a visit: approval form, notice with its code, minutes taken on site, result told to the enterprise.

The wording is our own proposal until the city's legal staff have settled theirs (国办发〔2024〕54号 asks for these papers and
does not word them; legal guards G7, G17).
"""

from xinheng.core.letters import Field, FieldType, LetterKind, Passage, published

_TEXT, _LIST = FieldType.TEXT, FieldType.LIST
_PLAN = Field(key="plan", label="检查计划", hint="计划名称和批准情况。")
_MATTER = Field(key="matter", label="检查事项", hint="抽查事项清单中的名称。")
_BASIS = Field(key="basis", label="检查依据", type=_LIST, hint="一行一条，写明文件和条款。")
_OFFICERS = Field(key="officers", label="检查人员执法证号", type=_LIST, hint="一行一个，不少于两名。")
_NO_SITE = Field(key="offsite", label="不能以非现场方式检查的理由", type=_TEXT)
_DAY = Field(key="visit_on", label="检查日期", type=FieldType.DAY)
_FREQUENCY = Field(key="frequency", label="年度检查次数", hint="本年度第几次，上限几次。")
_WHERE = Passage("联系方式", "{contact}")
_IN_WHICH = Passage("依据", "", "basis")

INSPECTION_FORM = published(
    LetterKind(
        kind="inspection_form",
        version=1,
        title="行政检查审批表",
        word="检批",
        follows_step=True,
        fields=(_PLAN, _MATTER, _BASIS, _NO_SITE, _OFFICERS, _FREQUENCY),
        passages=(
            Passage("检查对象", "{addressee}"),
            Passage("检查计划和事项", "计划：{plan}。事项：{matter}。"),
            Passage("检查依据", "", "basis"),
            Passage("不能以非现场方式检查的理由", "{offsite}"),
            Passage("检查人员执法证号", "", "officers"),
            Passage("年度检查次数", "{frequency}"),
            Passage("审批意见", "经办人、负责人意见及日期：＿＿＿＿＿＿＿＿＿＿"),
            _WHERE,
        ),
    )
)

INSPECTION_NOTICE = published(
    LetterKind(
        kind="inspection_notice",
        version=1,
        title="行政检查通知书",
        word="检通",
        follows_step=True,
        fields=(
            _MATTER,
            _BASIS,
            _DAY,
            _OFFICERS,
            _FREQUENCY,
            Field(key="code", label="入企检查码", hint="在事项页面上；企业凭码核验。"),
        ),
        passages=(
            Passage("检查事项", "本机关决定对你单位进行检查，事项为：{matter}。"),
            _IN_WHICH,
            Passage("日期", "检查日期：{visit_on}。"),
            Passage("检查人员执法证号", "", "officers"),
            Passage("年度检查次数", "{frequency}"),
            Passage(
                "核验", "入企检查码：{code}。扫码或者在信用门户“检查码核验”输入，可以核对本次检查是否属实。"
            ),
            Passage(
                "你单位的权利",
                "检查人员少于两名、不出示执法证件和本通知书的，或者检查本通知书以外的事项的，你单位有权拒绝并投诉。"
                "检查不收取费用，你单位可以陈述意见，检查结束后可以评价。",
            ),
            _WHERE,
        ),
    )
)

INSPECTION_MINUTES = published(
    LetterKind(
        kind="inspection_minutes",
        version=1,
        title="现场检查笔录",
        word="检录",
        follows_step=True,
        fields=(
            _MATTER,
            _DAY,
            _OFFICERS,
            Field(
                key="attended",
                label="在场人员身份",
                type=_LIST,
                hint="写职务，不写姓名和证件号码。",
                required=False,
            ),
            Field(key="found", label="检查情况", type=_TEXT),
            Field(key="views", label="企业的陈述和意见", type=_TEXT),
        ),
        passages=(
            Passage("基本情况", "{visit_on}，对{addressee}进行检查，事项为：{matter}。"),
            Passage("检查人员执法证号", "", "officers"),
            Passage("在场人员身份", "", "attended"),
            Passage("检查情况", "{found}"),
            Passage("企业的陈述和意见", "{views}"),
            Passage("核对", "以上记录经核对无误。企业一方、检查人员签名、日期：＿＿＿＿＿＿＿＿＿＿"),
        ),
    )
)

_CHECKED = Passage("检查情况", "{visit_on}，本机关对你单位检查，事项为：{matter}。{found}")
_RESULT = Field(key="result", label="检查结果")
_FOUND = Field(key="found", label="检查情况", type=_TEXT)
INSPECTION_RESULT = published(
    LetterKind(
        kind="inspection_result",
        version=1,
        title="检查结果告知书",
        word="检告",
        follows_step=True,
        together=("repair_guide",),
        fields=(
            _MATTER,
            _DAY,
            _RESULT,
            _FOUND,
            _BASIS,
            Field(key="next", label="后续处理", type=_TEXT, hint="责令整改、移送等；没有的写“无”。"),
        ),
        passages=(
            _CHECKED,
            Passage("检查结果", "{result}"),
            _IN_WHICH,
            Passage("后续处理", "{next}"),
            Passage(
                "公示和你单位的权利",
                "检查结果将依法公示。认为结果有误的，可以向本机关提出异议；对检查本身不满意的，可以评价和投诉。"
                "信用修复的条件、途径和材料见随本告知书一并送达的《信用修复告知书》。",
            ),
            _WHERE,
        ),
    )
)

INSPECTION_CLEARED = published(
    LetterKind(
        kind="inspection_cleared",
        version=1,
        title="检查结果告知书（未发现问题）",
        word="检告",
        follows_step=True,
        fields=(_MATTER, _DAY, _RESULT, _FOUND),
        passages=(
            _CHECKED,
            Passage("检查结果", "{result}"),
            Passage(
                "公示和你单位的权利",
                "检查结果将依法公示，不是失信信息。对检查本身不满意的，可以评价和投诉。",
            ),
            _WHERE,
        ),
    )
)
