"""All tables of Xinheng, gathered for Django."""

from xinheng.store.accounts import AccountLock, RoleGrant, User
from xinheng.store.agency_reports import AgencyAnswer, AgencyReport, CreditAgency
from xinheng.store.arrears import ArrearsNotice
from xinheng.store.article_files import ArticleFile
from xinheng.store.articles import Article
from xinheng.store.attachments import Attachment, ScanBundle
from xinheng.store.batches import Batch, BatchState, ReturnedRow, ReturnedState, StoredFile
from xinheng.store.breaches import BreachReport
from xinheng.store.campaigns import Campaign, CampaignLine
from xinheng.store.case_moves import (
    CaseReminder,
    DeadlineMove,
    FlowMigration,
    LookupLock,
    MoveKind,
    Recusal,
    ReminderLevel,
)
from xinheng.store.casework import Case, CaseDeadline, CaseEvent, NumberSeries
from xinheng.store.check_register import CheckCorrection, CheckDecision, CheckMade
from xinheng.store.classifications import Classification
from xinheng.store.code_issues import CodeIssue, CodeIssueStep
from xinheng.store.commitments import Commitment
from xinheng.store.connectors import Connector, ConnectorKind, ConnectorPull, PullState
from xinheng.store.consents import Consent, ConsentWay
from xinheng.store.day_counts import DayCount
from xinheng.store.deletions import DeletionProposal, DeletionState
from xinheng.store.draw_failures import DrawFailure, FailureCause
from xinheng.store.draw_secrets import DrawSecret
from xinheng.store.draw_substitutes import DrawSubstitute
from xinheng.store.effects import Publication
from xinheng.store.endings import Channel, Ending, Telling
from xinheng.store.enterprises import EnterpriseAccount, Mandate
from xinheng.store.exchanges import (
    ExchangeComparison,
    ExchangeEntry,
    ExchangeItem,
    ExchangePackage,
    ExchangePeer,
    PackageState,
    PeerLevel,
    PeerRelation,
    PeerState,
    PeerTransport,
    Way,
)
from xinheng.store.flags import Addressee, FlagKind, SubjectFlag, SuperiorLetter
from xinheng.store.governance import ModelFeedback, ModelTrial
from xinheng.store.identities import NameAlias, RowIdentity, SubjectMerge, Verdict
from xinheng.store.inspection_plans import (
    CaseCheck,
    OversightNotice,
    OversightOccasion,
    PlanBatch,
    PlanFiling,
)
from xinheng.store.inspections import Draw, DrawAnnouncement, DrawnObject, Inspector, Plan, PlanKind
from xinheng.store.joint_checks import JointCheck, JointMember
from xinheng.store.leads import Lead, LeadHandover
from xinheng.store.ledger import LedgerBatch, LedgerEvent, LedgerLeaf
from xinheng.store.letters import IssuedLetter, ServiceOutcome, ServiceTry
from xinheng.store.listings import ListEntry, ListRelease, LocalRule, RuleState
from xinheng.store.measures import (
    FairReview,
    IncentiveReview,
    MeasureApplied,
    MeasureHandout,
    MeasureListSent,
    MeasureTask,
    MeasureUse,
    ReviewResult,
    TaskAnswer,
    TaskKind,
    UseOutcome,
)
from xinheng.store.members import Member
from xinheng.store.notices import NoticeRound, NoticeStep, NoticeStepKind, ResultNotice
from xinheng.store.objections import Correction, LedgerExtract, MisuseComplaint, Objection
from xinheng.store.open_tables import OpenChange, OpenRelease, OpenTouch
from xinheng.store.organisations import Organisation, OrganisationKind, OrganisationName
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.province_reports import ProvinceRequest
from xinheng.store.public import (
    PublicAct,
    PublicAnnouncement,
    PublicClassification,
    PublicComplaint,
    PublicCorrection,
    PublicDisputedGrade,
    PublicDraw,
    PublicDrawFailure,
    PublicDrawSubstitute,
    PublicListing,
    PublicMeasureCase,
    PublicMoved,
    PublicName,
    PublicNotice,
    PublicPlan,
    PublicPolicy,
    PublicRelease,
    PublicRun,
    PublicScore,
    PublicSearch,
    PublicSubject,
)
from xinheng.store.public_pages import PublicArrears, PublicArticle, PublicArticleFile, PublicSearchOften
from xinheng.store.quality import (
    BatchCount,
    BatchMarks,
    Conflict,
    ConflictKind,
    ConflictState,
    FindingKind,
    NothingStatement,
    Resubmission,
    SpotCheck,
    SpotFinding,
    SubjectCount,
)
from xinheng.store.records import Record, RecordDetail, RecordNote
from xinheng.store.relations import Relation, RelationKind
from xinheng.store.repairs import (
    RepairAgency,
    RepairApplication,
    RepairCourse,
    RepairReminder,
    RepairSource,
    UpperOutcome,
    UpperResult,
)
from xinheng.store.report_acceptances import ReportAcceptance, ReportSource
from xinheng.store.reports import MadeReport, Requester
from xinheng.store.results import RecipientKind, ResultPush, ResultSubscription
from xinheng.store.review_reports import ReviewedSubject, ReviewReport
from xinheng.store.risk_watches import RiskWatch
from xinheng.store.scores import EvaluationRule, EvaluationRun, GivenGrade, Regrade, Score
from xinheng.store.senders import SenderCall, SenderKey, SenderPlace
from xinheng.store.sharing import SharingCall, SharingGrant, SharingReading
from xinheng.store.signing_keys import SigningKey
from xinheng.store.subjects import (
    Subject,
    SubjectCode,
    SubjectKind,
    SubjectName,
    SubjectSearch,
    SubjectStatus,
)
from xinheng.store.up_reports import UpReport, UpRow, UpState
from xinheng.store.visits import Visit, VisitArrival, VisitPoint, VisitRating, VisitSheet
from xinheng.store.webhooks import Webhook, WebhookMessage

