"""What is done in CC&B without a stamp to matches, disputes, payments and calendars arrives, soon or in full."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customer360.models import (
    AccountSummary,
    Bill,
    FinancialTransaction,
    FiscalCalendar,
    MatchEvent,
    Payment,
    PaymentTender,
)
from sync.models import SyncRun
from tests.sync.support import TODAY, Ccb, run_all, run_one

pytestmark = pytest.mark.usefixtures("mirror")

OLD_DEBT = (
    "SELECT f.FT_ID FROM CI_FT f JOIN CI_SA s ON s.SA_ID = f.SA_ID WHERE s.ACCT_ID = '{}' AND f.FT_TYPE_FLG = 'BS'"
    " AND f.FREEZE_DTTM < '2026-10-01'"
    " AND f.BILL_ID IN (SELECT BILL_ID FROM CI_BILL WHERE COMPLETE_DTTM < '2026-10-01')"
    " AND TRIM(f.MATCH_EVT_ID) <> '' ORDER BY f.FREEZE_DTTM DESC"
)


@pytest.fixture
def event() -> MatchEvent:
    """A balanced match event of some weeks ago, of which nothing new will be read."""
    return MatchEvent.objects.filter(
        status="balanced", created_date__lt=TODAY - timedelta(days=20), account__summary__past_due=0
    ).latest("created_date")


def past_due(account: str) -> Decimal:
    """What is past due on an account."""
    return AccountSummary.objects.get(pk=account).past_due


def run_hourly() -> None:
    """The streams of money that run every hour, reading only what is new."""
    names = ("match-events", "financial-transactions", "bills", "payments", "payment-tenders")
    for run, _ in (run_one(f"ccb.{name}") for name in names):
        assert run.state == SyncRun.State.DONE, run.message


def test_open_item_accounts_are_those_whose_class_says_so(ccb: Ccb) -> None:
    named = ccb.ids(
        "SELECT ACCT_ID FROM CI_ACCT WHERE CUST_CL_CD IN (SELECT CUST_CL_CD FROM CI_CUST_CL WHERE OPEN_ITEM_SW = 'Y')"
    )
    found = AccountSummary.objects.filter(account__is_open_item=True).values_list("pk", flat=True)
    assert set(found) == set(named) != set()
    assert AccountSummary.objects.exclude(disputed=0).exists(), "the data holds a dispute"


def test_an_event_that_is_opened_again_owes_its_debts_again_within_the_hour(ccb: Ccb, event: MatchEvent) -> None:
    account = event.account_id
    charged = sum(
        FinancialTransaction.objects.filter(match_event_id=event.pk, current_amount__gt=0).values_list(
            "current_amount", flat=True
        )
    )
    ccb.control.update("CI_MATCH_EVT", {"MATCH_EVT_ID": event.pk}, MEVT_STATUS_FLG="O", DISPUTE_SW="Y")
    run_hourly()
    assert AccountSummary.objects.get(pk=account).disputed == 0, "debts and credits in dispute come to nothing together"
    for ft_id in ccb.ids(f"SELECT FT_ID FROM CI_FT WHERE MATCH_EVT_ID = '{event.pk}' AND CUR_AMT < 0"):
        ccb.control.update("CI_FT", {"FT_ID": ft_id}, MATCH_EVT_ID=" ")
    run_one("ccb.financial-transactions", full=True)
    summary = AccountSummary.objects.get(pk=account)
    assert (summary.disputed, summary.past_due) == (charged, 0)
    ccb.control.update("CI_MATCH_EVT", {"MATCH_EVT_ID": event.pk}, DISPUTE_SW="N")
    run_hourly()
    assert AccountSummary.objects.get(pk=account).disputed == 0


def test_an_event_that_is_canceled_settles_nothing_within_the_hour(ccb: Ccb, event: MatchEvent) -> None:
    bill = Bill.objects.get(
        pk=FinancialTransaction.objects.filter(match_event_id=event.pk, type="BS").latest("accounting_date").bill_id
    )
    for ft_id in ccb.ids(f"SELECT FT_ID FROM CI_FT WHERE MATCH_EVT_ID = '{event.pk}'"):
        ccb.control.update("CI_FT", {"FT_ID": ft_id}, MATCH_EVT_ID=" ")
    ccb.control.update("CI_MATCH_EVT", {"MATCH_EVT_ID": event.pk}, MEVT_STATUS_FLG="C")
    run_hourly()
    assert MatchEvent.objects.get(pk=event.pk).status == "canceled"
    # The links are gone from CC&B too, without a stamp; a canceled event ties nothing, so no figure waits for them.
    before = AccountSummary.objects.filter(pk=event.account_id).values().get()
    run_one("ccb.financial-transactions", full=True)
    assert AccountSummary.objects.filter(pk=event.account_id).values().get() == before
    assert not FinancialTransaction.objects.filter(match_event_id=event.pk).exists()
    bill.refresh_from_db()
    assert bill.open_amount == 0, "the credits, matched with nothing now, relieve the oldest debt, which this is"


@pytest.mark.parametrize("way", ["a new event", "a new payment in it"])
def test_an_old_debt_that_is_matched_late_is_read_again_by_the_cursor(ccb: Ccb, event: MatchEvent, way: str) -> None:
    debt, *_ = ccb.ids(OLD_DEBT.format(event.account_id))
    new = "999999999999"
    made = TODAY if way == "a new event" else date(2026, 8, 3)
    ccb.control.insert(
        "CI_MATCH_EVT", MATCH_EVT_ID=new, ACCT_ID=event.account_id, MEVT_STATUS_FLG="O", DISPUTE_SW="N", CREATE_DT=made
    )
    ccb.control.update("CI_FT", {"FT_ID": debt}, MATCH_EVT_ID=new)
    if way == "a new payment in it":
        run_one("ccb.financial-transactions")
        assert FinancialTransaction.objects.get(pk=debt).match_event_id != new, "nothing tells of it yet"
        template = ccb.control.rows("CI_FT", FT_ID=debt)[0]
        ccb.control.insert(
            "CI_FT",
            **{name: value for name, value in template.items() if value is not None}
            | {"FT_ID": "999999999998", "FT_TYPE_FLG": "AD", "CUR_AMT": -1, "TOT_AMT": -1, "SIBLING_ID": " ",
               "CRE_DTTM": f"{TODAY} 03:00:00", "FREEZE_DTTM": f"{TODAY} 03:00:00"},
        )  # fmt: skip
    run_hourly()
    assert FinancialTransaction.objects.get(pk=debt).match_event_id == new


def test_an_item_put_into_an_old_event_by_hand_is_found_by_the_full_compare(ccb: Ccb, event: MatchEvent) -> None:
    debt = next(ft for ft in ccb.ids(OLD_DEBT.format(event.account_id)))
    old = MatchEvent.objects.filter(account=event.account_id).earliest("created_date")
    ccb.control.update("CI_FT", {"FT_ID": debt}, MATCH_EVT_ID=old.pk)
    run_hourly()
    assert FinancialTransaction.objects.get(pk=debt).match_event_id != old.pk
    assert run_one("ccb.financial-transactions", full=True)[1].changed == 1
    assert FinancialTransaction.objects.get(pk=debt).match_event_id == old.pk


# Payments


def test_payments_and_tenders_have_the_names_of_ccbs_language(ccb: Ccb) -> None:
    kinds = dict(ccb.control.connection.execute("SELECT TRIM(TENDER_TYPE_CD), DESCR FROM CI_TENDER_TYPE_L").fetchall())
    assert dict(PaymentTender.objects.values_list("tender_type", "tender_type_name")).items() <= kinds.items()
    assert Payment.objects.filter(status="canceled", cancel_reason_name="Not sufficient funds").exists()
    assert not Payment.objects.filter(status="canceled", cancel_reason=None).exists()


def test_a_payment_of_two_tenders_for_two_accounts(ccb: Ccb) -> None:
    payer, other = (
        Payment.objects.filter(status="frozen").order_by("-received_date").values_list("account", flat=True)[:2]
    )
    stamp = f"{TODAY} 03:30:00"
    ccb.control.insert("CI_PAY_EVENT", PAY_EVENT_ID="999000000001", PAY_DT=TODAY, CRE_DTTM=stamp)
    for number, (account, amount) in enumerate(((payer, 70), (other, 30))):
        ccb.control.insert(
            "CI_PAY", PAY_ID=f"99900000001{number}", PAY_EVENT_ID="999000000001", ACCT_ID=account,
            PAY_STATUS_FLG="50", PAY_AMT=amount,
        )  # fmt: skip
    for number, (kind, amount) in enumerate((("CHEC", 60), ("CASH", 40))):
        ccb.control.insert(
            "CI_PAY_TNDR", PAY_TENDER_ID=f"99900000002{number}", PAY_EVENT_ID="999000000001", PAYOR_ACCT_ID=payer,
            TENDER_TYPE_CD=kind, TENDER_AMT=amount, TNDR_STATUS_FLG="25",
        )  # fmt: skip
    run_hourly()
    paid = Payment.objects.filter(event_id="999000000001").order_by("pk")
    assert [(p.account_id, p.amount, p.received_date, p.tender_type_name) for p in paid] == [
        (payer, 70, TODAY, "Check"), (other, 30, TODAY, "Check"),
    ]  # fmt: skip
    tenders = PaymentTender.objects.filter(event_id="999000000001").order_by("pk")
    assert [(t.account_id, t.amount, t.tender_type_name) for t in tenders] == [
        (payer, 60, "Check"),
        (payer, 40, "Cash"),
    ]


def test_a_payment_moved_to_another_account_is_canceled_here_and_made_there(ccb: Ccb) -> None:
    moved = Payment.objects.filter(status="frozen", received_date__gte=TODAY - timedelta(days=10)).latest(
        "received_date"
    )
    other = AccountSummary.objects.exclude(pk=moved.account_id).first().pk
    ccb.control.update("CI_PAY", {"PAY_ID": moved.pk}, PAY_STATUS_FLG="60", CAN_RSN_CD="XFER")
    ccb.control.insert(
        "CI_PAY", PAY_ID="999000000003", PAY_EVENT_ID=moved.event_id, ACCT_ID=other, PAY_STATUS_FLG="50",
        PAY_AMT=float(moved.amount),
    )  # fmt: skip
    run_hourly()
    first, second = Payment.objects.filter(event_id=moved.event_id).order_by("pk")
    assert (first.pk, first.status, first.canceled_for) == (moved.pk, "canceled", "Moved to another account")
    assert (second.account_id, second.amount, second.received_date) == (other, moved.amount, moved.received_date)


# The fiscal year


def test_the_fiscal_year_of_ccbs_calendar_reaches_every_account(ccb: Ccb) -> None:
    assert set(AccountSummary.objects.values_list("fiscal_year_start", flat=True)) == {date(2026, 1, 1)}
    FiscalCalendar.objects.update(calendar="01")
    run_hourly()
    assert set(AccountSummary.objects.values_list("fiscal_year_start", flat=True)) == {date(2026, 7, 1)}
    story = AccountSummary.objects.get(pk="4218665007")
    assert story.revenue_fytd == Decimal("19954.22"), "July to November, billed"
    ccb.control.update("CI_CAL_PERIOD", {"FISCAL_YEAR": 2027, "ACCOUNTING_PERIOD": 1}, BEGIN_DT=date(2026, 6, 1))
    run_all()
    assert AccountSummary.objects.get(pk="4218665007").fiscal_year_start == date(2026, 6, 1)
