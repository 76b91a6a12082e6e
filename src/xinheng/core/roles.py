"""The words of access: who there is, what can be done, and which role reaches which things.

One table serves every interface, the menu, the tests of every route and ``docs/access.md``. System, security and
audit administration stay apart (三权分立, GB/T 22239-2019 第三级); the enterprise reaches its own file only.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is for an organisation, or for an enterprise."""

    COLLECTOR = "collector"
    TOWN_REPORTER = "town_reporter"
    REVIEWER = "reviewer"
    DECIDER = "decider"
    LEGAL_REVIEWER = "legal_reviewer"
    SECRECY_REVIEWER = "secrecy_reviewer"
    MODEL_OFFICER = "model_officer"
    INSPECTOR = "inspector"
    ENFORCEMENT_SUPERVISOR = "enforcement_supervisor"
    CREDIT_OFFICE_OPERATOR = "credit_office_operator"
    WINDOW_CLERK = "window_clerk"
    REGISTRAR_DESK = "registrar_desk"
    TENDER_OPERATOR = "tender_operator"
    COURT_LIAISON = "court_liaison"
    COMPLAINTS_LIAISON = "complaints_liaison"
    LEADER = "leader"
    ASSOCIATION = "association"
    ENTERPRISE_OWNER = "enterprise_owner"
    ENTERPRISE_AGENT = "enterprise_agent"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.COLLECTOR: "数据报送员",
    Role.TOWN_REPORTER: "乡镇（街道）报送员",
    Role.REVIEWER: "审核人",
    Role.DECIDER: "决定人",
    Role.LEGAL_REVIEWER: "法制审核人",
    Role.SECRECY_REVIEWER: "保密审查人",
    Role.MODEL_OFFICER: "评价模型管理员",
    Role.INSPECTOR: "执法检查人员",
    Role.ENFORCEMENT_SUPERVISOR: "执法监督",
    Role.CREDIT_OFFICE_OPERATOR: "信用办经办人",
    Role.WINDOW_CLERK: "窗口人员",
    Role.REGISTRAR_DESK: "登记机关席位",
    Role.TENDER_OPERATOR: "公共资源交易中心席位",
    Role.COURT_LIAISON: "法院联络员",
    Role.COMPLAINTS_LIAISON: "12315 联络员",
    Role.LEADER: "领导（只读）",
    Role.ASSOCIATION: "行业协会",
    Role.ENTERPRISE_OWNER: "企业",
    Role.ENTERPRISE_AGENT: "企业代理人",
    Role.AUDITOR: "审计管理员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
}

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
OF_ENTERPRISES = frozenset({Role.ENTERPRISE_OWNER, Role.ENTERPRISE_AGENT})
SECOND_FACTOR = ADMINISTRATORS | {
    Role.REVIEWER,
    Role.DECIDER,
    Role.LEGAL_REVIEWER,
    Role.SECRECY_REVIEWER,
    Role.MODEL_OFFICER,
}
"""Roles that sign in with a second factor."""


class Reach(Enum):
    """How far a role carries a verb."""

    WITHIN = "本单位及下级"
    CITY = "全市"
    OWN = "本企业（获授权企业）"
    ASSIGNED = "分派给本人的任务"


class Verb(StrEnum):
    """What can be done. Every route of every interface names one."""

    READ_DASHBOARD = "read_dashboard"
    READ_DESK = "read_desk"
    IMPORT_FILE = "import_file"
    MANAGE_SENDERS = "manage_senders"
    READ_BATCH = "read_batch"
    PROPOSE_QUARANTINE = "propose_quarantine"
    DECIDE_QUARANTINE = "decide_quarantine"
    SEARCH_SUBJECTS = "search_subjects"
    READ_SUBJECT_FILE = "read_subject_file"
    READ_ENDED_RECORDS = "read_ended_records"
    CHECK_SUBJECT = "check_subject"
    READ_GRADE = "read_grade"
    CONFIRM_GRADE = "confirm_grade"
    CORRECT_RECORD = "correct_record"
    DELETE_RECORD = "delete_record"
    FLAG_SUBJECT = "flag_subject"
    KEEP_RELATIONS = "keep_relations"
    KEEP_CONSENTS = "keep_consents"
    KEEP_AGENCIES = "keep_agencies"
    APPLY_SHARING = "apply_sharing"
    DECIDE_SHARING = "decide_sharing"
    KEEP_MEMBERS = "keep_members"
    REVIEW_SECRECY = "review_secrecy"
    PUBLISH_RECORD = "publish_record"
    DRAFT_POLICY = "draft_policy"
    REVIEW_LEGALITY = "review_legality"
    PUBLISH_POLICY = "publish_policy"
    DRAFT_MODEL = "draft_model"
    PUBLISH_MODEL = "publish_model"
    RUN_EVALUATION = "run_evaluation"
    DRAFT_PLAN = "draft_plan"
    APPROVE_PLAN = "approve_plan"
    MAKE_DRAW = "make_draw"
    READ_DRAW = "read_draw"
    OVERSEE_CHECKS = "oversee_checks"
    MANAGE_INSPECTORS = "manage_inspectors"
    RECORD_VISIT = "record_visit"
    READ_VISITS = "read_visits"
    READ_DIFFERENCES = "read_differences"
    DRAFT_CASE = "draft_case"
    DECIDE_CASE = "decide_case"
    READ_CASE = "read_case"
    EXPORT_RECORDS = "export_records"
    ASSIST_ENTERPRISE = "assist_enterprise"
    LODGE_REQUEST = "lodge_request"
    MAKE_COMMITMENT = "make_commitment"
    GIVE_CONSENT = "give_consent"
    READ_OWN_FILE = "read_own_file"
    READ_LEDGER = "read_ledger"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_ORGANISATIONS = "manage_organisations"
    MANAGE_USERS = "manage_users"
    GRANT_ROLES = "grant_roles"
    MANAGE_SECURITY = "manage_security"
    OPERATE_SYSTEM = "operate_system"

    @property
    def label(self) -> str:
        return _VERB_LABELS[self]


