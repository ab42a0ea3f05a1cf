"""Everything from CC&B over the real driver into the mirror: to the cent, and a second run writes nothing."""

from datetime import UTC, date, datetime

import pytest

from customer360.models import (
    Account,
    AccountCustomer,
    AccountSummary,
    Bill,
    Customer,
    FinancialTransaction,
    Note,
    Payment,
    ServiceAgreement,
)
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.simulators.ccb.generator.dirt import planted
from sync.streams import by_name
from tests.sync.support import (
    BOOKKEEPING,
    CCB_STREAMS,
    TODAY,
    Ccb,
    contents,
    differences,
    mirrored_models,
    run_all,
    run_one,
    written,
    written_since,
)

pytestmark = pytest.mark.usefixtures("mirror")

# What each stream is to deliver, said independently of its own statement.
COUNTED = {
    "ccb.customers": "SELECT COUNT(*) FROM CI_PER WHERE PER_ID IN (SELECT PER_ID FROM CI_ACCT_PER)",
    "ccb.accounts": "SELECT COUNT(*) FROM CI_ACCT",
    "ccb.account-customers": "SELECT COUNT(*) FROM CI_ACCT_PER",
    "ccb.premises": "SELECT COUNT(*) FROM CI_PREM",
    "ccb.service-agreements": "SELECT COUNT(*) FROM CI_SA",
    "ccb.fiscal-years": "SELECT COUNT(DISTINCT CALENDAR_ID || FISCAL_YEAR) FROM CI_CAL_PERIOD",
    "ccb.match-events": "SELECT COUNT(*) FROM CI_MATCH_EVT",
    "ccb.financial-transactions": "SELECT COUNT(*) FROM CI_FT",
    "ccb.bills": "SELECT COUNT(*) FROM CI_BILL",
    "ccb.payments": "SELECT COUNT(*) FROM CI_PAY",
    "ccb.payment-tenders": "SELECT COUNT(*) FROM CI_PAY_TNDR",
    "ccb.service-points": "SELECT COUNT(*) FROM CI_SP",
    "ccb.agreement-service-points": "SELECT COUNT(*) FROM CI_SA_SP",
    "ccb.meters": "SELECT COUNT(*) FROM CI_SP_MTR_HIST",
    "ccb.meter-reads": "SELECT COUNT(*) FROM CI_SP_MTR_HIST WHERE REMOVAL_DTTM IS NULL AND MTR_CONFIG_ID IN"
    " (SELECT MTR_CONFIG_ID FROM CI_MR WHERE READ_DTTM >= '2024-10-24')",
    "ccb.billed-use": "SELECT COUNT(*) FROM CI_BSEG_SQ WHERE BSEG_ID IN"
    " (SELECT BSEG_ID FROM CI_BSEG WHERE END_DT >= '2024-10-24')",
    "ccb.notes": "SELECT COUNT(*) FROM CI_CC",
    "ccb.account-alerts": "SELECT COUNT(*) FROM CI_ACCT_ALERT",
}


def _rejected(stream: str) -> int:
    return RejectedRow.objects.filter(stream=stream, closed_at=None).count()


# The first load


@pytest.mark.parametrize("stream", [stream.name for stream in CCB_STREAMS])
def test_records_and_rejected_rows_add_up_to_ccbs_rows(ccb: Ccb, stream: str) -> None:
    run = SyncRun.objects.get(stream=stream)
    assert (run.state, run.message) == (SyncRun.State.DONE, "")
    assert run.read == ccb.value(COUNTED[stream]) >= (5 if stream == "ccb.fiscal-years" else 10)
    assert run.new == by_name(stream).model._default_manager.count() == run.read - _rejected(stream)
    assert (run.changed, run.unchanged, run.removed, run.healed, run.rejected) == (0, 0, 0, 0, _rejected(stream))


def test_balances_tie_out_to_the_cent(ccb: Ccb) -> None:
    rows = ccb.control.connection.execute(
        "SELECT a.ACCT_ID, ROUND(SUM(f.CUR_AMT) * 100), ROUND(SUM(f.TOT_AMT) * 100)"
        " FROM CI_ACCT a LEFT JOIN CI_SA s ON s.ACCT_ID = a.ACCT_ID"
        " LEFT JOIN CI_FT f ON f.SA_ID = s.SA_ID AND f.FREEZE_SW = 'Y' GROUP BY a.ACCT_ID"
    )
    theirs = {account.strip(): (int(current or 0), int(payoff or 0)) for account, current, payoff in rows}
    ours = AccountSummary.objects.values_list("account_id", "balance", "payoff_balance")
    assert {account: (int(balance * 100), int(payoff * 100)) for account, balance, payoff in ours} == theirs
    assert any(current != payoff for current, payoff in theirs.values()), "budget billing makes the two differ"


