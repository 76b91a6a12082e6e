"""Declared sources from which Xinheng fetches by itself, every fetch of them, and the file of their secrets.

A secret never enters the database: a connector names it, and ``$XINHENG_HOME/secrets.json`` (0600) holds it.
"""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id

_SECRETS = "connectors"


class ConnectorKind(models.TextChoices):
    """How a source answers."""

    DATABASE = "database", "PostgreSQL 数据库（表或视图）"
    JSON = "json", "HTTP 接口（JSON）"
    CSV = "csv", "HTTP 接口（CSV）"


class Connector(models.Model):
    """A source of one organisation for one feed.

    ``url`` holds no secret. ``networks`` are the only addresses it may lead to. ``source`` is the table or view, or
    the path to the records within a JSON answer. ``columns`` are those of the last fetch that was taken, of JSON all
    that were met since a person looked; ``cursor`` the highest value of ``cursor_field`` taken so far. A connector that is held fetches nothing until a person has
    looked at it.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ConnectorKind)
    feed = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    networks = ArrayField(models.CharField(max_length=43))
    secret = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200, blank=True)
    cursor_field = models.CharField(max_length=120, blank=True)
    cursor_parameter = models.CharField(max_length=60, blank=True)
    cursor = models.CharField(max_length=200, blank=True)
    columns = ArrayField(models.CharField(max_length=200), default=list)
    every_minutes = models.IntegerField()
    next_at = models.DateTimeField()
    max_rows = models.IntegerField()
    max_seconds = models.IntegerField()
    failures = models.IntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(ended_at__isnull=True),
                name="connector_name_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=ConnectorKind.values), name="connector_kind_known"),
            models.CheckConstraint(condition=~Q(networks=[]), name="connector_has_networks"),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | ~Q(held_reason=""), name="connector_held_has_reason"
            ),
        ]


class PullState(models.TextChoices):
    """What became of a fetch."""

    RUNNING = "running", "正在获取"
    LOADED = "loaded", "已入库"
    NOTHING = "nothing", "没有新数据"
    REFUSED = "refused", "整批未收"
    FAILED = "failed", "没有取到"


class ConnectorPull(models.Model):
    """One fetch. ``batch`` is the delivery that came of it."""

    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="pulls")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=PullState, default=PullState.RUNNING)
    rows = models.IntegerField(default=0)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="connector_pulls")
    code = models.CharField(max_length=8, blank=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PullState.values), name="connector_pull_state_known"
            ),
            models.UniqueConstraint(
                fields=["connector"], condition=Q(state="running"), name="connector_pull_one_running"
            ),
        ]


def secret_named(name: str) -> str | None:
    """The secret of a connector; None where nobody has entered it."""
    secrets: dict[str, str] = _stored().get(_SECRETS, {})
    return secrets.get(name)


def keep_secret(name: str, value: str) -> None:
    """Enter or replace a secret; an empty one is removed."""
    stored = _stored()
    secrets = {**stored.get(_SECRETS, {}), name: value}
    stored[_SECRETS] = {key: kept for key, kept in sorted(secrets.items()) if kept}
    path = _place()
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(stored, out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


def _place() -> Path:
    home: Path = settings.HOME
    return home / "secrets.json"


def _stored() -> dict[str, Any]:
    path = _place()
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
