"""Prepared rows: Arrow batches as a reader delivers them, and the same rows as the tuples a driver delivers."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.load.plan import Plan
from tests.bench.models import BenchAccount
from tests.bench.streams import ACCOUNTS, STATUS_WORDS

BATCH_ROWS = 20_000
"""As many as CCB_BATCH_ROWS asks of the source by default."""
CUSTOMERS = 100_000
SEED = 20_240_229

PLAN = Plan(ACCOUNTS, "America/New_York")

_STREETS = ("Harbor Point Rd", "N Main St", "Old Mill Ln", "Industrial Pkwy", "Lakeview Ave", "Quarry Hill Rd")
_CITIES = (
    ("Stamford", "06902"),
    ("Norwalk", "06851"),
    ("New Haven", "06511"),
    ("Danbury", "06810"),
    ("Milford", "06460"),
)
_SURNAMES = ("Whitfield", "Okafor", "Lindqvist", "Marchetti", "Delacroix", "Nakamura", "O'Brien", "Haddad", "Kowalczyk")
_GIVEN = ("Dana", "Priya", "Tomas", "Eleanor", "Marcus", "Ingrid", "Wei", "Rosa", "Samuel")
_CLASSES = (("RES", "Residential"), ("COM-S", "Small commercial"), ("COM-L", "Large commercial"), ("IND", "Industrial"))
_WORK = ("cold storage", "a machine shop", "a bakery", "leased offices", "a data hall", "a school", "a water plant")


def _row(draw: random.Random) -> dict[str, Any]:
    """One account without its keys, as the staging columns take it."""
    city, postal = draw.choice(_CITIES)
    customer_class, class_name = draw.choice(_CLASSES)
    surname, given = draw.choice(_SURNAMES), draw.choice(_GIVEN)
    group, division, cycle = draw.randrange(40), draw.randrange(6), draw.randrange(21)
    row = {
        "status": draw.choice(list(STATUS_WORDS)),
        "name": f"{surname},{given} {draw.randrange(10_000)}",
        "customer_class": customer_class,
        "customer_class_name": class_name,
        "manage_group": f"GRP{group:02}",
        "manage_group_name": f"Account management group {group:02}",
        "cis_division": f"DIV{division}",
        "cis_division_name": f"Division {division}, southern region",
        "bill_cycle": f"C{cycle:02}",
        "bill_cycle_name": f"Cycle {cycle:02}, third week of the month",
        "currency": "USD",
        "collection_class": "STANDARD",
        "email": f"{given}.{surname}{draw.randrange(1000)}@example.com".lower(),
        "phone": f"(203) 555-{draw.randrange(10_000):04}",
        "industry": "Food processing and storage" if customer_class != "RES" else None,
        "representative": f"{draw.choice(_GIVEN)} {draw.choice(_SURNAMES)}",
        "business_description": f'{draw.randrange(2, 400)} people in {draw.choice(_WORK)}, two "smart" meters',
        "address1": f"{draw.randrange(1, 9999)} {draw.choice(_STREETS)}",
        "address2": f"Unit {draw.randrange(1, 80)}" if draw.random() < 0.3 else None,
        "address3": None,
        "address4": None,
        "city": city,
        "county": "Fairfield",
        "state": "CT",
        "postal_code": postal,
        "country": "USA",
    }
    row |= {name: Decimal(draw.randrange(-50_000, 9_000_000)) / 100 for name in BenchAccount.FIGURES}
    row |= {name: datetime(2005, 1, 1) + timedelta(days=draw.randrange(7000)) for name in BenchAccount.DAYS}
    return row | {name: draw.choice("YN") for name in BenchAccount.SWITCHES}


@cache
def _pool() -> pa.Table:
    """A batch's worth of random accounts; every batch is made of their values, each column shifted by its own step."""
    draw = random.Random(SEED)  # noqa: S311
    keys = ("account_id", "customer_id")
    schema = pa.schema([field for field in PLAN.arrow_schema if field.name not in keys])
    return pa.Table.from_pylist([_row(draw) for _ in range(BATCH_ROWS)], schema=schema)


def batches(count: int, *, changed_percent: int = 0) -> Iterator[pa.RecordBatch]:
    """`count` accounts in the plan's Arrow schema.

    `changed_percent` of them, evenly spread, differ in name and balance from what they are at 0.
    """
    pool = _pool()
    for first in range(0, count, BATCH_ROWS):
        size = min(BATCH_ROWS, count - first)
        columns: dict[str, pa.Array] = {
            "account_id": pa.array([f"{number:010}" for number in range(first, first + size)]),
            "customer_id": pa.array([f"{number % CUSTOMERS:010}" for number in range(first, first + size)]),
        }
        for position, name in enumerate(pool.schema.names):
            start = first // BATCH_ROWS * 131 * (position + 1) % BATCH_ROWS
            column = pool[name]
            shifted = pa.chunked_array([*column.slice(start).chunks, *column.slice(0, start).chunks])
            columns[name] = shifted.slice(0, size).combine_chunks()
        if changed_percent:
            changes = pa.array([number % 100 < changed_percent for number in range(size)])
            suffix = pc.binary_join_element_wise(columns["name"], "Jr", " ")
            columns["name"] = pc.if_else(changes, suffix, columns["name"])
            columns["balance"] = pc.if_else(changes, pc.negate(columns["balance"]), columns["balance"])
        yield pa.RecordBatch.from_arrays([columns[name] for name in PLAN.arrow_schema.names], schema=PLAN.arrow_schema)


def keep(path: Path, prepared: Iterator[pa.RecordBatch]) -> Path:
    """Write batches to an Arrow file, and return its path."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, PLAN.arrow_schema) as writer:
        for batch in prepared:
            writer.write_batch(batch)
    return path


def kept(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow file, mapped into memory."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def tuples(prepared: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """The rows as the Python values that the mirror's columns take, in the plan's column order."""
    for batch in prepared:
        yield from zip(*map(_values, batch.columns, batch.schema.names), strict=True)


def _values(column: pa.Array, name: str) -> list[Any]:
    """One column's Python values; Arrow does what can be done before they become objects."""
    if name == "status":
        return [STATUS_WORDS[code] for code in column.to_pylist()]
    if name in BenchAccount.SWITCHES:
        return pc.equal(column, "Y").to_pylist()
    if name in BenchAccount.DAYS:
        return column.cast(pa.date32()).to_pylist()
    return column.to_pylist()
