"""The mirror load with full history, measured beside what one would use instead; ratios come from one interleaved run."""

import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import pyarrow as pa
from django.db import connection, transaction

from customer360.changes import Change, Origin
from sync.load import Order, Outcome, load
from tests.bench import rows
from tests.bench.database import BARE, HISTORY, TABLE, Database, report
from tests.bench.figures import Figure
from tests.bench.models import BenchAccount

COPY_OF_TUPLES = "psycopg COPY of Python tuples into the bare table"
ROW_BY_ROW = "update_or_create with simple-history"
SAMPLE = 2_000
REPETITIONS = 3
MEBIBYTE = 1024 * 1024

Seconds = dict[str, list[float]]


def measure(database: Database, *, accounts: int, accounts_for_memory: int) -> list[Figure]:
    """Every figure about the mirror load, over `accounts` accounts; the client's memory over `accounts_for_memory`."""
    database.make_parents_and_bare_table(rows.CUSTOMERS)
    prepared = {
        percent: rows.keep(database.folder / f"{percent}.arrow", rows.batches(accounts, changed_percent=percent))
        for percent in (0, 1, 100)
    }
    tuples = rows.tuples(rows.kept(prepared[0]))
    gc.collect()
    gc.freeze()  # so that the collector does not walk the prepared rows while they are copied
    seconds: Seconds = {}
    second_run: dict[str, int] = {}
    for _ in range(REPETITIONS):
        _repetition(database, prepared, tuples, seconds, second_run)
    return [
        *_against_copy(accounts, {name: median(measured) for name, measured in seconds.items()}),
        *_second_run(second_run),
        _memory(database, accounts_for_memory),
    ]


def _repetition(
    database: Database, prepared: dict[int, Path], tuples: list[tuple[Any, ...]], seconds: Seconds, second_run: dict[str, int]
) -> None:
    """One round: COPY, then the mirror from empty through unchanged and 1 % changed to all changed."""

    def timed(name: str, work: Callable[[], Any]) -> Any:
        database.settle()
        begun = time.perf_counter()
        done = work()
        seconds.setdefault(name, []).append(time.perf_counter() - begun)
        return done

    def loaded(percent: int) -> Callable[[], Outcome]:
        return lambda: load_mirror(rows.kept(prepared[percent]))

    database.empty(BARE, TABLE, HISTORY)
    database.settle()
    before = database.wal_position()
    timed("copy", lambda: _copy_tuples(tuples))
    second_run["wal_of_copy"] = database.wal_position() - before
    _expect(timed("new", loaded(0)), new=len(tuples))

    database.settle()
    report()
    written, history, before = database.rows_written(), _history_rows(database), database.wal_position()
    _expect(timed("unchanged", loaded(0)), unchanged=len(tuples))
    second_run["wal"] = database.wal_position() - before
    report()
    second_run["written"] = database.rows_written() - written
    second_run["history"] = _history_rows(database) - history

    timed("row by row", lambda: _row_by_row(rows.kept(prepared[1])))
    few = _changed_rows(len(tuples), 1)
    _expect(timed("1 % changed", loaded(1)), changed=few, unchanged=len(tuples) - few)
    # The 1 % that differ already differ from the other 99 % in the same way, so they stay as they are: put them back.
    load_mirror(rows.kept(prepared[0]))
    _expect(timed("100 % changed", loaded(100)), changed=len(tuples))


def load_mirror(batches: Iterator[pa.RecordBatch]) -> Outcome:
    """A full compare with every check and the brake on, as a run of the stream does it."""
    order = Order(change=Change(Origin.CCB, uuid4()), business_date=date(2024, 2, 29), is_full=True, brake_percent=2.0)
    return load(rows.PLAN, batches, order)


def _copy_tuples(tuples: list[tuple[Any, ...]]) -> None:
    """What one would do who wants no history, no checks and no comparison: psycopg's COPY, row by row, and a commit."""
    names = ", ".join(column.name for column in rows.PLAN.columns)
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {BARE} ({names}) FROM STDIN") as copy,
    ):
        for row in tuples:
            copy.write_row(row)


