"""The commands and tasks that start runs, and the checks that refuse a stream which does not join with its model."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customer360.models import Customer
from sync import tasks
from sync.checks import check_owners, check_stream
from sync.models import RejectedRow, SyncRun
from sync.stream import FieldMap, Owner, Split, Stream, System
from sync.streams import by_name, inbound
from tests.sync.support import CCB_STREAMS, Ccb, contents

CUSTOMERS = by_name("ccb.customers")


def said(name: str, *arguments: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def cells(line: str) -> list[str]:
    """The cells of a printed table's line."""
    return [cell.strip() for cell in line.replace("┃", "│").split("│")][1:-1]


@pytest.fixture
def renamed(mirror: None, ccb: Ccb) -> str:
    """The id of a customer that CC&B has renamed since the mirror was loaded."""
    person = Customer.objects.get(name="Harborview Cold Storage LLC").pk
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Harborview Ice LLC")
    return person


def test_the_sync_command_runs_what_is_named_and_says_what_it_did(renamed: str) -> None:
    text = said("sync", "ccb.customers", "--business-date", "2026-11-24")
    run = SyncRun.objects.latest("started_at")
    assert (run.stream, run.changed, run.requested_by) == ("ccb.customers", 1, "manage.py sync")
    headings, figures = (cells(line) for line in text.splitlines() if line.startswith(("┃", "│")))
    told = dict(zip(headings, figures, strict=True))
    assert (told["read"], told["new"], told["changed"]) == (str(run.read), "0", "1")
    assert "Accounts" not in text


def test_a_dry_run_prints_every_difference_field_by_field(renamed: str) -> None:
    before = contents(but=())
    text = said("sync", "ccb.customers", "--dry-run", "--business-date", "2026-11-24")
    assert "Dry run: nothing was written" in text
    assert f"ccb.customers {renamed} name: 'Harborview Cold Storage LLC' -> 'Harborview Ice LLC'" in text
    assert contents(but=()) == before


def test_a_stream_that_does_not_exist_is_refused_with_the_names_there_are(mirror: None) -> None:
    with pytest.raises(CommandError, match=r"There is no stream ccb.nothing. There are: ccb.customers, ccb.accounts"):
        said("sync", "ccb.nothing")


def test_the_name_of_a_system_stands_for_all_its_streams(mirror: None) -> None:
    runs = SyncRun.objects.filter(requested_by="manage.py sync")
    already = set(runs.values_list("pk", flat=True))
    said("sync", "salesforce")
    fresh = runs.exclude(pk__in=already)
    assert set(fresh.values_list("stream", flat=True)) == {stream.name for stream in inbound(System.SALESFORCE)}


def test_the_streams_command_lists_every_stream_with_its_records_and_rejections(mirror: None) -> None:
    text = said("streams")
    for stream in CCB_STREAMS:
        (line,) = (line for line in text.splitlines() if f" {stream.name} " in line)
        rejected = RejectedRow.objects.filter(stream=stream.name, closed_at=None).count()
        assert cells(line)[-3:] == [f"{stream.model._default_manager.count():,}", str(rejected), "-"]
        assert "never" not in cells(line)


def test_the_tasks_run_their_streams(renamed: str) -> None:
    tasks.run_stream("ccb.customers")
    assert Customer.objects.get(pk=renamed).name == "Harborview Ice LLC"
    runs = SyncRun.objects.count()
    tasks.run_system("ccb")
    assert SyncRun.objects.count() == runs + len(CCB_STREAMS)


# Checks


def with_line(line: FieldMap) -> Stream:
    """The stream of customers with one more line."""
    return replace(CUSTOMERS, fields=(*CUSTOMERS.fields, line))


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (with_line(FieldMap("p.X", "no_such_field")), ["sync.E201"]),
        (with_line(FieldMap("p.X", "account_roles")), ["sync.E201"]),
        (with_line(FieldMap("p.X", "name")), ["sync.E202"]),
        (with_line(FieldMap("p.X", "removed_at", owner=Owner.SHARED)), ["sync.E204"]),
        (replace(CUSTOMERS, key=()), ["sync.E205"]),
        (replace(CUSTOMERS, key=("removed_at",)), ["sync.E205"]),
        (replace(CUSTOMERS, split=Split("p.CITY", of="CI_PER p")), ["sync.E220"]),
    ],
    ids=[
        "unknown field",
        "no column",
        "twice",
        "shared, but no text",
        "no key",
        "key that no line fills",
        "split by no key",
    ],
)
def test_a_stream_that_does_not_join_with_its_model_is_refused(stream: Stream, found: list[str]) -> None:
    assert [message.id for message in check_stream(stream)] == found


def test_a_field_that_no_group_shows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: dict[Any, tuple[str, ...]] = {
        group: tuple(name for name in names if name != "email") for group, names in Customer.field_groups.items()
    }
    monkeypatch.setattr(Customer, "field_groups", groups)
    (message,) = check_stream(CUSTOMERS)
    assert message.id == "sync.E203"
    assert "Customer.email, which is in no field group" in message.msg


def test_two_streams_of_one_system_may_not_write_one_field() -> None:
    found = list(check_owners((*CCB_STREAMS, replace(CUSTOMERS, name="ccb.customers-too"))))
    assert {message.id for message in found} == {"sync.E206"}
    assert len(found) == len(CUSTOMERS.fields)
