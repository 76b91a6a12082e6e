"""The shapes of the answers, as they stand in the OpenAPI document."""

from ninja import Field, Schema

from xinheng.core.webhooks import Kind


class RowProblem(Schema):
    """What is wrong with a row, in a code and in words."""

    code: str = Field(description="问题代码 E01—E21", examples=["E03"])
    field: str = Field(default="", description="字段；不在一个字段上的为空")
    message: str
    advice: str = ""


class RowAnswer(Schema):
    """What became of one record or row."""

    record: int | None = Field(default=None, description="JSON 中第几条记录，从 1 数；文件没有这一项")
    row: int = Field(description="退回工作簿和业务系统中的行号，表头为第 1 行")
    outcome: str = Field(
        description="accepted 已入库；repaired 改写后入库；flagged 已入库并注明；known 以前报过；quarantined 待处理；refused 拒收"
    )
    problems: list[RowProblem]


class Delivery(Schema):
    """A delivery and its receipt."""

    delivery: str = Field(description="报送编号，用于查询")
    number: str = Field(description="批次号，与业务系统中的一致")
    feed: str
    state: str = Field(
        description="loaded 已入库；preview 已收下、正在入库；unmapped 与数据源不符；unreadable 无法读取；cancelled 已撤销"
    )
    received_at: str
    rows: int
    accepted: int
    known: int = Field(description="以前报过，或在同一次内重复")
    returned: int = Field(description="待处理和拒收")
    file_digest: str = Field(description="所收内容的 SHA-256")
    receipt: str = Field(description="回执：对 receipt_of 的规范形式（RFC 8785）取 SHA-256；尚未入库的为空")
    message: str = ""
    advice: str = ""
    repeated: bool = Field(default=False, description="同样的内容以前已经入库，这次没有新增")
    records: list[RowAnswer] = Field(description="JSON：逐条；文件：不是直接入库的行，最多 1000 行")


class ReceiptOf(Schema):
    """That over which a receipt is the digest."""

    file: str
    report: dict[str, object]
    batch: str


class DeliveryShown(Delivery):
    """A delivery as it stands now."""

    receipt_of: ReceiptOf | None = None
    receipt_holds: bool | None = Field(default=None, description="系统重算回执，与当初的一致")


class RowShown(RowAnswer):
    """A row that was sent back or set aside, and what has become of it since."""

    state: str = Field(description="waiting 待处理；returned 已退回；accepted 已采纳；refused 已拒收")


class RowPage(Schema):
    """Rows in the order of the file. ``next`` leads to the following page."""

    rows: list[RowShown]
    next: str | None = None


class FeedField(Schema):
    """One column of a feed."""

    name: str
    also: list[str] = Field(description="也可以用的名称")
    kind: str = Field(description="text、name、code、date、amount、enum、integer")
    must_be_sent: bool = Field(description="这个字段必须出现（值可以为空）")
    required: bool = Field(description="值不能为空")
    unit: str = Field(default="", description="金额的单位")
    values: list[str] = Field(default=[], description="可用的取值，或值中应当含有的词")
    most_characters: int | None = None
    public: bool = True


class FeedShown(Schema):
    """What may be delivered with this key."""

    feed: str
    title: str
    item: str
    item_title: str
    json_records: bool = Field(description="可以用 JSON 记录报送；否则只接收文件")
    fields: list[FeedField]


class Feeds(Schema):
    organisation: str
    feeds: list[FeedShown]


class RefusedToo(Schema):
    """What else is refused of the same request."""

    code: str
    detail: str
    advice: str
    citation: str | None = Field(None, description="依据")


class ProblemDocument(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    advice: str
    instance: str
    citation: str | None = Field(None, description="依据")
    others: list[RefusedToo] | None = Field(None, description="同一请求中一并不能办理的其他原因")
    delivery: Delivery | None = None


class CheckedLine(Schema):
    """One thing that applies. ``until_on`` is the first day on which it applies no more; empty: as long as its ground."""

    title: str
    basis: str = Field(description="法律依据")
    ground: str = Field(description="所依据的记录或者名单")
    body: str = Field(description="作出的单位")
    number: str = Field(description="文号或者事项编号")
    from_on: str
    until_on: str = Field(description="不再适用的第一天；空：依据在则适用")


class CheckedSubject(Schema):
    code: str | None
    name: str


class ManyHead(Schema):
    """The first line of an answer to many; each further line answers one code."""

    occasion: str
    on: str
    asked: int
    found: int = Field(description="登记了核查的主体数，同一主体只登记一次")
    unknown: int
    not_checked: str
    note: str
    policy: str
    snapshot: str = Field(description="其后各行（含换行）的 SHA-256")


class CodeProblem(Schema):
    code: str
    detail: str
    advice: str
    citation: str | None = Field(None, description="依据")


class ManyLine(Schema):
    """The answer to one code: what applies, or what is wrong with the code, or the line that answers it already."""

    line: int = Field(description="第几个代码，从 1 数")
    code: str | None = None
    problem: CodeProblem | None = None
    same_as: int | None = None
    check: str | None = None
    subject: CheckedSubject | None = None
    subject_version: int | None = None
    commitments: list[CheckedLine] = []
    lists: list[CheckedLine] = []
    measures: list[CheckedLine] = []
    bans: list[CheckedLine] = []
    incentives: list[CheckedLine] = []


class WebhookNumbers(Schema):
    """``checks`` or ``reports``, as the type says; of a key its beginning and what befell it."""

    checks: list[str] = Field(default_factory=list, description="核查的编号，即核查答复中的 check")
    reports: list[str] = Field(default_factory=list, description="信用报告的编号")
    key: str = Field("", description="密钥的前段")
    change: str = Field(
        "", description="revoked 已停用、expiring 即将到期、second_place 从又一处使用；只在 key.changed 中"
    )


class WebhookTold(Schema):
    """The body of a message to a registered address: numbers that the system was given before."""

    type: Kind
    timestamp: str
    sandbox: bool = Field(description="true：试发，不涉及任何企业")
    data: WebhookNumbers
