"""How an alert reaches people: once, in its time, retried where it certainly failed, and never lost with a broker."""

import hmac
import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from sync import alerts, tasks
from sync.alerts import delivery
from sync.alerts.transports import may_post_to
from sync.models import AlertChannel, AlertDelivery, AlertEvent
from tests.sync.alerts.channels import make_channel
from tests.sync.alerts.conftest import SECRET
from tests.sync.alerts.receivers import MailServer, Webhook
from tests.sync.runs import CUSTOMERS, State, make_rejection, make_run

pytestmark = pytest.mark.django_db

Make = Callable[..., AlertChannel]
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/New_York"))


def fail(stream: str = CUSTOMERS) -> None:
    make_run(stream, state=State.FAILED)


def states() -> list[str]:
    """How the deliveries stand, in the order of their making."""
    return list(AlertDelivery.objects.order_by("pk").values_list("state", flat=True))


def test_the_task_tells_by_mail_and_by_webhook_and_repeats_neither(
    by_mail: Make, by_hook: Make, mail: MailServer, hook: Webhook, settings: Settings
) -> None:
    settings.PORTAL_URL = "https://portal.utility.example/"
    by_mail(addresses="ops@utility.example\nnight@utility.example"), by_hook()
    fail()
    tasks.tell_alerts()
    tasks.tell_alerts()
    (message,), ((headers, body),) = mail.messages, hook.received
    assert message["Subject"] == "Customer360: Customers failed"
    assert message["To"] == "ops@utility.example, night@utility.example"
    assert message["From"] == "portal@utility.example"
    run = AlertEvent.objects.get().run
    text = message.get_payload(decode=True).decode()
    assert "Customers: the run that ended" in text and f"https://portal.utility.example/sync/runs/{run}" in text
    told = json.loads(body)
    assert [event["id"] for event in told["events"]] == [str(AlertEvent.objects.get().pk)]
    signed = hmac.new(SECRET.encode(), headers["X-Customer360-Timestamp"].encode() + b"." + body, sha256).hexdigest()
    assert headers["X-Customer360-Signature"] == f"v1={signed}"
    assert states() == ["sent", "sent"]


def test_while_secrets_change_over_a_message_is_signed_with_each(
    by_hook: Make, hook: Webhook, settings: Settings
) -> None:
    settings.ALERT_WEBHOOK_SECRETS = ["new", "old"]
    by_hook()
    fail()
    tasks.tell_alerts()
    ((headers, body),) = hook.received
    text = headers["X-Customer360-Timestamp"].encode() + b"." + body
    wanted = ", ".join(f"v1={hmac.new(key, text, sha256).hexdigest()}" for key in (b"new", b"old"))
    assert headers["X-Customer360-Signature"] == wanted


def test_what_happens_together_is_told_in_one_message(by_mail: Make, mail: MailServer) -> None:
    by_mail()
    for stream in (CUSTOMERS, "ccb.bills", "ccb.notes"):
        fail(stream)
    tasks.tell_alerts()
    (message,) = mail.messages
    assert message["Subject"] == "Customer360: 3 alerts (3 failed)"
    assert states() == ["sent"] * 3


def test_a_channel_is_told_only_what_it_wants(by_mail: Make) -> None:
    channel = by_mail(events=["failed", "rejected"], streams=[CUSTOMERS], rejected_rows=5)
    wanted = AlertEvent(kind="failed", stream=CUSTOMERS)
    assert channel.wants(wanted)
    assert not channel.wants(AlertEvent(kind="failed", stream="ccb.bills"))
    assert not channel.wants(AlertEvent(kind="recovered", stream=CUSTOMERS))
    for rows, is_told in ((4, False), (5, True)):
        assert channel.wants(AlertEvent(kind="rejected", stream=CUSTOMERS, figures={"rows": rows})) == is_told


def test_a_channel_that_is_off_is_told_nothing_and_nothing_waits_for_it(by_mail: Make, mail: MailServer) -> None:
    channel = by_mail(is_enabled=False)
    fail()
    tasks.tell_alerts()
    channel.is_enabled = True
    channel.save()
    tasks.tell_alerts()
    assert (mail.messages, states()) == ([], [])


