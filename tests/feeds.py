"""The feeds of a policy folder without the rest of the policy."""

from pathlib import Path

from xinheng.core.feeds import Feed
from xinheng.core.policy_folder import feeds_of
from xinheng.core.policy_layers import Report


def feeds_in(policy: Path) -> dict[str, Feed]:
    """All feeds by id; raises PolicyError with every mistake of every file."""
    report = Report(policy)
    feeds = feeds_of(report)
    report.raise_if_any()
    return feeds