def test_names_are_the_primary_ones(ccb: Ccb) -> None:
    rows = ccb.control.connection.execute("SELECT PER_ID, PRIM_NAME_SW, SEQ_NUM, ENTITY_NAME FROM CI_PER_NAME")
    ranked = sorted((person.strip(), switch != "Y", number, name.strip()) for person, switch, number, name in rows)
    primary = {person: name for person, _, _, name in reversed(ranked)}
    assert dict(Customer.objects.values_list("person_id", "name")) == {
        person: primary[person] for person in Customer.objects.values_list("person_id", flat=True)
    }


def test_an_accounts_status_is_that_of_its_agreements(ccb: Ccb) -> None:
    rows = list(ccb.control.connection.execute("SELECT ACCT_ID, SA_STATUS_FLG FROM CI_SA"))
    accounts = ccb.ids("SELECT ACCT_ID FROM CI_ACCT")
    by_account = {account: {status.strip() for a, status in rows if a.strip() == account} for account in accounts}
    expected = {
        account: "active" if held & {"20", "30", "40", "50"} else "pending" if held & {"05", "10"} else "inactive"
        for account, held in by_account.items()
    }
    assert dict(Account.objects.values_list("account_id", "status")) == expected


def test_the_storys_account_is_as_told() -> None:
    account = Account.objects.select_related("customer", "summary").get(pk="4218665007")
    assert account.customer.name == "Harborview Cold Storage LLC"
    assert (account.status, account.customer_class_name, account.bill_cycle) == ("active", "Commercial, large", "14")
    summary = account.summary
    assert [str(figure) for figure in (summary.balance, summary.past_due, summary.past_due_1_30)] == [
        "4912.35", "1284.60", "1284.60",
    ]  # fmt: skip
    assert (TODAY - summary.past_due_since).days == 13


def test_the_storys_bills_are_as_told() -> None:
    bills = Bill.objects.filter(account="4218665007").order_by("-bill_date")
    told = [(b.bill_date, b.due_date, str(b.amount), str(b.paid_amount), str(b.open_amount)) for b in bills]
    assert told[:2] == [
        (date(2026, 11, 19), date(2026, 12, 10), "3627.75", "0.00", "3627.75"),
        (date(2026, 10, 21), date(2026, 11, 11), "3742.10", "2457.50", "1284.60"),
    ]
    assert len(told) > 24
    assert {still_open for *_, still_open in told[2:]} == {"0.00"}
    assert {b.status for b in bills} == {Bill.Status.COMPLETE}
    summary = AccountSummary.objects.get(pk="4218665007")
    assert (str(summary.last_bill_amount), summary.last_bill_date) == ("3627.75", date(2026, 11, 19))
    assert (str(summary.amount_due), summary.due_date) == ("4912.35", date(2026, 12, 10))


def test_the_storys_payments_are_as_told() -> None:
    payments = Payment.objects.filter(account="4218665007").order_by("-received_date")
    told = [(p.received_date, str(p.amount), p.tender_type, p.status) for p in payments]
    assert told[0] == (date(2026, 11, 14), "2457.50", "ACH", "frozen")
    assert (date(2026, 7, 8), "3902.37", "CHEC", "frozen") in told


def test_the_storys_notes_and_alerts_are_as_told() -> None:
    notes = Note.objects.filter(account="4218665007").order_by("-written_at")
    assert [(n.subject, n.source, n.author, n.is_letter) for n in notes] == [
        ("Past-due reminder", "CC&B: Credit and collection", "System Batch", True),
        ("Account note", "CC&B: Account management", "Thomas Brandt", False),
        ("High bill inquiry", "CC&B: Billing", "Julia Alvarez", False),
        ("Meter access or re-read", "CC&B: Service", "Paul North", False),
        ("Account visit", "CC&B: Account management", "Maria Okafor", False),
    ]
    assert notes[0].text == "Past-due reminder delivered to ap@harborviewcold.example."
    assert notes[0].written_at == datetime(2026, 11, 12, 12, 30, tzinfo=UTC), "half past seven in New York"
    account = Account.objects.get(pk="4218665007")
    assert account.alert_text.startswith("Critical load: ammonia refrigeration.")
    assert [(a.alert_type_name, a.end_date) for a in account.alerts.order_by("start_date")] == [
        ("Critical load: call before any interruption", None),
        ("Key account", None),
        ("Planned outage", date(2026, 11, 26)),
    ]


