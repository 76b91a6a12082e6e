"""Names every defect that a received row or file may have, what then happens, and what the sender should do.

The city's quality policy may change the outcome of a defect, not its meaning. A row on a natural person is
refused whatever the policy says: 《河南省社会信用条例》第十三条 and legal guard G2.
"""

from collections.abc import Mapping
from enum import StrEnum

from xinheng.core.refusal import Outcome


class Defect(StrEnum):
    """Code of a defect as it stands in receipts, reports and error workbooks."""

    EMPTY = "E01"
    VALUE = "E02"
    CODE_CHECK = "E03"
    DATE_ORDER = "E04"
    FUTURE = "E05"
    AMOUNT = "E06"
    AUTHORITY = "E07"
    DUPLICATE_KEY = "E08"
    LATE = "E09"
    PERSONAL = "E10"
    CATALOGUE = "E11"
    SIMPLE_PROCEDURE = "E12"
    NO_CODE = "E13"
    LENGTH = "E14"
    SPELLING = "E15"
    NATURAL_PERSON = "E16"
    CONFLICT = "E17"
    WRONG_FEED = "E18"
    UNREADABLE = "E19"
    NO_CONSENT = "E20"
    NOT_A_BODY = "E21"

    @property
    def label(self) -> str:
        return _TEXTS[self][0]

    @property
    def advice(self) -> str:
        return _TEXTS[self][1]


_TEXTS: dict[Defect, tuple[str, str]] = {
    Defect.EMPTY: ("必填项为空", "补填该栏后重新报送该行。"),
    Defect.VALUE: ("取值或格式不符", "按数据源说明中列出的取值或格式改正后重新报送。"),
    Defect.CODE_CHECK: ("代码校验不通过", "对照营业执照核对代码；代码列请设为文本格式再导出。"),
    Defect.DATE_ORDER: ("日期先后颠倒", "核对决定日期、有效期起止后重新报送。"),
    Defect.FUTURE: ("日期晚于今天", "核对日期；尚未作出的决定不得报送。"),
    Defect.AMOUNT: ("金额与类别不符", "有罚款、没收的填写大于零的金额，其他类别不填金额；核对元与万元。"),
    Defect.AUTHORITY: ("机关代码不正确", "填写机关自己的统一社会信用代码；该代码未采用，其余内容照常处理。"),
    Defect.DUPLICATE_KEY: (
        "同一决定内容不一",
        "同一文书号、主体、机关和日期只应有一种内容：同一文件中的，保留正确的一行重新报送；"
        "与以前所报不同的，由决定人核对后更正，不必重报。",
    ),
    Defect.LATE: ("超过报送期限", "该行照常处理并计入迟报率；请按期报送。"),
    Defect.PERSONAL: ("含个人信息", "证件号码、手机号等已遮盖；请在系统中删去后再导出。"),
    Defect.CATALOGUE: ("超出目录范围", "该项不在公共信用信息目录内，不得归集；请勿报送。"),
    Defect.SIMPLE_PROCEDURE: ("自然人简易程序处罚", "此类处罚不得报送，系统不予保存。"),
    Defect.NO_CODE: ("没有可用的主体代码", "补填统一社会信用代码；系统不凭名称归入主体。"),
    Defect.LENGTH: ("超过规定长度", "按规定长度缩短后重新报送。"),
    Defect.SPELLING: ("字符不规范", "全角字符、空格、标签等已按规定形式改写；不能改写的请改正后重新报送。"),
    Defect.NATURAL_PERSON: ("涉及自然人", "平台不归集自然人信息，该行已退回，原文在回执后销毁。"),
    Defect.CONFLICT: ("代码与名称不一致", "核对营业执照，确认该代码与名称属于同一主体后重新报送。"),
    Defect.WRONG_FEED: ("文件与所选数据源不符", "确认所选数据源；在页面上传的，也可以不选，由系统识别。"),
    Defect.UNREADABLE: ("无法读取", "请重新导出为 CSV（UTF-8）或 XLSX 后上传。"),
    Defect.NO_CONSENT: ("没有授权同意", "请先由信用办或窗口登记该主体的授权同意，再重新报送该行。"),
    Defect.NOT_A_BODY: (
        "不是机关、事业单位或国有企业",
        "核对主体；确是国有企业的，请先由信用办标注主体性质，再重新报送该行。",
    ),
}

OUTCOMES: dict[Defect, Outcome] = dict.fromkeys(Defect, Outcome.QUARANTINE) | {
    Defect.AUTHORITY: Outcome.FLAG,
    Defect.LATE: Outcome.FLAG,
    Defect.PERSONAL: Outcome.REPAIR,
    Defect.SPELLING: Outcome.REPAIR,
    Defect.CATALOGUE: Outcome.REFUSE,
    Defect.SIMPLE_PROCEDURE: Outcome.REFUSE,
    Defect.NATURAL_PERSON: Outcome.REFUSE,
    Defect.WRONG_FEED: Outcome.REFUSE,
    Defect.UNREADABLE: Outcome.QUARANTINE,
}
"""What happens to a row where the quality policy says nothing else."""

ALWAYS_REFUSED = frozenset({Defect.SIMPLE_PROCEDURE, Defect.NATURAL_PERSON, Defect.CATALOGUE})


def outcomes_with(changes: Mapping[str, Outcome]) -> dict[Defect, Outcome]:
    """The outcomes after the quality policy has spoken. What must be refused stays refused."""
    chosen = dict(OUTCOMES)
    for code, outcome in changes.items():
        defect = Defect(code)
        if defect not in ALWAYS_REFUSED:
            chosen[defect] = outcome
    return chosen
