"""The connection to CC&B in admin: one form with its history, and a trial that says what it found."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customer360.roles import install_roles
from sync.models import CcbConnection
from sync.simulators.ccb.faults import OPTIONS
from sync.systems.ccb.trial import Found, Trial, clock_advice, try_connection
from tests.factories import make_user
from tests.sync.support import Ccb

pytestmark = pytest.mark.django_db

SECRET = "not-for-anybody-s-eyes"
LIST, ADD, TRY = (reverse(f"admin:sync_ccbconnection_{page}") for page in ("changelist", "add", "test"))
CHANGE = reverse("admin:sync_ccbconnection_change", args=[CcbConnection.SINGLE])


@pytest.fixture
def administrator(client: Client) -> Client:
    """Somebody with the delivered role, no superuser."""
    install_roles()
    client.force_login(
        make_user(role="administrator", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def form(**changes: Any) -> dict[str, Any]:
    """What a person sends who saves the form as it is offered, with changes."""
    given = CcbConnection.current()
    names = [field.name for field in CcbConnection._meta.concrete_fields if not field.primary_key]
    sent = {name: getattr(given, name) for name in names} | changes
    return {name: value for name, value in sent.items() if value not in (None, False)}


def text(response: Any) -> str:
    """What the page says."""
    return " ".join(unescape(response.content.decode()).split())


# The form


def test_the_form_begins_with_what_the_environment_says(administrator: Client, settings: Any) -> None:
    settings.CCB = settings.CCB | {"dsn": "tcps://ccb.example:2484/CCBPROD", "password": SECRET}
    opened = administrator.get(LIST, follow=True)
    assert opened.redirect_chain == [(ADD, 302)]
    page = text(opened)
    assert 'value="ccb.example"' in page and 'value="2484"' in page
    assert "Nothing is saved yet" in page
    assert SECRET not in page


def test_what_is_saved_stands_and_its_history_names_who_saved_it(administrator: Client) -> None:
    assert administrator.post(ADD, form(host="ccb.example", query_timeout=600)).status_code == 302
    assert administrator.get(LIST)["Location"] == CHANGE
    assert administrator.post(CHANGE, form(query_timeout=900)).status_code == 302
    assert (CcbConnection.current().host, CcbConnection.current().query_timeout) == ("ccb.example", 900)
    history = text(administrator.get(reverse("admin:sync_ccbconnection_history", args=[CcbConnection.SINGLE])))
    assert "600 → 900" in history
    assert administrator.get(ADD).status_code == 403, "there is one record"


def test_a_mistake_is_said_in_a_plain_sentence(administrator: Client) -> None:
    page = text(administrator.post(ADD, form(time_zone="Maine", window_from="20:00")))
    assert "There is no such time zone. Write a name such as America/New_York." in page
    assert "Write both ends of the time in which CC&B may be read, or neither." in page
    assert not CcbConnection.objects.exists()


@pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
def test_nobody_else_opens_it_or_tries_it(client: Client, role: str) -> None:
    install_roles()
    client.force_login(make_user(role=role, is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert {client.get(LIST).status_code, client.get(ADD).status_code, client.post(TRY).status_code} == {403}


# The trial


def test_a_trial_needs_a_post_with_its_token(administrator: Client, ccb: Ccb) -> None:
    assert administrator.get(TRY).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = administrator.cookies
    assert strict.post(TRY).status_code == 403


def test_a_trial_says_what_is_there(administrator: Client, ccb: Ccb) -> None:
    page = text(administrator.post(TRY))
    assert "Everything that the streams read can be read." in page
    assert "Oracle Database 19." in page
    assert "2026-11-24 00:00:00" in page
    rows = ccb.value("SELECT COUNT(*) FROM CI_FT")
    told = r"CI_FT</th> <td> ?found ?</td> <td> ?([\d,]+) ?</td> <td> ?([^<]*)"
    found = re.search(told, page)
    assert found is not None
    assert (found[1], "Financial transactions" in found[2]) == (f"{rows:,}", True)


def tried(**values: Any) -> Trial:
    """A trial by the environment's settings, with others."""
    given = CcbConnection.from_environment()
    for name, value in values.items():
        setattr(given, name, value)
    return try_connection(given)


