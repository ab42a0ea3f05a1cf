"""Open-item accounts: what a match event settles, what it leaves, what is in dispute; the definitions one by one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from customer360.models import Account, Bill, MatchEvent, ServiceAgreement
from tests.customer360.figures import summary_of
from tests.customer360.story import page
from tests.factories import (
    TODAY,
    make_account,
    make_agreement,
    make_bill,
    make_match_event,
    make_transaction,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO, LATELY = TODAY - timedelta(days=70), TODAY - timedelta(days=10)


@pytest.fixture
def agreement(db: None) -> ServiceAgreement:
    """An active agreement on an open-item account of its own."""
    return make_agreement(make_account(is_open_item=True))


def _bill(agreement: ServiceAgreement, amount: str, due, event: MatchEvent | None = None) -> Bill:
    """A bill with its one charge, in a match event or in none."""
    bill = make_bill(agreement.account, amount, due - timedelta(days=21), due_date=due)
    make_transaction(
        agreement, amount, bill.bill_date, bill_id=bill.pk, arrears_date=due, match_event_id=event and event.pk
    )
    return bill


def _pay(agreement: ServiceAgreement, amount: str, event: MatchEvent | None = None) -> None:
    make_transaction(agreement, f"-{amount}", arrears_date=TODAY, match_event_id=event and event.pk)


def _left(*bills: Bill) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Open, disputed and paid amount of each bill as stored."""
    for bill in bills:
        bill.refresh_from_db()
    return [(bill.open_amount, bill.disputed_amount, bill.paid_amount) for bill in bills]


def test_a_payment_pays_what_it_is_matched_with_and_not_the_oldest(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account, status=MatchEvent.Status.BALANCED)
    older, newer = _bill(agreement, "50.00", LONG_AGO), _bill(agreement, "80.00", LATELY, event)
    _pay(agreement, "80.00", event)
    summary = summary_of(agreement)
    assert (summary.past_due, summary.past_due_61_90, summary.past_due_since) == (50, 50, LONG_AGO)
    assert _left(older, newer) == [(50, 0, 0), (0, 0, 80)]


def test_the_same_payment_pays_the_oldest_where_the_class_is_not_open_item(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account, status=MatchEvent.Status.BALANCED)
    older, newer = _bill(agreement, "50.00", LONG_AGO), _bill(agreement, "80.00", LATELY, event)
    _pay(agreement, "80.00", event)
    Account.objects.filter(pk=agreement.account_id).update(is_open_item=False)
    assert summary_of(agreement).past_due_1_30 == 50
    assert _left(older, newer) == [(0, 0, 50), (50, 0, 30)]


def test_a_part_payment_leaves_the_rest_of_its_own_event_open(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account)
    older, newer = _bill(agreement, "50.00", LONG_AGO), _bill(agreement, "80.00", LATELY, event)
    _pay(agreement, "30.00", event)
    summary = summary_of(agreement)
    assert (summary.past_due, summary.past_due_61_90, summary.past_due_1_30) == (100, 50, 50)
    assert _left(older, newer) == [(50, 0, 0), (50, 0, 30)]


def test_what_a_payment_has_to_spare_relieves_the_oldest_of_the_rest(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account)
    older, newer = _bill(agreement, "50.00", LONG_AGO), _bill(agreement, "80.00", LATELY, event)
    _pay(agreement, "100.00", event)
    _pay(agreement, "5.00")
    assert summary_of(agreement).past_due == 25
    assert _left(older, newer) == [(25, 0, 25), (0, 0, 80)]


def test_what_is_in_dispute_is_owed_but_not_past_due(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account, is_disputed=True)
    older, newer = _bill(agreement, "50.00", LONG_AGO, event), _bill(agreement, "80.00", LATELY)
    _pay(agreement, "20.00", event)
    _pay(agreement, "10.00")
    summary = summary_of(agreement)
    assert (summary.balance, summary.past_due, summary.disputed, summary.not_past_due) == (100, 70, 30, 0)
    assert _left(older, newer) == [(0, 30, 20), (70, 0, 10)]


@pytest.mark.parametrize(
    "values",
    [{"status": MatchEvent.Status.CANCELED}, {"status": "?"}, {"removed_at": NOON, "status": "balanced"}],
    ids=["canceled", "unknown status", "gone from CC&B"],
)
def test_an_event_that_does_not_hold_ties_nothing(agreement: ServiceAgreement, values: dict[str, object]) -> None:
    event = make_match_event(agreement.account, **values)
    older, newer = _bill(agreement, "50.00", LONG_AGO), _bill(agreement, "80.00", LATELY, event)
    _pay(agreement, "80.00", event)
    assert summary_of(agreement).past_due == 50
    assert _left(older, newer) == [(0, 0, 50), (50, 0, 30)]


def test_an_event_of_another_account_settles_nothing(agreement: ServiceAgreement) -> None:
    event = make_match_event(make_account(), status=MatchEvent.Status.BALANCED)
    _bill(agreement, "50.00", LONG_AGO, event)
    assert summary_of(agreement).past_due == 50


def test_a_settled_item_moves_no_figure_with_the_calendar(agreement: ServiceAgreement) -> None:
    event = make_match_event(agreement.account, status=MatchEvent.Status.BALANCED)
    make_transaction(
        agreement, "9.00", type="AD", arrears_date=TODAY, accounting_date=None, match_event_id=event.pk, bill_id=None
    )
    assert summary_of(agreement).next_change_on is None
    MatchEvent.objects.update(status=MatchEvent.Status.OPEN)
    assert summary_of(agreement).next_change_on == TODAY + timedelta(days=1)


@pytest.mark.usefixtures("noon")
def test_the_page_shows_what_is_in_dispute_apart(agreement: ServiceAgreement, client_as) -> None:
    event = make_match_event(agreement.account, is_disputed=True)
    _bill(agreement, "50.00", LONG_AGO, event)
    _bill(agreement, "80.00", LATELY)
    summary_of(agreement)
    html = " ".join(page(client_as("rep"), agreement.account).split())
    balance = html[html.index('id="balance"') : html.index('id="billing"')]
    assert "$50.00</span> in dispute" in balance and "$80.00" in balance
    assert "In dispute</span>" in html[html.index('id="billing"') :]
