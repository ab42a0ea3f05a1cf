"""History rows as simple-history would have written them, for all records of one kind of change at once."""

from collections.abc import Mapping

from psycopg import sql

from customer360.changes import Change
from sync.load.cursor import Cursor
from sync.load.plan import Plan, comma

_NOTHING: dict[str, sql.Composable] = {}


def add(
    cursor: Cursor, plan: Plan, kind: str, change: Change,
    *, rows: sql.Composable, alias: str, where: sql.Composable, known: Mapping[str, sql.Composable] = _NOTHING,
) -> None:  # fmt: skip
    """Add a history row for each record just written, where the model is tracked.

    `rows` names the records under `alias`. `known` are the columns whose written values those rows tell; the others are
    read from the mirror `t`, where the write holds each record locked.
    """
    if plan.history_table is None:
        return
    is_whole = known.keys() >= set(plan.all_columns)
    mirror = sql.SQL("JOIN {table} t ON {same_key}").format(table=plan.table, same_key=plan.same_key("t", alias))
    cursor.execute(
        sql.SQL("""
            INSERT INTO {history} (
                {names}, history_date, history_change_reason, history_type, history_user_id, origin, run_id
            )
            SELECT {values}, now(), NULL, {kind}, NULL, {origin}, {run} FROM {rows} {mirror} WHERE {where}
        """).format(
            history=plan.history_table, names=comma(map(sql.Identifier, plan.all_columns)),
            values=comma(known.get(name, sql.SQL("t.{}").format(sql.Identifier(name))) for name in plan.all_columns),
            kind=sql.Literal(kind), origin=sql.Literal(str(change.origin)),
            run=sql.Literal(str(change.run_id) if change.run_id else None), rows=rows, where=where,
            mirror=sql.SQL("") if is_whole else mirror,
        )
    )  # fmt: skip
