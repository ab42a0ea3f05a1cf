"""Values that Oracle holds and that are at the edge of what can be kept: moments, amounts, dates, blanks."""

from datetime import date

import pytest

from customer360.models import Bill, Customer, FinancialTransaction, Note
from sync.streams.ccb import FINANCIAL_TRANSACTIONS, NOTES
from tests.customer360.figures import summary_of
from tests.factories import make_account, make_agreement, make_transaction
from tests.sync import support
from tests.sync.support import Ccb, load_rows, load_samples, run_one, theirs
from tests.sync.test_c2m import c2m, c2m_file  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59", "9999-12-31T00:00:00", "0001-01-01T00:00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_a_moment_at_either_end_of_the_calendar_can_be_read_back(
    monkeypatch: pytest.MonkeyPatch, zone: str, when: str
) -> None:
    monkeypatch.setattr(support, "TIME_ZONE", zone)
    load_samples(before=NOTES)
    row = next(row for row in theirs(NOTES) if row.get("account_id"))
    assert load_rows(NOTES, [row | {"written_at": when}]).rejected == 0
    (written,) = Note.objects.values_list("written_at", flat=True)
    assert written.year in (1, 9999)


def test_two_huge_amounts_on_one_bill_stop_no_load() -> None:
    load_samples()
    bills = set(Bill.objects.values_list("pk", flat=True))
    row = next(
        row
        for row in theirs(FINANCIAL_TRANSACTIONS)
        if row.get("bill_id") in bills and row["type"] == "BS" and row["is_frozen"] == "Y"
    )
    huge = {"current_amount": "9999999999999.99", "payoff_amount": "9999999999999.99"}
    load_rows(FINANCIAL_TRANSACTIONS, [row | huge, row | huge | {"ft_id": "999999999991"}], is_full=False)
    assert FinancialTransaction.objects.filter(pk="999999999991").exists()


def test_debt_with_ccbs_word_for_no_date_does_not_age() -> None:
    agreement = make_agreement(make_account())
    make_transaction(agreement, "500.00", arrears_date=date(1, 1, 1))
    summary = summary_of(agreement)
    assert (summary.balance, summary.past_due, summary.past_due_since) == (500, 0, None)


def test_a_contact_whose_flag_is_blank_is_in_use(c2m: Ccb) -> None:  # noqa: F811
    run_one("ccb.customers")
    before = Customer.objects.exclude(email=None).count()
    c2m.control.connection.execute("UPDATE C1_PER_CONTDET SET CND_ACTINACT_FLG = '    '")
    c2m.control.connection.commit()
    run_one("ccb.customers")
    assert Customer.objects.exclude(email=None).count() == before > 0


def test_the_first_contact_kept_the_new_way_takes_nobodys_phone(ccb: Ccb) -> None:
    run_one("ccb.customers")
    before = Customer.objects.exclude(phone=None).count()
    person = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    connection = ccb.control.connection
    values = {name: " " for _, name, *_ in connection.execute("PRAGMA table_info(C1_PER_CONTDET)")} | {
        "C1_CONTACT_ID": "1234567890", "PER_ID": person, "COMM_RTE_TYPE_CD": "EMAIL", "CONTACT_VALUE": "a@b.example",
        "VERSION": 1, "DND_START_TM": None, "DND_END_TM": None, "CND_ACTINACT_FLG": "C1AC", "CND_PRIMARY_FLG": "C1YS",
    }  # fmt: skip
    marks = ",".join("?" * len(values))
    connection.execute(f"INSERT INTO C1_PER_CONTDET ({','.join(values)}) VALUES ({marks})", tuple(values.values()))
    connection.commit()
    run_one("ccb.customers")
    assert Customer.objects.exclude(phone=None).count() == before > 0
