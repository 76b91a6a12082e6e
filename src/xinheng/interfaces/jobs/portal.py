"""What is done by the clock for the portal: open data, and the words by which names are found."""

from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from xinheng.interfaces.jobs.tasks import NIGHT
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of

log = structlog.get_logger()


@app.periodic(cron=NIGHT)
@app.task(name="publish_open_data", queueing_lock="publish_open_data")
def publish_open_data(timestamp: int) -> None:
    """Take the daily snapshot of everything public; the files of the day before are gone with it."""
    from xinheng.services import open_tables

    now = datetime.now(UTC)
    release = open_tables.publish_snapshot(policy=policy_in_force(on=day_of(now)), now=now)
    log.info("open_data_published", edition=release.edition, last=release.last)


@app.periodic(cron="* * * * *")
@app.task(name="keep_open_data", queueing_lock="keep_open_data")
def keep_open_data(timestamp: int) -> None:
    """Number what was touched, and take what has ended out of the files, which are not handed out until then."""
    from xinheng.services import open_tables
    from xinheng.services.open_tables_changes import number_touches

    now = datetime.now(UTC)
    if count := number_touches(now=now):
        log.info("open_data_numbered", changes=count)
    open_tables.clean_snapshot(policy=policy_in_force(on=day_of(now)), now=now)


@app.periodic(cron=NIGHT)
@app.task(name="cut_names_again", queueing_lock="cut_names_again")
def cut_names_again(timestamp: int) -> None:
    """Cut the names of enterprises that were cut for the search in another way than today; every worker begins with it."""
    from xinheng.services import loading

    if count := loading.cut_names_again():
        log.info("names_cut_again", count=count)