__all__ = [
    "AccountLock",
    "Addressee",
    "AgencyAnswer",
    "AgencyReport",
    "ArrearsNotice",
    "Article",
    "ArticleFile",
    "Attachment",
    "Batch",
    "BatchCount",
    "BatchMarks",
    "BatchState",
    "BreachReport",
    "Campaign",
    "CampaignLine",
    "Case",
    "CaseCheck",
    "CaseDeadline",
    "CaseEvent",
    "CaseReminder",
    "Channel",
    "CheckCorrection",
    "CheckDecision",
    "CheckMade",
    "Classification",
    "CodeIssue",
    "CodeIssueStep",
    "Commitment",
    "Conflict",
    "ConflictKind",
    "ConflictState",
    "Connector",
    "ConnectorKind",
    "ConnectorPull",
    "Consent",
    "ConsentWay",
    "Correction",
    "CreditAgency",
    "DayCount",
    "DeadlineMove",
    "DeletionProposal",
    "DeletionState",
    "Draw",
    "DrawAnnouncement",
    "DrawFailure",
    "DrawSecret",
    "DrawSubstitute",
    "DrawnObject",
    "Ending",
    "EnterpriseAccount",
    "EvaluationRule",
    "EvaluationRun",
    "ExchangeComparison",
    "ExchangeEntry",
    "ExchangeItem",
    "ExchangePackage",
    "ExchangePeer",
    "FailureCause",
    "FairReview",
    "FindingKind",
    "FlagKind",
    "FlowMigration",
    "GivenGrade",
    "IncentiveReview",
    "Inspector",
    "IssuedLetter",
    "JointCheck",
    "JointMember",
    "Lead",
    "LeadHandover",
    "LedgerBatch",
    "LedgerEvent",
    "LedgerExtract",
    "LedgerLeaf",
    "ListEntry",
    "ListRelease",
    "LocalRule",
    "LookupLock",
    "MadeReport",
    "Mandate",
    "MeasureApplied",
    "MeasureHandout",
    "MeasureListSent",
    "MeasureTask",
    "MeasureUse",
    "Member",
    "MisuseComplaint",
    "ModelFeedback",
    "ModelTrial",
    "MoveKind",
    "NameAlias",
    "NothingStatement",
    "NoticeRound",
    "NoticeStep",
    "NoticeStepKind",
    "NumberSeries",
    "Objection",
    "OpenChange",
    "OpenRelease",
    "OpenTouch",
    "Organisation",
    "OrganisationKind",
    "OrganisationName",
    "OversightNotice",
    "OversightOccasion",
    "PackageState",
    "PeerLevel",
    "PeerRelation",
    "PeerState",
    "PeerTransport",
    "Plan",
    "PlanBatch",
    "PlanFiling",
    "PlanKind",
    "PolicyVersion",
    "ProvinceRequest",
    "PublicAct",
    "PublicAnnouncement",
    "PublicArrears",
    "PublicArticle",
    "PublicArticleFile",
    "PublicClassification",
    "PublicComplaint",
    "PublicCorrection",
    "PublicDisputedGrade",
    "PublicDraw",
    "PublicDrawFailure",
    "PublicDrawSubstitute",
    "PublicListing",
    "PublicMeasureCase",
    "PublicMoved",
    "PublicName",
    "PublicNotice",
    "PublicPlan",
    "PublicPolicy",
    "PublicRelease",
    "PublicRun",
    "PublicScore",
    "PublicSearch",
    "PublicSearchOften",
    "PublicSubject",
    "Publication",
    "PullState",
    "RecipientKind",
    "Record",
    "RecordDetail",
    "RecordNote",
    "Recusal",
    "Regrade",
    "Relation",
    "RelationKind",
    "ReminderLevel",
    "RepairAgency",
    "RepairApplication",
    "RepairCourse",
    "RepairReminder",
    "RepairSource",
    "ReportAcceptance",
    "ReportSource",
    "Requester",
    "Resubmission",
    "ResultNotice",
    "ResultPush",
    "ResultSubscription",
    "ReturnedRow",
    "ReturnedState",
    "ReviewReport",
    "ReviewResult",
    "ReviewedSubject",
    "RiskWatch",
    "RoleGrant",
    "RowIdentity",
    "RuleState",
    "ScanBundle",
    "Score",
    "SenderCall",
    "SenderKey",
    "SenderPlace",
    "ServiceOutcome",
    "ServiceTry",
    "SharingCall",
    "SharingGrant",
    "SharingReading",
    "SigningKey",
    "SpotCheck",
    "SpotFinding",
    "StoredFile",
    "Subject",
    "SubjectCode",
    "SubjectCount",
    "SubjectFlag",
    "SubjectKind",
    "SubjectMerge",
    "SubjectName",
    "SubjectSearch",
    "SubjectStatus",
    "SuperiorLetter",
    "TaskAnswer",
    "TaskKind",
    "Telling",
    "UpReport",
    "UpRow",
    "UpState",
    "UpperOutcome",
    "UpperResult",
    "UseOutcome",
    "User",
    "Verdict",
    "Visit",
    "VisitArrival",
    "VisitPoint",
    "VisitRating",
    "VisitSheet",
    "Way",
    "Webhook",
    "WebhookMessage",
]
