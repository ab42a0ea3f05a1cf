"""A process killed while it reads Salesforce, and two at once: nothing is lost, nothing comes twice."""

import signal
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings

from customer360.models import SalesforceAccount
from sync.crashpoints import PLACES
from sync.models import Bookmark, RejectedRow, SyncRun
from tests.sync.processes import start, surroundings, until
from tests.sync.salesforce.conftest import MANY
from tests.sync.salesforce.support import BY_BULK, Org
from tests.sync.support import TODAY, run_one

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

DONE, REFUSED, ABANDONED = SyncRun.State.DONE, SyncRun.State.REFUSED, SyncRun.State.ABANDONED
ACCOUNTS = "salesforce.accounts"


@pytest.fixture(autouse=True)
def by_bulk(settings: Any) -> None:
    settings.SALESFORCE = settings.SALESFORCE | {"bulk_rows": BY_BULK}


def sync(crash_at: str = "") -> subprocess.Popen[str]:
    """`manage.py sync` of the accounts, in a process of its own."""
    told = ("login_url", "sign_in", "consumer_key", "private_key_file", "user", "ca_file", "bulk_rows")
    given = {f"SALESFORCE_{name.upper()}": str(django_settings.SALESFORCE[name]) for name in told}
    command = [sys.executable, "manage.py", "sync", ACCOUNTS, "--business-date", TODAY.isoformat()]
    return start(command, surroundings(crash_at, **given))


def assert_once() -> None:
    """The mirror holds every account once, made once, and a further full compare changes nothing."""
    assert SalesforceAccount.objects.filter(removed_at=None).count() == MANY
    assert SalesforceAccount.history.count() == MANY and not RejectedRow.objects.exists()
    run, outcome = run_one(ACCOUNTS, full=True)
    assert (run.state, outcome.unchanged, outcome.new, outcome.changed, outcome.removed) == (DONE, MANY, 0, 0, 0)
    assert SalesforceAccount.history.count() == MANY


@pytest.mark.parametrize(
    "place", [*(pytest.param(each, marks=pytest.mark.slow) for each in PLACES if each != "written"), "written"]
)
def test_a_killed_read_is_made_good_by_the_next(big_org: Org, place: str) -> None:
    process = sync(f"{place}:{ACCOUNTS}")
    said, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said
    is_committed = place == "committed"
    bookmark = Bookmark.objects.get(stream=ACCOUNTS)
    assert SalesforceAccount.objects.exists() == is_committed == bool(bookmark.value)
    run, _ = run_one(ACCOUNTS)
    assert run.state == DONE, run.message
    states = set(SyncRun.objects.exclude(pk=run.pk).values_list("state", flat=True))
    assert states == {DONE if is_committed else ABANDONED}
    assert_once()


def test_two_processes_at_once_read_once(big_org: Org) -> None:
    big_org.arm("slow", path="/results", seconds=4)
    process = sync()
    until(lambda: SyncRun.objects.filter(stream=ACCOUNTS, state=SyncRun.State.RUNNING).exists(), process)
    assert run_one(ACCOUNTS)[0].state == REFUSED
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert_once()
