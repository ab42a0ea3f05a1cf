"""The mirror load with full history beside what one would use instead; ratios come from one interleaved run."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
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

MEBIBYTE = 1024 * 1024
COPY = "psycopg COPY into the bare table, tuples made of the same batches"
COPY_OF_READY_TUPLES = "the same COPY, tuples ready in memory"
ROW_BY_ROW = "update_or_create with simple-history"


@dataclass(frozen=True)
class Size:
    """How much is measured: accounts loaded, how often; accounts for the ORM's sample and for the client's memory."""

    accounts: int
    repetitions: int
    sample: int
    accounts_for_memory: int


FULL = Size(200_000, 3, 2_000, 1_000_000)
QUICK = Size(20_000, 1, 100, 20_000)


class Round:
    """One round of measurements over the prepared files of rows, in which each percentage of them differs."""

    def __init__(self, database: Database, size: Size, prepared: dict[int, Path]) -> None:
        self.database, self.size, self.prepared = database, size, prepared
        self.seconds: dict[str, float] = {}
        self.wal: dict[str, int] = {}
        self.written: dict[str, int] = {}

    def run(self) -> "Round":
        """COPY, then the mirror from empty through unchanged and 1 % changed to all changed; return self."""
        every, few = self.size.accounts, self._changed(1)
        self.database.empty(BARE, TABLE, HISTORY)
        self._timed("copy", lambda: _copy(rows.tuples(self._rows(0))))
        self._copy_ready_tuples()
        self._load("new", 0, new=every)
        self._second_run()
        sample = list(islice(rows.tuples(self._rows(1)), self.size.sample))
        self._timed("row by row", lambda: _row_by_row(sample))
        self._load("1 % changed", 1, changed=few, unchanged=every - few)
        load_mirror(self._rows(0))
        self._load("100 % changed", 100, changed=every)
        return self

    def _rows(self, percent: int) -> Iterator[pa.RecordBatch]:
        return rows.kept(self.prepared[percent])

    def _changed(self, percent: int) -> int:
        return sum(number % rows.BATCH_ROWS % 100 < percent for number in range(self.size.accounts))

    def _timed(self, name: str, work: Callable[[], Any]) -> Any:
        """Do the work on a settled database; keep its seconds and the bytes of write-ahead log it made."""
        self.database.settle()
        logged, begun = self.database.wal_position(), time.perf_counter()
        done = work()
        self.seconds[name] = time.perf_counter() - begun
        self.wal[name] = self.database.wal_position() - logged
        return done

    def _load(self, name: str, percent: int, **counts: int) -> None:
        """Time a load. RuntimeError if it did anything else than it was given to do: its time would mean nothing."""
        outcome = self._timed(name, lambda: load_mirror(self._rows(percent)))
        for count in ("new", "changed", "unchanged", "removed", "rejected"):
            if getattr(outcome, count) != counts.get(count, 0):
                raise RuntimeError(f"{name}: {getattr(outcome, count)} {count} where {counts.get(count, 0)} were given")

    def _copy_ready_tuples(self) -> None:
        ready = list(rows.tuples(self._rows(0)))
        self.database.empty(BARE)
        gc.collect()
        gc.freeze()  # so that the collector does not walk the ready rows while they are copied
        self._timed("copy of ready tuples", lambda: _copy(ready))
        gc.unfreeze()

    def _second_run(self) -> None:
        """Time a load that changes nothing, and count what it writes all the same."""
        before = self._rows_so_far()
        self._load("unchanged", 0, unchanged=self.size.accounts)
        after = self._rows_so_far()
        self.written = {name: after[name] - before[name] for name in after}

    def _rows_so_far(self) -> dict[str, int]:
        report()
        history_rows = int(self.database.value(f"SELECT count(*) FROM {HISTORY}"))
        return {"rows": self.database.rows_written(), "history rows": history_rows}


def measure(database: Database, size: Size) -> list[Figure]:
    """Every figure about the mirror load."""
    database.make_parents_and_bare_table(rows.CUSTOMERS)
    prepared = {
        percent: rows.keep(database.folder / f"{percent}.arrow", rows.batches(size.accounts, changed_percent=percent))
        for percent in (0, 1, 100)
    }
    rounds = [Round(database, size, prepared).run() for _ in range(size.repetitions)]
    seconds = {name: median(each.seconds[name] for each in rounds) for name in rounds[0].seconds}
    return [*_speed(size, seconds), *_second_run(rounds), _memory(database, size.accounts_for_memory)]


def load_mirror(batches: Iterator[pa.RecordBatch]) -> Outcome:
    """A full compare with every check and the brake on, as a run of the stream does it."""
    order = Order(change=Change(Origin.CCB, uuid4()), business_date=date(2024, 2, 29), is_full=True, brake_percent=2.0)
    return load(rows.PLAN, batches, order)


def _copy(tuples: Iterable[tuple[Any, ...]]) -> None:
    """What one would do who wants no history, no checks and no comparison: psycopg's COPY, row by row, and a commit."""
    names = ", ".join(column.name for column in rows.PLAN.columns)
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {BARE} ({names}) FROM STDIN") as copy,
    ):
        for row in tuples:
            copy.write_row(row)


