"""Channels in admin: what is refused, who may do what, the test alert, and sending again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import AlertChannel, AlertDelivery, AlertEvent
from tests.factories import make_user
from tests.sync.alerts.receivers import MailServer, Webhook

pytestmark = pytest.mark.django_db

Make = Callable[..., AlertChannel]
CHANNELS = reverse("admin:sync_alertchannel_changelist")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def administrator(client: Client) -> Client:
    """The client as an administrator."""
    client.force_login(make_user(role="administrator", is_staff=True), backend=BACKEND)
    return client


def given(**values: Any) -> dict[str, Any]:
    """The form of a channel by e-mail."""
    form = {
        "name": "operators", "kind": "email", "addresses": "ops@utility.example\nnight@utility.example",
        "events": ["failed", "stopped"], "streams": ["ccb.customers"], "rejected_rows": "5", "gather_minutes": "0",
        "is_enabled": "on", "quiet_from": "", "quiet_until": "",
    }  # fmt: skip
    return form | values


def test_an_administrator_makes_a_channel_whose_history_is_kept(administrator: Client) -> None:
    assert administrator.post(reverse("admin:sync_alertchannel_add"), given()).status_code == 302
    channel = AlertChannel.objects.get()
    assert channel.address_list == ["ops@utility.example", "night@utility.example"]
    assert (channel.events, channel.streams, channel.rejected_rows) == (["failed", "stopped"], ["ccb.customers"], 5)
    assert channel.history.count() == 1
    assert "Customers" in administrator.get(CHANNELS).content.decode()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"addresses": "ops@utility.example\nnobody"}, "nobody is no e-mail address. Write one a line."),
        ({"kind": "webhook", "addresses": "ftp://hooks.example/a"}, "A webhook has one address"),
        ({"kind": "webhook", "addresses": "https://a.example https://b.example"}, "A webhook has one address"),
        ({"quiet_from": "22:00"}, "A quiet time has a beginning and an end."),
        ({"events": []}, "This field is required."),
        ({"streams": ["no.such"]}, "no.such is not one of the available choices"),
    ],
)
def test_a_channel_that_could_tell_nobody_is_refused(administrator: Client, values: dict[str, Any], told: str) -> None:
    answer = administrator.post(reverse("admin:sync_alertchannel_add"), given(**values))
    assert told in answer.content.decode()
    assert not AlertChannel.objects.exists()


def test_a_test_alert_is_sent_at_once_and_its_outcome_told(
    administrator: Client, by_mail: Make, by_hook: Make, mail: MailServer, hook: Webhook
) -> None:
    hook.answer = 500
    chosen = [by_mail(events=["late"]).pk, by_hook().pk]
    form = {"action": "send_a_test_alert", "_selected_action": chosen}
    html = administrator.post(CHANNELS, form, follow=True).content.decode()
    assert "The test alert over operators was sent." in html
    assert "The test alert over pager was not sent. The webhook answered 500. The sync is as it was." in html
    assert mail.messages[0]["Subject"] == "Customer360: a test alert"
    assert sorted(AlertDelivery.objects.values_list("state", flat=True)) == ["failed", "sent"]


def test_what_was_given_up_is_sent_again_by_whoever_may_change_channels(administrator: Client, by_mail: Make) -> None:
    channel = by_mail()
    event = AlertEvent.objects.create(kind="failed", stream="ccb.bills", key="x", happened_at="2026-11-24T00:00Z")
    delivery = AlertDelivery.objects.create(channel=channel, event=event, state="failed", due_at="2026-11-24T00:00Z")
    address = reverse("admin:sync_alertdelivery_changelist")
    form = {"action": "send_again", "_selected_action": [delivery.pk]}
    onlooker = Client()
    onlooker.force_login(make_user(role="auditor", is_staff=True), backend=BACKEND)
    onlooker.post(address, form)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "will be sent within a minute" in administrator.post(address, form, follow=True).content.decode()
    delivery.refresh_from_db()
    assert delivery.state == "waiting"


def test_nobody_else_has_pages_of_channels(client_as: Callable[..., Client], by_mail: Make) -> None:
    channel = by_mail()
    for role in ("rep", "manager", "executive", "auditor"):
        client = client_as(role, is_staff=True)
        for address in (CHANNELS, reverse("admin:sync_alertchannel_change", args=[channel.pk])):
            assert client.get(address).status_code == 403
