"""Set-based checks over the staged rows: a bad row is moved aside with its reason, the rest goes on.

Rows rejected before are put to the same checks again, kept whole as they are; healed ones close themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from psycopg import sql

from sync.load import references
from sync.load.cursor import Cursor
from sync.load.extremes import Extremes
from sync.load.plan import Column, Plan, comma
from sync.models import RejectedRow
from sync.stream import CURSOR_COLUMN
from sync.transforms import IMPOSSIBLE, Dated, Words

Reason = RejectedRow.Reason
_TABLE = sql.Identifier(RejectedRow._meta.db_table)
_IGNORED = sql.Literal(RejectedRow.Closure.IGNORED.value)
_FINGERPRINT = sql.SQL("md5(why.reason || (to_jsonb(s) - {})::text)").format(sql.Literal(CURSOR_COLUMN))
"""Tells whether a row rejected again is the same row: by all of it but its stamp, which other fields move, too."""


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong with a staged row: when, why, in which field, and how to say it without the value."""

    reason: str
    field: str
    detail: str
    when: sql.Composable


@dataclass(frozen=True)
class Rejections:
    """What the checks did: rows that were rejected (open ones included), rows healed, and what deserves a look."""

    rejected: int
    healed: int
    warnings: list[dict[str, Any]]


def checks(plan: Plan, extremes: Extremes | None = None) -> Iterator[Check]:
    """The checks that the plan's columns call for, in the order in which reasons are given.

    With the extremes of all staged rows known, what no row can fail is not asked of every row.
    """
    title = plan.stream.title
    if not extremes or extremes.may_be_unreadable:
        yield Check(
            Reason.UNREADABLE, "",
            "A text holds a NUL byte or bytes of another character set, which cannot be stored. Correct it in the"
            " source.",
            sql.SQL("s.unreadable IS NOT NULL"),
        )  # fmt: skip
    for column in plan.key:
        if extremes and not extremes.may_be_empty(column.name):
            continue
        yield Check(
            Reason.NO_KEY, column.field.name, f"{title} are told apart by {column.field.verbose_name}, which is empty.",
            sql.SQL("{} IS NULL").format(column.staged),
        )  # fmt: skip
    for column in plan.columns:
        yield from _column_checks(plan, column, extremes)
    yield Check(
        Reason.DUPLICATE, "", "The source gave this key more than once; the first row that could be taken was.",
        sql.SQL("d.first IS NOT NULL AND s.ctid <> d.first"),
    )  # fmt: skip


def _column_checks(plan: Plan, column: Column, extremes: Extremes | None) -> Iterator[Check]:
    name, label = column.field.name, str(column.field.verbose_name)
    must_be_given = column.is_required and column not in plan.key and not column.transform.always_gives_a_value
    if must_be_given and (not extremes or extremes.may_be_empty(column.name)):
        yield Check(
            Reason.REQUIRED, name, f"It has no {label}.", sql.SQL("{} IS NULL").format(column.checked(plan.time_zone))
        )
    if isinstance(column.transform, Dated) and (not extremes or extremes.may_be_impossible(column.name)):
        yield Check(
            Reason.NO_DATE, name, f"Its {label} lies before the year 1. Correct it in the source.",
            sql.SQL("{} = {}").format(column.staged, sql.Literal(IMPOSSIBLE)),
        )  # fmt: skip
    if isinstance(column.field, models.DecimalField):
        digits, places = column.field.max_digits, column.field.decimal_places
        if extremes and not extremes.may_be_larger(column.name, digits - places, places):
            return
        yield Check(
            Reason.TOO_LARGE, name,
            f"It has more than {digits - places} digits before the point or {places} after it in {label}.",
            # Comparing allocates nothing, unlike abs() and round(); only a number written with more places is rounded.
            sql.SQL("{0} >= {1} OR {0} <= -{1} OR (scale({0}) > {2} AND {0} <> round({0}, {2}))").format(
                column.staged, sql.Literal(10 ** (digits - places)), sql.Literal(places)
            ),
        )  # fmt: skip
    elif column.known_codes is not None and isinstance(column.transform, Words) and not column.transform.keep_unknown:
        yield Check(
            Reason.UNKNOWN_CODE, name, f"Its {label} is a code that the mapping does not know.",
            sql.SQL("{} NOT IN ({})").format(column.staged, comma(sql.Literal(code) for code in column.known_codes)),
        )  # fmt: skip
    elif column.max_length is not None and (not extremes or extremes.may_be_longer(column.name, column.max_length)):
        yield Check(
            Reason.TOO_LONG, name, f"Its {label} is longer than {column.max_length} characters.",
            # The length in bytes is at hand, that in characters is counted; few texts get past the first.
            sql.SQL("octet_length({0}) > {1} AND length({0}) > {1}").format(
                column.staged, sql.Literal(column.max_length)
            ),
        )  # fmt: skip
    if column.parent is not None and column.is_required:
        yield Check(
            Reason.ORPHAN, name, f"Its {label} is not in the mirror, or was rejected itself.",
            sql.SQL("{} IS NOT NULL AND {}.ok IS NULL").format(column.staged, _parent_alias(column)),
        )  # fmt: skip


