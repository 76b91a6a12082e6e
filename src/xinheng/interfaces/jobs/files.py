"""What runs by the clock over files: destroyed in time, looked at for viruses, cleared of their makers."""

from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from xinheng.interfaces.jobs.tasks import MIDNIGHT
from xinheng.services.policies import policy_in_force
from xinheng.services.retention import (
    destroy_expired_files,
    forget_answers,
    forget_pulls,
    forget_readings,
    forget_returned_rows,
    give_up_previews,
)
from xinheng.services.time import day_of

log = structlog.get_logger()


@app.periodic(cron=MIDNIGHT)
@app.task(name="destroy_files", queueing_lock="destroy_files")
def destroy_files(timestamp: int) -> None:
    """Give up previews that nobody confirmed, destroy files, and empty rows that were refused or sent back, whose
    term of keeping is over."""
    from xinheng.services.attachments_ended import forget_cancelled
    from xinheng.services.day_counts import forget_day_counts
    from xinheng.services.leads import forget_leads

    now = datetime.now(UTC)
    today = day_of(now)
    policy = policy_in_force(on=today)
    log.info("previews_given_up", count=give_up_previews(policy=policy, today=today, now=now))
    log.info("attachments_of_batches_given_up", count=forget_cancelled(now=now))
    log.info("files_destroyed", count=destroy_expired_files(today=today, now=now))
    emptied = forget_returned_rows(policy=policy, today=today, now=now)
    log.info("rows_emptied", count=emptied)
    answers = forget_answers(policy=policy, today=today, now=now)
    log.info("answers_emptied", count=answers, pulls=forget_pulls(policy=policy, today=today, now=now))
    log.info("leads_emptied", count=forget_leads(policy=policy, today=today, now=now))
    log.info("day_counts_forgotten", count=forget_day_counts(today=today))
    log.info("readings_forgotten", count=forget_readings(policy=policy, today=today, now=now))


@app.periodic(cron="* * * * *")
@app.task(name="check_attachments", queueing_lock="check_attachments")
def check_attachments(timestamp: int) -> None:
    """Have new attachments, files of articles and reports of the province looked at by the virus scanner, where one is declared."""
    from django.conf import settings

    from xinheng.interfaces.jobs.clamd import check_waiting

    if settings.CLAMD:
        checked = check_waiting(settings.CLAMD, now=datetime.now(UTC))
        if checked:
            log.info("attachments_checked", count=checked)


@app.periodic(cron="*/5 * * * *")
@app.task(name="clear_article_files", queueing_lock="clear_article_files")
def clear_article_files(timestamp: int) -> None:
    """Clear files of articles that were stored before files were looked into for their makers; nobody sees them until then."""
    from xinheng.services.article_clearing import clear_waiting

    now = datetime.now(UTC)
    done = clear_waiting(policy=policy_in_force(on=day_of(now)), now=now)
    if any(done.values()):
        log.info("article_files_cleared", **done)