def test_what_is_missing_comes_with_the_grants_to_run(administrator: Client, ccb: Ccb) -> None:
    ccb.control.arm("hide-table", name="CI_PER_PHONE")
    ccb.control.arm("error", code=1031, match="FROM CISADM.CI_BILL FETCH", count=None)
    found = tried()
    assert {table.name: table.found for table in found.tables if table.found != Found.READABLE} == {
        "CI_PER_PHONE": Found.ABSENT,
        "CI_BILL": Found.REFUSED,
    }
    assert set(found.grants) == {
        "GRANT SELECT ON CISADM.CI_BILL TO CISREAD;",
        "GRANT SELECT ON CISADM.CI_PER_PHONE TO CISREAD;",
    }
    assert {"Customers", "Bills"} <= {problem.split(" could")[0] for problem in found.streams}
    assert not found.is_ready
    page = text(administrator.post(TRY))
    assert "GRANT SELECT ON CISADM.CI_BILL TO CISREAD;" in page


def test_a_widened_column_and_a_dropped_one_are_told(ccb: Ccb) -> None:
    ccb.control.arm("widen-column", name="CI_PER.EMAILID", width=400)
    ccb.control.arm("hide-column", name="CI_PREM.LS_SL_FLG")
    found = tried()
    assert any("CI_PER.EMAILID takes 400 characters" in line for line in found.widened)
    (problem,) = found.streams
    assert "CISADM.CI_PREM.LS_SL_FLG" in problem


def test_a_clock_in_another_zone_is_told(ccb: Ccb) -> None:
    ours = timezone.localtime(timezone=ZoneInfo("America/New_York")).replace(tzinfo=None)
    assert clock_advice(ours + timedelta(minutes=2), "America/New_York") == ""
    assert clock_advice(ours - timedelta(hours=1), "America/New_York").startswith(
        "CC&B's clock is 60 minutes behind America/New_York. Correct the time zone"
    )
    assert "60 minutes ahead of" in clock_advice(ours + timedelta(hours=1), "America/New_York")
    found = tried(time_zone="America/New_York")
    assert found.clock_advice == clock_advice(found.clock, "America/New_York")


@pytest.mark.parametrize(
    ("fault", "options", "told"),
    [
        ("refuse", {}, "The listener does not know the service."),
        ("error", {"code": 1017, "match": "CISREAD"}, "CC&B refused the user name or password."),
        ("error", {"code": 28000, "match": "CISREAD"}, "CC&B has locked the reading account."),
        ("error", {"code": 28001, "match": "CISREAD"}, "The reading account's password has expired."),
        ("error", {"code": 1045, "match": "CISREAD"}, "Grant CREATE SESSION to it."),
    ],
    ids=["unknown service", "wrong password", "locked", "expired", "no session"],
)
def test_what_keeps_from_connecting_is_one_sentence(
    administrator: Client, ccb: Ccb, fault: str, options: dict[str, Any], told: str
) -> None:
    assert fault in OPTIONS
    ccb.control.arm(fault, **({"count": None} | options))
    page = text(administrator.post(TRY))
    assert told in page
    assert "Oracle Database" not in page


def test_nobody_listening_is_said_and_the_password_is_not(
    administrator: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CCB = settings.CCB | {"dsn": "127.0.0.1:1/CCB", "password": SECRET}
    page = text(administrator.post(TRY))
    assert "Check that CC&B is running and that host and port" in page
    assert SECRET not in page + caplog.text


def test_the_trial_goes_by_what_is_saved(administrator: Client, ccb: Ccb) -> None:
    saved = CcbConnection.from_environment()
    saved.save()
    ready: Callable[[], str] = lambda: text(administrator.post(TRY))  # noqa: E731
    assert "the saved settings" in ready()
    CcbConnection.objects.update(service_name="OTHER")
    assert "The listener does not know the service." in ready()
