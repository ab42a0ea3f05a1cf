"""From a brake to a person and on: what a stopped run keeps, and what is done once somebody lets it go on."""

from typing import Any

import pytest
from celery import current_app

from customer360.models import ServiceAgreement, User
from sync import operations, tasks
from sync.models import SyncRun
from sync.selectors import waits_for_a_person
from tests.sync.support import Ccb, contents, run_one

pytestmark = pytest.mark.usefixtures("mirror")

STREAM = "ccb.service-agreements"
REASON = "Ten test agreements were deleted on purpose."


@pytest.fixture
def stopped(ccb: Ccb) -> SyncRun:
    """A run that was stopped: ten agreements are gone from CC&B."""
    for agreement in ServiceAgreement.objects.order_by("pk").values_list("pk", flat=True)[:10]:
        ccb.control.delete("CI_SA", {"SA_ID": agreement})
    run, _ = run_one(STREAM)
    return run


def test_a_stopped_run_keeps_the_figures_it_met(stopped: SyncRun) -> None:
    held = ServiceAgreement.objects.filter(removed_at=None).count()
    stopped.refresh_from_db()
    assert stopped.state == SyncRun.State.STOPPED
    assert (stopped.held, stopped.gone) == (held, 10)
    assert 0 < stopped.read <= held - 10 + 1 and stopped.written == 0


def test_what_a_person_lets_go_on_is_done_once_the_worker_was_told(
    stopped: SyncRun, django_capture_on_commit_callbacks: Any
) -> None:
    actor = User.objects.create_user("max")
    before = contents(but=())
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()
        with django_capture_on_commit_callbacks(execute=True):
            operations.let_go_on(stopped.pk, reason=REASON, actor=actor)
        message = queue.get_nowait()
        message.ack()
        queue.close()
    assert contents(but=()) == before, "nothing is written before the worker runs"
    tasks.run_stream(**message.payload[1])
    run = SyncRun.objects.filter(stream=STREAM).latest("started_at")
    assert (run.state, run.removed, run.mode) == (SyncRun.State.DONE, 10, SyncRun.Mode.FULL)
    assert (run.requested_by, run.accepted_brake) == ("max", REASON)
    stopped.refresh_from_db()
    assert (stopped.accepted_by, stopped.accepted_brake) == ("max", REASON)


def test_what_a_later_run_has_settled_cannot_be_let_go_on(stopped: SyncRun) -> None:
    run_one(STREAM, accepted_brake="Somebody at the server said so.")
    with pytest.raises(operations.NotStarted, match="waits for no decision any more"):
        operations.let_go_on(stopped.pk, reason=REASON, actor=User.objects.create_user("max"))
    stopped.refresh_from_db()
    assert stopped.accepted_by == ""


def test_more_removals_than_were_accepted_stop_again_with_both_figures(ccb: Ccb, stopped: SyncRun) -> None:
    before = contents(but=())
    agreement = ServiceAgreement.objects.order_by("-pk").values_list("pk", flat=True)[0]
    ccb.control.delete("CI_SA", {"SA_ID": agreement})
    run, _ = run_one(STREAM, accepted_brake=REASON, accepted_removals=stopped.gone)
    assert (run.state, run.gone, run.accepted_removals) == (SyncRun.State.STOPPED, 11, 10)
    assert "10 removals had been accepted, now 11 are to be decided" in run.message
    assert contents(but=()) == before
    assert waits_for_a_person(run), "a person decides anew"
    assert operations.let_go_on(run.pk, reason=REASON, actor=User.objects.create_user("max")).gone == 11


def test_a_reason_accepts_nothing_that_nobody_was_shown(ccb: Ccb) -> None:
    for agreement in ServiceAgreement.objects.order_by("pk").values_list("pk", flat=True)[:10]:
        ccb.control.delete("CI_SA", {"SA_ID": agreement})
    first, _ = run_one(STREAM, accepted_brake=REASON)
    assert (first.state, first.accepted_removals) == (SyncRun.State.STOPPED, 0)
    second, _ = run_one(STREAM, accepted_brake=REASON)
    assert (second.state, second.removed, second.accepted_removals) == (SyncRun.State.DONE, 10, 10)


def test_a_source_that_then_gives_nothing_is_not_what_was_accepted(ccb: Ccb, stopped: SyncRun) -> None:
    ccb.control.connection.execute("DELETE FROM CI_SA")
    ccb.control.connection.commit()
    run, _ = run_one(STREAM, accepted_brake=REASON)
    assert (run.state, run.read, run.accepted_removals) == (SyncRun.State.STOPPED, 0, 10)
