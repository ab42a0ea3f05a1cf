"""How Salesforce is reached: the record and the environment, both ways to sign in, what goes wrong in plain words."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from customer360 import sources
from sync.models import Bookmark, SalesforceConnection, SyncRun
from sync.stream import System
from sync.streams import STREAMS, inbound
from sync.systems import SourceError, StreamSkipped, closed_now, connected, is_connected, open_reader
from sync.systems.salesforce.client import SalesforceClient
from tests.sync.salesforce.support import ACCOUNTS, USERS, Org, read
from tests.sync.support import run_one

pytestmark = pytest.mark.django_db

SignIn = SalesforceConnection.SignIn


def save(**values: Any) -> SalesforceConnection:
    """The environment's settings with some others, saved as an administrator's."""
    made = SalesforceConnection.from_environment()
    for name, value in values.items():
        setattr(made, name, value)
    made.full_clean(validate_constraints=False)
    made.save()
    return made


@pytest.fixture
def told(settings: Any) -> Any:
    """`told(**values)`: from now on the environment says so, too."""

    def tell(**values: Any) -> None:
        settings.SALESFORCE = settings.SALESFORCE | values

    return tell


def refused() -> str:
    """Why Salesforce cannot be read."""
    with pytest.raises(SourceError) as error, open_reader(System.SALESFORCE):
        pass
    return str(error.value)


# The record and the environment


def test_the_record_stands_once_it_is_saved(org: Org, told: Any) -> None:
    save(bulk_rows=5000, api_share_percent=10)
    told(bulk_rows=9999)
    assert (SalesforceConnection.current().bulk_rows, SalesforceConnection.current().api_share_percent) == (5000, 10)
    assert SalesforceConnection.current().history.count() == 1


def test_there_is_one_record_at_most(org: Org) -> None:
    save()
    with pytest.raises(IntegrityError), transaction.atomic():
        second = SalesforceConnection.from_environment()
        second.pk = 2
        second.save()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"login_url": "http://utility.my.salesforce.com"}, "Write the address alone"),
        ({"login_url": "https://utility.my.salesforce.com/services"}, "Write the address alone"),
        ({"login_url": "https://me:secret@utility.my.salesforce.com"}, "Write the address alone"),
        ({"login_url": "https://[utility"}, "Write the address alone"),
        ({"consumer_key": ""}, "Write the consumer key of the app"),
        ({"user": ""}, "JWT bearer names the user"),
        (
            {"login_url": "https://login.salesforce.com", "sign_in": SignIn.CLIENT_CREDENTIALS},
            "taken at your My Domain address only",
        ),
        ({"api_version": "31.0"}, "Write a version from 50.0 on"),
        ({"ca_file": "ca.pem"}, "Write the whole path"),
        ({"api_share_percent": 0}, "Write a percentage from 1 to 100"),
        ({"overlap_minutes": 5}, "Write minutes from 10 to 1440"),
        ({"window_from": time(20)}, "Write both ends of the time in which Salesforce may be read"),
        ({"proxy": "http://me:secret@proxy.local:8080"}, "without a password"),
    ],
)
def test_a_mistake_is_said_in_a_plain_sentence(org: Org, values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        save(**values)


@pytest.mark.parametrize(
    ("login_url", "audience"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://utility.my.salesforce.com", "https://login.salesforce.com"),
        ("https://utility--test.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://127.0.0.1:15443", "https://127.0.0.1:15443"),
    ],
)
def test_an_assertion_is_addressed_to_production_or_to_sandboxes(login_url: str, audience: str) -> None:
    assert SalesforceConnection(login_url=login_url).audience == audience


def test_the_hours_are_those_of_the_portal(org: Org, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    found = SalesforceConnection(window_from=time(8), window_to=time(18))
    assert found.is_open(datetime(2026, 11, 24, 13, tzinfo=UTC))
    assert not found.is_open(datetime(2026, 11, 24, 12, tzinfo=UTC))
    now = datetime.now(UTC)
    settings.TIME_ZONE = "UTC"
    save(window_from=(now + timedelta(hours=2)).time(), window_to=(now + timedelta(hours=3)).time())
    assert closed_now(System.SALESFORCE).startswith("Salesforce is read from ")
    run, _ = run_one(ACCOUNTS.name)
    assert run.state == SyncRun.State.PUT_OFF and "Salesforce is read from" in run.message
    assert run_one(ACCOUNTS.name, requested_by="olga")[0].state == SyncRun.State.DONE


# Not connected


def test_what_is_not_connected_is_left_out(settings: Any) -> None:
    assert not settings.SALESFORCE["login_url"] and not is_connected(System.SALESFORCE)
    assert connected(STREAMS) == inbound(System.CCB)
    assert sources.states(["salesforce"]) == []
    with pytest.raises(StreamSkipped, match=r"Salesforce is not connected\. Fill in its login address in admin"):
        open_reader(System.SALESFORCE).__enter__()
    run, _ = run_one(ACCOUNTS.name, requested_by="olga")
    assert run.state == SyncRun.State.SKIPPED


def test_once_connected_it_is_a_source_beside_ccb(org: Org) -> None:
    assert connected(STREAMS) == STREAMS
    (state,) = sources.states(["salesforce"])
    assert (state.label, state.freshness) == ("Salesforce", sources.Freshness.NEVER)
    for stream in inbound(System.SALESFORCE):
        assert run_one(stream.name)[0].state == SyncRun.State.DONE
    (state,) = sources.states(["salesforce"])
    assert state.is_fresh
    org.arm("request-limit")
    run_one(ACCOUNTS.name)
    (state,) = sources.states(["salesforce"])
    assert state.freshness == sources.Freshness.FAILED and "Salesforce accounts" in state.problem


@pytest.mark.parametrize(("hours", "days"), [(27, "a day"), (51, "two days")])
def test_it_is_read_hourly_and_late_in_words_of_its_own(org: Org, hours: int, days: str) -> None:
    for stream in inbound(System.SALESFORCE):
        Bookmark.objects.create(stream=stream.name, last_success_at=timezone.now() - timedelta(hours=hours))
    (state,) = sources.states(["salesforce"])
    assert state.problem == f"The hourly loads are overdue: the last good one is more than {days} old."


# Signing in


@pytest.mark.parametrize("sign_in", SignIn.values)
def test_both_ways_to_sign_in_work(org: Org, told: Any, sign_in: str) -> None:
    told(sign_in=sign_in)
    assert len(read(USERS)) == 2


def test_secrets_may_be_in_the_environment_itself(org: Org, told: Any) -> None:
    key = org.simulator.client.key_file.read_text()
    told(private_key=key, private_key_file="")
    assert len(read(USERS)) == 2


def test_the_clock_is_the_org_s(org: Org) -> None:
    org.control.set_clock(datetime(2027, 1, 31, 12, 30, 15, tzinfo=UTC))
    with open_reader(System.SALESFORCE) as reader:
        assert reader.clock == datetime(2027, 1, 31, 12, 30, 15)


def test_nothing_of_a_session_is_shown(org: Org) -> None:
    client = SalesforceClient(SalesforceConnection.current())
    assert client.session.token not in repr(client.session)
    client.close()


def other_key(folder: Path) -> str:
    """The path of a key that nobody knows."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = folder / "other.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(path)


