"""What a key may deliver: the feeds with their fields, code sets and units."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from xinheng.core.feeds import Column, Feed, Kind
from xinheng.core.policy import Policy
from xinheng.interfaces.api.keys import key_of
from xinheng.interfaces.api.schemas import FeedField, Feeds, FeedShown
from xinheng.services.policies import policy_in_force
from xinheng.services.reach import tree
from xinheng.services.time import day_of

router = Router(tags=["数据源"])


@router.get("", response=Feeds, summary="可以报送的数据源")
def feeds(request: HttpRequest) -> Feeds:
    """密钥可以报送的数据源，以及每个字段的名称、是否必填、取值和单位。"""
    key, policy = key_of(request), policy_in_force(on=day_of(timezone.now()))
    known = [policy.feeds[one] for one in key.feeds if one in policy.feeds]
    return Feeds(
        organisation=tree().name(key.organisation_id),
        feeds=[_shown(feed, policy) for feed in known],
    )


def _shown(feed: Feed, policy: Policy) -> FeedShown:
    item = policy.catalogue.items[feed.item or ""]
    return FeedShown(
        feed=feed.id,
        title=feed.title,
        item=item_code(feed),
        item_title=item.title,
        json_records=feed.layout.header,
        fields=list(_fields(feed)) if feed.layout.header else [],
    )


def item_code(feed: Feed) -> str:
    return feed.item or ""


def _fields(feed: Feed) -> Iterator[FeedField]:
    """Every column once, by its first name; those by which the feed is recognised must be sent."""
    met: set[str] = set()
    groups = [frozenset(group) for group in feed.recognise.headers]
    for kind, column in _columns(feed):
        if not column.headers or column.headers[0] in met:
            continue
        met |= set(column.headers)
        yield FeedField(
            name=column.headers[0],
            also=list(column.headers[1:]),
            kind=kind.value,
            must_be_sent=any(group & set(column.headers) for group in groups),
            required=column.required,
            unit=column.unit.value if column.unit else "",
            values=[*column.values, *column.contains],
            most_characters=column.max_length,
            public=column.public,
        )


def _columns(feed: Feed) -> Iterator[tuple[Kind, Column]]:
    for target, column in feed.columns.items():
        yield feed.kind_of(target), column
    for column in feed.details.values():
        yield column.kind, column