def test_a_note_about_a_person_alone_keeps_its_customer_and_no_account(ccb: Ccb) -> None:
    alone = ccb.ids("SELECT CC_ID FROM CI_CC WHERE ACCT_ID IS NULL AND PER_ID IN (SELECT PER_ID FROM CI_ACCT_PER)")
    assert len(alone) > 1
    people = dict(Note.objects.filter(pk__in=alone, account=None).values_list("note_id", "customer"))
    rows = ccb.control.connection.execute("SELECT CC_ID, PER_ID FROM CI_CC")
    mirrored = set(Customer.objects.values_list("person_id", flat=True))
    said = {note.strip(): person.strip() for note, person in rows if person and note.strip() in alone}
    assert people == {note: person if person in mirrored else None for note, person in said.items()}


def test_what_bills_ask_for_and_charge_ties_out_to_the_cent(ccb: Ccb) -> None:
    asked = ccb.control.connection.execute(
        "SELECT b.BILL_ID, ROUND(SUM(s.CUR_AMT) * 100) FROM CI_BILL b LEFT JOIN CI_BILL_SA s USING (BILL_ID) GROUP BY 1"
    )
    assert {bill.strip(): amount and int(amount) for bill, amount in asked} == {
        bill: None if amount is None else int(amount * 100)
        for bill, amount in Bill.objects.values_list("bill_id", "amount_due")
    }
    charged = ccb.control.connection.execute(
        "SELECT b.BILL_ID, ROUND(SUM(f.CUR_AMT) * 100) FROM CI_BILL b LEFT JOIN CI_FT f ON f.BILL_ID = b.BILL_ID"
        " AND f.FREEZE_SW = 'Y' AND f.FT_TYPE_FLG NOT IN ('PS', 'PX') GROUP BY 1"
    )
    assert {bill.strip(): int(amount or 0) for bill, amount in charged} == {
        bill: int(amount * 100) for bill, amount in Bill.objects.values_list("bill_id", "amount")
    }


def test_payments_tie_out_to_the_cent(ccb: Ccb) -> None:
    rows = ccb.control.connection.execute(
        "SELECT p.PAY_ID, ROUND(p.PAY_AMT * 100), p.PAY_STATUS_FLG, e.PAY_DT"
        " FROM CI_PAY p JOIN CI_PAY_EVENT e USING (PAY_EVENT_ID)"
    )
    words = {"50": "frozen", "60": "canceled"}
    theirs = {(key.strip(), int(amount), words[status.strip()], day[:10]) for key, amount, status, day in rows}
    ours = Payment.objects.values_list("payment_id", "amount", "status", "received_date")
    assert {(key, int(amount * 100), status, day.isoformat()) for key, amount, status, day in ours} == theirs


def test_planted_dirt_is_rejected_with_its_reason_or_taken(ccb: Ccb) -> None:
    found = {dirt.kind: dirt.key for dirt in planted(ccb.control.connection)}
    rejected = set(RejectedRow.objects.values_list("stream", "record_key", "reason"))
    missing = found["main customer that does not exist"]
    assert rejected == {
        ("ccb.financial-transactions", found["transaction of a missing agreement"]["FT_ID"], "required"),
        ("ccb.service-agreements", found["agreement of a missing account"]["SA_ID"], "orphan"),
        ("ccb.account-customers", f"{missing['ACCT_ID']}/{missing['PER_ID']}", "orphan"),
        ("ccb.notes", found["NUL in a text"]["CC_ID"], "unreadable"),
    } | _rejected_for_a_blank_name(ccb, found["blank name"])
    assert Account.objects.get(pk=missing["ACCT_ID"]).customer is None
    assert Account.objects.get(pk=found["account without a person"]["ACCT_ID"]).name is None
    two = AccountCustomer.objects.filter(account=found["two main customers"]["ACCT_ID"], is_main=True)
    assert Account.objects.get(pk=found["two main customers"]["ACCT_ID"]).customer_id == min(r.customer_id for r in two)
    assert len(two) == 2
    assert ServiceAgreement.objects.get(pk=found["unknown agreement status"]["SA_ID"]).status == "45"
    assert ServiceAgreement.objects.get(pk=found["date in year 9999"]["SA_ID"]).end_date.year == 9999
    assert Account.objects.get(pk=found["date in year 1"]["ACCT_ID"]).setup_date.year == 1
    classless = Account.objects.get(pk=found["class without a description"]["ACCT_ID"])
    assert (classless.customer_class, classless.customer_class_name) == ("OLDRES", None)
    assert FinancialTransaction.objects.get(pk=found["negative bill segment"]["FT_ID"]).current_amount == -25
    huge = FinancialTransaction.objects.get(pk=found["huge amount"]["FT_ID"])
    assert (str(huge.current_amount), huge.is_frozen) == ("9999999999999.99", False)
    assert "\x07" in Note.objects.get(pk=found["control characters in a text"]["CC_ID"]).text
    nobodys = Note.objects.get(pk=found["note about nobody"]["CC_ID"])
    assert (nobodys.account, nobodys.customer, nobodys.premise) == (None, None, None)


