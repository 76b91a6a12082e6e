"""Jobs of workers that died are done again, once."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from xinheng.interfaces.jobs.tasks import retry_stalled_jobs

pytestmark = pytest.mark.django_db

DEAD = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
JOB = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, status, worker_id)"
    " VALUES ('default', 'count_deliveries', 0, %s, %s, %s) RETURNING id"
)


def a_job(status: str, worker: int | None, *, lock: str | None = "count_deliveries") -> int:
    return _told(JOB, lock, status, worker)


def status_of(job: int) -> str:
    return str(_told("SELECT status FROM procrastinate_jobs WHERE id = %s", job))


def _told(statement: str, *given: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]


def test_jobs_of_dead_workers_wait_again_and_only_one_of_each_lock() -> None:
    dead = _told(DEAD)
    one, other, free = a_job("doing", dead), a_job("doing", dead), a_job("doing", dead, lock=None)
    async_to_sync(retry_stalled_jobs.func)(None, 0)
    assert sorted([status_of(one), status_of(other)]) == ["failed", "todo"]
    assert status_of(free) == "todo"


def test_a_job_of_a_dead_worker_is_given_up_where_its_successor_waits() -> None:
    successor = a_job("todo", None)
    stalled = a_job("doing", _told(DEAD))
    async_to_sync(retry_stalled_jobs.func)(None, 0)
    assert (status_of(stalled), status_of(successor)) == ("failed", "todo")
