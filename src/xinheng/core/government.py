"""The record of failures of government bodies and state-owned enterprises (政务失信): arrears, contracts and promises unkept.

Only what a body has established by a document enters, only of units and never of persons (平顶山市方案第17、18项; 淮安
四（五）; the form of the record is a proposal of our own, 未核).
"""

from collections.abc import Iterable

from xinheng.core.feeds import Feed

NOT_A_BODY = "该主体不是机关、事业单位，也没有标注为国有企业"
"""What stands beside a row that was set aside (E21)."""


def default_feeds(feeds: Iterable[Feed]) -> tuple[str, ...]:
    """Feeds by which failures of bodies come."""
    return tuple(feed.id for feed in feeds if feed.bodies_only and not feed.ends)
