"""The difference between what was staged and what the mirror holds, and the writing of exactly that difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from customer360.changes import Change
from sync.load import history
from sync.load.cursor import Cursor
from sync.load.plan import Column, Plan, comma
from sync.models import FieldBase

_BASES = sql.Identifier(FieldBase._meta.db_table)


@dataclass(frozen=True)
class Difference:
    """How many records are new, changed, unchanged, and gone from a full compare."""

    new: int
    changed: int
    unchanged: int
    gone: int


def find(cursor: Cursor, plan: Plan, *, staged: int, is_full: bool) -> Difference:
    """Join the `staged` rows with the mirror once and keep the places of those that differ.

    A change names its staged row, its record, and the accounts it concerns; the values stay in the stage. A full
    compare keeps the records that no staged row names beside them, in a table of their own.
    """
    for table in (plan.change, plan.gone):
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{table}").format(table=table))
    accounts: sql.Composable = sql.SQL("")
    if plan.account_column:
        # An account that no line fills, as it is linked here, is the record's own before and after.
        incoming = sql.SQL("s.{}" if plan.fills_account else "t.{}").format(plan.account_column)
        accounts = sql.SQL(", {} AS account, t.{} AS old_account").format(incoming, plan.account_column)
    anchor = plan.key[0].identifier
    absent = sql.SQL("s.{anchor} IS NULL AND {unmarked} OR s.{anchor} IS NOT NULL AND").format(
        anchor=anchor, unmarked=plan.unmarked
    )
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {change} AS
            SELECT s.ctid AS row, t.{anchor} IS NULL AS is_new{accounts}{absent_key}
            FROM {stage} s
            {every} JOIN {table} t ON {same_key}
            {bases}
            WHERE t.{anchor} IS NULL OR {absent} ({ours}) IS DISTINCT FROM ({theirs})
        """).format(
            change=plan.change, anchor=anchor, accounts=accounts, stage=plan.stage, table=plan.table,
            same_key=plan.same_key("t", "s"), bases=_join_bases(plan),
            absent_key=_absent_key(plan) if is_full else sql.SQL(""),
            every=sql.SQL("FULL" if is_full else "LEFT"), absent=absent if is_full else sql.SQL(""),
            ours=comma([
                *(_incoming(plan, column) for column in plan.values),
                *plan.constants.values(),
                *(sql.SQL("NULL::timestamptz") for _ in plan.marks),
            ]),
            theirs=comma(
                sql.SQL("t.{}").format(sql.Identifier(name))
                for name in (*(column.name for column in plan.values), *plan.constants, *plan.marks)
            ),
        )
    )  # fmt: skip
    gone = _keep_gone(cursor, plan) if is_full else 0
    cursor.execute(sql.SQL("ANALYZE {change} (row, is_new)").format(change=plan.change))
    cursor.execute(
        sql.SQL("SELECT count(*) FILTER (WHERE is_new), count(*) FROM {change} WHERE row IS NOT NULL").format(
            change=plan.change
        )
    )
    new, differing = cursor.fetchone()
    return Difference(new, differing - new, staged - differing, gone)


def _absent_key(plan: Plan) -> sql.Composed:
    """The key of a record that no staged row names; empty columns beside a staged row."""
    return sql.SQL("").join(
        sql.SQL(", CASE WHEN s.{anchor} IS NULL THEN t.{column} END AS {absent}").format(
            anchor=plan.key[0].identifier, column=column.identifier, absent=_absent_name(column)
        )
        for column in plan.key
    )


def _absent_name(column: Column) -> sql.Identifier:
    return sql.Identifier(f"absent_{column.name}")


def _keep_gone(cursor: Cursor, plan: Plan) -> int:
    """Keep the records a full compare would mark: not even a bad row came of them. Return how many.

    A truncated answer looks like an archive run, so removed and archived ones count alike.
    """
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {gone} AS
            SELECT {key} FROM {change} c
            WHERE c.row IS NULL AND NOT EXISTS (SELECT FROM {bad} b WHERE {bad_key})
        """).format(
            gone=plan.gone, change=plan.change, bad=plan.bad,
            key=comma(sql.SQL("c.{} AS {}").format(_absent_name(column), column.identifier) for column in plan.key),
            bad_key=sql.SQL(" AND ").join(
                sql.SQL("b.{} = c.{}").format(column.identifier, _absent_name(column)) for column in plan.key
            ),
        )
    )  # fmt: skip
    return cursor.rowcount


def _incoming(plan: Plan, column: Column) -> sql.Composable:
    """The value a staged row brings. A shared one counts only when the source's own value moved."""
    loaded = column.loaded(plan.time_zone)
    if not column.is_shared:
        return loaded
    return sql.SQL(
        "CASE WHEN t.{key} IS NOT NULL AND b.id IS NOT NULL AND b.values ->> {name} IS NOT DISTINCT FROM {new}"
        " THEN t.{old} ELSE {new} END"
    ).format(name=sql.Literal(column.name), new=loaded, old=column.identifier, key=plan.key[0].identifier)


def _join_bases(plan: Plan) -> sql.Composable:
    if not plan.shared:
        return sql.SQL("")
    return sql.SQL("LEFT JOIN {bases} b ON b.stream = {stream} AND b.record_key = {key}").format(
        bases=_BASES, stream=sql.Literal(plan.stream.name), key=plan.key_text("s")
    )


FIRST = 5
"""How many keys an anomaly names."""