_VERB_LABELS = {
    Verb.READ_DASHBOARD: "查看全局看板",
    Verb.READ_DESK: "查看工作台",
    Verb.IMPORT_FILE: "导入数据文件",
    Verb.MANAGE_SENDERS: "管理报送密钥和连接器",
    Verb.READ_BATCH: "查看归集批次",
    Verb.PROPOSE_QUARANTINE: "对待处理数据提出意见",
    Verb.DECIDE_QUARANTINE: "决定待处理数据的去留",
    Verb.SEARCH_SUBJECTS: "检索经营主体",
    Verb.READ_SUBJECT_FILE: "查看主体信用档案",
    Verb.READ_ENDED_RECORDS: "查看已终止的记录",
    Verb.CHECK_SUBJECT: "办事时核查主体信用状况",
    Verb.READ_GRADE: "查看评价等级及说明",
    Verb.CONFIRM_GRADE: "确认个体工商户分级结果",
    Verb.CORRECT_RECORD: "更正记录",
    Verb.DELETE_RECORD: "删除记录",
    Verb.FLAG_SUBJECT: "标注机关事业单位和国有企业",
    Verb.KEEP_RELATIONS: "登记和查看名单相关人员",
    Verb.KEEP_CONSENTS: "登记和撤销授权同意",
    Verb.KEEP_AGENCIES: "登记信用服务机构",
    Verb.APPLY_SHARING: "申请数据共享",
    Verb.DECIDE_SHARING: "批准数据共享",
    Verb.KEEP_MEMBERS: "维护协会会员名册",
    Verb.REVIEW_SECRECY: "保密和隐私审查",
    Verb.PUBLISH_RECORD: "公示与停止公示",
    Verb.DRAFT_POLICY: "起草政策数据",
    Verb.REVIEW_LEGALITY: "法制审核",
    Verb.PUBLISH_POLICY: "批准发布政策数据",
    Verb.DRAFT_MODEL: "起草评价模型",
    Verb.PUBLISH_MODEL: "批准发布评价模型",
    Verb.RUN_EVALUATION: "运行评价",
    Verb.DRAFT_PLAN: "起草抽查计划",
    Verb.APPROVE_PLAN: "批准抽查计划",
    Verb.MAKE_DRAW: "组织随机抽取",
    Verb.READ_DRAW: "查看抽取记录",
    Verb.OVERSEE_CHECKS: "签收个案检查的监督告知",
    Verb.MANAGE_INSPECTORS: "维护执法检查人员名录库",
    Verb.RECORD_VISIT: "登记检查情况",
    Verb.READ_VISITS: "查看检查情况",
    Verb.READ_DIFFERENCES: "查看检查人员之间的差异",
    Verb.DRAFT_CASE: "起草和办理事项",
    Verb.DECIDE_CASE: "作出决定",
    Verb.READ_CASE: "查看事项",
    Verb.EXPORT_RECORDS: "导出数据",
    Verb.ASSIST_ENTERPRISE: "窗口代办",
    Verb.LODGE_REQUEST: "提出异议、修复等申请",
    Verb.MAKE_COMMITMENT: "作出信用承诺",
    Verb.GIVE_CONSENT: "同意使用本企业信息、撤回同意",
    Verb.READ_OWN_FILE: "查看本企业信用档案",
    Verb.READ_LEDGER: "查看和核验操作账本",
    Verb.MANAGE_CALENDAR: "维护工作日历",
    Verb.MANAGE_ORGANISATIONS: "维护组织机构",
    Verb.MANAGE_USERS: "维护账号",
    Verb.GRANT_ROLES: "授予和收回角色",
    Verb.MANAGE_SECURITY: "维护安全策略",
    Verb.OPERATE_SYSTEM: "运行维护",
}

