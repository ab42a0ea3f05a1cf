"""Loads from rows written by hand, and exact views of what the database holds and of what was written to it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow as pa
from django.apps import apps
from django.db import connection, models

from customer360.changes import Change, Origin
from sync.load import Order, Outcome, load
from sync.load.plan import Column, Plan
from sync.models import SyncRun
from sync.services import run_streams
from sync.simulators.ccb.control import Control
from sync.simulators.ccb.server import Simulator
from sync.stream import Stream, System
from sync.streams import STREAMS, by_name, inbound
from sync.transforms import Day

Row = dict[str, Any]

CCB_STREAMS = inbound(System.CCB)
SAMPLES = Path(__file__).parent.parent / "samples"
TODAY = date(2026, 11, 24)
TIME_ZONE = "America/New_York"
CLOCKS = {System.CCB: TIME_ZONE, System.SALESFORCE: "UTC"}
BOOKKEEPING = ("sync_syncrun", "sync_bookmark")
"""Tables that every run writes, whatever it finds."""


@cache
def _sample(name: str) -> str:
    system, _, of_stream = name.partition(".")
    return (SAMPLES / system / f"{of_stream}.json").read_text()


def samples(stream: Stream) -> list[Row]:
    """The golden rows of a stream: `case`, `theirs` by staged column as the extraction delivers it, `ours` by field."""
    return json.loads(_sample(stream.name))


def theirs(stream: Stream) -> list[Row]:
    """The golden rows as the extraction delivers them."""
    return [sample["theirs"] for sample in samples(stream)]


def plan_of(stream: Stream) -> Plan:
    """The stream made ready for loading, with CC&B's clock in New York and Salesforce's in UTC."""
    return Plan(stream, CLOCKS[stream.system])


def batch(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> pa.RecordBatch:
    """Rows as the reader would deliver them; columns left out are NULL."""
    rows = list(rows)
    unknown = {name for row in rows for name in row} - set(plan.arrow_schema.names)
    assert not unknown, f"{plan.stream.name} delivers no {sorted(unknown)}"
    columns = [pa.array([_value(row.get(f.name), f.type) for row in rows], f.type) for f in plan.arrow_schema]
    return pa.RecordBatch.from_arrays(columns, schema=plan.arrow_schema)


def _value(value: Any, arrow: pa.DataType) -> Any:
    if not isinstance(value, str) or pa.types.is_string(arrow):
        return value
    return Decimal(value) if pa.types.is_decimal(arrow) else datetime.fromisoformat(value)


def change_by(stream: Stream, run: UUID | None = None) -> Change:
    """What a run of the stream changes data as."""
    return Change(Origin(stream.system), run or uuid4())


def load_rows(stream: Stream, rows: Iterable[Mapping[str, Any]], **order: Any) -> Outcome:
    """Load rows into the mirror: a full compare without a brake unless the order says otherwise."""
    plan = plan_of(stream)
    defaults = {"change": change_by(stream), "business_date": TODAY, "is_full": True}
    return load(plan, [batch(plan, rows)], Order(**(defaults | order)))


def load_samples(*, before: Stream | None = None) -> None:
    """Load the golden rows of every stream in load order, or of those of its system that come before one."""
    for stream in STREAMS:
        if stream is before:
            return
        if before is None or stream.system == before.system:
            load_rows(stream, theirs(stream))


def key_of(plan: Plan, row: Mapping[str, Any]) -> str:
    """The key of a staged row, as a rejected row shows it."""
    return "/".join(_key_part(column, row) for column in plan.key if row[column.name] is not None)


def _key_part(column: Column, row: Mapping[str, Any]) -> str:
    """A part of a staged row's key as the mirror holds it: of a date the day alone."""
    return row[column.name][:10] if isinstance(column.transform, Day) else row[column.name]


def record(stream: Stream, row: Mapping[str, Any]) -> models.Model:
    """The mirror's record of a staged row."""
    return stream.model._default_manager.get(**{column.name: _key_part(column, row) for column in plan_of(stream).key})


def records_of(stream: Stream) -> models.QuerySet[Any]:
    """The mirror's records that are the stream's: those of its part of the table."""
    return stream.model._default_manager.filter(**stream.part)


def history_of(stream: Stream) -> models.QuerySet[Any]:
    """The history of the stream's records."""
    return stream.model.history.filter(**stream.part)


def written() -> dict[str, int]:
    """Rows written to each table of the schema by the open transaction so far: inserted, updated and deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())


def written_since(earlier: Mapping[str, int], *, but: Iterable[str] = ()) -> dict[str, int]:
    """What was written since an earlier look, by table; tables nothing was written to are left out."""
    skipped = set(but)
    return {
        table: rows - earlier.get(table, 0)
        for table, rows in written().items()
        if rows != earlier.get(table, 0) and table not in skipped
    }


def mirrored_models() -> list[type[models.Model]]:
    """Every model that streams fill or that is derived from one, and their history."""
    tables = {stream.model for stream in STREAMS}
    histories = [model.history.model for model in tables if hasattr(model, "history")]
    return sorted(
        [*tables, *histories, apps.get_model("customer360.AccountSummary")], key=lambda model: model._meta.db_table
    )


def seen_keys() -> int:
    """How many keys are kept for runs in ranges that have not ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sync_seenkey")
        return cursor.fetchone()[0]


FLEETING = ("id", "history_id", "history_date", "run_id", "removed_at", "archived_at")
"""What differs between two runs that do the same; of the marks only whether they are set is compared."""


def contents(*, but: Iterable[str] = FLEETING) -> Row:
    """Every row of every mirrored table, in an order of its own, without the named columns."""
    return {model._meta.db_table: _rows(model, set(but)) for model in mirrored_models()}


def differences(before: Row, after: Row) -> list[str]:
    """The rows that only one of two `contents` holds, one a line."""
    return [
        f"{sign} {table} {row}"
        for sign, these, others in (("-", before, after), ("+", after, before))
        for table in these
        for row in set(these[table]) - set(others[table])
    ]


def _rows(model: type[models.Model], but: set[str]) -> list[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]
    kept = [name for name in names if name not in but]
    marks = [name for name in names if name in but & {"removed_at", "archived_at"}]
    rows = model._default_manager.values_list(*kept, *marks)
    told = ((*row[: len(kept)], *(mark is not None for mark in row[len(kept) :])) for row in rows)
    return sorted(told, key=repr)


@dataclass(frozen=True)
class Ccb:
    """A running simulated CC&B and the interface that edits it."""

    simulator: Simulator
    control: Control

    def value(self, query: str) -> Any:
        """The first value of a query over the simulator's tables."""
        return self.control.connection.execute(query).fetchone()[0]

    def ids(self, query: str) -> list[str]:
        """The first column of a query, without blank padding."""
        return [str(row[0]).strip() for row in self.control.connection.execute(query)]


def run_all(**options: Any) -> dict[str, SyncRun]:
    """Run every stream of CC&B for the business date; the runs by stream."""
    return {run.stream: run for run, _ in run_streams(CCB_STREAMS, **({"business_date": TODAY} | options))}


def run_one(name: str, **options: Any) -> tuple[SyncRun, Outcome]:
    """Run one stream for the business date."""
    (ended,) = run_streams([by_name(name)], **({"business_date": TODAY} | options))
    return ended