def _row_by_row(batches: Iterator[pa.RecordBatch]) -> None:
    """What one would do with the ORM, on a sample, in one transaction; taken back, so that the next load finds the same."""
    names = [column.field.attname for column in rows.PLAN.columns]
    sample = [dict(zip(names, row, strict=True)) for row in rows.tuples(next(batches).slice(0, SAMPLE) for _ in range(1))]
    with transaction.atomic():
        for values in sample:
            BenchAccount.objects.update_or_create(account_id=values["account_id"], defaults=values)
        transaction.set_rollback(True)


def _expect(outcome: Outcome, **counts: int) -> None:
    """Raise RuntimeError if a load did anything else than it was given to do: its time would mean nothing."""
    for name in ("new", "changed", "unchanged", "removed", "rejected"):
        if getattr(outcome, name) != counts.get(name, 0):
            raise RuntimeError(f"the load counted {getattr(outcome, name)} {name} where {counts.get(name, 0)} were given")


def _changed_rows(accounts: int, percent: int) -> int:
    return sum(number % rows.BATCH_ROWS % 100 < percent for number in range(accounts))


def _history_rows(database: Database) -> int:
    return int(database.value(f"SELECT count(*) FROM {HISTORY}"))


def _against_copy(accounts: int, seconds: dict[str, float]) -> Iterator[Figure]:
    """The rates, and the ratios that are promised."""
    rates = {name: accounts / value for name, value in seconds.items()}
    rates["row by row"] = min(SAMPLE, accounts) / seconds["row by row"]
    for name, what in (
        ("copy", COPY_OF_TUPLES), ("new", "mirror load, all new"), ("unchanged", "mirror load, unchanged"),
        ("1 % changed", "mirror load, 1 % changed"), ("100 % changed", "mirror load, 100 % changed"),
        ("row by row", f"{ROW_BY_ROW}, 1 % changed"),
    ):  # fmt: skip
        yield Figure(f"{what}: rate", round(rates[name]), "rows/s", f"median of {REPETITIONS}")
    for name, minimum, target in (("unchanged", 1.2, 2.0), ("1 % changed", 1.2, 2.0), ("100 % changed", 0.6, 0.85)):
        ratio = round(rates[name] / rates["copy"], 3)
        yield Figure(f"mirror load, {name}", ratio, "x", COPY_OF_TUPLES, minimum, target)
    yield Figure("mirror load, all new", round(rates["new"] / rates["copy"], 3), "x", COPY_OF_TUPLES)
    yield Figure(
        "mirror load, 1 % changed, against the ORM", round(rates["1 % changed"] / rates["row by row"], 1), "x",
        f"{ROW_BY_ROW} on {SAMPLE:,} rows", 100, 250,
    )  # fmt: skip


def _second_run(counted: dict[str, int]) -> Iterator[Figure]:
    """What a second run over the same rows leaves behind."""
    yield Figure("second run: rows written", counted["written"], "rows", "in all tables", 0, 0, at_most=True)
    yield Figure("second run: history rows", counted["history"], "rows", "", 0, 0, at_most=True)
    share = round(100 * counted["wal"] / counted["wal_of_copy"], 3)
    yield Figure("second run: write-ahead log", share, "%", "of what the COPY wrote", 2, 1, at_most=True)


def _memory(database: Database, accounts: int) -> Figure:
    """The peak memory of a process that loads new accounts, history and all, while the source's batches pass through it."""
    database.empty(TABLE, HISTORY, BARE)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.memory", str(accounts)], check=True, stdout=subprocess.PIPE, text=True
    )
    peak = int(done.stdout)
    return Figure(
        f"client memory at {accounts:,} rows", round(peak / MEBIBYTE), "MB", "peak resident set size, all new", 512, 256, at_most=True
    )


def peak_memory() -> int:
    """This process's peak resident set size, in bytes (Linux counts it in kibibytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