def offer_again(cursor: Cursor, plan: Plan, chosen: Sequence[int] | None = None) -> int:
    """Stage the stream's open rejected rows, or those chosen, beside what was read; return how many.

    A row that was read again is not offered.

    Left to the source is what only the source can settle. Rows without a key cannot be told from
    each other by it: all are offered.
    """
    cursor.execute(
        sql.SQL("""
            INSERT INTO {stage}
            SELECT (jsonb_populate_record(NULL::{stage}, r.raw)).*
            FROM {rejected} r
            WHERE r.stream = {stream} AND r.closed_at IS NULL AND r.reason <> ALL ({left})
              AND {chosen}
              AND (r.reason = {no_key} OR NOT EXISTS (SELECT FROM {stage} s WHERE {key_text} = r.record_key))
        """).format(
            stage=plan.stage, rejected=_TABLE, stream=sql.Literal(plan.stream.name), key_text=plan.key_text("s"),
            left=sql.Literal([reason.value for reason in RejectedRow.ONLY_AT_THE_SOURCE]),
            no_key=sql.Literal(Reason.NO_KEY.value),
            chosen=sql.SQL("TRUE") if chosen is None else sql.SQL("r.id = ANY({})").format(sql.Literal(list(chosen))),
        )
    )  # fmt: skip
    return cursor.rowcount


def move_aside(cursor: Cursor, plan: Plan, listed: list[Check], *, run_id: UUID, is_full: bool) -> Rejections:
    """Move every staged row that fails a check into RejectedRow, and close the rejections that no longer hold."""
    _find_bad(cursor, plan, listed)
    cursor.execute(sql.SQL("SELECT count(*) FROM {bad}").format(bad=plan.bad))
    rejected: int = cursor.fetchone()[0]
    if rejected:
        _keep(cursor, plan, listed, run_id)
        cursor.execute(
            sql.SQL("DELETE FROM {stage} s USING {bad} b WHERE s.ctid = b.row").format(stage=plan.stage, bad=plan.bad)
        )
    healed = _close(cursor, plan, run_id=run_id, is_full=is_full)
    warnings = [*references.empty_missing(cursor, plan), *_unknown_codes_kept(cursor, plan)]
    return Rejections(rejected, healed, warnings)


def _parent_alias(column: Column) -> sql.Identifier:
    return sql.Identifier(f"parent_{column.name}")