LOGGED_WITH_REASON = frozenset({Verb.READ_ENDED_RECORDS, Verb.EXPORT_RECORDS, Verb.CHECK_SUBJECT})
"""Verbs that need a stated reason, kept in the ledger (legal guard G9)."""

NEVER_ON_ONESELF = frozenset({Verb.MANAGE_USERS, Verb.GRANT_ROLES, Verb.MANAGE_SECURITY})
"""Verbs that nobody exercises on the own account."""


def _rows(reach: Reach, *roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, reach)


_OFFICERS = (
    Role.COLLECTOR,
    Role.TOWN_REPORTER,
    Role.REVIEWER,
    Role.DECIDER,
    Role.LEGAL_REVIEWER,
    Role.SECRECY_REVIEWER,
    Role.MODEL_OFFICER,
    Role.INSPECTOR,
    Role.ENFORCEMENT_SUPERVISOR,
    Role.CREDIT_OFFICE_OPERATOR,
    Role.WINDOW_CLERK,
    Role.REGISTRAR_DESK,
    Role.TENDER_OPERATOR,
    Role.COURT_LIAISON,
    Role.COMPLAINTS_LIAISON,
)
_HANDLERS = (Role.REVIEWER, Role.DECIDER, Role.LEGAL_REVIEWER, Role.CREDIT_OFFICE_OPERATOR)
_REPORTERS = (
    Role.COLLECTOR,
    Role.TOWN_REPORTER,
    Role.REGISTRAR_DESK,
    Role.COURT_LIAISON,
    Role.COMPLAINTS_LIAISON,
    Role.CREDIT_OFFICE_OPERATOR,
)
_DESKS = (Role.WINDOW_CLERK, Role.REGISTRAR_DESK, Role.TENDER_OPERATOR, Role.CREDIT_OFFICE_OPERATOR)
_WITHIN, _CITY, _OWN, _ASSIGNED = Reach.WITHIN, Reach.CITY, Reach.OWN, Reach.ASSIGNED
_ENTERPRISE = _rows(_OWN, Role.ENTERPRISE_OWNER, Role.ENTERPRISE_AGENT)