def test_rows_rejected_below_the_threshold_are_no_alert(by_mail: Make, mail: MailServer) -> None:
    by_mail(rejected_rows=3)
    run = make_run(rejected=2)
    make_rejection(first_run=run.pk), make_rejection(first_run=run.pk)
    tasks.tell_alerts()
    assert mail.messages == []


# Failing to tell


def test_a_refusal_is_tried_again_with_growing_waits_and_then_told_once(by_mail: Make, mail: MailServer) -> None:
    by_mail()
    fail()
    now = timezone.now()
    alerts.watch(now)
    mail.refuses = True
    waits = []
    for _ in range(4):
        assert alerts.send(now) == 0
        row = AlertDelivery.objects.get()
        assert (row.state, row.last_error) == ("waiting", "The mail server refused the message: code 451.")
        waits.append((row.due_at - now).total_seconds() / 60)
        assert alerts.send(row.due_at - timedelta(seconds=1)) == 0 and AlertDelivery.objects.get().attempts == len(
            waits
        )
        now = row.due_at
    assert waits == [1, 2, 4, 8]
    mail.refuses = False
    assert alerts.send(now) == 1
    assert alerts.send(now + timedelta(days=1)) == 0
    assert len(mail.messages) == 1


def test_after_the_last_attempt_it_is_given_up_until_a_person_sends_it_again(by_hook: Make, hook: Webhook) -> None:
    by_hook()
    fail()
    now = timezone.now()
    alerts.watch(now)
    hook.answer = 500
    for _ in range(delivery.ATTEMPTS + 2):
        alerts.send(now)
        now += delivery.LONGEST_WAIT
    row = AlertDelivery.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("failed", delivery.ATTEMPTS, "The webhook answered 500.")
    assert len(hook.received) == delivery.ATTEMPTS
    hook.answer = 200
    assert alerts.send_again(AlertDelivery.objects.all()) == 1
    assert alerts.send(timezone.now()) == 1
    assert alerts.send_again(AlertDelivery.objects.all()) == 0, "what was sent is sent"


