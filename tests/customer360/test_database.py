"""The two database roles: what the app role cannot do to history, and that tests clean up as the owner."""

import pytest
from django.db import ProgrammingError, connection, transaction

from customer360.database import append_only_tables
from customer360.models import Customer
from tests.factories import make_customer


@pytest.mark.django_db
def test_every_history_table_is_append_only() -> None:
    tables = set(append_only_tables())
    assert {Customer.history.model._meta.db_table, "customer360_historicalvisibilityrule"} <= tables


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_role_cannot_rewrite_history(statement: str) -> None:
    make_customer()
    table = Customer.history.model._meta.db_table
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert Customer.history.count() == 1


@pytest.mark.django_db
def test_history_and_decisions_count_past_thirty_one_bits() -> None:
    tables = list(append_only_tables())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name FROM information_schema.columns c"
            " JOIN pg_sequences s ON s.sequencename = c.table_name || '_' || c.column_name || '_seq'"
            " WHERE c.data_type = 'bigint' AND s.data_type = 'bigint'::regtype AND c.table_name = ANY(%s)",
            [tables],
        )
        assert {name for (name,) in cursor.fetchall()} == set(tables)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_committed_is_gone_in_the_next(turn: str) -> None:
    assert not Customer.objects.exists() and not Customer.history.exists()
    make_customer()