def test_a_sign_in_that_is_refused_says_what_to_correct(org: Org, settings: Any, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"private_key_file": other_key(tmp_path)}, "The certificate in the external client app's settings"),
        ({"consumer_key": "nobody"}, "Correct the consumer key in admin under Salesforce connection"),
        ({"user": "somebody@else.example"}, "Pre-authorise the integration user"),
        (
            {"sign_in": SignIn.CLIENT_CREDENTIALS, "consumer_secret": "wrong"},
            "Correct SALESFORCE_CONSUMER_SECRET",
        ),
    ]
    right = settings.SALESFORCE
    for wrong, complaint in cases:
        settings.SALESFORCE = right | wrong
        assert complaint in refused()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"private_key_file": ""}, "neither SALESFORCE_PRIVATE_KEY nor SALESFORCE_PRIVATE_KEY_FILE is set"),
        ({"private_key_file": "/nowhere/key.pem"}, "The file that SALESFORCE_PRIVATE_KEY_FILE names cannot be read"),
        ({"private_key": "no key", "private_key_file": ""}, "the private key is none"),
        (
            {"sign_in": SignIn.CLIENT_CREDENTIALS, "consumer_secret": ""},
            "neither SALESFORCE_CONSUMER_SECRET nor SALESFORCE_CONSUMER_SECRET_FILE is set",
        ),
        ({"ca_file": ""}, "Its certificate is not trusted, or names another host"),
        ({"login_url": "https://127.0.0.1:9"}, "Check that the network leads to Salesforce"),
    ],
)
def test_what_is_missing_or_wrong_here_is_said(org: Org, told: Any, values: dict[str, Any], complaint: str) -> None:
    told(**values)
    said = refused()
    assert complaint in said and "The mirror is as it was after the last good run." in said


def test_the_environment_s_bundles_and_netrc_say_nothing(
    org: Org, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert len(read(USERS)) == 2


def test_a_session_that_ends_is_renewed_once_for_a_call(org: Org) -> None:
    with open_reader(System.SALESFORCE) as reader:
        org.arm("unauthorized", path="/services/data")
        assert reader.ask("SELECT Id FROM User LIMIT 1", "Users")
        org.arm("unauthorized", path="/services/data", count=2)
        with pytest.raises(SourceError, match=r"INVALID_SESSION_ID.*refused twice"):
            reader.ask("SELECT Id FROM User LIMIT 1", "Users")
