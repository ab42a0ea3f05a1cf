"""Rows no source should give, and what a load makes of them: each is refused alone, and what is refused is not lost."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pytest

from customer360.changes import Change, Origin
from customer360.models import AccountSummary, Customer, FinancialTransaction, Premise
from sync.load import BrakeReached, Order, Outcome, load
from sync.models import FieldBase, RejectedRow
from sync.streams import by_name
from tests.factories import make_account, make_agreement
from tests.sync.support import TODAY, batch, contents, load_rows, plan_of, written, written_since
from tests.sync.test_load import customer, transaction

pytestmark = pytest.mark.django_db

CUSTOMERS = by_name("ccb.customers")
AGREEMENTS = by_name("ccb.service-agreements")
PREMISES = by_name("ccb.premises")
TRANSACTIONS = by_name("ccb.financial-transactions")


def _with_bytes(names: dict[str, bytes]) -> Outcome:
    """Load customers whose names are bytes as a source may hold them, whatever they say of their character set."""
    plan = plan_of(CUSTOMERS)
    given = batch(plan, [customer(n) for n in range(len(names))])
    raw = pa.array(list(names.values()), pa.binary())
    position = plan.arrow_schema.get_field_index("name")
    broken = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), raw.null_count)
    arrays = [broken if i == position else column for i, column in enumerate(given.columns)]
    order = Order(Change(Origin.CCB, uuid4()), TODAY, is_full=True)
    return load(plan, [pa.RecordBatch.from_arrays(arrays, schema=plan.arrow_schema)], order)


def test_a_text_in_another_character_set_rejects_its_row_alone() -> None:
    outcome = _with_bytes({"good": b"Soci\xc3\xa9t\xc3\xa9", "bad": b"Soci\xe9t\xe9"})
    assert (outcome.new, outcome.rejected) == (1, 1)
    assert Customer.objects.get().name == "Société"
    row = RejectedRow.objects.get()
    assert (row.reason, row.field, row.record_key) == ("unreadable", "name", "0000000001")


def test_half_a_character_rejects_its_row_alone() -> None:
    outcome = _with_bytes({"good": "Zoë 😀".encode(), "bad": b"half \xed\xa0\xbd of one"})
    assert (outcome.new, outcome.rejected) == (1, 1)


@pytest.mark.parametrize("note", ["a\n\\.\nb", "\\.", '"', "a,b", "\\N", "NULL", "\r\n", "{}", " x", "=1+1", "'; --"])
def test_a_text_arrives_as_it_was(note: str) -> None:
    load_rows(PREMISES, [{"premise_id": "1", "life_support_note": note}, {"premise_id": "2"}])
    assert dict(Premise.objects.values_list("pk", "life_support_note")) == {"1": note, "2": None}
    assert load_rows(PREMISES, [{"premise_id": "1", "life_support_note": note}, {"premise_id": "2"}]).changed == 0


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00", "1582-10-10T00:00:00", "9999-12-31T00:00:00"])
def test_a_day_at_the_ends_of_the_calendar_is_taken_and_read_back(day: str) -> None:
    agreement = make_agreement(make_account())
    row = transaction(agreement, arrears_date=day, accounting_date=day, received_date=day)
    assert load_rows(TRANSACTIONS, [row]).new == 1
    found = FinancialTransaction.objects.get()
    assert (found.arrears_date, found.accounting_date) == (date.fromisoformat(day[:10]),) * 2
    assert AccountSummary.objects.get().balance == 10
    assert load_rows(TRANSACTIONS, [row]).changed == 0


def test_the_largest_amounts_add_up_to_the_cent() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, n, current_amount="9999999999999.99", payoff_amount="-0.00") for n in range(9)]
    assert load_rows(TRANSACTIONS, rows).new == 9
    summary = AccountSummary.objects.get()
    assert summary.balance == 9 * Decimal("9999999999999.99")
    assert not summary.payoff_balance.is_signed()


def test_a_row_without_a_key_is_kept_when_another_one_comes() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, ft_id=None, current_amount="1.00")], is_full=False)
    load_rows(TRANSACTIONS, [transaction(agreement, ft_id=None, current_amount="2.00")], is_full=False)
    kept = RejectedRow.objects.filter(closed_at=None)
    assert sorted(row.raw["current_amount"] for row in kept) == [1, 2]
    load_rows(TRANSACTIONS, [], is_full=False)
    assert kept.all().count() == 2
    load_rows(TRANSACTIONS, [transaction(agreement)])
    assert kept.all().count() == 0, "a full compare that gives neither closes both"


def test_a_thousand_bad_rows_are_kept_once_each_and_healed_at_once() -> None:
    bad = [customer(n, kind="?") for n in range(1000)]
    assert load_rows(CUSTOMERS, [*bad, customer(1000)]).rejected == 1000
    assert load_rows(CUSTOMERS, [*bad, customer(1000)]).rejected == 1000
    assert RejectedRow.objects.count() == 1000
    outcome = load_rows(CUSTOMERS, [customer(n) for n in range(1001)])
    assert (outcome.new, outcome.healed, outcome.rejected) == (1000, 1000, 0)


# The brake


def test_the_brake_measures_against_what_is_still_expected_of_the_source() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, n) for n in range(100)]
    load_rows(TRANSACTIONS, rows)
    load_rows(TRANSACTIONS, rows[90:])
    with pytest.raises(BrakeReached) as brake:
        load_rows(TRANSACTIONS, rows[91:], brake_percent=2.0)
    assert (brake.value.outcome.held, brake.value.outcome.gone) == (10, 1), "what was archived is not expected"


# The business date


def test_a_business_date_in_the_future_is_made_good_by_the_next_run_of_today() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, arrears_date="2026-11-20T00:00:00")]
    load_rows(TRANSACTIONS, rows)
    today = AccountSummary.objects.values().get()
    load_rows(TRANSACTIONS, rows, business_date=TODAY + timedelta(days=800))
    assert AccountSummary.objects.get().past_due_over_90 == 10
    load_rows(TRANSACTIONS, rows, is_full=False)
    assert AccountSummary.objects.values().get() == today
    before = written()
    load_rows(TRANSACTIONS, rows, is_full=False)
    assert written_since(before) == {}


def test_a_business_date_in_the_past_is_made_good_by_the_next_run_of_today() -> None:
    agreement = make_agreement(make_account())
    rows = [transaction(agreement, arrears_date="2026-10-01T00:00:00")]
    load_rows(TRANSACTIONS, rows)
    today = AccountSummary.objects.values().get()
    load_rows(TRANSACTIONS, [rows[0] | {"bill_id": "1"}], business_date=date(2024, 2, 29))
    assert AccountSummary.objects.get().past_due == 0
    load_rows(TRANSACTIONS, [], is_full=False)
    assert AccountSummary.objects.values().get() == today


# Money follows its agreement


def test_an_agreement_that_moves_twice_leaves_no_money_where_it_stood_in_between() -> None:
    first, between, last = make_account(), make_account(), make_account()
    agreement = make_agreement(first, premise_id=None)
    load_rows(TRANSACTIONS, [transaction(agreement)])
    # The hourly run reads the transaction again after the first move; the agreement itself is read after the second.
    load_rows(TRANSACTIONS, [transaction(agreement, account_id=between.pk)], is_full=False)
    load_rows(AGREEMENTS, [{"service_agreement_id": agreement.pk, "account_id": last.pk, "status": "20"}])
    balances = dict(AccountSummary.objects.values_list("account_id", "balance"))
    assert balances == {first.pk: 0, between.pk: 0, last.pk: 10}


# What a dry run leaves


def test_a_dry_run_leaves_nothing_whatever_it_meets() -> None:
    load_rows(CUSTOMERS, [customer(1, email="a@example.com"), customer(2, kind="?"), customer(3)])
    before, bases, kept = contents(but=()), list(FieldBase.objects.values()), list(RejectedRow.objects.values())
    rows = [customer(1, email="b@example.com"), customer(2), customer(4, kind="?")]
    outcome = load_rows(CUSTOMERS, rows, is_dry_run=True)
    assert (outcome.changed, outcome.new, outcome.removed, outcome.rejected, outcome.healed) == (1, 1, 1, 1, 1)
    assert contents(but=()) == before
    assert list(FieldBase.objects.values()) == bases
    assert list(RejectedRow.objects.values()) == kept


# Shared fields of records that were gone


def test_the_portals_value_outlives_an_absence_of_its_record() -> None:
    load_rows(CUSTOMERS, [customer(1, email="old@example.com"), customer(2)])
    Customer.objects.filter(pk=customer(1)["person_id"]).update(email="portal@example.com")
    load_rows(CUSTOMERS, [customer(2)])
    load_rows(CUSTOMERS, [customer(1, email="old@example.com"), customer(2)])
    back = Customer.objects.get(pk=customer(1)["person_id"])
    assert (back.email, back.removed_at) == ("portal@example.com", None)


def test_a_field_that_becomes_shared_later_starts_from_what_ccb_says() -> None:
    load_rows(CUSTOMERS, [customer(1, email="old@example.com", phone="1")])
    FieldBase.objects.update(values={"email": "old@example.com"})
    Customer.objects.update(phone="2")
    load_rows(CUSTOMERS, [customer(1, email="old@example.com", phone="1")])
    assert Customer.objects.get().phone == "1"
    base = {"email": "old@example.com", "phone": "1", "business_description": None}
    assert FieldBase.objects.get().values == base