def _find_bad(cursor: Cursor, plan: Plan, listed: list[Check]) -> None:
    """A table of the bad rows' places, with the number of the first check that each fails."""
    parents = sql.SQL(" ").join(
        sql.SQL("LEFT JOIN (SELECT {pk} AS id, true AS ok FROM {table}) {alias} ON {alias}.id = {staged}").format(
            pk=column.parent.key, table=column.parent.table, alias=_parent_alias(column), staged=column.staged,
        )
        for column in plan.columns
        if column.parent is not None and column.is_required
    )  # fmt: skip
    failed = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(check.when, sql.Literal(number)) for number, check in enumerate(listed)
    )
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{bad}").format(bad=plan.bad))
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {bad} AS
            SELECT * FROM (
                SELECT s.ctid AS row, {key_text} AS record_key, {key}, CASE {failed} END AS failed, d.first
                FROM {stage} s
                LEFT JOIN (
                    SELECT {stage_key}, min(ctid) AS first FROM {stage} k GROUP BY {stage_key} HAVING count(*) > 1
                ) d ON {same_key}
                {parents}
            ) checked
            WHERE failed IS NOT NULL
        """).format(
            bad=plan.bad, key_text=plan.key_text("s"), key=plan.key_list("s"), failed=failed, stage=plan.stage,
            stage_key=plan.key_list("k"), same_key=plan.same_key("d", "s"), parents=parents,
        )
    )  # fmt: skip
    _let_a_good_one_stand_for_a_bad_first(cursor, plan, listed)


def _let_a_good_one_stand_for_a_bad_first(cursor: Cursor, plan: Plan, listed: list[Check]) -> None:
    """Of a key given more than once, whose first row fails another check, take the first that fails none."""
    duplicate = sql.Literal(next(number for number, check in enumerate(listed) if check.reason == Reason.DUPLICATE))
    cursor.execute(
        sql.SQL("""
            DELETE FROM {bad} b USING (
                SELECT min(later.row) AS row
                FROM {bad} early JOIN {bad} later ON {same_key}
                WHERE early.row = early.first AND later.failed = {duplicate}
                GROUP BY {key}
            ) good
            WHERE b.row = good.row
        """).format(bad=plan.bad, same_key=plan.same_key("early", "later"), key=plan.key_list("early"),
                    duplicate=duplicate)
    )  # fmt: skip


def _keep(cursor: Cursor, plan: Plan, listed: list[Check], run_id: UUID) -> None:
    """Write the bad rows whole, each with its reason.

    A row rejected before for the same reason is left as it is: open, or ignored by a person.
    """
    reasons = comma(
        sql.SQL("({}, {}, {}, {})").format(*map(sql.Literal, (number, str(check.reason), check.field, check.detail)))
        for number, check in enumerate(listed)
    )
    cursor.execute(
        sql.SQL("""
            INSERT INTO {rejected} (
                stream, record_key, field, reason, detail, raw, fingerprint, first_run, first_seen_at, closure,
                closed_by, closed_because
            )
            SELECT {stream}, b.record_key, COALESCE(NULLIF(why.field, ''), s.unreadable, ''), why.reason, why.detail,
                   to_jsonb(s), {fingerprint}, {run}, now(), '', '', ''
            FROM {bad} b
            JOIN {stage} s ON s.ctid = b.row
            JOIN (VALUES {reasons}) AS why (number, reason, field, detail) ON why.number = b.failed
            WHERE NOT EXISTS (
                SELECT FROM {rejected} i
                WHERE i.stream = {stream} AND i.closure = {ignored}
                  AND i.fingerprint = {fingerprint}
            )
            ON CONFLICT (stream, fingerprint) WHERE closed_at IS NULL DO NOTHING
        """).format(
            rejected=_TABLE, stream=sql.Literal(plan.stream.name), run=sql.Literal(str(run_id)), bad=plan.bad,
            stage=plan.stage, reasons=reasons, ignored=_IGNORED, fingerprint=_FINGERPRINT,
        )
    )  # fmt: skip
    cursor.execute(sql.SQL("ALTER TABLE {bad} ADD COLUMN fingerprint text").format(bad=plan.bad))
    cursor.execute(
        sql.SQL("""
            UPDATE {bad} b SET fingerprint = {fingerprint}
            FROM {stage} s, (VALUES {reasons}) AS why (number, reason, field, detail)
            WHERE s.ctid = b.row AND why.number = b.failed
        """).format(bad=plan.bad, stage=plan.stage, reasons=reasons, fingerprint=_FINGERPRINT)
    )


def _close(cursor: Cursor, plan: Plan, *, run_id: UUID, is_full: bool) -> int:
    """Close rejections whose row was taken, was rejected again otherwise, or is gone; how many open ones were taken."""
    # An ignored row ends so, too: its source has changed, and what is kept of it must never be offered again.
    cursor.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE stream = {} AND (closed_at IS NULL OR closure = {}))").format(
            _TABLE, sql.Literal(plan.stream.name), _IGNORED
        )
    )
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute(sql.SQL("ALTER TABLE {bad} ADD COLUMN IF NOT EXISTS fingerprint text").format(bad=plan.bad))
    cursor.execute(
        sql.SQL("""
            WITH held AS (
                SELECT r.id, r.fingerprint, r.record_key, r.reason, r.closed_at IS NULL AS is_open FROM {rejected} r
                WHERE r.stream = {stream} AND (r.closed_at IS NULL OR r.closure = {ignored})
            ), taken AS (
                SELECT DISTINCT h.record_key FROM {stage} s JOIN held h ON h.record_key = {key_text}
            ), judged AS (
                SELECT h.id, h.is_open, CASE
                    WHEN EXISTS (SELECT FROM {bad} b WHERE b.fingerprint = h.fingerprint) THEN NULL
                    WHEN EXISTS (SELECT FROM taken t WHERE t.record_key = h.record_key) THEN 'taken'
                    WHEN h.reason <> {no_key} AND EXISTS (SELECT FROM {bad} b WHERE b.record_key = h.record_key)
                        THEN 'replaced'
                    WHEN {is_full} THEN 'gone'
                END AS closure
                FROM held h
            ), closed AS (
                UPDATE {rejected} r SET closed_at = now(), closed_run = {run}, closure = judged.closure
                FROM judged WHERE judged.id = r.id AND judged.closure IS NOT NULL
                RETURNING r.closure, judged.is_open
            )
            SELECT count(*) FILTER (WHERE closure = 'taken' AND is_open) FROM closed
        """).format(
            bad=plan.bad, key_text=plan.key_text("s"), stage=plan.stage, is_full=sql.Literal(is_full), rejected=_TABLE,
            stream=sql.Literal(plan.stream.name), run=sql.Literal(str(run_id)),
            no_key=sql.Literal(Reason.NO_KEY.value), ignored=_IGNORED,
        )
    )  # fmt: skip
    return cursor.fetchone()[0]


def close_unseen(cursor: Cursor, plan: Plan, *, seen: sql.Identifier, run_id: UUID) -> None:
    """Close what is still open though no range of the run met it: a row met again is open by its fingerprint alone."""
    cursor.execute(
        sql.SQL("""
            UPDATE {rejected} r SET closed_at = now(), closed_run = {run}, closure = 'gone'
            WHERE r.stream = {stream} AND (r.closed_at IS NULL OR r.closure = {ignored}) AND NOT EXISTS (
                SELECT FROM {seen} k WHERE k.run_id = {run} AND k.fingerprint = r.fingerprint
            )
        """).format(
            rejected=_TABLE, run=sql.Literal(run_id), stream=sql.Literal(plan.stream.name), seen=seen, ignored=_IGNORED,
        )
    )  # fmt: skip


def _unknown_codes_kept(cursor: Cursor, plan: Plan) -> Iterator[dict[str, Any]]:
    """Report the unknown codes of fields that keep them."""
    for column in plan.columns:
        if not isinstance(column.transform, Words) or not column.transform.keep_unknown:
            continue
        cursor.execute(
            sql.SQL(
                "SELECT {staged}, count(*) FROM {stage} s WHERE {staged} NOT IN ({known}) GROUP BY 1 ORDER BY 1"
            ).format(
                staged=column.staged,
                stage=plan.stage,
                known=comma(sql.Literal(code) for code in column.known_codes or ()),
            )
        )
        for code, rows in cursor.fetchall():
            yield {
                "field": column.field.name,
                "rows": rows,
                "detail": f"Kept the code {code}, which the mapping does not know.",
            }
