"""Small streams over Salesforce's homes in the mirror, and a system that answers with rows written by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from engagement.models import Case, Interaction, Mailing, MailingRecipient
from hierarchy.models import Node
from sync.stream import Cursor, Deletion, Direction, FieldMap, Owner, Stream, System
from sync.systems import Fitted, Gone, Reader
from sync.transforms import AS_IS, FLAG, INSTANT, Reference, Transform
from tests.sync.support import Row, batch, plan_of

CURSOR = Cursor("SystemModstamp", overlap=timedelta(minutes=15), hold_back=timedelta(minutes=5))
DELETION = Deletion("IsDeleted")


def _line(theirs: str, ours: str, transform: Transform = AS_IS) -> FieldMap:
    return FieldMap(theirs, ours, transform, Owner.SALESFORCE)


def salesforce_stream(name: str, model: Any, source: str, *lines: FieldMap, **more: Any) -> Stream:
    """An hourly stream by Salesforce's key, with a hold-back and a flag of deletion unless `more` says otherwise."""
    defaults = {"cursor": CURSOR, "deletion": DELETION} | more
    return Stream(
        name=f"salesforce.{name}", system=System.SALESFORCE, direction=Direction.IN, model=model, title=name.title(),
        source=source, key=("salesforce_id",), cadence="hourly", fields=(_line("Id", "salesforce_id"), *lines),
        **defaults,
    )  # fmt: skip


ENTERPRISES = salesforce_stream(
    "enterprises", Node, "Account", _line("Name", "name"), _line("OwnerId", "owner"),
    part={"level": "C1", "parent": None},
)  # fmt: skip
DIVISIONS = salesforce_stream(
    "divisions", Node, "Account", _line("Name", "name"),
    _line("ParentId", "parent", Reference(by="salesforce_id", required=True)), part={"level": "C2"},
)  # fmt: skip
TASKS = salesforce_stream(
    "tasks", Interaction, "Task", _line("Subject", "subject"), _line("IsClosed", "is_closed", FLAG),
    _line("CreatedDate", "written_at", INSTANT), _line("AccountId", "salesforce_account"), part={"kind": "task"},
)  # fmt: skip
EVENTS = salesforce_stream(
    "events", Interaction, "Event", _line("Subject", "subject"), _line("CreatedDate", "written_at", INSTANT),
    part={"kind": "event"},
)  # fmt: skip
CASES = salesforce_stream(
    "cases", Case, "Case", _line("CaseNumber", "number"), _line("Status", "status"),
    _line("CreatedDate", "opened_at", INSTANT), _line("MasterRecordId", "salesforce_account"),
    deletion=Deletion("IsDeleted", into="salesforce_account"),
)  # fmt: skip
CAMPAIGNS = salesforce_stream("campaigns", Mailing, "Campaign", _line("Name", "name"))
MEMBERS = salesforce_stream(
    "campaign-members", MailingRecipient, "CampaignMember",
    _line("CampaignId", "mailing", Reference(by="salesforce_id")), _line("ContactId", "contact"),
)  # fmt: skip


@dataclass
class Answers(Reader):
    """A system whose rows, listing and log a test writes. It keeps what it was asked."""

    rows: list[Row] = field(default_factory=list)
    listed: list[str] | None = None
    log: Gone | Exception | None = None
    clock: datetime = datetime(2026, 11, 24, 12)
    calls: int | None = 0
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def fitted(self, stream: Stream) -> Fitted:
        """The stream as it is."""
        return Fitted(stream)

    def question(self, stream: Stream) -> str:
        """Always the same."""
        return "question"

    def read(
        self, stream: Stream, schema: pa.Schema, since: datetime | None, within: Any = None, only: Any = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows, or those of the keys asked for."""
        self.asked.append(("rows", since, None if only is None else only.to_pylist()))
        self.calls = (self.calls or 0) + 1
        wanted = [row for row in self.rows if only is None or row["salesforce_id"] in only.to_pylist()]
        if wanted:
            yield batch(plan_of(stream), wanted)

    def keys(self, stream: Stream) -> Iterator[pa.RecordBatch] | None:
        """The listing, in batches of two."""
        if self.listed is None:
            return None
        parts = [self.listed[at : at + 2] for at in range(0, len(self.listed), 2)]
        return (pa.RecordBatch.from_arrays([pa.array(part, pa.string())], names=["Id"]) for part in parts)

    def gone(self, stream: Stream, since: datetime | None) -> Gone | None:
        """The log."""
        self.asked.append(("log", since))
        if isinstance(self.log, Exception):
            raise self.log
        return self.log

    @contextmanager
    def opened(self, system: System) -> Iterator["Answers"]:
        """In the place of `open_reader`."""
        self.calls = 1 if self.calls is not None else None
        yield self
