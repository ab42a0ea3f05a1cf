"""What is done in CC&B arrives exactly: the records that were touched, their figures, their history, no more."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from customer360.models import (
    Account,
    AccountCustomer,
    AccountSummary,
    Bill,
    Customer,
    FinancialTransaction,
    ServiceAgreement,
)
from sync.models import RejectedRow, SyncRun
from tests.sync.support import BOOKKEEPING, TODAY, Ccb, contents, run_all, run_one, written, written_since

pytestmark = pytest.mark.usefixtures("mirror")

ACCOUNT = "4218665007"
AGREEMENT = "7714430192"


def rows_written(**options: Any) -> dict[str, int]:
    """What running everything writes, without the books of the runs; every run must end well."""
    before = written()
    runs = run_all(**options)
    assert {run.state for run in runs.values()} == {SyncRun.State.DONE}
    return {table.removeprefix("customer360_"): rows for table, rows in written_since(before, but=BOOKKEEPING).items()}


def main_customer(account: str = ACCOUNT) -> str:
    """The id of an account's main customer."""
    return Account.objects.get(pk=account).customer_id


def test_a_changed_name(ccb: Ccb) -> None:
    person = main_customer()
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Harborview Ice LLC")
    accounts = Account.objects.filter(customer=person)
    assert rows_written() == {
        "customer": 1, "historicalcustomer": 1, "account": len(accounts), "historicalaccount": len(accounts),
    }  # fmt: skip
    assert Customer.objects.get(pk=person).name == "Harborview Ice LLC"
    was, became = Customer.history.filter(person_id=person).order_by("history_id")
    assert (was.name, became.name) == ("Harborview Cold Storage LLC", "Harborview Ice LLC")
    assert became.run_id == SyncRun.objects.filter(stream="ccb.customers").latest("started_at").id


def test_blanks_around_a_value_are_no_change(ccb: Ccb) -> None:
    person = main_customer()
    (name,) = ccb.control.rows("CI_PER_NAME", PER_ID=person, PRIM_NAME_SW="Y")
    padded = f"  {name['ENTITY_NAME']}   "
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME=padded)
    assert rows_written() == {}


def test_a_second_name_that_is_not_the_primary_one_is_no_change(ccb: Ccb) -> None:
    ccb.control.insert(
        "CI_PER_NAME", PER_ID=main_customer(), SEQ_NUM=0, ENTITY_NAME="Ice House", NAME_TYPE_FLG="ALT", PRIM_NAME_SW="N"
    )
    assert rows_written() == {}


def test_a_new_account(ccb: Ccb) -> None:
    person = "0000000042"
    ccb.control.insert("CI_PER", PER_ID=person, LANGUAGE_CD="ENG", PER_OR_BUS_FLG="P", EMAILID="d@example.com")
    ccb.control.insert(
        "CI_PER_NAME", PER_ID=person, SEQ_NUM=1, ENTITY_NAME="Doe,Jo", NAME_TYPE_FLG="PRIM", PRIM_NAME_SW="Y"
    )
    ccb.control.insert("CI_ACCT", ACCT_ID="0000000043", CURRENCY_CD="USD", SETUP_DT=TODAY, CUST_CL_CD="RES")
    ccb.control.insert("CI_ACCT_PER", ACCT_ID="0000000043", PER_ID=person, MAIN_CUST_SW="Y", FIN_RESP_SW="Y")
    assert rows_written() == {
        "customer": 1, "historicalcustomer": 1, "account": 1, "historicalaccount": 1, "accountcustomer": 1,
        "historicalaccountcustomer": 1, "accountsummary": 1, "sync_fieldbase": 2,
    }  # fmt: skip
    account = Account.objects.get(pk="0000000043")
    assert (account.name, account.status, account.customer.email) == ("Doe,Jo", "inactive", "d@example.com")
    assert account.summary.balance == 0