REACHES: Mapping[Verb, Mapping[Role, Reach]] = MappingProxyType(
    {
        Verb.READ_DASHBOARD: _rows(_WITHIN, *_HANDLERS, Role.LEADER, Role.AUDITOR, Role.MODEL_OFFICER),
        Verb.READ_DESK: _rows(_WITHIN, *_OFFICERS, Role.ASSOCIATION),
        Verb.IMPORT_FILE: _rows(_WITHIN, *_REPORTERS, Role.ASSOCIATION),
        Verb.MANAGE_SENDERS: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.SYSTEM_ADMIN),
        Verb.READ_BATCH: _rows(
            _WITHIN,
            *_REPORTERS,
            Role.ASSOCIATION,
            Role.REVIEWER,
            Role.DECIDER,
            Role.SECRECY_REVIEWER,
            Role.AUDITOR,
        ),
        Verb.PROPOSE_QUARANTINE: _rows(_WITHIN, Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR),
        Verb.DECIDE_QUARANTINE: _rows(_WITHIN, Role.DECIDER),
        Verb.SEARCH_SUBJECTS: _rows(_CITY, *_OFFICERS, Role.AUDITOR),
        Verb.READ_SUBJECT_FILE: _rows(_CITY, *_HANDLERS, Role.MODEL_OFFICER, Role.AUDITOR)
        | _rows(_ASSIGNED, Role.INSPECTOR),
        Verb.READ_ENDED_RECORDS: _rows(_CITY, Role.AUDITOR, Role.LEGAL_REVIEWER),
        Verb.CHECK_SUBJECT: _rows(_CITY, *_DESKS),
        Verb.READ_GRADE: _rows(_CITY, *_HANDLERS, Role.MODEL_OFFICER, Role.AUDITOR) | _ENTERPRISE,
        Verb.CONFIRM_GRADE: _rows(_WITHIN, Role.DECIDER),
        Verb.CORRECT_RECORD: _rows(_WITHIN, *_REPORTERS, Role.REVIEWER),
        Verb.DELETE_RECORD: _rows(_WITHIN, Role.DECIDER),
        Verb.FLAG_SUBJECT: _rows(_CITY, Role.CREDIT_OFFICE_OPERATOR),
        Verb.KEEP_RELATIONS: _rows(_CITY, Role.CREDIT_OFFICE_OPERATOR),
        Verb.KEEP_CONSENTS: _rows(_CITY, Role.CREDIT_OFFICE_OPERATOR, Role.WINDOW_CLERK),
        Verb.KEEP_AGENCIES: _rows(_CITY, Role.CREDIT_OFFICE_OPERATOR),
        Verb.APPLY_SHARING: _rows(_WITHIN, Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR),
        Verb.DECIDE_SHARING: _rows(_WITHIN, Role.DECIDER),
        Verb.KEEP_MEMBERS: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.ASSOCIATION),
        Verb.REVIEW_SECRECY: _rows(_WITHIN, Role.SECRECY_REVIEWER),
        Verb.PUBLISH_RECORD: _rows(_WITHIN, Role.DECIDER),
        Verb.DRAFT_POLICY: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.REVIEWER, Role.MODEL_OFFICER),
        Verb.REVIEW_LEGALITY: _rows(_WITHIN, Role.LEGAL_REVIEWER),
        Verb.PUBLISH_POLICY: _rows(_WITHIN, Role.DECIDER),
        Verb.DRAFT_MODEL: _rows(_WITHIN, Role.MODEL_OFFICER),
        Verb.PUBLISH_MODEL: _rows(_WITHIN, Role.DECIDER),
        Verb.RUN_EVALUATION: _rows(_WITHIN, Role.MODEL_OFFICER, Role.CREDIT_OFFICE_OPERATOR),
        Verb.DRAFT_PLAN: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.REVIEWER),
        Verb.APPROVE_PLAN: _rows(_WITHIN, Role.DECIDER),
        Verb.MAKE_DRAW: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.REVIEWER),
        Verb.READ_DRAW: _rows(_WITHIN, *_HANDLERS, Role.INSPECTOR, Role.AUDITOR, Role.LEADER)
        | _rows(_CITY, Role.ENFORCEMENT_SUPERVISOR),
        Verb.OVERSEE_CHECKS: _rows(_CITY, Role.ENFORCEMENT_SUPERVISOR),
        Verb.MANAGE_INSPECTORS: _rows(_WITHIN, Role.REVIEWER),
        Verb.RECORD_VISIT: _rows(_ASSIGNED, Role.INSPECTOR),
        Verb.READ_VISITS: _rows(_WITHIN, *_HANDLERS, Role.AUDITOR)
        | _rows(_CITY, Role.ENFORCEMENT_SUPERVISOR)
        | _rows(_ASSIGNED, Role.INSPECTOR),
        Verb.READ_DIFFERENCES: _rows(_WITHIN, Role.DECIDER, Role.AUDITOR),
        Verb.DRAFT_CASE: _rows(_WITHIN, Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR, Role.WINDOW_CLERK),
        Verb.DECIDE_CASE: _rows(_WITHIN, Role.DECIDER),
        Verb.READ_CASE: _rows(_WITHIN, *_HANDLERS, Role.WINDOW_CLERK, Role.SECRECY_REVIEWER, Role.AUDITOR)
        | _rows(_CITY, Role.ENFORCEMENT_SUPERVISOR)
        | _ENTERPRISE,
        Verb.EXPORT_RECORDS: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR, Role.AUDITOR),
        Verb.ASSIST_ENTERPRISE: _rows(_CITY, Role.WINDOW_CLERK),
        Verb.LODGE_REQUEST: _ENTERPRISE,
        Verb.MAKE_COMMITMENT: _ENTERPRISE | _rows(_OWN, Role.ASSOCIATION),
        Verb.READ_OWN_FILE: _ENTERPRISE,
        Verb.GIVE_CONSENT: _ENTERPRISE,
        Verb.READ_LEDGER: _rows(_CITY, Role.AUDITOR),
        Verb.MANAGE_CALENDAR: _rows(_WITHIN, Role.CREDIT_OFFICE_OPERATOR),
        Verb.MANAGE_ORGANISATIONS: _rows(_WITHIN, Role.SYSTEM_ADMIN),
        Verb.MANAGE_USERS: _rows(_WITHIN, Role.SYSTEM_ADMIN),
        Verb.GRANT_ROLES: _rows(_WITHIN, Role.SECURITY_ADMIN),
        Verb.MANAGE_SECURITY: _rows(_WITHIN, Role.SECURITY_ADMIN),
        Verb.OPERATE_SYSTEM: _rows(_CITY, Role.SYSTEM_ADMIN),
    }
)
