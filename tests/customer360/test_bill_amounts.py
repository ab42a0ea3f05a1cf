"""What a bill charges, what is open on it, and which bill is the latest: the definitions one by one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customer360.models import Bill, ServiceAgreement
from tests.customer360.figures import refresh, summary_of
from tests.factories import TODAY, make_account, make_agreement, make_transaction

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def agreement(db: None) -> ServiceAgreement:
    """An active agreement on an account of its own."""
    return make_agreement(make_account())


def _bill(agreement: ServiceAgreement, number: int, on: date, **values: Any) -> Bill:
    """A complete bill, due three weeks after its day."""
    defaults = {
        "bill_id": f"6{number:011d}", "account_id": agreement.account_id, "status": Bill.Status.COMPLETE,
        "bill_date": on, "due_date": on + timedelta(days=21), "amount_due": Decimal("10.00"),
    }  # fmt: skip
    return Bill.objects.create(**(defaults | values))


def _amounts(bill: Bill) -> tuple[Decimal, Decimal]:
    """What the bill charges and what is open on it, as stored."""
    bill.refresh_from_db()
    return bill.amount, bill.open_amount


def test_a_payment_relieves_the_oldest_bill_first_before_any_is_past_due(agreement: ServiceAgreement) -> None:
    older, newer = (_bill(agreement, days, TODAY - timedelta(days=days)) for days in (9, 2))
    for bill, amount in ((older, "50.00"), (newer, "30.00")):
        make_transaction(agreement, amount, bill.bill_date, bill_id=bill.pk, arrears_date=bill.due_date)
    make_transaction(agreement, "-60.00", arrears_date=TODAY)
    summary = summary_of(agreement)
    assert (_amounts(older), _amounts(newer)) == ((50, 0), (30, 20))
    assert (summary.past_due, summary.last_bill_amount, summary.last_bill_date) == (0, 30, newer.bill_date)


def test_a_bill_charges_segments_and_adjustments_and_shows_payments_without_charging_them(
    agreement: ServiceAgreement,
) -> None:
    bill = _bill(agreement, 1, TODAY)
    for kind, amount in (("BS", "100.00"), ("BX", "-30.00"), ("AD", "5.00"), ("AX", "-1.00"), ("PS", "-40.00")):
        make_transaction(agreement, amount, type=kind, bill_id=bill.pk, arrears_date=None)
    make_transaction(agreement, "7.00", type="AD", bill_id=bill.pk, is_frozen=False)
    make_transaction(agreement, "9.00", bill_id=None)
    summary_of(agreement)
    assert _amounts(bill) == (74, 0)


def test_what_a_bill_charges_outside_arrears_is_not_called_paid(agreement: ServiceAgreement) -> None:
    bill = _bill(agreement, 1, TODAY - timedelta(days=30))
    make_transaction(agreement, "80.00", bill_id=bill.pk, arrears_date=bill.due_date)
    make_transaction(agreement, "20.00", type="AD", bill_id=bill.pk, is_outside_arrears=True)
    make_transaction(agreement, "5.00", type="AD", bill_id=bill.pk, arrears_date=None)
    make_transaction(agreement, "-5.00", type="AX", bill_id=bill.pk, arrears_date=None)
    make_transaction(agreement, "-80.00", arrears_date=TODAY)
    summary_of(agreement)
    assert _amounts(bill) == (100, 0)
    assert (bill.not_ageing_amount, bill.paid_amount) == (20, 80)
    assert refresh([agreement.account_id], TODAY) == 0


def test_a_credit_dated_tomorrow_is_open_on_the_bill_until_then(agreement: ServiceAgreement) -> None:
    bill = _bill(agreement, 1, TODAY)
    make_transaction(agreement, "80.00", bill_id=bill.pk)
    make_transaction(agreement, "-15.00", arrears_date=TODAY + timedelta(days=1))
    assert summary_of(agreement).next_change_on == TODAY + timedelta(days=1)
    assert _amounts(bill) == (80, 80)
    summary_of(agreement, TODAY + timedelta(days=1))
    assert _amounts(bill) == (80, 65)


def test_the_latest_bill_is_the_latest_complete_one(agreement: ServiceAgreement) -> None:
    assert summary_of(agreement).last_bill_date is None
    _bill(agreement, 1, TODAY - timedelta(days=31), amount_due=Decimal("12.50"))
    _bill(agreement, 2, TODAY, status=Bill.Status.PENDING)
    _bill(agreement, 3, TODAY, removed_at=NOON)
    _bill(make_agreement(make_account()), 4, TODAY)
    summary = summary_of(agreement)
    assert (summary.last_bill_date, summary.due_date) == (TODAY - timedelta(days=31), TODAY - timedelta(days=10))
    assert (summary.last_bill_amount, summary.amount_due) == (0, Decimal("12.50"))


def test_of_two_bills_of_one_day_the_one_completed_last_is_the_latest(agreement: ServiceAgreement) -> None:
    _bill(agreement, 1, TODAY, completed_at=NOON, amount_due=Decimal("12.50"))
    _bill(agreement, 2, TODAY, completed_at=NOON - timedelta(hours=1))
    _bill(agreement, 3, TODAY, completed_at=None)
    assert summary_of(agreement).amount_due == Decimal("12.50")


def test_another_accounts_bill_takes_nothing_of_this_accounts_money(agreement: ServiceAgreement) -> None:
    other = _bill(make_agreement(make_account()), 1, TODAY)
    make_transaction(agreement, "80.00", bill_id=other.pk)
    refresh([agreement.account_id, other.account_id], TODAY)
    assert _amounts(other) == (0, 0)


def test_of_two_debts_of_one_day_the_lower_transaction_is_relieved_first(agreement: ServiceAgreement) -> None:
    bills = [_bill(agreement, number, TODAY - timedelta(days=5)) for number in (1, 2)]
    for bill, ft_id in zip(bills, ("900000000007", "900000000003"), strict=True):
        make_transaction(agreement, "40.00", bill_id=bill.pk, arrears_date=TODAY, ft_id=ft_id)
    make_transaction(agreement, "-50.00", arrears_date=TODAY)
    summary_of(agreement)
    assert [_amounts(bill) for bill in bills] == [(40, 30), (40, 0)]
