"""Lets an officer say what the columns of an unknown file are, and turns the answer into a feed without code.

The draft goes through two persons (services.approvals); afterwards every file of this kind is recognised by itself
(《河南省社会信用条例》第十一条: only what stands in the catalogue may be read).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from xinheng.core.catalogue import item_number
from xinheng.core.feeds import KIND_OF, Column, Feed, Kind, Recognise, Target, Unit
from xinheng.core.policy import Policy
from xinheng.core.policy_file import parse
from xinheng.core.refusal import Refusal
from xinheng.intake.fields import LABELS
from xinheng.intake.headers import normal_header
from xinheng.intake.prepare import prepare, standards_of
from xinheng.intake.profile import ColumnProfile
from xinheng.services.approvals import Draft, propose, propose_again
from xinheng.services.catalogues import refuse_headers
from xinheng.services.collect import foreseen_of, kept_file, workshop
from xinheng.services.policies import FEED
from xinheng.services.previews import FORESEEN, preview_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.casework import Case

DETAIL = "detail"
"""The column is kept in the words of the record under its own header."""

CHOICES: Mapping[str, str] = {"": "不读", DETAIL: "记录内容（按表头保存）"} | {
    target.value: label for target, label in LABELS.items()
}
_OTHERWISE = {
    Target.PARTY_CATEGORY: "organisation",
    Target.SERIOUSNESS: "none",
    Target.PROCEDURE: "ordinary",
    Target.FINALITY: "unknown",
}
"""Words for what no known feed has a wording of; a result is ``other``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the officer says. ``reads`` gives for each column, by its place, a key of ``CHOICES``."""

    title: str
    item: str
    unit: str
    reads: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Profiled:
    """An unmapped file as profiled. ``rows`` counts its filled rows; samples are masked."""

    columns: tuple[ColumnProfile, ...]
    rows: int
    header_row: int | None
    encoding: str | None
    format: str | None
    code_column: str | None
    name_column: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What the file would yield under the draft; ``known`` rows are in the file twice or in the files of subjects."""

    rows: int
    accepted: int
    known: int
    returned: int
    problems: Mapping[str, int]
    examples: Mapping[str, list[dict[str, str]]]


def profile_of(batch: Batch, *, policy: Policy, now: datetime) -> Profiled:
    """Read the kept file once more, without a feed, and describe its columns."""
    with workshop() as work:
        prepared = prepare(
            kept_file(batch, work), feeds={}, work=work, today=day_of(now), sent_as=batch.file_name
        )
        if prepared.status == "unreadable":
            raise Refusal("E19", prepared.message, advice=prepared.advice)
        return Profiled(
            prepared.columns,
            prepared.rows,
            prepared.header_row,
            prepared.encoding,
            prepared.format,
            prepared.code_column,
            prepared.name_column,
        )


def guessed(columns: Iterable[ColumnProfile], *, policy: Policy) -> dict[int, str]:
    """For each column what known feeds mostly read such a header as; each field is given once."""
    votes = _votes(policy)
    found: dict[int, str] = {}
    for column in columns:
        for choice, _ in votes.get(normal_header(column.header), Counter[str]()).most_common():
            if choice == DETAIL or choice not in found.values():
                found[column.place] = choice
                break
        else:
            found[column.place] = DETAIL if column.filled else ""
    return found


def _votes(policy: Policy) -> dict[str, Counter[str]]:
    votes: dict[str, Counter[str]] = {}
    for feed in policy.feeds.values():
        for target, column in feed.columns.items():
            for header in column.headers:
                votes.setdefault(normal_header(header), Counter())[target.value] += 1
        for column in feed.details.values():
            for header in column.headers:
                votes.setdefault(normal_header(header), Counter())[DETAIL] += 1
    return votes


def feed_of(answer: Answer, batch: Batch, columns: Sequence[ColumnProfile], *, policy: Policy) -> Feed:
    """The feed that the answer describes. Raises Refusal where a field is given twice or the subject is missing."""
    if any(column.header == f"第{column.place}列" for column in columns):
        raise Refusal("MF5", "这个文件有没有表头的列。", advice="请报送单位补上表头后重新上传。")
    named = [(column, answer.reads.get(column.place, "")) for column in columns]
    refuse_headers((column.header for column, choice in named if choice), policy=policy)
    targets = [Target(choice) for _, choice in named if choice not in ("", DETAIL)]
    twice = [LABELS[target] for target, times in Counter(targets).items() if times > 1]
    if twice:
        raise Refusal("MF1", f"有两列都读作“{'、'.join(twice)}”。", advice="每个含义只选一列。")
    if not {Target.NAME, Target.CODE} & set(targets):
        raise Refusal("MF2", "还没有指明主体名称或统一社会信用代码在哪一列。", advice="请为这两项各选一列。")
    return parse(
        Feed,
        {
            "id": f"local-{batch.public_id[:10]}",
            "title": answer.title,
            "item": answer.item,
            "recognise": Recognise(headers=tuple((column.header,) for column, choice in named if choice)),
            "columns": {
                Target(choice): _column(Target(choice), column.header, answer, policy)
                for column, choice in named
                if choice not in ("", DETAIL)
            },
            "details": {
                column.header: Column(headers=(column.header,))
                for column, choice in named
                if choice == DETAIL
            },
            **_rules_like(answer.item, policy),
        },
        file=answer.title,
    )


