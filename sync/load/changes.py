"""The difference between what was staged and what the mirror holds, and the writing of exactly that difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from customer360.changes import Change
from sync.load.cursor import Cursor
from sync.load.plan import Column, Plan, comma
from sync.models import FieldBase
from sync.stream import Absence

_BASES = sql.Identifier(FieldBase._meta.db_table)


@dataclass(frozen=True)
class Difference:
    """How many records are new, changed, unchanged, and gone from a full compare."""

    new: int
    changed: int
    unchanged: int
    gone: int


@dataclass(frozen=True)
class Gone:
    """How many records were marked removed, and how many archived."""

    removed: int
    archived: int


def find(cursor: Cursor, plan: Plan, *, is_full: bool) -> Difference:
    """Join the staged rows with the mirror once and keep the places of those that differ.

    A change names its staged row, its record, and the accounts it concerns; the values stay in the stage.
    """
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{change}").format(change=plan.change))
    account = plan.account_column
    accounts = sql.SQL(", s.{0} AS account, t.{0} AS old_account").format(account) if account else sql.SQL("")
    anchor = plan.key[0].identifier
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {change} AS
            SELECT s.ctid AS row, t.{anchor} IS NULL AS is_new{accounts}
            FROM {stage} s
            LEFT JOIN {table} t ON {same_key}
            {bases}
            WHERE t.{anchor} IS NULL OR ({ours}) IS DISTINCT FROM ({theirs})
        """).format(
            change=plan.change, anchor=anchor, accounts=accounts, stage=plan.stage, table=plan.table,
            same_key=plan.same_key("t", "s"), bases=_join_bases(plan),
            ours=comma([
                *(_incoming(plan, column) for column in plan.values),
                *(sql.SQL("NULL::timestamptz") for _ in plan.marks),
            ]),
            theirs=comma(
                sql.SQL("t.{}").format(sql.Identifier(name))
                for name in (*(column.name for column in plan.values), *plan.marks)
            ),
        )
    )  # fmt: skip
    cursor.execute(sql.SQL("ANALYZE {change} (row, is_new)").format(change=plan.change))
    cursor.execute(
        sql.SQL(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM {stage})"
            " FROM {change}"
        ).format(stage=plan.stage, change=plan.change)
    )
    new, changed, staged = cursor.fetchone()
    return Difference(new, changed, staged - new - changed, _find_gone(cursor, plan) if is_full else 0)


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


def _absent(plan: Plan) -> sql.Composed:
    """Records of the mirror, not marked yet, that a full compare gave neither as good rows nor as bad ones."""
    return sql.SQL("""
        {unmarked}
        AND NOT EXISTS (SELECT FROM {stage} s WHERE {staged})
        AND NOT EXISTS (SELECT FROM {bad} b WHERE {bad_key})
    """).format(
        unmarked=plan.unmarked, stage=plan.stage, staged=plan.same_key("s", "t"), bad=plan.bad,
        bad_key=plan.same_key("b", "t"),
    )  # fmt: skip


def _find_gone(cursor: Cursor, plan: Plan) -> int:
    """Keep the records a full compare would mark; return how many.

    A truncated answer looks like an archive run, so removed and archived ones count alike.
    """
    cursor.execute("DROP TABLE IF EXISTS pg_temp.gone")
    account = plan.account_column
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE gone AS SELECT {key}{account} FROM {table} t WHERE {absent}").format(
            key=plan.key_list("t"),
            account=sql.SQL(", t.{} AS gone_account").format(account) if account else sql.SQL(""),
            table=plan.table, absent=_absent(plan),
        )
    )  # fmt: skip
    return cursor.rowcount