def _row_by_row(sample: list[tuple[Any, ...]]) -> None:
    """What one would do with the ORM, in one transaction; taken back, so that the next load finds the same mirror."""
    names = [column.field.attname for column in rows.PLAN.columns]
    with transaction.atomic():
        for row in sample:
            values = dict(zip(names, row, strict=True))
            BenchAccount.objects.update_or_create(account_id=values["account_id"], defaults=values)
        transaction.set_rollback(True)


def _speed(size: Size, seconds: dict[str, float]) -> Iterator[Figure]:
    """The rates, and the ratios that are promised."""
    rates = {name: size.accounts / value for name, value in seconds.items()}
    rates["row by row"] = size.sample / seconds["row by row"]
    named = {"copy": COPY, "copy of ready tuples": COPY_OF_READY_TUPLES, "row by row": f"{ROW_BY_ROW}, 1 % changed"}
    for name, rate in rates.items():
        what = named.get(name, f"mirror load, {name}")
        yield Figure(f"{what}: rate", round(rate), "rows/s", f"median of {size.repetitions}")
    bounds: dict[str, tuple[float | None, float | None]] = {
        "unchanged": (1.2, 2.0), "1 % changed": (1.2, 2.0), "100 % changed": (0.6, 0.85), "new": (None, None)
    }  # fmt: skip
    for name, (minimum, target) in bounds.items():
        yield Figure(f"mirror load, {name}", round(rates[name] / rates["copy"], 3), "x", COPY, minimum, target)
    for name in bounds:
        ratio = round(rates[name] / rates["copy of ready tuples"], 3)
        yield Figure(f"mirror load, {name}, against ready tuples", ratio, "x", COPY_OF_READY_TUPLES)
    yield Figure(
        "mirror load, 1 % changed, against the ORM", round(rates["1 % changed"] / rates["row by row"], 1), "x",
        f"{ROW_BY_ROW}, {size.sample:,} rows", 100, 250,
    )  # fmt: skip


def _second_run(rounds: list[Round]) -> Iterator[Figure]:
    """The most that a second run over the same rows left behind in any round."""
    for name in ("rows", "history rows"):
        most = max(each.written[name] for each in rounds)
        yield Figure(f"second run: {name} written", most, "rows", "all tables of the portal", 0, 0, at_most=True)
    share = max(100 * each.wal["unchanged"] / each.wal["copy"] for each in rounds)
    yield Figure("second run: write-ahead log", round(share, 3), "%", "what the COPY wrote", 2, 1, at_most=True)


def _memory(database: Database, accounts: int) -> Figure:
    """The peak memory of a process that loads new accounts, history and all, from a source that it does not keep."""
    database.empty(TABLE, HISTORY, BARE)
    command = [sys.executable, "-m", "tests.bench.memory"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        with pa.ipc.new_stream(process.stdin, rows.PLAN.arrow_schema) as stream:
            for batch in rows.batches(accounts):
                stream.write_batch(batch)
        process.stdin.close()
        loaded, peak = map(int, process.stdout.read().split())
    if loaded != accounts:
        raise RuntimeError(f"{loaded} of {accounts} accounts were new")
    name = f"client memory, {accounts:,} rows"
    return Figure(name, round(peak / MEBIBYTE), "MB", "peak resident set size, all new", 512, 256, at_most=True)
