"""The record of failures of government bodies and state-owned enterprises (政务失信): arrears, contracts and promises unkept.

Only what a body has established by a document enters, only of units and never of persons (平顶山市方案第17、18项; 淮安
四（五）; the form of the record is a proposal of our own, 未核).
"""

from collections.abc import Iterable, Mapping

from xinheng.core.feeds import Feed, Target

NOT_A_BODY = "该主体不是机关、事业单位，也没有标注为国有企业"
"""What stands beside a row that was set aside (E21)."""


def default_feeds(feeds: Iterable[Feed]) -> tuple[str, ...]:
    """Feeds by which failures of bodies come."""
    return tuple(feed.id for feed in feeds if feed.bodies_only and not feed.ends)


def failure_words(feeds: Mapping[str, Feed]) -> dict[int, frozenset[str]]:
    """Results that tell of a failure, by the number of the catalogue item: by these it is known from any sender, also
    from a platform below, whose lines come by a feed of their own."""
    found: dict[int, frozenset[str]] = {}
    for feed in (feeds[key] for key in default_feeds(feeds.values())):
        column = feed.columns.get(Target.RESULT)
        words = column.words if column else frozenset()
        found[feed.item_number] = found.get(feed.item_number, frozenset()) | words
    return found


def failure_kind(result: str, feeds: Mapping[str, Feed]) -> str:
    """The word of the form for a stored result."""
    for key in default_feeds(feeds.values()):
        column = feeds[key].columns.get(Target.RESULT)
        told = {word: text for text, word in column.values.items()} if column else {}
        if result in told:
            return told[result]
    return result
