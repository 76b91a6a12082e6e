"""What runs by the clock or after a transaction. Every handler may run twice without harm."""

from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from xinheng.services.ledger import seal_events
from xinheng.services.policies import policy_in_force
from xinheng.services.publication import stop_due
from xinheng.services.retention import return_overdue_rows
from xinheng.services.time import day_of

log = structlog.get_logger()

MIDNIGHT = "5 16 * * *"
"""Five past midnight in China; the worker reads its clock in UTC."""
NIGHT = "30 17 * * *"
"""Half past one in the night in China, when what ends with the day has ended."""


@app.periodic(cron="* * * * *")
@app.task(name="seal_ledger", queueing_lock="seal_ledger")
def seal_ledger(timestamp: int) -> None:
    """Seal the ledger's new events."""
    batch = seal_events(now=datetime.now(UTC))
    if batch:
        log.info("ledger_sealed", batch=batch.number, events=batch.size)


@app.task(name="confirm_batch")
def confirm_batch(batch: str, actor: int | None) -> None:
    """Load a large batch that somebody confirmed in the office; a second run finds it loaded."""
    from xinheng.core.refusal import Refusal
    from xinheng.services.collect import Delivery, confirm, give_back
    from xinheng.store.models import Batch, User

    now = datetime.now(UTC)
    row = Batch.objects.select_related("organisation").get(public_id=batch)
    delivery = Delivery(
        policy=policy_in_force(on=day_of(now)),
        organisation=row.organisation,
        actor=User.objects.filter(pk=actor).first() if actor is not None else None,
        now=now,
    )
    try:
        loaded = confirm(batch, delivery)
    except Refusal as refusal:
        if refusal.code != "B01":
            give_back(batch, sentence=f"没有入库：{refusal.message}{refusal.advice}")
        log.warning("batch_refused", batch=batch, code=refusal.code)
        return
    log.info("batch_loaded", batch=batch, accepted=loaded.accepted)


@app.task(name="run_evaluation")
def run_evaluation(model: str, as_of: str, publish: bool, actor: int) -> None:
    """Run a model over a city too large to wait for; a second run repeats the same results."""
    from datetime import date

    from xinheng.core.refusal import Refusal
    from xinheng.services.runs import Order, carry_out, note_refused
    from xinheng.store.models import User

    now, person = datetime.now(UTC), User.objects.get(pk=actor)
    order = Order(model=model, as_of=date.fromisoformat(as_of), publish=publish)
    try:
        run = carry_out(order, actor=person, policy=policy_in_force(on=day_of(now)), now=now)
    except Refusal as refusal:
        note_refused(order, refusal, actor=person, now=now)
        log.warning("evaluation_refused", model=model, code=refusal.code)
        return
    log.info("evaluation_run", model=model, subjects=run.subjects)


@app.periodic(cron="* * * * *")
@app.task(name="refresh_grades", queueing_lock="refresh_grades")
def refresh_grades(timestamp: int = 0) -> None:
    """Grade anew those whose files have changed; asked for with each change, and every minute."""
    from xinheng.services import refresh

    count = refresh.refresh_grades(now=datetime.now(UTC))
    if count:
        log.info("grades_refreshed", subjects=count)


@app.periodic(cron=NIGHT)
@app.task(name="run_night", queueing_lock="run_night")
def run_night(timestamp: int) -> None:
    """Run every model in force for the new day; a model that is refused keeps its results."""
    from xinheng.services import nightly

    now = datetime.now(UTC)
    today = day_of(now)
    night = nightly.run_night(policy=policy_in_force(on=today), as_of=today, now=now)
    log.info("night_run", runs=len(night.runs), refused=night.refused, refreshed=night.refreshed)


@app.periodic(cron=NIGHT)
@app.task(name="watch_risk_order", queueing_lock="watch_risk_order")
def watch_risk_order(timestamp: int) -> None:
    """Try the points table in force on what was visited since; the desk says where it has drifted."""
    from xinheng.services import risk_order

    now = datetime.now(UTC)
    trial = risk_order.watch(policy=policy_in_force(on=day_of(now)), now=now)
    if trial and trial.verdict:
        log.info("risk_order_watched", verdict=trial.verdict.value, visits=trial.visits)


