"""Reads the feeds of a policy folder (``policy/feeds/*.yml``): one file one feed, named by its id."""

from pathlib import Path

from xinheng.core.feeds import Feed
from xinheng.core.policy_file import PolicyError, parse, read_strict


def load_feeds(folder: Path) -> dict[str, Feed]:
    """All feeds by id, in the order of their ids; raises PolicyError with every mistake of every file."""
    feeds: dict[str, Feed] = {}
    causes: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            feed = parse(Feed, read_strict(file), file=file)
        except PolicyError as error:
            causes.extend(error.causes)
            continue
        if feed.id != file.stem:
            causes.append(f"{file}：id：应与文件名一致，写作 {file.stem}")
        feeds[feed.id] = feed
    if causes:
        raise PolicyError(causes)
    return feeds