def test_a_role_taken_back(ccb: Ccb) -> None:
    role = AccountCustomer.objects.filter(is_main=False).exclude(account=ACCOUNT).first()
    others = AccountCustomer.objects.filter(customer=role.customer_id).count() - 1
    ccb.control.delete("CI_ACCT_PER", {"ACCT_ID": role.account_id, "PER_ID": role.customer_id})
    wrote = rows_written(accepted_brake="one of few roles", accepted_removals=1)
    role.refresh_from_db()
    assert role.removed_at is not None
    assert (wrote["accountcustomer"], wrote["historicalaccountcustomer"]) == (1, 1)
    assert others or Customer.objects.get(pk=role.customer_id).removed_at, "nobody's person is no customer"
    ccb.control.insert("CI_ACCT_PER", ACCT_ID=role.account_id, PER_ID=role.customer_id)
    run_all()
    role.refresh_from_db()
    assert role.removed_at is None


def test_a_changed_status(ccb: Ccb) -> None:
    before = AccountSummary.objects.get(pk=ACCOUNT)
    ccb.control.update("CI_SA", {"SA_ID": AGREEMENT}, SA_STATUS_FLG="60", END_DT=TODAY)
    assert rows_written() == {"serviceagreement": 1, "historicalserviceagreement": 1, "accountsummary": 1}
    agreement = ServiceAgreement.objects.get(pk=AGREEMENT)
    assert (agreement.status, agreement.end_date) == ("closed", TODAY)
    after = AccountSummary.objects.get(pk=ACCOUNT)
    assert after.active_services == before.active_services - 1
    assert after.balance == before.balance


def test_a_code_the_mapping_does_not_know_is_kept_and_reported(ccb: Ccb) -> None:
    ccb.control.update("CI_SA", {"SA_ID": AGREEMENT}, SA_STATUS_FLG="99")
    runs = run_all()
    assert ServiceAgreement.objects.get(pk=AGREEMENT).status == "99"
    details = [warning["detail"] for warning in runs["ccb.service-agreements"].warnings]
    assert any("99" in detail for detail in details)


def test_an_agreement_moved_to_another_account_takes_its_money_along(ccb: Ccb) -> None:
    other = Account.objects.filter(name__startswith="Northgate Trucking").get()
    money = [t.current_amount for t in FinancialTransaction.objects.filter(service_agreement=AGREEMENT, is_frozen=True)]
    balances = {a: AccountSummary.objects.get(pk=a).balance for a in (ACCOUNT, other.pk)}
    ccb.control.update("CI_SA", {"SA_ID": AGREEMENT}, ACCT_ID=other.pk)
    run_all()
    assert set(FinancialTransaction.objects.filter(service_agreement=AGREEMENT).values_list("account", flat=True)) == {
        other.pk
    }
    moved = sum(money)
    assert AccountSummary.objects.get(pk=ACCOUNT).balance == balances[ACCOUNT] - moved
    assert AccountSummary.objects.get(pk=other.pk).balance == balances[other.pk] + moved
    again = contents()
    run_all(full=True)
    assert contents() == again, "a full compare finds nothing left to do"


def _payment(**values: Any) -> dict[str, Any]:
    """A payment of 1,000 dollars on the agreement, with what stands behind it, frozen unless said otherwise."""
    moment = datetime(2026, 11, 24, 9, 30)
    defaults = {
        "FT_ID": "421860009901", "SIBLING_ID": "421860009902", "SA_ID": AGREEMENT, "PARENT_ID": "421860009903",
        "FT_TYPE_FLG": "PS", "CUR_AMT": -1000.0, "TOT_AMT": -1000.0, "CRE_DTTM": moment, "FREEZE_SW": "Y",
        "FREEZE_DTTM": moment, "ARS_DT": TODAY, "ACCOUNTING_DT": TODAY, "NOT_IN_ARS_SW": "N",
    }  # fmt: skip
    return defaults | values