@app.periodic(cron="* * * * *")
@app.task(name="tell_receivers", queueing_lock="tell_receivers")
def tell_receivers(timestamp: int = 0) -> None:
    """Tell everyone who received what has ended, and note who confirmed; asked for with each end, and every minute."""
    from xinheng.services import endings

    now = datetime.now(UTC)
    count = endings.tell_receivers(policy=policy_in_force(on=day_of(now)), now=now)
    if count:
        log.info("receivers_told", endings=count)


@app.periodic(cron=MIDNIGHT)
@app.task(name="escalate_receivers", queueing_lock="escalate_receivers")
def escalate_receivers(timestamp: int) -> None:
    """Hand receivers who did not confirm in time to the credit office."""
    from xinheng.services import endings

    now = datetime.now(UTC)
    today = day_of(now)
    late = endings.escalate_late(policy=policy_in_force(on=today), today=today, now=now)
    if late:
        log.warning("receivers_late", count=late)


@app.periodic(cron="*/5 * * * *")
@app.task(name="tell_results", queueing_lock="tell_results")
def tell_results(timestamp: int) -> None:
    """Write the notices of new results, let be public what was told long enough ago, and ask for what is to be sent."""
    from xinheng.services import notices, results_push

    now = datetime.now(UTC)
    today = day_of(now)
    policy = policy_in_force(on=today)
    written = notices.write_notices(policy=policy, now=now)
    released = notices.release_due(policy=policy, today=today, now=now)
    asked = results_push.ask_for_pushes(today=today)
    if written or released or asked:
        log.info("results_told", written=written, released=released, pushes=asked)


@app.task(name="push_results")
def push_results(subscription: str) -> None:
    """Write the file of one subscriber; a second run sends what is public then."""
    from xinheng.services import results_push

    now = datetime.now(UTC)
    sent = results_push.push(subscription, policy=policy_in_force(on=day_of(now)), now=now)
    if sent is not None:
        log.info("results_pushed", rows=sent.rows, withdrawn=sent.withdrawn)


@app.task(name="try_model")
def try_model(trial: str) -> None:
    """Try a drafted model over a city too large to wait for; a second run finds the report."""
    from xinheng.services.governance import carry_out_trial

    now = datetime.now(UTC)
    done = carry_out_trial(trial, policy=policy_in_force(on=day_of(now)), now=now)
    log.info("model_tried", trial=trial, state=done.state)


@app.task(name="end_results")
def end_results(model: str) -> None:
    """Take the results of a retired model out of force from the day on which it is retired."""
    from xinheng.services import models

    now = datetime.now(UTC)
    ended = models.end_results(model, policy=policy_in_force(on=day_of(now)), now=now)
    log.info("results_ended", model=model, runs=ended)


@app.periodic(cron=MIDNIGHT)
@app.task(name="stop_publications", queueing_lock="stop_publications")
def stop_publications(timestamp: int) -> None:
    """End what has reached the last day of its publication, forget the persons of listings whose term is over, and make the
    files that go upwards of what is public then."""
    from xinheng.services.relations import forget_ended
    from xinheng.services.up_reports import make_reports

    now = datetime.now(UTC)
    count = stop_due(today=day_of(now), now=now)
    forgotten = forget_ended(today=day_of(now), now=now)
    made = make_reports(policy=policy_in_force(on=day_of(now)), now=now)
    log.info("publications_stopped", count=count, forgotten=forgotten, up_reports=len(made))


@app.periodic(cron=NIGHT)
@app.task(name="audit_effects", queueing_lock="audit_effects")
def audit_effects(timestamp: int) -> None:
    """Look whether an effect lives without its ground; what is found stands in the ledger."""
    from xinheng.services import effects_audit

    now = datetime.now(UTC)
    found = effects_audit.audit_and_note(today=day_of(now), now=now)
    if found.orphans:
        log.error("effects_without_ground", count=len(found.orphans))
    log.info("effects_audited", **{f"kind_{place}": count for place, count in enumerate(found.open.values())})


@app.periodic(cron=MIDNIGHT)
@app.task(name="end_consents", queueing_lock="end_consents")
def end_consents(timestamp: int) -> None:
    """End consents that have run out, and all that rests on them."""
    from xinheng.services.consents import end_due_consents

    now = datetime.now(UTC)
    log.info("consents_ended", count=end_due_consents(policy=policy_in_force(on=day_of(now)), now=now))


@app.periodic(cron=MIDNIGHT)
@app.task(name="forget_results", queueing_lock="forget_results")
def forget_results(timestamp: int) -> None:
    """End superseded scores, refreshes and lists of who was graded whose term of keeping is over."""
    from xinheng.services import results_retention

    now = datetime.now(UTC)
    today = day_of(now)
    done = results_retention.forget_results(policy=policy_in_force(on=today), today=today, now=now)
    log.info("results_forgotten", scores=done.scores, refreshes=done.refreshes, files=done.files)


