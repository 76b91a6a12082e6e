"""The made-up staff of the demonstration. Password and second factor are public: they count with XINHENG_DEMO=1 alone."""

from xinheng.core.roles import Role

PASSWORD = "xinheng-demo-2026"
SECRET = "XINHENGDEMOXINHENGDEMOXINHENG234"

STAFF: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("zhangmin", "张敏（信用办经办）", "lead", "root", (Role.CREDIT_OFFICE_OPERATOR,)),
    ("wangjing", "王静（审核）", "lead", "root", (Role.REVIEWER,)),
    ("liqiang", "李强（决定）", "root", "root", (Role.DECIDER,)),
    ("hejun", "何军（决定）", "root", "root", (Role.DECIDER,)),
    ("zhouyan", "周岩（保密审查）", "root", "root", (Role.SECRECY_REVIEWER,)),
    ("chenjie", "陈洁（报送）", "market", "market", (Role.COLLECTOR,)),
    ("dengji", "邓佶（登记机关）", "registrar", "registrar", (Role.REGISTRAR_DESK,)),
    ("liufang", "刘芳（抽查计划）", "market", "market", (Role.REVIEWER,)),
    ("sunwei", "孙伟（执法检查）", "market", "market", (Role.INSPECTOR,)),
    ("malin", "马琳（产品质量检查）", "market", "market", (Role.INSPECTOR,)),
    ("guobin", "郭斌（应急，检查计划）", "emergency", "emergency", (Role.REVIEWER,)),
    ("songyang", "宋阳（应急，执法检查）", "emergency", "emergency", (Role.INSPECTOR,)),
    ("wuduan", "吴端（执法监督）", "root", "root", (Role.ENFORCEMENT_SUPERVISOR,)),
    ("fangzheng", "方正（法制审核）", "root", "root", (Role.LEGAL_REVIEWER,)),
    ("sunli", "孙丽（政务服务窗口）", "lead", "root", (Role.WINDOW_CLERK,)),
    ("tongbiao", "佟标（公共资源交易）", "lead", "root", (Role.TENDER_OPERATOR,)),
    ("heping", "何平（模型）", "market", "market", (Role.MODEL_OFFICER,)),
    ("gaoyuan", "高远（领导）", "root", "root", (Role.LEADER,)),
    ("shenji", "沈纪（审计）", "root", "root", (Role.AUDITOR,)),
    ("xitong", "习彤（系统管理）", "root", "root", (Role.SYSTEM_ADMIN,)),
    ("anquan", "安全（安全管理）", "root", "root", (Role.SECURITY_ADMIN,)),
)
"""Account, name, where the person works, over whom the roles reach, roles. Places are those of the demonstration."""

ENTERPRISE = "10000001"
"""Number of the account of a made-up enterprise with records to look at; the password is that of the staff."""
ENTERPRISE_NAME = "样例戊化工有限公司"
