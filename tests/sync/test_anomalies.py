"""What is taken but deserves a look: frozen money that changed, and fields that wait for CC&B."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from customer360.models import AccountSummary, Customer, FinancialTransaction
from sync.checks import check_stream, clocks_have_zones
from sync.models import SyncRun
from sync.selectors import stream_states, waiting
from sync.streams import by_name
from tests.factories import make_account, make_agreement
from tests.sync.support import Ccb, load_rows, run_one
from tests.sync.test_load import customer, transaction

CUSTOMERS = by_name("ccb.customers")
TRANSACTIONS = by_name("ccb.financial-transactions")


# A frozen transaction never changes its money


@pytest.mark.django_db
def test_a_frozen_transaction_that_changes_is_taken_and_told_without_its_values() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, n) for n in range(9)])
    changed = [transaction(agreement, n, current_amount="77.31") for n in range(7)]
    outcome = load_rows(TRANSACTIONS, [*changed, transaction(agreement, 7, type="AD"), transaction(agreement, 8)])
    assert [(w["field"], w["rows"]) for w in outcome.warnings] == [("type", 1), ("current_amount", 7)]
    money = outcome.warnings[1]
    assert money["keys"] == [f"{n:012d}" for n in range(5)], "the first keys, not all of them"
    assert "amount due" in money["detail"]
    assert "77.31" not in str(outcome.warnings)
    assert AccountSummary.objects.get().balance == Decimal("561.17"), "7 x 77.31 and 2 x 10: CC&B's word stands"
    again = load_rows(TRANSACTIONS, [*changed, transaction(agreement, 7, type="AD"), transaction(agreement, 8)])
    assert again.warnings == [], "told by the run that met it"


@pytest.mark.django_db
def test_a_transaction_may_change_until_and_while_it_is_frozen() -> None:
    agreement = make_agreement(make_account())
    load_rows(TRANSACTIONS, [transaction(agreement, is_frozen="N")])
    outcome = load_rows(TRANSACTIONS, [transaction(agreement, current_amount="12.00")])
    assert (outcome.changed, outcome.warnings) == (1, [])
    outcome = load_rows(TRANSACTIONS, [transaction(agreement, current_amount="12.00", bill_id="600000000001")])
    assert (outcome.changed, outcome.warnings) == (1, []), "flags and links are set later"


@pytest.mark.django_db
def test_a_frozen_transaction_on_another_agreement_is_told() -> None:
    account = make_account()
    agreement, other = make_agreement(account), make_agreement(account)
    load_rows(TRANSACTIONS, [transaction(agreement)])
    outcome = load_rows(TRANSACTIONS, [transaction(other)])
    assert [(w["field"], w["rows"], w["keys"]) for w in outcome.warnings] == [
        ("service_agreement", 1, ["000000000001"])
    ]


@pytest.mark.usefixtures("mirror")
def test_a_changed_amount_is_in_the_books_of_the_run(ccb: Ccb) -> None:
    known = FinancialTransaction.objects.filter(is_frozen=True).latest("frozen_at", "ft_id")
    ccb.control.update("CI_FT", {"FT_ID": known.pk}, CUR_AMT=0.07)
    dry, _ = run_one(TRANSACTIONS.name, dry_run=True)
    run, _ = run_one(TRANSACTIONS.name)
    assert dry.warnings == run.warnings
    (warning,) = SyncRun.objects.get(pk=run.pk).warnings
    assert (warning["field"], warning["rows"], warning["keys"]) == ("current_amount", 1, [known.pk])


@pytest.mark.parametrize("fixed", [("nothing_of_ours",), ("name",)])
def test_fixed_fields_are_of_a_model_that_is_frozen(fixed: tuple[str, ...]) -> None:
    assert [message.id for message in check_stream(replace(CUSTOMERS, fixed=fixed))] == ["sync.E207"]


# The day it is for CC&B


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.usefixtures("mirror")
def test_the_business_date_is_the_day_it_is_for_ccb(ccb: Ccb, settings: Any, zone: str) -> None:
    settings.CCB = settings.CCB | {"time_zone": zone}
    run, _ = run_one(CUSTOMERS.name, business_date=None)
    assert run.business_date == timezone.localdate(timezone=ZoneInfo(zone))


def test_a_zone_that_does_not_exist_is_said_before_anything_runs(settings: Any) -> None:
    assert clocks_have_zones(None) == []
    for zone in ("America/Port_Ellery", "", "../etc"):
        settings.CCB = settings.CCB | {"time_zone": zone}
        assert [message.id for message in clocks_have_zones(None)] == ["sync.E208"]


# Waiting for CC&B


def _portal_sets(person: str, **values: Any) -> None:
    found = Customer.objects.get(pk=person)
    for name, value in values.items():
        setattr(found, name, value)
    found.save()


@pytest.mark.django_db
def test_fields_that_wait_for_ccb_are_counted_by_field() -> None:
    rows = [customer(n, email=f"{n}@example.com", phone=None) for n in range(5)]
    load_rows(CUSTOMERS, rows)
    assert waiting(CUSTOMERS) == {}
    for n in range(3):
        _portal_sets(f"{n:010d}", email="portal@example.com")
    _portal_sets(f"{4:010d}", email=None, phone="207 555 0100")
    assert waiting(CUSTOMERS) == {"email": 4, "phone": 1}
    assert {state.stream.name: state.waiting for state in stream_states()}[CUSTOMERS.name] == {"email": 4, "phone": 1}
    load_rows(CUSTOMERS, [rows[0] | {"email": "portal@example.com"}, *rows[1:4]])
    assert waiting(CUSTOMERS) == {"email": 2}, "one was taken by CC&B, one is of a customer who is gone"
    assert waiting(TRANSACTIONS) == {}, "a stream without shared fields waits for nothing"


@pytest.mark.django_db
def test_the_list_of_streams_shows_what_waits(capsys: pytest.CaptureFixture[str]) -> None:
    load_rows(CUSTOMERS, [customer(1, email="old@example.com")])
    _portal_sets(f"{1:010d}", email="portal@example.com")
    call_command("streams")
    said = capsys.readouterr().out
    assert "email 1" in said
    assert "@" not in said
