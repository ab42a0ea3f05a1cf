"""What a load does beyond the golden rows: cursors, rejected rows offered again, shared fields, brakes, dry runs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from customer360.changes import Change, Origin
from customer360.models import Account, AccountSummary, Customer, FinancialTransaction, ServiceAgreement
from sync.load import BrakeReached
from sync.models import FieldBase, RejectedRow
from sync.streams import by_name
from tests.factories import make_account, make_agreement, make_summary, make_transaction
from tests.sync.support import TODAY, Row, contents, load_rows, theirs, written, written_since

pytestmark = pytest.mark.django_db

CUSTOMERS = by_name("ccb.customers")
ACCOUNTS = by_name("ccb.accounts")
AGREEMENTS = by_name("ccb.service-agreements")
TRANSACTIONS = by_name("ccb.financial-transactions")


def customer(number: int = 1, **values: Any) -> Row:
    """A staged customer."""
    return {"person_id": f"{number:010d}", "name": f"Customer {number}", "kind": "B"} | values


def transaction(agreement: ServiceAgreement, number: int = 1, **values: Any) -> Row:
    """A staged financial transaction of 10 dollars on an agreement."""
    defaults = {
        "ft_id": f"{number:012d}",
        "account_id": agreement.account_id,
        "service_agreement_id": agreement.pk,
        "type": "BS",
        "current_amount": "10.00",
        "payoff_amount": "10.00",
        "created_at": "2026-11-20T10:00:00",
        "is_frozen": "Y",
        "frozen_at": "2026-11-20T10:00:00",
        "accounting_date": "2026-11-20T00:00:00",
        "cursor_value": "2026-11-20T10:00:00",
    }
    return defaults | values


# What is written


def test_a_change_writes_the_changed_record_and_nothing_else() -> None:
    load_rows(CUSTOMERS, [customer(n) for n in range(50)])
    before = written()
    run = uuid4()
    rows = [customer(n) for n in range(50)]
    outcome = load_rows(CUSTOMERS, [rows[0] | {"name": "Renamed"}, *rows[1:]], change=Change(Origin.CCB, run))
    assert (outcome.changed, outcome.unchanged) == (1, 49)
    assert written_since(before) == {"customer360_customer": 1, "customer360_historicalcustomer": 1}
    was, became = Customer.objects.get(name="Renamed").history.order_by("history_id")
    assert (became.name, became.history_type, became.run_id, became.history_user) == ("Renamed", "~", run, None)
    assert (was.name, was.history_type) == ("Customer 0", "+")


def test_a_cleared_value_is_cleared_in_the_mirror() -> None:
    load_rows(CUSTOMERS, [customer(city="Port Ellery")])
    load_rows(CUSTOMERS, [customer(city=None)])
    assert Customer.objects.get().city is None


def test_money_that_cannot_be_is_refused_before_anything_is_rounded() -> None:
    agreement = make_agreement(make_account())
    outcome = load_rows(TRANSACTIONS, [transaction(agreement, current_amount="12345678901234567890.12")])
    assert (outcome.rejected, outcome.new) == (1, 0)
    assert RejectedRow.objects.get().raw["current_amount"] == 12345678901234567890.12


def test_a_key_longer_than_any_key_rejects_its_row_alone() -> None:
    outcome = load_rows(CUSTOMERS, [customer(person_id="9" * 300), customer(2)])
    assert (outcome.rejected, outcome.new) == (1, 1)
    assert RejectedRow.objects.get().reason == "too long"
    again = load_rows(CUSTOMERS, [customer(person_id="9" * 300), customer(2)])
    assert (again.rejected, again.unchanged, RejectedRow.objects.filter(closed_at=None).count()) == (1, 1, 1)


def test_a_rejected_row_that_changes_for_the_worse_replaces_the_one_that_was_kept() -> None:
    load_rows(CUSTOMERS, [customer(kind="?")])
    load_rows(CUSTOMERS, [customer(kind="?", city="Ellery Falls")])
    closed, still_open = RejectedRow.objects.order_by("id")
    assert (closed.closure, still_open.closed_at, still_open.raw["city"]) == ("replaced", None, "Ellery Falls")
    outcome = load_rows(CUSTOMERS, [])
    assert outcome.healed == 0
    assert set(RejectedRow.objects.values_list("closure", flat=True)) == {"replaced", "gone"}


def test_a_child_of_a_rejected_parent_waits_and_heals_with_it() -> None:
    load_rows(CUSTOMERS, [customer(1, name=None)])
    account = {"account_id": "1000000001", "customer_id": customer(1)["person_id"], "status": "active"}
    role = {"account_id": "1000000001", "customer_id": account["customer_id"], "is_main": "Y"}
    taken = load_rows(ACCOUNTS, [account])
    assert [warning["field"] for warning in taken.warnings] == ["customer"]
    assert load_rows(by_name("ccb.account-customers"), [role]).rejected == 1
    load_rows(CUSTOMERS, [customer(1)])
    assert load_rows(ACCOUNTS, [account]).changed == 1
    assert load_rows(by_name("ccb.account-customers"), [role]).healed == 1
    assert Account.objects.get().customer.name == "Customer 1"


# Reading only what is new


def test_reading_what_is_new_marks_nothing_gone() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, n, is_frozen="N") for n in range(3)])
    outcome = load_rows(TRANSACTIONS, [], is_full=False, brake_percent=2.0)
    assert (outcome.removed, outcome.archived) == (0, 0)
    assert not FinancialTransaction.objects.exclude(removed_at=None).exists()


def test_the_bookmark_is_the_highest_value_read_whether_or_not_its_row_was_taken() -> None:
    agreement = make_agreement(make_account())
    told = []
    rows = [
        transaction(agreement, 1, cursor_value="2026-11-20T10:00:00"),
        transaction(agreement, 2, cursor_value="2026-11-23T23:59:59", type="??"),
        transaction(agreement, 3, cursor_value=None),
    ]
    outcome = load_rows(TRANSACTIONS, rows, commit=told.append)
    assert (outcome.new, outcome.rejected) == (2, 1)
    assert told == [outcome]
    assert outcome.highest == datetime(2026, 11, 23, 23, 59, 59)


def test_a_rejected_row_is_offered_again_by_a_run_that_does_not_read_it() -> None:
    account = make_account()
    agreement = make_agreement(account)
    early = transaction(agreement, 1, service_agreement_id="9999999999", account_id=None)
    load_rows(TRANSACTIONS, [early], is_full=False)
    assert load_rows(TRANSACTIONS, [], is_full=False).rejected == 1
    row = RejectedRow.objects.get()
    assert (row.reason, row.closed_at) == ("required", None)
    orphan = transaction(agreement, 2, service_agreement_id="7700000099")
    load_rows(TRANSACTIONS, [orphan], is_full=False)
    make_agreement(account, service_agreement_id="7700000099")
    outcome = load_rows(TRANSACTIONS, [], is_full=False)
    assert (outcome.read, outcome.new, outcome.healed, outcome.rejected) == (0, 1, 1, 1)
    assert FinancialTransaction.objects.get().service_agreement_id == "7700000099"
    assert AccountSummary.objects.get(account=account).balance == 10


def test_a_row_read_again_stands_before_the_one_that_was_kept() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, type="??", current_amount="1.00")], is_full=False)
    outcome = load_rows(TRANSACTIONS, [transaction(agreement, current_amount="2.00")], is_full=False)
    assert (outcome.new, outcome.healed) == (1, 1)
    assert FinancialTransaction.objects.get().current_amount == 2


def test_the_second_row_of_a_key_never_takes_the_place_of_the_first() -> None:
    agreement = make_agreement(make_account())
    twice = [transaction(agreement, current_amount="1.00"), transaction(agreement, current_amount="2.00")]
    load_rows(TRANSACTIONS, twice, is_full=False)
    for _ in range(2):
        outcome = load_rows(TRANSACTIONS, [], is_full=False)
        assert (outcome.changed, outcome.healed) == (0, 0)
    assert FinancialTransaction.objects.get().current_amount == 1
    assert RejectedRow.objects.filter(reason="duplicate", closed_at=None).count() == 1


def test_what_is_kept_of_an_unreadable_row_is_never_taken() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, bill_id="12\x0034")], is_full=False)
    assert load_rows(TRANSACTIONS, [], is_full=False).healed == 0
    row = RejectedRow.objects.get()
    assert (row.closed_at, row.field, row.raw["bill_id"]) == (None, "bill_id", "12␀34")
    assert load_rows(TRANSACTIONS, [transaction(agreement, bill_id="1234")], is_full=False).healed == 1


# Fields that more than one side may change


def _portal_sets(**values: Any) -> None:
    found = Customer.objects.get()
    for name, value in values.items():
        setattr(found, name, value)
    found.save()


def _waiting_for_ccb() -> set[str]:
    """The shared fields in which the mirror holds another value than CC&B last said."""
    base, found = FieldBase.objects.get(), Customer.objects.get()
    return {name for name, value in base.values.items() if getattr(found, name) != value}


@pytest.mark.parametrize("said", ["old@example.com", None])
def test_the_portals_value_stands_until_ccb_moves(said: str | None) -> None:
    load_rows(CUSTOMERS, [customer(email=said, phone="1")])
    _portal_sets(email="portal@example.com")
    lines = Customer.history.count()
    outcome = load_rows(CUSTOMERS, [customer(email=said, phone="1")])
    assert (outcome.changed, outcome.unchanged, Customer.history.count()) == (0, 1, lines)
    assert FieldBase.objects.get().values == {"email": said, "phone": "1", "business_description": None}
    assert _waiting_for_ccb() == {"email"}


@pytest.mark.parametrize("now", ["new@example.com", None])
def test_ccbs_value_stands_once_it_moves(now: str | None) -> None:
    load_rows(CUSTOMERS, [customer(email="old@example.com")])
    _portal_sets(email="portal@example.com")
    outcome = load_rows(CUSTOMERS, [customer(email=now)])
    assert outcome.changed == 1
    assert Customer.objects.get().email == now
    assert _waiting_for_ccb() == set()


def test_ccb_taking_the_portals_value_ends_the_wait_without_a_change() -> None:
    load_rows(CUSTOMERS, [customer(email="old@example.com")])
    _portal_sets(email="portal@example.com")
    outcome = load_rows(CUSTOMERS, [customer(email="portal@example.com")])
    assert outcome.changed == 0
    assert _waiting_for_ccb() == set()


def test_a_change_of_another_field_leaves_the_portals_value_alone() -> None:
    load_rows(CUSTOMERS, [customer(email="old@example.com", phone="1")])
    _portal_sets(email="portal@example.com")
    load_rows(CUSTOMERS, [customer(email="old@example.com", phone="2", name="Renamed")])
    found = Customer.objects.get()
    assert (found.email, found.phone, found.name) == ("portal@example.com", "2", "Renamed")
    assert _waiting_for_ccb() == {"email"}


# Gone rows and the brake


def test_a_compare_that_would_remove_too_much_writes_nothing() -> None:
    rows = [customer(n) for n in range(100)]
    load_rows(CUSTOMERS, rows)
    before = contents()
    with pytest.raises(BrakeReached) as brake:
        load_rows(CUSTOMERS, [rows[0] | {"name": "Renamed"}, *rows[1:97]], brake_percent=2.0)
    found = brake.value.outcome
    assert (found.held, found.gone, found.read) == (100, 3, 97)
    assert "3 of 100" in str(brake.value)
    assert contents() == before
    assert load_rows(CUSTOMERS, rows[:98], brake_percent=2.0).removed == 2


def test_a_compare_that_reads_nothing_writes_nothing() -> None:
    assert load_rows(CUSTOMERS, [], brake_percent=100.0).read == 0, "an empty mirror has nothing to lose"
    load_rows(CUSTOMERS, [customer()])
    with pytest.raises(BrakeReached, match="read nothing"):
        load_rows(CUSTOMERS, [], brake_percent=100.0)


def test_archived_transactions_count_towards_the_brake() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, n) for n in range(10)]
    load_rows(TRANSACTIONS, rows)
    with pytest.raises(BrakeReached):
        load_rows(TRANSACTIONS, rows[1:], brake_percent=2.0)


def test_an_archived_transaction_still_counts_and_a_removed_one_does_not() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, 1), transaction(agreement, 2), transaction(agreement, 3, is_frozen="N")]
    load_rows(TRANSACTIONS, rows)
    outcome = load_rows(TRANSACTIONS, [rows[0]])
    assert (outcome.archived, outcome.removed) == (1, 1)
    assert AccountSummary.objects.get().balance == 20
    FinancialTransaction.objects.filter(pk=rows[1]["ft_id"]).update(removed_at=datetime(2026, 11, 24, tzinfo=UTC))
    load_rows(TRANSACTIONS, [rows[0] | {"bill_id": "600000000001"}])
    assert AccountSummary.objects.get().balance == 10


# Dry runs


def test_a_dry_run_writes_nothing_and_lists_the_differences_field_by_field() -> None:
    load_rows(CUSTOMERS, [customer(1, city="Port Ellery"), customer(2)])
    before = contents(but=())
    rows = [customer(1, name="Renamed", city=None), customer(3), customer(4, kind="?")]
    outcome = load_rows(CUSTOMERS, rows, is_dry_run=True)
    assert (outcome.new, outcome.changed, outcome.removed, outcome.rejected) == (1, 1, 1, 1)
    told = [(d["record"], d["is_new"], d["field"], d["old"], d["new"]) for d in outcome.differences]
    assert told == [
        ("0000000001", False, "city", "Port Ellery", None),
        ("0000000001", False, "name", "Customer 1", "Renamed"),
        ("0000000003", True, "kind", None, "business"),
        ("0000000003", True, "name", None, "Customer 3"),
    ]
    assert contents(but=()) == before
    assert not RejectedRow.objects.exists()


# Figures follow


def test_a_moved_agreement_takes_its_transactions_and_their_money_along() -> None:
    old, new = make_account(), make_account()
    agreement = make_agreement(old, premise_id=None)
    load_rows(TRANSACTIONS, [transaction(agreement)])
    row = {"service_agreement_id": agreement.pk, "account_id": new.pk, "status": "20"}
    load_rows(AGREEMENTS, [row])
    assert FinancialTransaction.objects.get().account_id == new.pk
    balances = dict(AccountSummary.objects.values_list("account_id", "balance"))
    assert balances == {old.pk: Decimal(0), new.pk: Decimal(10)}
    assert load_rows(TRANSACTIONS, [transaction(agreement, account_id=new.pk)]).changed == 0


def test_only_accounts_that_are_due_are_refreshed() -> None:
    changed, by_calendar, not_due = make_account(), make_account(), make_account()
    agreement = make_agreement(changed)
    make_transaction(make_agreement(by_calendar), "7.00")
    make_transaction(make_agreement(not_due), "8.00")
    make_summary(by_calendar, next_change_on=TODAY)
    make_summary(not_due, next_change_on=TODAY + timedelta(days=1))
    outcome = load_rows(TRANSACTIONS, [transaction(agreement)], is_full=False)
    balances = dict(AccountSummary.objects.values_list("account_id", "balance"))
    assert balances == {changed.pk: Decimal(10), by_calendar.pk: Decimal(7), not_due.pk: Decimal(0)}
    assert outcome.summaries == 2


def test_as_of_moves_only_with_a_figure() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, arrears_date="2026-11-01T00:00:00")]
    load_rows(TRANSACTIONS, rows, business_date=TODAY)
    later = TODAY + timedelta(days=1)
    load_rows(TRANSACTIONS, rows, business_date=later)
    load_rows(TRANSACTIONS, [rows[0] | {"bill_id": "600000000001"}], business_date=later)
    assert AccountSummary.objects.get().as_of == TODAY
    load_rows(TRANSACTIONS, [rows[0]], business_date=date(2026, 12, 2))
    summary = AccountSummary.objects.get()
    assert (summary.as_of, summary.past_due_1_30, summary.past_due_31_60) == (date(2026, 12, 2), 0, 10)


def test_an_account_without_money_has_a_summary_of_zeros() -> None:
    load_rows(ACCOUNTS, [theirs(ACCOUNTS)[1]])
    summary = AccountSummary.objects.get()
    assert (summary.balance, summary.past_due, summary.next_change_on, summary.as_of) == (0, 0, None, TODAY)
