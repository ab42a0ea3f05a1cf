"""References to other records: emptied where they lead nowhere, looked up where the record has a number of its own."""

from collections.abc import Iterator
from typing import Any

from psycopg import sql

from sync.load.cursor import Cursor
from sync.load.plan import Plan, comma


def empty_missing(cursor: Cursor, plan: Plan) -> Iterator[dict[str, Any]]:
    """Empty references to records that are not there, where a record is worth having without: a later run links it."""
    for column in plan.columns:
        if column.parent is None or column.is_required:
            continue
        cursor.execute(
            sql.SQL("""
                UPDATE {stage} s SET {name} = NULL
                WHERE {staged} IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = {staged})
            """).format(
                stage=plan.stage, name=column.identifier, staged=column.staged,
                parent=column.parent.table, key=column.parent.key,
            )
        )  # fmt: skip
        if cursor.rowcount:
            yield {
                "field": column.field.name,
                "rows": cursor.rowcount,
                "detail": f"Taken without its {column.field.verbose_name}, which is not in the mirror.",
            }


def look_up(cursor: Cursor, plan: Plan) -> None:
    """Put our numbers in the place of their keys, in the rows that were found good: each key is that of a record."""
    columns = [column for column in plan.columns if column.reference and column.parent]
    if not columns:
        return
    # One pass writes each row once, however many references it has.
    parents = sql.SQL(" ").join(
        sql.SQL("LEFT JOIN {table} {alias} ON {alias}.{key} = o.{column}").format(
            table=column.parent.table, key=column.parent.key, alias=_alias(number), column=column.identifier
        )
        for number, column in enumerate(columns)
        if column.parent
    )
    cursor.execute(
        sql.SQL("UPDATE {stage} s SET {numbers} FROM {stage} o {parents} WHERE o.ctid = s.ctid").format(
            stage=plan.stage, parents=parents,
            numbers=comma(
                sql.SQL("{} = {}.{}::text").format(column.identifier, _alias(number), column.parent.number)
                for number, column in enumerate(columns)
                if column.parent
            ),
        )
    )  # fmt: skip


def _alias(number: int) -> sql.Identifier:
    return sql.Identifier(f"parent_{number}")