def anomalies(cursor: Cursor, plan: Plan, first: int = 5) -> Iterator[dict[str, Any]]:
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
                first=sql.Literal(first), key=plan.key_text("s"), change=plan.change, stage=plan.stage,
                table=plan.table, same_key=plan.same_key("t", "s"), column=column.identifier,
                incoming=column.loaded(plan.time_zone),
            )
        )  # fmt: skip
        rows, keys = cursor.fetchone()
        if rows:
            yield {
                "field": column.field.name,
                "rows": rows,
                "keys": keys,
                "detail": f"Frozen before, and changed in {column.field.verbose_name}, which should never happen. Taken"
                f" as the source has it now; ask there why. First: {', '.join(keys)}.",
            }


def write(cursor: Cursor, plan: Plan, change: Change) -> None:
    """Write the changes and the new records, each with the history row that simple-history would have written."""
    changed = sql.SQL("{change} c JOIN {stage} s ON s.ctid = c.row").format(change=plan.change, stage=plan.stage)
    assignments = comma([
        *(sql.SQL("{} = {}").format(column.identifier, _incoming(plan, column)) for column in plan.values),
        *(sql.SQL("{} = NULL").format(sql.Identifier(mark)) for mark in plan.marks),
    ])  # fmt: skip
    updated = sql.SQL(
        "UPDATE {table} t SET {assignments} FROM {changed} {bases} WHERE {same_key} AND NOT c.is_new"
    ).format(
        table=plan.table, assignments=assignments, changed=changed, bases=_join_bases(plan),
        same_key=plan.same_key("t", "s"),
    )  # fmt: skip
    _with_history(cursor, plan, updated, "~", change)
    inserted = sql.SQL("INSERT INTO {table} AS t ({names}) SELECT {values} FROM {changed} WHERE c.is_new").format(
        table=plan.table,
        names=comma(sql.Identifier(name) for name in (*(column.name for column in plan.columns), *plan.defaults)),
        values=comma([
            *(column.loaded(plan.time_zone) for column in plan.columns),
            *(sql.Literal(value) for value in plan.defaults.values()),
        ]),
        changed=changed,
    )  # fmt: skip
    _with_history(cursor, plan, inserted, "+", change)


def mark_gone(cursor: Cursor, plan: Plan, change: Change) -> Gone:
    """Mark what `find` found gone; frozen transactions were archived and still count."""
    archives = plan.stream.absence == Absence.ARCHIVED_IF_FROZEN
    removed = sql.SQL("UPDATE {table} t SET removed_at = now() FROM gone g WHERE {same_key}{only}").format(
        table=plan.table, same_key=plan.same_key("t", "g"), only=sql.SQL(" AND NOT t.is_frozen" if archives else "")
    )
    removed_count = _with_history(cursor, plan, removed, "~", change)
    if not archives:
        return Gone(removed_count, 0)
    cursor.execute(
        sql.SQL("UPDATE {table} t SET archived_at = now() FROM gone g WHERE {same_key} AND t.is_frozen").format(
            table=plan.table, same_key=plan.same_key("t", "g")
        )
    )
    return Gone(removed_count, cursor.rowcount)


def _with_history(cursor: Cursor, plan: Plan, written: sql.Composed, kind: str, change: Change) -> int:
    """Run a write and, where the model is tracked, add a history row for each record it wrote."""
    if plan.history_table is None:
        cursor.execute(written)
        return cursor.rowcount
    cursor.execute(
        sql.SQL("""
            WITH written AS ({written} RETURNING {returned})
            INSERT INTO {history} (
                {names}, history_date, history_change_reason, history_type, history_user_id, origin, run_id
            )
            SELECT {names}, now(), NULL, {kind}, NULL, {origin}, {run} FROM written
        """).format(
            written=written, returned=comma(sql.SQL("t.{}").format(sql.Identifier(name)) for name in plan.all_columns),
            history=plan.history_table, names=comma(map(sql.Identifier, plan.all_columns)), kind=sql.Literal(kind),
            origin=sql.Literal(str(change.origin)), run=sql.Literal(str(change.run_id) if change.run_id else None),
        )
    )  # fmt: skip
    return cursor.rowcount


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
