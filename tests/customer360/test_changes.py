"""Who or what is changing data now, and that every history row says so."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from customer360 import changes
from customer360.changes import Change, Origin, changes_from, current_change
from customer360.models import Customer
from sync.models import SyncRun
from tests.factories import TODAY, make_customer

RUN = UUID("11111111-2222-3333-4444-555555555555")


def test_a_person_in_the_portal_changes_data_unless_someone_says_otherwise() -> None:
    assert current_change() == Change(Origin.PORTAL, None)


def test_a_block_marks_what_is_changed_inside_it_alone() -> None:
    with changes_from(Origin.CCB, RUN):
        assert current_change() == Change(Origin.CCB, RUN)
        with changes_from(Origin.SALESFORCE):
            assert current_change() == Change(Origin.SALESFORCE, None)
        assert current_change() == Change(Origin.CCB, RUN)
    assert current_change() == Change(Origin.PORTAL, None)


def test_an_error_ends_the_block_too() -> None:
    with pytest.raises(ValueError, match="broken"), changes_from(Origin.CCB, RUN):
        raise ValueError("broken")
    assert current_change() == Change(Origin.PORTAL, None)


def test_two_tasks_at_once_do_not_mark_each_others_changes() -> None:
    async def change(origin: Origin) -> Change:
        with changes_from(origin):
            await asyncio.sleep(0)
            return current_change()

    async def both() -> list[Change]:
        return await asyncio.gather(change(Origin.CCB), change(Origin.SALESFORCE))

    # In a thread of its own: a browser that an earlier test opened keeps an event loop in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        changes = thread.submit(lambda: asyncio.run(both())).result()
    assert changes == [Change(Origin.CCB), Change(Origin.SALESFORCE)]


@pytest.mark.django_db
def test_a_saved_record_says_where_its_change_came_from() -> None:
    customer = make_customer()
    with changes_from(Origin.SALESFORCE, RUN):
        customer.phone = "(207) 555-0199"
        customer.save()
    lines = customer.history.order_by("history_id").values_list("history_type", "origin", "run_id")
    assert list(lines) == [("+", "portal", None), ("~", "salesforce", RUN)]


@pytest.mark.django_db
def test_records_changed_in_bulk_say_so_too() -> None:
    from simple_history.utils import bulk_update_with_history

    customers = [make_customer() for _ in range(3)]
    for customer in customers:
        customer.phone = "(207) 555-0199"
    with changes_from(Origin.SALESFORCE, RUN):
        bulk_update_with_history(customers, Customer, ["phone"])
    assert set(Customer.history.filter(history_type="~").values_list("origin", "run_id")) == {("salesforce", RUN)}


@pytest.mark.django_db
def test_a_run_of_a_change_has_a_page() -> None:
    run = SyncRun.objects.create(stream="ccb.customers", mode=SyncRun.Mode.FULL, business_date=TODAY)
    assert changes.run_url(run.id) == f"/sync/runs/{run.id}"