def _rejected_for_a_blank_name(ccb: Ccb, key: dict[str, str]) -> set[tuple[str, str, str]]:
    """What a blank name rejects: the person and its roles, where the name is the primary one."""
    (name,) = ccb.control.rows("CI_PER_NAME", PER_ID=key["PER_ID"], SEQ_NUM=int(key["SEQ_NUM"]))
    if name["PRIM_NAME_SW"] != "Y":
        return set()
    roles = ccb.ids(f"SELECT ACCT_ID FROM CI_ACCT_PER WHERE PER_ID = '{key['PER_ID']}'")
    return {("ccb.customers", key["PER_ID"], "required")} | {
        ("ccb.account-customers", f"{account}/{key['PER_ID']}", "orphan") for account in roles
    }


def test_what_was_taken_but_deserves_a_look_is_reported(ccb: Ccb) -> None:
    mains = set(ccb.ids("SELECT DISTINCT ACCT_ID FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y'"))
    unlinked = Account.objects.filter(pk__in=mains, customer=None).count()
    assert unlinked >= 1
    warned = {(run.stream, w["field"], w["rows"]) for run in SyncRun.objects.all() for w in run.warnings}
    assert ("ccb.service-agreements", "status", 1) in warned
    assert ("ccb.accounts", "customer", unlinked) in warned


# The second run


@pytest.mark.parametrize("full", [False, True], ids=["since the bookmark", "full compare"])
def test_a_second_run_writes_nothing_but_its_own_books(ccb: Ccb, full: bool) -> None:
    before, held = written(), {model: model._default_manager.count() for model in mirrored_models()}
    runs = run_all(full=full)
    for run in runs.values():
        assert run.state == SyncRun.State.DONE
        figures = (run.new, run.changed, run.removed, run.archived, run.healed, run.summaries)
        assert figures == (0, 0, 0, 0, 0, 0), run.stream
    assert written_since(before, but=BOOKKEEPING) == {}
    assert {model: model._default_manager.count() for model in mirrored_models()} == held
    transactions = runs["ccb.financial-transactions"]
    assert transactions.mode == (SyncRun.Mode.FULL if full else SyncRun.Mode.NEW)
    assert (transactions.read == ccb.value("SELECT COUNT(*) FROM CI_FT")) == full


def test_what_is_new_is_read_from_the_bookmark_less_the_overlap(ccb: Ccb) -> None:
    bookmark = Bookmark.objects.get(stream="ccb.financial-transactions")
    assert bookmark.value == "2026-11-24T00:00:00", "CC&B's clock stood there, whatever its rows are stamped with"
    run, _ = run_one("ccb.financial-transactions")
    since = (
        "SELECT COUNT(*) FROM CI_FT LEFT JOIN CI_BILL USING (BILL_ID) WHERE CI_FT.CRE_DTTM >= '2026-11-22'"
        " OR FREEZE_DTTM >= '2026-11-22' OR COMPLETE_DTTM >= '2026-11-22'"
    )
    assert 0 < run.read == ccb.value(since)


def test_business_days_read_as_news_leave_what_a_full_compare_would(ccb: Ccb) -> None:
    today = ccb.control.day(3)
    runs = run_all(business_date=today)
    assert runs["ccb.financial-transactions"].mode == SyncRun.Mode.NEW
    assert runs["ccb.financial-transactions"].new > 0
    after_news = contents()
    again, _ = run_one("ccb.financial-transactions", business_date=today, full=True)
    assert again.state == SyncRun.State.DONE
    assert differences(after_news, contents()) == []
