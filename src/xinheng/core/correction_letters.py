"""The letter by which an enterprise learns that a record of it was corrected to its disadvantage.

The wording is our own proposal until the city's legal staff have settled theirs (legal guard G17).
"""

from xinheng.core.letters import Field, FieldType, LetterKind, Passage, published
from xinheng.core.record_corrections import LETTER

CORRECTION_NOTICE = published(
    LetterKind(
        kind=LETTER,
        version=1,
        title="信用信息更正告知书",
        word="更",
        follows_step=True,
        together=("repair_guide",),
        fields=(
            Field(key="record", label="涉及的信息", hint="文书名称、文号和日期。"),
            Field(key="before", label="更正前", type=FieldType.TEXT),
            Field(key="after", label="更正后", type=FieldType.TEXT),
            Field(key="facts", label="认定的事实", type=FieldType.TEXT, hint="错在哪里、怎样核对的。"),
            Field(key="reasons", label="理由", type=FieldType.TEXT),
            Field(key="basis", label="依据", type=FieldType.LIST, hint="一行一条，写明所依据的文书和条款。"),
        ),
        passages=(
            Passage("涉及的信息", "你单位的下列信息已经更正：{record}。"),
            Passage("更正前", "{before}"),
            Passage("更正后", "{after}"),
            Passage("事实", "{facts}"),
            Passage("理由", "{reasons}"),
            Passage("依据", "", "basis"),
            Passage("对信息有异议的", "认为更正后的信息有错误、遗漏的，可以向本机关提出异议。"),
            Passage("联系方式", "{contact}"),
        ),
    )
)
