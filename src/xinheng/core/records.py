"""What a recorded fact is: its nature, seriousness, finality and state, and what each allows.

A record is a statement by a department about one enterprise. It is never changed: a later version
supersedes it. The integers are stored in the database and in snapshots and never change meaning.
Serves 《河南省社会信用条例》第十九、二十条 and 《信用修复管理办法》(国家发展改革委令第36号).
"""

from enum import IntEnum


class Seriousness(IntEnum):
    """Class of a failing record (失信程度): decides how long it may be published."""

    NONE = 0
    MINOR = 1
    GENERAL = 2
    SERIOUS = 3

    @property
    def label(self) -> str:
        return ("不分类", "轻微", "一般", "严重")[self.value]


class Finality(IntEnum):
    """Whether the decision behind the record still can be overturned (legal guard G3)."""

    UNKNOWN = 0
    WITHIN_TERM = 1
    UNDER_REVIEW = 2
    IN_COURT = 3
    UPHELD = 4
    REVOKED = 5
    FINAL = 6

    @property
    def label(self) -> str:
        return ("未注明", "救济期限内", "行政复议中", "行政诉讼中", "维持", "撤销", "终局")[self.value]


class RecordState(IntEnum):
    """State of one version of a record; every change is a new version."""

    ACTIVE = 1
    ANNOTATED = 2
    DISPUTED = 3
    SHIELDED = 4
    REPAIRED = 5
    WITHDRAWN = 6
    DELETED = 7

    @property
    def label(self) -> str:
        return ("有效", "已标注", "异议中", "已屏蔽", "已修复", "已撤回", "已删除")[self.value - 1]


STANDING = frozenset({RecordState.ACTIVE, RecordState.ANNOTATED, RecordState.DISPUTED})
"""States in which a record may still have effects."""