@app.periodic(cron=MIDNIGHT)
@app.task(name="return_rows", queueing_lock="return_rows")
def return_rows(timestamp: int) -> None:
    """Send rows that nobody decided in time back to their senders."""
    now = datetime.now(UTC)
    today = day_of(now)
    count = return_overdue_rows(policy=policy_in_force(on=today), today=today, now=now)
    log.info("rows_returned", count=count)


@app.periodic(cron=MIDNIGHT)
@app.task(name="follow_calendar", queueing_lock="follow_calendar")
def follow_calendar(timestamp: int) -> None:
    """Move running terms that were computed with an older calendar: a release may have brought a year."""
    from xinheng.services import calendars, policies

    count = calendars.follow_calendar(policy=policies.policy_in_force(on=day_of(datetime.now(UTC))))
    log.info("terms_followed", count=count)


@app.periodic(cron=MIDNIGHT)
@app.task(name="watch_cases", queueing_lock="watch_cases")
def watch_cases(timestamp: int) -> None:
    """Take the steps of terms that are over, remind officers and enterprises, and forget wrong codes of earlier days."""
    from xinheng.services import case_deadlines, case_lookup, policies, repair_reminders, repair_results

    now = datetime.now(UTC)
    policy = policies.policy_in_force(on=day_of(now))
    over = case_deadlines.run_out(
        policy=policy,
        now=now,
        refused=lambda case, refusal: log.warning("step_refused", case=case, code=refusal.code),
    )
    over += repair_results.settle_ended(policy=policy, now=now)
    reminded = case_deadlines.remind(policy=policy, now=now)
    soon = repair_reminders.write_reminders(policy=policy, now=now)
    forgotten = case_lookup.forget_failures(now=now)
    log.info("cases_watched", over=over, reminded=reminded, repairs_soon=soon, forgotten=forgotten)


@app.periodic(cron="* * * * *")
@app.task(name="count_deliveries", queueing_lock="count_deliveries")
def count_deliveries(timestamp: int) -> None:
    """Count what was loaded or decided since, link what came again, and find where departments disagree."""
    from xinheng.services import quality

    count = quality.count_batches(now=datetime.now(UTC))
    if count:
        log.info("deliveries_counted", batches=count)


@app.periodic(cron=MIDNIGHT)
@app.task(name="count_subjects", queueing_lock="count_subjects")
def count_subjects(timestamp: int) -> None:
    """Count the subjects that each item covers, by place and kind."""
    from xinheng.services import quality

    log.info("subjects_counted", lines=quality.count_subjects(now=datetime.now(UTC)))


@app.periodic(cron=MIDNIGHT)
@app.task(name="remind_departments", queueing_lock="remind_departments")
def remind_departments(timestamp: int) -> None:
    """Write down which departments are reminded of what is due or overdue; their desks show it."""
    from xinheng.services.statements import remind
    from xinheng.store.models import Organisation

    now = datetime.now(UTC)
    units = Organisation.objects.order_by("pk")
    fresh = remind(units, policy=policy_in_force(on=day_of(now)), now=now)
    log.info("departments_reminded", items=len(fresh))


@app.periodic(cron=NIGHT)
@app.task(name="propose_joints", queueing_lock="propose_joints")
def propose_joints(timestamp: int) -> None:
    """Propose visits of several organs at one place as one; end what came to nothing."""
    from xinheng.services import joint_checks

    now = datetime.now(UTC)
    made = joint_checks.propose_joints(policy=policy_in_force(on=day_of(now)), now=now)
    log.info("joints_proposed", tasks=made.tasks, proposed=made.proposed, ended=made.ended)


@app.periodic(cron=NIGHT)
@app.task(name="sweep_codes", queueing_lock="sweep_codes")
def sweep_codes(timestamp: int) -> None:
    """Look for wrong and duplicate codes in the whole set; the work-lists of registrars follow."""
    from xinheng.services.code_issues import sweep_codes as sweep
    from xinheng.store.models import Organisation

    now = datetime.now(UTC)
    if Organisation.objects.exists():
        swept = sweep(policy=policy_in_force(on=day_of(now)), now=now)
        log.info("codes_swept", found=swept.found, added=swept.added, cleared=swept.cleared)