def _column(target: Target, header: str, answer: Answer, policy: Policy) -> Column:
    kind = KIND_OF[target]
    if kind is Kind.AMOUNT:
        return Column(headers=(header,), kind=kind, unit=Unit(answer.unit))
    if kind is Kind.ENUM:
        return _enumeration(target, header, item=answer.item, policy=policy)
    return Column(headers=(header,), kind=kind, required=target in (Target.NAME, Target.DECIDED_ON))


def _enumeration(target: Target, header: str, *, item: str, policy: Policy) -> Column:
    """Wordings as a feed of the same item knows them, else of any for what does not differ between items."""
    for feed in sorted(policy.feeds.values(), key=lambda feed: feed.item != item):
        known = feed.columns.get(target)
        if known is not None and known.words and (feed.item == item or target in _OTHERWISE):
            return known.model_copy(update={"headers": (header,), "position": None, "required": False})
    return Column(headers=(header,), kind=Kind.ENUM, unknown=_OTHERWISE.get(target, "other"))


def _rules_like(item: str, policy: Policy) -> dict[str, object]:
    """Classes of seriousness and terms of report as the feeds of the same item have them."""
    alike = [feed for feed in policy.feeds.values() if feed.item == item]
    found: dict[str, object] = {}
    for name in ("seriousness", "lateness"):
        rule = next((value for feed in alike if (value := getattr(feed, name)) is not None), None)
        if rule is not None:
            found[name] = rule
    return found


def try_feed(feed: Feed, batch: Batch, *, policy: Policy, now: datetime) -> Trial:
    """Read the kept file with a draft and say what would happen; nothing is stored."""
    with workshop() as work:
        prepared = prepare(
            kept_file(batch, work),
            feeds={feed.id: feed},
            work=work,
            today=day_of(now),
            feed=feed.id,
            sent_as=batch.file_name,
            standards=standards_of(policy),
        )
        if prepared.status != "mapped":
            raise Refusal("MF3", prepared.message, advice=prepared.advice)
        known = _knowing(policy, feed)
        foreseen = foreseen_of(prepared, work, known, now=now)
        told = preview_of(prepared, known, foreseen=foreseen)
        conflicts: dict[str, int] = told[FORESEEN]["conflicts"]
        return Trial(
            rows=prepared.rows,
            accepted=foreseen.accepted,
            known=prepared.duplicates + foreseen.duplicates,
            returned=prepared.quarantined + len(foreseen.conflicts),
            problems=dict(Counter(prepared.problems) + Counter(conflicts)),
            examples=told["examples"],
        )


def _knowing(policy: Policy, feed: Feed) -> Policy:
    return replace(policy, feeds={**policy.feeds, feed.id: feed})


@transaction.atomic
def submit_feed(feed: Feed, batch: Batch, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Send the draft of a feed to the decider; a draft for the same file that came back is changed instead."""
    body = feed.model_dump(mode="json", exclude_defaults=True)
    title = f"数据源：{feed.title}"
    known = Case.objects.filter(kind=FEED, details__batch=batch.public_id, closed_at__isnull=True).first()
    if known is not None:
        if known.state != "drafted":
            raise Refusal(
                "MF4", "这个文件的数据源已经送批，正在等另一人批准。", advice="批准或退回之后再改。"
            )
        return propose_again(known.public_id, body, title=title, actor=actor, policy=policy, now=now)
    draft = Draft(
        kind=FEED,
        key=feed.id,
        title=title,
        body=body,
        organisation=actor.organisation,
        about={"batch": batch.public_id},
    )
    return propose(draft, actor=actor, policy=policy, now=now)


def item_choices(policy: Policy) -> list[tuple[str, str]]:
    """Catalogue items that a feed may lead to."""
    return [(code, item.title) for code, item in policy.catalogue.items.items() if item_number(code)]
