"""Connectors: declared, fetched by the clock, held when the source has changed, each fetch a delivery with receipt.

Fetching itself is the work of interfaces.exchange; here it is decided what is due, what becomes of what was fetched,
and who has to look. A source that hangs or changes leaves all former data as it is (《河南省社会信用条例》第十七条).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.connectors import (
    DATABASE,
    JSON,
    LONGEST,
    MOST_ROWS,
    MOST_SECONDS,
    SHORTEST,
    Source,
    changed_columns,
    changed_fields,
    parse_networks,
    parse_source,
)
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.intake.headers import normal_header
from xinheng.services.collect import Delivery, import_file
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.connectors import Connector, ConnectorPull, PullState, secret_named
from xinheng.store.organisations import Organisation

TROUBLED = 3
"""Failures in a row after which somebody is told."""
SOON = timedelta(minutes=15)
_BROKEN_OFF = timedelta(minutes=15)
"""How long after its time limit a fetch without an end counts as broken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorOrder:
    """What a connector is to be. ``networks`` as written; ``secret`` is the name of one."""

    organisation: Organisation
    name: str
    kind: str
    feed: str
    url: str
    networks: tuple[str, ...]
    secret: str = ""
    source: str = ""
    cursor_field: str = ""
    cursor_parameter: str = ""
    every_minutes: int = 24 * 60
    max_rows: int = 100_000
    max_seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One fetch to be made: where, with what, from which place on, within which limits."""

    pull: int
    kind: str
    name: str
    source: Source
    networks: tuple[str, ...]
    secret: str
    records: str
    cursor_field: str
    cursor_parameter: str
    cursor: str
    max_rows: int
    max_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came: a file, its columns, how many rows, the highest cursor among them, and whether there is more."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    cursor: str = ""
    more: bool = False


@transaction.atomic
def declare(order: ConnectorOrder, *, actor: User, policy: Policy, now: datetime) -> Connector:
    """Refusal X01 and X02 for an address that will not do, X05 for what cannot be ordered."""
    parse_source(order.url, order.kind)
    networks = parse_networks(order.networks)
    _refuse_order(order, policy)
    connector = Connector.objects.create(
        organisation=order.organisation,
        name=order.name.strip(),
        kind=order.kind,
        feed=order.feed,
        url=order.url.strip(),
        networks=networks,
        secret=order.secret.strip(),
        source=order.source.strip(),
        cursor_field=order.cursor_field.strip(),
        cursor_parameter=order.cursor_parameter.strip(),
        every_minutes=order.every_minutes,
        next_at=now,
        max_rows=order.max_rows,
        max_seconds=order.max_seconds,
        created_by=actor,
        created_at=now,
    )
    payload = {"url": connector.url, "networks": networks, "feed": connector.feed}
    note(
        "connector.declared", now=now, actor=actor, object=f"connector:{connector.public_id}", payload=payload
    )
    return connector


def _refuse_order(order: ConnectorOrder, policy: Policy) -> None:
    feed = policy.feeds.get(order.feed)
    standing = Connector.objects.filter(
        organisation=order.organisation, name=order.name.strip(), ended_at__isnull=True
    )
    needs_parameter = order.kind != DATABASE and order.cursor_field.strip()
    causes = {
        "请填写名称。": not order.name.strip(),
        "请选择数据源。": feed is None or not feed.item,
        "这个单位已有同名的连接器。": standing.exists(),
        "请填写表或视图的名称，最多写到“模式.视图”。": order.kind == DATABASE
        and not 1 <= len([part for part in order.source.split(".") if part.strip()]) <= 2,
        "写了游标字段的，还要写接口的游标参数名。": bool(
            needs_parameter and not order.cursor_parameter.strip()
        ),
        f"间隔应在 {SHORTEST} 分钟到 7 天之间。": not SHORTEST <= order.every_minutes <= LONGEST,
        f"每次行数应在 1 到 {MOST_ROWS} 之间。": not 1 <= order.max_rows <= MOST_ROWS,
        f"时限应在 1 到 {MOST_SECONDS} 秒之间。": not 1 <= order.max_seconds <= MOST_SECONDS,
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal("X05", sentence)


def due(*, now: datetime) -> list[str]:
    """Connectors whose hour has come and that nobody holds."""
    found = Connector.objects.filter(ended_at__isnull=True, held_at__isnull=True, next_at__lte=now)
    return list(found.order_by("next_at", "pk").values_list("public_id", flat=True))


def begin(public_id: str, *, now: datetime) -> Errand | None:
    """Start a fetch; None where it is not due any more or one is under way.

    Refusal X06 where the secret is missing: nothing is asked for without it, and the connector is held.
    """
    pull = _started(public_id, now=now)
    if pull is None:
        return None
    row = pull.connector
    secret = secret_named(row.secret) if row.secret else ""
    if secret is None:
        refusal = Refusal(
            "X06",
            f"密文“{row.secret}”没有登记，没有获取。",
            advice=f"请在服务器上用 xinheng secret {row.secret} 登记，再恢复获取。",
        )
        told = f"{refusal.message}{refusal.advice}"
        _refuse(pull, refusal.code, told, rows=0, batch=None, now=now)
        raise refusal
    return Errand(
        pull=pull.pk,
        kind=row.kind,
        name=row.name,
        source=parse_source(row.url, row.kind),
        networks=tuple(row.networks),
        secret=secret,
        records=row.source,
        cursor_field=row.cursor_field,
        cursor_parameter=row.cursor_parameter,
        cursor=row.cursor,
        max_rows=row.max_rows,
        max_seconds=row.max_seconds,
    )


@transaction.atomic
def _started(public_id: str, *, now: datetime) -> ConnectorPull | None:
    row = Connector.objects.select_for_update().get(public_id=public_id)
    if row.ended_at or row.held_at or row.next_at > now:
        return None
    running = row.pulls.filter(state=PullState.RUNNING).first()
    if running is not None:
        if now - running.started_at < timedelta(seconds=row.max_seconds) + _BROKEN_OFF:
            return None
        _end(running, PullState.FAILED, now=now, code="X08", message="上次获取中断，没有结果。")
    row.next_at = now + timedelta(minutes=row.every_minutes)
    row.save(update_fields=["next_at"])
    return ConnectorPull.objects.create(connector=row, started_at=now)


def take_in(errand: Errand, fetched: Fetched | None, *, policy: Policy, now: datetime) -> ConnectorPull:
    """What was fetched walks the way of every delivery; None: there was nothing new, and nothing said of the columns. A
    source whose columns have changed, or no longer fit the feed, is refused as a whole and held, also without a row."""
    pull = ConnectorPull.objects.select_related("connector__organisation").get(pk=errand.pull)
    row = pull.connector
    if fetched is None:
        return _settle(pull, PullState.NOTHING, now=now)
    if changed := _changed(row, fetched, policy):
        return _refuse(pull, "X07", changed, rows=fetched.rows, batch=None, now=now)
    if not fetched.rows:
        return _settle(pull, PullState.NOTHING, now=now, fetched=fetched)
    delivery = Delivery(policy=policy, organisation=row.organisation, actor=None, now=now, by_machine=True)
    try:
        batch = import_file(fetched.path, delivery, feed=row.feed, name=_file_name(row, fetched))
    except Refusal as refusal:
        return fail(errand, refusal, now=now)
    if batch.state != BatchState.LOADED:
        message = f"{batch.report.get('message') or ''}{batch.report.get('advice') or ''}"
        return _refuse(pull, "X07", message, rows=fetched.rows, batch=batch, now=now)
    repeated = batch.received_at != now
    return _settle(
        pull,
        PullState.NOTHING if repeated else PullState.LOADED,
        now=now,
        batch=None if repeated else batch,
        fetched=fetched,
    )


def _changed(row: Connector, fetched: Fetched, policy: Policy) -> str:
    """What no longer is as it was, as a sentence."""
    feed = policy.feeds.get(row.feed)
    if row.kind != JSON or feed is None:
        return changed_columns(row.columns, fetched.columns)
    columns = (*feed.columns.values(), *feed.details.values())
    here = set(map(normal_header, fetched.columns))
    named = [({normal_header(name) for name in one.headers}, one.required) for one in columns]
    read = set().union(*(names for names, _ in named))
    required = set().union(*(names for names, needed in named if needed and not names & here))
    return changed_fields(
        row.columns,
        fetched.columns,
        read=[name for name in row.columns if normal_header(name) in read],
        required=[name for name in row.columns if normal_header(name) in required],
    )


def _file_name(row: Connector, fetched: Fetched) -> str:
    return f"{row.name}{fetched.path.suffix}"


@transaction.atomic
def _settle(
    pull: ConnectorPull,
    state: PullState,
    *,
    now: datetime,
    batch: Batch | None = None,
    fetched: Fetched | None = None,
) -> ConnectorPull:
    row = Connector.objects.select_for_update().get(pk=pull.connector_id)
    row.failures = 0
    if fetched is not None:
        row.columns = list(dict.fromkeys((*(row.columns if row.kind == JSON else ()), *fetched.columns)))
        row.cursor = fetched.cursor or row.cursor
        if fetched.more:
            row.next_at = now
    row.save(update_fields=["failures", "columns", "cursor", "next_at"])
    pull.batch, pull.rows = batch, fetched.rows if fetched else 0
    payload = {"batch": batch.public_id if batch else None, "rows": pull.rows}
    note("connector.pulled", now=now, object=f"connector:{row.public_id}", payload=payload)
    return _end(pull, state, now=now)


@transaction.atomic
def _refuse(
    pull: ConnectorPull, code: str, message: str, *, rows: int, batch: Batch | None, now: datetime
) -> ConnectorPull:
    """Nothing of it enters; the connector waits for a person."""
    row = Connector.objects.select_for_update().get(pk=pull.connector_id)
    row.held_at, row.held_reason = now, message[:300]
    row.save(update_fields=["held_at", "held_reason"])
    pull.rows, pull.batch = rows, batch
    note("connector.held", now=now, object=f"connector:{row.public_id}", reason=message)
    return _end(pull, PullState.REFUSED, now=now, code=code, message=message)


@transaction.atomic
def fail(errand: Errand, refusal: Refusal, *, now: datetime) -> ConnectorPull:
    """Nothing came; it is tried again soon, after several failures at its hour only."""
    pull = ConnectorPull.objects.get(pk=errand.pull)
    row = Connector.objects.select_for_update().get(pk=pull.connector_id)
    row.failures += 1
    if row.failures < TROUBLED:
        row.next_at = min(row.next_at, now + SOON)
    row.save(update_fields=["failures", "next_at"])
    note("connector.failed", now=now, object=f"connector:{row.public_id}", reason=refusal.message)
    return _end(
        pull, PullState.FAILED, now=now, code=refusal.code, message=f"{refusal.message}{refusal.advice}"
    )


def _end(
    pull: ConnectorPull, state: PullState, *, now: datetime, code: str = "", message: str = ""
) -> ConnectorPull:
    pull.state, pull.ended_at, pull.code, pull.message = state, now, code, message[:500]
    pull.save()
    return pull


def troubled(organisations: frozenset[int]) -> QuerySet[Connector]:
    """Connectors of these organisations that are held or fail again and again."""
    standing = Connector.objects.filter(ended_at__isnull=True, organisation__in=organisations)
    held = Q(held_at__isnull=False) | Q(failures__gte=TROUBLED)
    return standing.filter(held).select_related("organisation").order_by("pk")


@transaction.atomic
def release(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """A person has looked: the columns that come next are taken as the right ones. Refusal X09 without a reason."""
    row = _standing(public_id, reason)
    row.held_at, row.held_reason, row.columns, row.failures, row.next_at = None, "", [], 0, now
    row.save(update_fields=["held_at", "held_reason", "columns", "failures", "next_at"])
    note("connector.released", now=now, actor=actor, object=f"connector:{public_id}", reason=reason)


@transaction.atomic
def fetch_now(public_id: str, *, actor: User, now: datetime) -> None:
    """The next round of the worker fetches it."""
    row = Connector.objects.select_for_update().get(public_id=public_id)
    row.next_at = now
    row.save(update_fields=["next_at"])
    note("connector.asked", now=now, actor=actor, object=f"connector:{public_id}")


@transaction.atomic
def end_connector(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """Nothing is fetched any more. Refusal X09 without a reason."""
    row = _standing(public_id, reason)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    note("connector.ended", now=now, actor=actor, object=f"connector:{public_id}", reason=reason)


def _standing(public_id: str, reason: str) -> Connector:
    row = Connector.objects.select_for_update().get(public_id=public_id)
    if not reason.strip():
        raise Refusal("X09", "请写明理由。")
    if row.ended_at is not None:
        raise Refusal("X10", "这个连接器已经停用。", advice="请刷新页面。")
    return row