@app.periodic(cron=MIDNIGHT)
@app.task(name="end_listings", queueing_lock="end_listings")
def end_listings(timestamp: int) -> None:
    """End entries on lists whose term is over, with all that rests on them."""
    from xinheng.services.listings_entries import end_due

    now = datetime.now(UTC)
    today = day_of(now)
    log.info("listings_ended", count=end_due(policy=policy_in_force(on=today), today=today, now=now))


@app.periodic(cron=NIGHT)
@app.task(name="screen_lists", queueing_lock="screen_lists")
def screen_lists(timestamp: int) -> None:
    """Compare lists that others decide with what the city has given; a person looks at each hit."""
    from xinheng.services.list_screening import screen_all
    from xinheng.services.policies import policy_in_force

    now = datetime.now(UTC)
    done = screen_all(policy=policy_in_force(on=day_of(now)), now=now)
    log.info("lists_screened", found=done.found, ended=done.ended)


@app.periodic(cron="*/5 * * * *")
@app.task(name="screen_deliveries", queueing_lock="screen_deliveries")
def screen_deliveries(timestamp: int = 0) -> None:
    """The same for what was delivered within the last hour."""
    from xinheng.services.list_screening import screen_recent
    from xinheng.services.policies import policy_in_force

    now = datetime.now(UTC)
    found = screen_recent(policy=policy_in_force(on=day_of(now)), now=now)
    if found:
        log.info("deliveries_screened", found=found)


@app.task(name="follow_listings")
def follow_listings(ended: list[int]) -> None:
    """Bring records and cases after entries that have ended; a second run finds nothing left."""
    from xinheng.services.listings_entries import follow_ended

    now = datetime.now(UTC)
    follow_ended(ended, policy=policy_in_force(on=day_of(now)), now=now)


@app.task(name="follow_measures")
def follow_measures(ended: list[int]) -> None:
    """Tell everybody to stop and close the cases of measures that have ended; a second run adds nothing."""
    from xinheng.services.measures_ending import follow_ended

    now = datetime.now(UTC)
    log.info("measures_followed", told=follow_ended(ended, policy=policy_in_force(on=day_of(now)), now=now))


@app.periodic(cron=MIDNIGHT)
@app.task(name="send_measure_list", queueing_lock="send_measure_list")
def send_measure_list(timestamp: int) -> None:
    """Send departments the list of measures where a version is new or its time has come again."""
    from xinheng.services.measures_sent import send_list

    now = datetime.now(UTC)
    log.info("measure_list_sent", units=send_list(policy=policy_in_force(on=day_of(now)), now=now))


@app.periodic(cron=MIDNIGHT)
@app.task(name="end_measures", queueing_lock="end_measures")
def end_measures(timestamp: int) -> None:
    """End measures whose last day is over."""
    from xinheng.services.measures_ending import end_due

    now = datetime.now(UTC)
    log.info("measures_ended", count=end_due(policy=policy_in_force(on=day_of(now)), now=now))


@app.task(name="follow_campaign_lines")
def follow_campaign_lines(ended: list[int]) -> None:
    """Tell enterprises that they are in a campaign no more; a second run tells nobody."""
    from xinheng.services.campaigns_told import tell_ended

    log.info("campaign_lines_followed", told=tell_ended(ended, now=datetime.now(UTC)))


@app.periodic(cron=MIDNIGHT)
@app.task(name="end_campaigns", queueing_lock="end_campaigns")
def end_campaigns(timestamp: int) -> None:
    """End campaigns whose last day is over, with all their lines."""
    from xinheng.services.campaigns import end_due
    from xinheng.services.policies import policy_in_force

    now = datetime.now(UTC)
    log.info("campaigns_ended", count=end_due(policy=policy_in_force(on=day_of(now)), now=now))


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: Any, timestamp: int) -> None:
    """Put jobs of workers that died back into the queue; those for which another of the same lock waits there are given up."""
    for job in await app.job_manager.get_stalled_jobs():
        waiting = ProcrastinateJob.objects.filter(status="todo", queueing_lock=job.queueing_lock)
        given_up = bool(job.queueing_lock) and await waiting.aexists()
        try:
            if given_up:
                await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            else:
                await app.job_manager.retry_job(job)
        except ConnectorException as error:
            log.warning("stalled_job_left", job=job.id, task=job.task_name, error=type(error).__name__)
        else:
            log.info("stalled_job", job=job.id, task=job.task_name, given_up=given_up)