def anomalies(cursor: Cursor, plan: Plan) -> Iterator[dict[str, Any]]:
    """Changes of fields that a frozen record never changes: how many, and the first keys. A value is never told."""
    for column in plan.fixed:
        cursor.execute(
            sql.SQL("""
                SELECT count(*), (array_agg(key ORDER BY key))[:{first}] FROM (
                    SELECT {key} AS key
                    FROM {change} c
                    JOIN {stage} s ON s.ctid = c.row
                    JOIN {table} t ON {same_key}
                    WHERE NOT c.is_new AND t.is_frozen AND t.{column} IS DISTINCT FROM {incoming}
                ) changed
            """).format(
                first=sql.Literal(FIRST), key=plan.key_text("s"), change=plan.change, stage=plan.stage,
                table=plan.table, same_key=plan.same_key("t", "s"), column=column.identifier,
                incoming=column.loaded(plan.time_zone),
            )
        )  # fmt: skip
        rows, keys = cursor.fetchone()
        if rows:
            yield anomaly(column, rows, keys)


def anomaly(column: Column, rows: int, keys: list[str]) -> dict[str, Any]:
    """What is told of so many frozen records in which a fixed field changed; `keys` are the first of them."""
    return {
        "field": column.field.name,
        "rows": rows,
        "keys": keys,
        "detail": f"Frozen before, and changed in {column.field.verbose_name}, which should never happen. Taken"
        f" as the source has it now; ask there why. First: {', '.join(keys)}.",
    }


def write(cursor: Cursor, plan: Plan, change: Change) -> None:
    """Write the changes and the new records, each with the history row that simple-history would have written."""
    changed = sql.SQL("{change} c JOIN {stage} s ON s.ctid = c.row").format(change=plan.change, stage=plan.stage)
    fixed: dict[str, sql.Composable] = plan.constants | {mark: sql.SQL("NULL") for mark in plan.marks}
    assigned = {column.name: _incoming(plan, column) for column in plan.values} | fixed
    cursor.execute(
        sql.SQL("UPDATE {table} t SET {assigned} FROM {changed} {bases} WHERE {same_key} AND NOT c.is_new").format(
            table=plan.table, changed=changed, bases=_join_bases(plan), same_key=plan.same_key("t", "s"),
            assigned=comma(sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in assigned.items()),
        )
    )  # fmt: skip
    merged = {column.name for column in plan.shared}
    staged: dict[str, sql.Composable] = {column.name: column.loaded(plan.time_zone) for column in plan.columns}
    taken = {name: value for name, value in staged.items() if name not in merged} | fixed
    history.add(cursor, plan, "~", change, rows=changed, alias="s", where=sql.SQL("NOT c.is_new"), known=taken)

    inserted = staged | plan.constants | {name: sql.Literal(value) for name, value in plan.defaults.items()}
    empty: dict[str, sql.Composable] = {name: sql.SQL("NULL") for name in plan.left_empty}
    cursor.execute(
        sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {changed} WHERE c.is_new").format(
            table=plan.table, names=comma(map(sql.Identifier, inserted)), values=comma(inserted.values()),
            changed=changed,
        )
    )  # fmt: skip
    history.add(cursor, plan, "+", change, rows=changed, alias="s", where=sql.SQL("c.is_new"), known=inserted | empty)


def keep_bases(cursor: Cursor, plan: Plan) -> None:
    """Remember what the source says now about the shared fields of every record that was taken."""
    if not plan.shared:
        return
    said = sql.SQL("jsonb_build_object({})").format(
        comma(
            part for column in plan.shared for part in (sql.Literal(column.name), column.loaded(plan.time_zone))
        )
    )  # fmt: skip
    names = {"bases": _BASES, "stream": sql.Literal(plan.stream.name), "key": plan.key_text("s"), "stage": plan.stage}
    cursor.execute(
        sql.SQL("""
            UPDATE {bases} b SET values = {said} FROM {stage} s
            WHERE b.stream = {stream} AND b.record_key = {key} AND b.values IS DISTINCT FROM {said}
        """).format(said=said, **names)
    )
    cursor.execute(
        sql.SQL("""
            INSERT INTO {bases} (stream, record_key, values)
            SELECT {stream}, {key}, {said} FROM {stage} s
            WHERE NOT EXISTS (SELECT FROM {bases} b WHERE b.stream = {stream} AND b.record_key = {key})
        """).format(said=said, **names)
    )


def describe(cursor: Cursor, plan: Plan, limit: int) -> list[dict[str, Any]]:
    """The first changes field by field, for a dry run: record, field, old and new value."""
    fields = comma(
        sql.SQL("({name}, t.{column}::text, ({incoming})::text)").format(
            name=sql.Literal(column.field.name), column=column.identifier, incoming=_incoming(plan, column)
        )
        for column in plan.values
    )
    cursor.execute(
        sql.SQL("""
            SELECT {key}, c.is_new, f.field, f.old, f.new
            FROM {change} c
            JOIN {stage} s ON s.ctid = c.row
            LEFT JOIN {table} t ON {same_key}
            {bases}
            CROSS JOIN LATERAL (VALUES {fields}) AS f (field, old, new)
            WHERE f.old IS DISTINCT FROM f.new
            ORDER BY 1, 3
            LIMIT {limit}
        """).format(
            key=plan.key_text("s"), change=plan.change, stage=plan.stage, table=plan.table,
            same_key=plan.same_key("t", "s"), bases=_join_bases(plan), fields=fields, limit=sql.Literal(limit),
        )
    )  # fmt: skip
    return [
        {"record": record, "is_new": is_new, "field": name, "old": old, "new": new}
        for record, is_new, name, old, new in cursor.fetchall()
    ]