def test_a_server_that_is_not_there_is_said_to_be_so(by_mail: Make, by_hook: Make, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    by_mail(), by_hook(addresses="http://127.0.0.1:1/")
    fail()
    tasks.tell_alerts()
    errors = sorted(AlertDelivery.objects.values_list("last_error", flat=True))
    assert errors == [
        "The mail server cannot be reached: Connection refused.", "The webhook cannot be reached: Connection refused.",
    ]  # fmt: skip
    assert states() == ["waiting", "waiting"]


def test_an_email_that_perhaps_went_out_is_not_sent_twice(by_mail: Make, mail: MailServer) -> None:
    by_mail()
    fail()
    alerts.watch()
    mail.hangs_up = True
    alerts.send()
    mail.hangs_up = False
    alerts.send(timezone.now() + timedelta(days=1))
    assert len(mail.received) == 1
    row = AlertDelivery.objects.get()
    assert row.state == "unknown"
    assert row.last_error.startswith("The mail server went silent over the message:")


def test_a_webhook_that_went_silent_is_sent_the_event_again_under_the_same_id(by_hook: Make, hook: Webhook) -> None:
    by_hook()
    fail()
    alerts.watch()
    hook.hangs_up = True
    alerts.send()
    hook.hangs_up = False
    alerts.send(timezone.now() + timedelta(days=1))
    ids = {event["id"] for _, body in hook.received for event in json.loads(body)["events"]}
    assert (len(hook.received), len(ids), states()) == (2, 1, ["sent"])


@pytest.mark.parametrize(("kind", "then"), [("email", "unknown"), ("webhook", "sent")])
def test_a_message_whose_process_was_killed_is_settled(
    by_mail: Make, by_hook: Make, mail: MailServer, hook: Webhook, kind: str, then: str
) -> None:
    {"email": by_mail, "webhook": by_hook}[kind]()
    fail()
    now = timezone.now()
    alerts.watch(now)
    AlertDelivery.objects.update(state="sending", claimed_at=now, attempts=1)
    alerts.send(now + timedelta(minutes=9))
    assert states() == ["sending"], "it may still be on its way"
    alerts.send(now + timedelta(minutes=11))
    assert states() == [then]
    assert (len(mail.received), len(hook.received)) == (0, 1 if kind == "webhook" else 0)


def test_a_wiped_broker_delays_an_alert_and_loses_none(by_mail: Make, mail: MailServer) -> None:
    """No task ran for hours; the rows are there, and the next task tells all of them once."""
    by_mail()
    make_run(state=State.FAILED, hours_ago=30), make_run(hours_ago=20), make_run("ccb.bills", state=State.FAILED)
    tasks.tell_alerts()
    (message,) = mail.messages
    assert message["Subject"] == "Customer360: 3 alerts (2 failed, 1 recovered)"


def test_a_redirect_is_not_followed(by_hook: Make, hook: Webhook) -> None:
    by_hook()
    hook.answer = 302
    fail()
    tasks.tell_alerts()
    assert len(hook.received) == 1
    assert AlertDelivery.objects.get().last_error == "The webhook answered 302."


def test_a_webhook_is_sent_nothing_without_a_secret(by_hook: Make, hook: Webhook, settings: Settings) -> None:
    settings.ALERT_WEBHOOK_SECRETS = []
    by_hook()
    fail()
    tasks.tell_alerts()
    assert hook.received == []
    assert "ALERT_WEBHOOK_SECRETS is not set" in AlertDelivery.objects.get().last_error


def test_only_https_leaves_a_server(settings: Settings) -> None:
    settings.DEBUG = False
    addresses = ("https://a.example/x", "http://a.example", "file:///etc/passwd", "ftp://a", "https://", "a.example")
    assert [may_post_to(address) for address in addresses] == [True, False, False, False, False, False]


# In its time


@pytest.mark.parametrize(
    ("begins", "ends", "now", "opens"),
    [
        (22, 6, "23:30", "06:00 +1"), (22, 6, "05:59", "06:00"), (22, 6, "06:00", "06:00"), (22, 6, "21:59", "21:59"),
        (22, 6, "22:00", "06:00 +1"), (12, 13, "12:30", "13:00"), (12, 13, "13:00", "13:00"),
        (12, 13, "11:00", "11:00"), (None, None, "03:00", "03:00"), (7, 7, "07:00", "07:00"),
    ],
)  # fmt: skip
def test_a_quiet_time_ends_when_it_says(begins: int | None, ends: int | None, now: str, opens: str) -> None:
    quiet = {
        "quiet_from": None if begins is None else time(begins),
        "quiet_until": None if ends is None else time(ends),
    }
    clock, _, days = opens.partition(" +")
    at = [NOON.replace(hour=int(text[:2]), minute=int(text[3:])) for text in (now, clock)]
    assert AlertChannel(**quiet).open_at(at[0]) == at[1] + timedelta(days=int(days or 0))


def test_what_happens_in_the_quiet_time_is_told_after_it_in_one_message(by_mail: Make, mail: MailServer) -> None:
    by_mail(quiet_from=time(22), quiet_until=time(6))
    night = NOON.replace(hour=23)
    for hours, stream in enumerate((CUSTOMERS, "ccb.bills")):
        fail(stream)
        alerts.watch(night + timedelta(hours=hours))
        assert alerts.send(night + timedelta(hours=hours)) == 0
    assert alerts.send(NOON.replace(hour=6) + timedelta(days=1)) == 2
    assert [message["Subject"] for message in mail.messages] == ["Customer360: 2 alerts (2 failed)"]


def test_a_digest_waits_from_the_first_event_and_tells_all(by_mail: Make, mail: MailServer) -> None:
    by_mail(gather_minutes=30)
    for minutes, stream in ((0, CUSTOMERS), (29, "ccb.bills")):
        fail(stream)
        alerts.watch(NOON + timedelta(minutes=minutes))
        assert alerts.send(NOON + timedelta(minutes=minutes)) == 0
    assert alerts.send(NOON + timedelta(minutes=30)) == 2
    assert len(mail.messages) == 1


@pytest.mark.parametrize("address", ["https://hooks.example/é", "https://hooks..example/a", "https://[::1/"])
def test_an_address_that_cannot_be_posted_to_keeps_no_other_channel_from_being_told(
    by_mail: Any, mail: Any, settings: Any, address: str
) -> None:
    settings.ALERT_WEBHOOK_SECRETS = ["s"]
    make_channel("a pager", "webhook", address)
    by_mail()
    fail()
    tasks.tell_alerts()
    assert len(mail.messages) == 1