def test_a_payment(ccb: Ccb) -> None:
    ccb.control.insert("CI_PAY_EVENT", PAY_EVENT_ID="421860009904", PAY_DT=date(2026, 11, 23))
    ccb.control.insert("CI_PAY", PAY_ID="421860009903", PAY_EVENT_ID="421860009904", ACCT_ID=ACCOUNT,
                       PAY_STATUS_FLG="50", PAY_AMT=1000.0)  # fmt: skip
    ccb.control.insert("CI_PAY_SEG", PAY_SEG_ID="421860009902", PAY_ID="421860009903", SA_ID=AGREEMENT)
    ccb.control.insert("CI_FT", **_payment())
    before = AccountSummary.objects.get(pk=ACCOUNT)
    assert rows_written() == {"financialtransaction": 1, "payment": 1, "bill": 1, "accountsummary": 1}
    after = AccountSummary.objects.get(pk=ACCOUNT)
    assert after.balance == before.balance - 1000
    assert after.past_due == before.past_due - 1000 == Decimal("284.60")
    assert (after.last_payment_amount, after.last_payment_date) == (1000, date(2026, 11, 23))
    relieved = Bill.objects.get(account=ACCOUNT, bill_date=date(2026, 10, 21))
    assert (relieved.open_amount, relieved.paid_amount) == (Decimal("284.60"), Decimal("3457.50"))


def test_a_transaction_frozen_long_after_it_was_made(ccb: Ccb) -> None:
    made = datetime(2026, 3, 2, 10, 0)
    ccb.control.insert("CI_FT", **_payment(FREEZE_SW="N", FREEZE_DTTM=None, CRE_DTTM=made))
    run_all(full=True)
    balance = AccountSummary.objects.get(pk=ACCOUNT).balance
    ccb.control.update("CI_FT", {"FT_ID": "421860009901"}, FREEZE_SW="Y", FREEZE_DTTM=datetime(2026, 11, 24, 11, 0))
    run, _ = run_one("ccb.financial-transactions")
    assert (run.mode, run.changed, run.new) == (SyncRun.Mode.NEW, 1, 0)
    assert AccountSummary.objects.get(pk=ACCOUNT).balance == balance - 1000


def test_a_bill_link_set_later_is_seen_by_a_full_compare_alone(ccb: Ccb) -> None:
    old = FinancialTransaction.objects.filter(account=ACCOUNT, accounting_date__lt=date(2026, 1, 1)).first()
    ccb.control.update("CI_FT", {"FT_ID": old.pk}, BILL_ID="421869999999")
    assert rows_written() == {}
    amount = Bill.objects.get(pk=old.bill_id).amount
    assert rows_written(full=True) == {"financialtransaction": 1, "bill": 1}
    assert Bill.objects.get(pk=old.bill_id).amount == amount - old.current_amount
    old.refresh_from_db()
    assert old.bill_id == "421869999999"


def test_an_archived_transaction_still_counts(ccb: Ccb) -> None:
    old = FinancialTransaction.objects.filter(account=ACCOUNT, is_frozen=True).earliest("accounting_date", "ft_id")
    before = AccountSummary.objects.get(pk=ACCOUNT)
    ccb.control.delete("CI_FT", {"FT_ID": old.pk})
    assert rows_written() == {}, "reading what is new tells nothing of what is gone"
    run, _ = run_one("ccb.financial-transactions", full=True)
    assert (run.state, run.archived, run.removed, run.summaries) == (SyncRun.State.DONE, 1, 0, 0)
    old.refresh_from_db()
    assert old.archived_at is not None
    assert old.removed_at is None
    assert AccountSummary.objects.get(pk=ACCOUNT).balance == before.balance


def test_an_unfrozen_transaction_that_is_taken_back_is_removed(ccb: Ccb) -> None:
    ccb.control.insert("CI_FT", **_payment(FREEZE_SW="N", FREEZE_DTTM=None))
    run_all()
    ccb.control.delete("CI_FT", {"FT_ID": "421860009901"})
    run, _ = run_one("ccb.financial-transactions", full=True)
    assert (run.archived, run.removed) == (0, 1)
    assert FinancialTransaction.objects.get(pk="421860009901").removed_at is not None


def test_a_nul_in_a_text_rejects_its_row_and_leaves_the_record_as_it_was(ccb: Ccb) -> None:
    person = main_customer()
    before, rejected = contents(), RejectedRow.objects.filter(stream="ccb.customers").count()
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Harbor\x00view")
    run, _ = run_one("ccb.customers")
    assert (run.state, run.rejected, run.changed, run.removed) == (SyncRun.State.DONE, rejected + 1, 0, 0)
    assert contents() == before
    row = RejectedRow.objects.get(stream="ccb.customers", record_key=person)
    assert (row.reason, row.field) == ("unreadable", "name")
    assert "Harbor" not in row.detail
    ccb.control.update(
        "CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Harborview Cold Storage LLC"
    )
    healed, _ = run_one("ccb.customers")
    assert (healed.healed, healed.rejected, healed.changed) == (1, rejected, 0)


