"""What streams must say of themselves where several fill one table, and how the documentation tells it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sync import mapping
from sync.checks import check_owners, check_part, check_stream
from sync.stream import Belongs, Deletion, FieldMap, Split, Stream
from sync.streams import by_name
from sync.transforms import AS_IS, Reference
from tests.sync.salesforce_streams import CAMPAIGNS, CASES, DIVISIONS, ENTERPRISES, EVENTS, MEMBERS, TASKS

CASES_BY_ORIGIN = replace(CASES, where="Origin != null", belongs=Belongs("Type", "Problem"))
ALL = (ENTERPRISES, DIVISIONS, TASKS, EVENTS, CASES, CAMPAIGNS, MEMBERS)


def ids(messages: Iterator[object]) -> list[str]:
    """The numbers of what a check found."""
    return [message.id for message in messages]


@pytest.mark.parametrize("stream", ALL, ids=lambda stream: stream.name)
def test_streams_over_parts_pass_every_check(stream: Stream) -> None:
    assert [*check_stream(stream), *check_part(stream)] == []


def test_two_streams_may_fill_a_field_only_where_their_parts_exclude_each_other() -> None:
    assert ids(check_owners(ALL)) == []
    for part in ({}, {"kind": "task"}, {"status": "open"}):
        assert set(ids(check_owners((TASKS, replace(EVENTS, part=part))))) == {"sync.E206"}


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (replace(TASKS, part={"no_such_field": "x"}), "sync.E221"),
        (replace(TASKS, part={"subject": "x"}), "sync.E221"),
        (replace(TASKS, deletion=Deletion("IsDeleted", into="owner")), "sync.E222"),
        (replace(TASKS, split=Split("Id", of="Task")), "sync.E222"),
        (replace(ENTERPRISES, belongs=Belongs("Level", "C1"), deletion=None), "sync.E224"),
        (replace(ENTERPRISES, belongs=Belongs("Level", "C1"), cursor=None), "sync.E224"),
        (replace(by_name("ccb.customers"), belongs=Belongs("p.PER_OR_BUS_FLG", "P")), "sync.E224"),
        (replace(MEMBERS, fields=(MEMBERS.fields[0], FieldMap("CampaignId", "mailing", AS_IS))), "sync.E223"),
        (replace(MEMBERS, fields=(FieldMap("C", "mailing", Reference(by="name")),)), "sync.E223"),
        (replace(MEMBERS, fields=(FieldMap("C", "contact", Reference(by="salesforce_id")),)), "sync.E223"),
        (replace(MEMBERS, fields=(FieldMap("C", "status", Reference(by="salesforce_id")),)), "sync.E223"),
    ],
)
def test_what_would_not_hold_is_refused_at_start(stream: Stream, expected: str) -> None:
    assert ids(check_part(stream)) == [expected]


def test_every_stream_there_is_passes() -> None:
    assert ids(check_part(by_name("ccb.customers"))) == []
    assert ids(check_part(replace(ENTERPRISES, belongs=Belongs("Level", "C1")))) == []


def test_the_documentation_tells_object_part_and_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "STREAMS", (ENTERPRISES, CASES_BY_ORIGIN))
    text = " ".join(mapping.document().split())
    assert "Only where `Type` is `Problem`; what is so no more is marked removed." in text
    assert (
        "Stream `salesforce.enterprises` fills `Node` from Salesforce's `Account`, hourly; it compares what is new by"
        " `SystemModstamp` up to 5 minutes before its clock. Key: `salesforce_id`. Its records have `C1` in `level` and"
        " no `parent`. A row with `IsDeleted` is marked removed."
    ) in text
    assert "Only where `Origin != null`." in text
    assert "is marked removed; `salesforce_account` then names what took it over." in text
    assert "| `name` | Name | `Name` | taken as it is | salesforce | Profile | The node's name. |" in text
