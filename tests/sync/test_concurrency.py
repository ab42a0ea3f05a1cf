"""Streams that run side by side move the same figures: none overwrites what the other has just brought in."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection

from customer360.models import AccountSummary, FinancialTransaction, ServiceAgreement
from sync.load import Outcome
from sync.stream import Stream
from sync.streams import by_name
from tests.factories import make_account, make_agreement
from tests.sync.support import Row, load_rows
from tests.sync.test_load import transaction

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

AGREEMENTS = by_name("ccb.service-agreements")
TRANSACTIONS = by_name("ccb.financial-transactions")


class _Beside:
    """A load in a session of its own, which starts while another load has written and not yet committed."""

    def __init__(self, stream: Stream, rows: list[Row]) -> None:
        self._thread = Thread(target=self._load, args=(stream, rows))
        self._failure: Exception | None = None

    def start(self, outcome: Outcome) -> None:
        """Begin, and give it the time in which it would commit first if nothing held it."""
        self._thread.start()
        self._thread.join(1)

    def end(self) -> None:
        """Wait for it; raises what it failed with."""
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self._failure is not None:
            raise self._failure

    def _load(self, stream: Stream, rows: list[Row]) -> None:
        try:
            load_rows(stream, rows, is_full=False)
        except Exception as failure:
            self._failure = failure
        finally:
            connection.close()


def _closed(agreement: ServiceAgreement) -> Row:
    return {"service_agreement_id": agreement.pk, "account_id": agreement.account_id, "status": "60"}


def _figures() -> list[Any]:
    return list(AccountSummary.objects.values_list("balance", "active_services"))


def test_money_that_comes_in_while_agreements_are_loaded_is_in_the_balance() -> None:
    agreement = make_agreement(make_account(), premise_id=None)
    load_rows(TRANSACTIONS, [transaction(agreement, 1)])
    assert _figures() == [(10, 1)]
    money = _Beside(TRANSACTIONS, [transaction(agreement, 2)])
    load_rows(AGREEMENTS, [_closed(agreement)], commit=money.start)
    money.end()
    assert FinancialTransaction.objects.count() == 2
    assert _figures() == [(20, 0)]


def test_an_agreement_that_closes_while_money_is_loaded_is_not_counted_active() -> None:
    agreement = make_agreement(make_account(), premise_id=None)
    load_rows(TRANSACTIONS, [transaction(agreement, 1)])
    closing = _Beside(AGREEMENTS, [_closed(agreement)])
    load_rows(TRANSACTIONS, [transaction(agreement, 2)], is_full=False, commit=closing.start)
    closing.end()
    assert _figures() == [(20, 0)]


def test_two_streams_that_bring_an_account_its_first_figures_do_not_collide() -> None:
    agreement = make_agreement(make_account(), premise_id=None)
    other = _Beside(AGREEMENTS, [_closed(agreement)])
    load_rows(TRANSACTIONS, [transaction(agreement, 1)], commit=other.start)
    other.end()
    assert _figures() == [(10, 0)]