def test_a_dry_run_lists_the_differences_and_writes_nothing(ccb: Ccb) -> None:
    person = main_customer()
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Harborview Ice LLC")
    ccb.control.insert("CI_FT", **_payment())
    before, rejected = contents(but=()), set(RejectedRow.objects.values_list("id", "closed_at"))
    run, outcome = run_one("ccb.customers", dry_run=True)
    assert (run.state, run.is_dry_run, run.changed) == (SyncRun.State.DONE, True, 1)
    assert outcome.differences == [
        {
            "record": person, "is_new": False, "field": "name", "old": "Harborview Cold Storage LLC",
            "new": "Harborview Ice LLC",
        }
    ]  # fmt: skip
    run, outcome = run_one("ccb.financial-transactions", dry_run=True)
    assert run.new == 1
    assert {change["record"] for change in outcome.differences} == {"421860009901"}
    assert contents(but=()) == before
    assert set(RejectedRow.objects.values_list("id", "closed_at")) == rejected


def test_the_brake_stops_a_compare_that_would_remove_too_much_until_a_person_lets_it_go_on(ccb: Ccb) -> None:
    gone = list(ServiceAgreement.objects.order_by("pk").values_list("pk", flat=True)[:10])
    for agreement in gone:
        ccb.control.delete("CI_SA", {"SA_ID": agreement})
    before = contents(but=())
    run, _ = run_one("ccb.service-agreements")
    assert run.state == SyncRun.State.STOPPED
    kept = SyncRun.objects.get(pk=run.pk)
    held = ServiceAgreement.objects.count()
    assert (kept.gone, kept.held, kept.removed, kept.read) == (10, held, 0, ccb.value("SELECT COUNT(*) FROM CI_SA"))
    assert f"10 of {ServiceAgreement.objects.count()}" in run.message
    assert contents(but=()) == before
    run, _ = run_one("ccb.service-agreements", accepted_brake="Ten test agreements were deleted on purpose.")
    assert (run.state, run.removed) == (SyncRun.State.DONE, 10)
    assert set(ServiceAgreement.objects.exclude(removed_at=None).values_list("pk", flat=True)) == set(gone)


def test_a_day_passing_moves_figures_though_no_row_moves(ccb: Ccb) -> None:
    before = AccountSummary.objects.get(pk=ACCOUNT)
    assert rows_written(business_date=TODAY) == {}
    tomorrow = date(2026, 12, 13)
    wrote = rows_written(business_date=tomorrow)
    assert set(wrote) == {"accountsummary"}
    after = AccountSummary.objects.get(pk=ACCOUNT)
    assert (before.past_due_1_30, before.past_due_31_60) == (Decimal("1284.60"), 0)
    assert (after.past_due_1_30, after.past_due_31_60) == (Decimal("3627.75"), Decimal("1284.60"))
    assert after.balance == before.balance


def test_a_rate_that_is_yet_to_come_is_not_in_force(ccb: Ccb) -> None:
    rate = ServiceAgreement.objects.get(pk=AGREEMENT).rate
    ccb.control.insert("CI_SA_RS_HIST", SA_ID=AGREEMENT, EFFDT=date(2027, 1, 1), RS_CD="E-NEXT")
    assert rows_written() == {}
    ccb.control.business_date = date(2027, 1, 1)
    run_one("ccb.service-agreements")
    assert (rate, ServiceAgreement.objects.get(pk=AGREEMENT).rate) == ("E-LG-TOU", "E-NEXT")


def test_the_longest_name_with_its_city_still_names_the_account(ccb: Ccb) -> None:
    several = "SELECT PER_ID FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y' GROUP BY PER_ID HAVING COUNT(*) > 1"
    person = ccb.ids(several)[0]
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="N" * 254)
    rejected = RejectedRow.objects.filter(stream="ccb.accounts", closed_at=None).count()
    run, _ = run_one("ccb.accounts")
    assert run.rejected == rejected
    assert set(Account.objects.filter(customer=person).values_list("name", flat=True)) == {"N" * 254}
