"""All tables of Xinheng, gathered for Django."""

from xinheng.store.accounts import AccountLock, RoleGrant, User
from xinheng.store.attachments import Attachment, ScanBundle
from xinheng.store.batches import Batch, BatchState, ReturnedRow, ReturnedState, StoredFile
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
from xinheng.store.code_issues import CodeIssue, CodeIssueStep
from xinheng.store.commitments import Commitment
from xinheng.store.connectors import Connector, ConnectorKind, ConnectorPull, PullState
from xinheng.store.consents import Consent, ConsentWay
from xinheng.store.deletions import DeletionProposal, DeletionState
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
from xinheng.store.inspections import Draw, DrawAnnouncement, DrawnObject, Inspector, Plan
from xinheng.store.ledger import LedgerBatch, LedgerEvent, LedgerLeaf
from xinheng.store.letters import IssuedLetter, ServiceOutcome, ServiceTry
from xinheng.store.listings import ListEntry, ListRelease, LocalRule, RuleState
from xinheng.store.members import Member
from xinheng.store.notices import NoticeRound, NoticeStep, NoticeStepKind, ResultNotice
from xinheng.store.objections import Correction, LedgerExtract, MisuseComplaint, Objection
from xinheng.store.organisations import Organisation, OrganisationKind, OrganisationName
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.public import (
    PublicAct,
    PublicAnnouncement,
    PublicComplaint,
    PublicCorrection,
    PublicDraw,
    PublicMoved,
    PublicName,
    PublicPolicy,
    PublicRun,
    PublicScore,
    PublicSearch,
    PublicSubject,
)
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
    RepairSource,
    UpperOutcome,
    UpperResult,
)
from xinheng.store.results import RecipientKind, ResultPush, ResultSubscription
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

__all__ = [
    "AccountLock",
    "Addressee",
    "Attachment",
    "Batch",
    "BatchCount",
    "BatchMarks",
    "BatchState",
    "Case",
    "CaseDeadline",
    "CaseEvent",
    "CaseReminder",
    "Channel",
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
    "DeadlineMove",
    "DeletionProposal",
    "DeletionState",
    "Draw",
    "DrawAnnouncement",
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
    "FindingKind",
    "FlagKind",
    "FlowMigration",
    "GivenGrade",
    "Inspector",
    "IssuedLetter",
    "LedgerBatch",
    "LedgerEvent",
    "LedgerExtract",
    "LedgerLeaf",
    "ListEntry",
    "ListRelease",
    "LocalRule",
    "LookupLock",
    "Mandate",
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
    "Organisation",
    "OrganisationKind",
    "OrganisationName",
    "PackageState",
    "PeerLevel",
    "PeerRelation",
    "PeerState",
    "PeerTransport",
    "Plan",
    "PolicyVersion",
    "PublicAct",
    "PublicAnnouncement",
    "PublicComplaint",
    "PublicCorrection",
    "PublicDraw",
    "PublicMoved",
    "PublicName",
    "PublicPolicy",
    "PublicRun",
    "PublicScore",
    "PublicSearch",
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
    "RepairSource",
    "Resubmission",
    "ResultNotice",
    "ResultPush",
    "ResultSubscription",
    "ReturnedRow",
    "ReturnedState",
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
    "Telling",
    "UpperOutcome",
    "UpperResult",
    "User",
    "Verdict",
    "Way",
]
