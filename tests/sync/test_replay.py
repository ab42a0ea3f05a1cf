"""Single rejected rows as a steward settles them: offered again on their own, ignored, taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from customer360.models import Customer, ServiceAgreement, User
from customer360.visibility.groups import Access, FieldGroup
from sync import replay
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.operations import NotStarted
from sync.streams import by_name
from tests.factories import make_account, make_user
from tests.sync.runs import make_rejection
from tests.sync.support import contents, load_rows
from tests.sync.test_load import customer
from tests.sync.test_rejected_page import steward as sign_in

pytestmark = pytest.mark.django_db

AGREEMENTS, CUSTOMERS = by_name("ccb.service-agreements"), by_name("ccb.customers")
ROWS = reverse("sync-rejected-rows")


@pytest.fixture
def steward() -> User:
    """Somebody who settles what the machine cannot."""
    return make_user(role="manager", username="max")


@pytest.fixture
def orphans() -> list[RejectedRow]:
    """Three agreements of three accounts that are not there (yet)."""
    rows = [{"service_agreement_id": f"{n}", "account_id": f"000000000{n}", "status": "20"} for n in range(3)]
    load_rows(AGREEMENTS, rows)
    return list(RejectedRow.objects.order_by("record_key"))


def test_a_healed_row_is_taken_alone_with_history_and_a_run_of_its_own(
    steward: User, orphans: list[RejectedRow]
) -> None:
    for number in range(2):
        make_account(account_id=f"000000000{number}")
    (result,) = replay.offer([orphans[0].pk], actor=steward)
    assert (result.taken, result.again, result.left) == (1, (), 0)
    agreement = ServiceAgreement.objects.get()
    assert (agreement.pk, agreement.status) == ("0", "active")
    line = agreement.history.get()
    assert (line.origin, line.run_id) == ("ccb", result.run.pk)
    run = SyncRun.objects.get(pk=result.run.pk)
    assert (run.state, run.mode, run.requested_by) == (SyncRun.State.DONE, SyncRun.Mode.ROWS, "max")
    assert (run.read, run.new, run.rejected, run.healed) == (0, 1, 0, 1)
    row = RejectedRow.objects.get(pk=orphans[0].pk)
    assert (row.closure, row.closed_run) == ("taken", run.pk)
    assert RejectedRow.objects.filter(closed_at=None).count() == 2, "what was not chosen waits as before"


def test_a_row_that_is_still_bad_is_rejected_again_as_the_row_it_is(steward: User, orphans: list[RejectedRow]) -> None:
    make_account(account_id="0000000000")
    before = RejectedRow.objects.filter(pk=orphans[1].pk).values().get()
    (result,) = replay.offer([row.pk for row in orphans], actor=steward)
    assert result.taken == 1
    assert [row.pk for row in result.again] == [orphans[1].pk, orphans[2].pk]
    assert RejectedRow.objects.filter(pk=orphans[1].pk).values().get() == before


def test_a_row_that_is_bad_for_another_reason_now_is_replaced_and_told_so(steward: User) -> None:
    raw = {"person_id": "1", "name": None, "kind": "P"}
    old = make_rejection(record_key="1", raw=raw)
    (result,) = replay.offer([old.pk], actor=steward)
    (row,) = result.again
    assert (row.reason, row.field, row.first_run) == ("required", "name", result.run.pk)
    old.refresh_from_db()
    assert old.closure == "replaced"


def test_neither_the_bookmark_nor_the_age_of_the_data_moves(steward: User, orphans: list[RejectedRow]) -> None:
    Bookmark.objects.create(stream=AGREEMENTS.name, value="2026-11-24T01:00:00", last_success_at="2026-11-24T07:00Z")
    make_account(account_id="0000000000")
    replay.offer([orphans[0].pk], actor=steward)
    bookmark = Bookmark.objects.get()
    assert (bookmark.value, bookmark.last_success_at.hour, bookmark.last_run) == ("2026-11-24T01:00:00", 7, None)
    assert bookmark.lease_expires_at is None


def test_what_only_the_source_can_settle_is_left(steward: User) -> None:
    rows = [make_rejection(reason=reason) for reason in ("duplicate", "unreadable")]
    before = contents(but=())
    (result,) = replay.offer([row.pk for row in rows], actor=steward)
    assert (result.run, result.taken, result.again, result.left) == (None, 0, (), 2)
    assert contents(but=()) == before
    assert RejectedRow.objects.filter(closed_at=None).count() == 2


@pytest.fixture
def busy(orphans: list[RejectedRow]) -> Iterator[None]:
    """The stream is held by another session for an hour."""
    Bookmark.objects.create(stream=AGREEMENTS.name)
    other = connections.create_connection("default")
    session = "SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    with other.cursor() as cursor:
        cursor.execute(session)
        lives = cursor.fetchone()[0]
        Bookmark.objects.update(token=7, lease_session=lives, lease_expires_at="2999-01-01T00:00Z")
        yield
    other.close()


def test_while_the_stream_is_loaded_nothing_is_offered(steward: User, orphans: list[RejectedRow], busy: None) -> None:
    make_account(account_id="0000000000")
    with pytest.raises(NotStarted, match="is being loaded now, so the rows were not offered"):
        replay.offer([orphans[0].pk], actor=steward)
    assert not ServiceAgreement.objects.exists()
    assert not SyncRun.objects.filter(mode=SyncRun.Mode.ROWS).exists()


# Ignoring


def test_an_ignored_row_stays_out_of_the_list_until_its_source_changes(steward: User) -> None:
    load_rows(CUSTOMERS, [customer(1, kind="?"), customer(2)])
    row = RejectedRow.objects.get()
    assert replay.ignore([row.pk], because="A test person of CC&B.", actor=steward) == 1
    for _ in range(2):
        outcome = load_rows(CUSTOMERS, [customer(1, kind="?"), customer(2)])
        assert (outcome.new, outcome.rejected) == (0, 1)
        assert not RejectedRow.objects.filter(closed_at=None).exists()
    row.refresh_from_db()
    assert (row.closure, row.closed_by, row.closed_because) == ("ignored", "max", "A test person of CC&B.")
    load_rows(CUSTOMERS, [customer(1, kind="!"), customer(2)])
    (changed,) = RejectedRow.objects.filter(closed_at=None)
    assert (changed.record_key, changed.raw["kind"]) == (row.record_key, "!")
    load_rows(CUSTOMERS, [customer(1), customer(2)])
    assert Customer.objects.count() == 2


def test_an_ignored_row_is_not_offered_by_a_run_of_the_new(steward: User, orphans: list[RejectedRow]) -> None:
    make_account(account_id="0000000000")
    replay.ignore([orphans[0].pk], because="Closed long ago.", actor=steward)
    load_rows(AGREEMENTS, [], is_full=False)
    assert not ServiceAgreement.objects.exists()
    assert replay.take_back([row.pk for row in orphans]) == 1
    load_rows(AGREEMENTS, [], is_full=False)
    assert ServiceAgreement.objects.get().pk == "0"


# The page


def as_steward(client: Client, *, scope: str) -> Client:
    """The client as a steward who sees every field of the accounts in scope."""
    return sign_in(client, dict.fromkeys(FieldGroup, Access.VIEW), scope=scope)


def told(client: Client, **form: Any) -> str:
    """What the page says after a form was sent from it."""
    html = client.post(ROWS, form, follow=True).content.decode()
    return " ".join(html.split())


def test_a_steward_offers_ticked_rows_and_reads_what_became_of_each(client: Client, orphans: list[RejectedRow]) -> None:
    make_account(account_id="0000000000")
    as_steward(client, scope="all")
    html = told(client, do="offer", rows=[row.pk for row in orphans], stream=AGREEMENTS.name, reason="orphan")
    assert "1 row was taken, and was written with history." in html
    assert "2 rows were rejected again. 1: Its account is not in the mirror, or was rejected itself. 2: Its" in html
    assert ServiceAgreement.objects.count() == 1


def test_all_of_a_group_are_offered_and_no_other(client: Client, orphans: list[RejectedRow]) -> None:
    for number in range(3):
        make_account(account_id=f"000000000{number}")
    other = make_rejection("ccb.premises")
    as_steward(client, scope="all")
    address = reverse("sync-rejected")
    assert "Offer all" not in client.get(address).content.decode()
    assert "Offer all 3 again" in client.get(address, {"stream": AGREEMENTS.name, "reason": "orphan"}).content.decode()
    assert "3 rows were taken" in told(client, do="offer-all", stream=AGREEMENTS.name, reason="orphan")
    assert list(RejectedRow.objects.filter(closed_at=None)) == [other]


def test_a_reason_hidden_from_a_steward_is_not_told_after_an_offer(client: Client) -> None:
    row = make_rejection(record_key="1", raw={"person_id": "1", "name": "x" * 300, "kind": "P"})
    html = told(sign_in(client, {FieldGroup.CONTACT: Access.VIEW}), do="offer", rows=[row.pk])
    assert "1 row was rejected again. 1: A text is longer than the field" in html
    assert "254 characters" not in html and "xxx" not in html


def test_ignoring_wants_a_reason_and_names_who_and_why(client: Client, orphans: list[RejectedRow]) -> None:
    as_steward(client, scope="all")
    for because in ("", "   ", "x" * 201):
        assert "Write why the rows are to be ignored" in told(
            client, do="ignore", rows=[orphans[0].pk], because=because
        )
    assert "1 row was ignored, until the source changes it." in told(
        client, do="ignore", rows=[orphans[0].pk], because="A test account"
    )
    html = " ".join(client.get(reverse("sync-rejected"), {"ignored": "1"}).content.decode().split())
    assert "A test account" in html and "Take the chosen back" in html
    assert "1 ignored row" in client.get(reverse("sync-rejected")).content.decode()
    assert "1 row will be offered again" in told(client, do="take-back", rows=[orphans[0].pk], ignored="1")
    assert RejectedRow.objects.filter(closed_at=None).count() == 3


def test_an_ignored_row_shows_no_more_than_an_open_one(client: Client) -> None:
    raw = {"person_id": "1", "name": "Whitfield,Dana", "kind": "P", "email": "dana@harborview.example"}
    make_rejection(record_key="1", raw=raw, closed_at="2026-11-24T00:00Z", closure="ignored", closed_by="max")
    address = reverse("sync-rejected")
    html = sign_in(client, {FieldGroup.CONTACT: Access.VIEW}).get(address, {"ignored": "1"}).content.decode()
    assert "dana@harborview.example" in html and "Ignored by max" in html
    assert "Whitfield" not in html and "254 characters" not in html
    html = as_steward(client, scope="granted").get(address, {"ignored": "1"}).content.decode()
    assert "dana@" not in html and "Whitfield" not in html


def test_a_row_of_somebody_elses_account_is_not_ignored(client: Client, orphans: list[RejectedRow]) -> None:
    as_steward(client, scope="granted")
    html = told(client, do="ignore", rows=[orphans[0].pk], because="Not mine")
    assert "Rows that are not of an account of yours stayed as they are." in html
    assert RejectedRow.objects.filter(closed_at=None).count() == 3


@pytest.mark.parametrize("form", [{}, {"do": "offer"}, {"do": "offer", "rows": ["x", "-1", "9" * 30, "²"]}])
def test_a_form_without_rows_does_nothing_and_says_so(
    client: Client, orphans: list[RejectedRow], form: dict[str, Any]
) -> None:
    as_steward(client, scope="all")
    assert "No row was chosen, and nothing was done." in told(client, **form)
    assert RejectedRow.objects.filter(closed_at=None).count() == 3


def test_rows_that_were_settled_meanwhile_are_said_to_be_so(client: Client) -> None:
    row = make_rejection(closed_at="2026-11-24T00:00Z", closure="taken")
    assert "Those rows were settled meanwhile." in told(as_steward(client, scope="all"), do="offer", rows=[row.pk])


def test_while_the_stream_is_loaded_the_page_says_when_to_look_again(
    client: Client, orphans: list[RejectedRow], busy: None
) -> None:
    html = told(as_steward(client, scope="all"), do="offer", rows=[orphans[0].pk])
    assert "Look again when it has ended." in html


def test_nobody_but_a_steward_settles_rows(client_as: Callable[..., Client], orphans: list[RejectedRow]) -> None:
    for role in ("rep", "executive", "auditor", "administrator"):
        client = client_as(role)
        assert client.post(ROWS, {"do": "ignore", "rows": [orphans[0].pk], "because": "x"}).status_code == 404
    assert 'type="checkbox"' not in client.get(reverse("sync-rejected")).content.decode()
    assert client_as("manager").get(ROWS).status_code == 405
    assert RejectedRow.objects.filter(closed_at=None).count() == 3
