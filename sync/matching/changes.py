"""The one way in which matches and links change: the decision is logged, the match moved, its record linked, at once.

What is to change stands in the temporary table `match_change (match_id, kind, key, state, candidate, others, method,
score, is_exact, findings, link)`: the decision with its key, the match as it is to be, and the link that its record is
to have.
"""

from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg import sql

from customer360 import derived
from customer360.changes import Origin
from customer360.models import Account, User
from sync.load.cursor import Cursor
from sync.matching.objects import Matched
from sync.models import Match, MatchDecision

_MATCH = sql.Identifier(Match._meta.db_table)
_DECISION = sql.Identifier(MatchDecision._meta.db_table)
_LOCK = 360_002
"""The advisory lock's number, which nothing else in the database uses."""


def one_at_a_time(cursor: Cursor) -> None:
    """Wait until no other transaction matches or decides, and keep others from it until this one ends.

    Figures that a link moves are made one at a time, too. Call it before the transaction's first write.
    """
    derived.one_at_a_time(cursor)
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def begin(cursor: Cursor) -> None:
    """Make the empty table of changes."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.match_change")
    cursor.execute("""
        CREATE TEMPORARY TABLE match_change (
            match_id bigint PRIMARY KEY, kind text, key text, state text, candidate text, others varchar[], method text,
            score smallint, is_exact boolean, findings varchar[], link text
        )
    """)


# Undoing reads this again: the columns are those of a match, and the link of its record beside them.
_LOG = """
    INSERT INTO {decision} (match_id, kind, key, user_id, made_at, before)
    SELECT m.id, c.kind, c.key, {user}, {now},
           to_jsonb(m) - '{{id,object,salesforce_id}}'::text[] || jsonb_build_object('link', r.{link})
    FROM match_change c JOIN {match} m ON m.id = c.match_id JOIN {record} r ON r.salesforce_id = m.salesforce_id
    ORDER BY m.id
"""
_MOVE = """
    UPDATE {match} m
    SET state = c.state, candidate = c.candidate, others = c.others, method = c.method, score = c.score,
        is_exact = c.is_exact, findings = c.findings, run = COALESCE({run}::uuid, m.run),
        decided_by = CASE WHEN c.state IN ('open', 'gone') THEN '' ELSE {by} END,
        decided_at = CASE WHEN c.state IN ('open', 'gone') THEN NULL ELSE {now}::timestamptz END
    FROM match_change c WHERE m.id = c.match_id
"""
# Links are given back before others get them: one account has one present record of Salesforce at a time.
_MOVED = """
    CREATE TEMPORARY TABLE match_moved AS
    SELECT r.salesforce_id, r.{link} AS old, c.link AS new
    FROM match_change c JOIN {match} m ON m.id = c.match_id JOIN {record} r ON r.salesforce_id = m.salesforce_id
    WHERE r.{link} IS DISTINCT FROM c.link
"""
_LINK = "UPDATE {record} r SET {link} = c.new FROM match_moved c WHERE r.salesforce_id = c.salesforce_id AND {which}"
_HISTORY = """
    INSERT INTO {history} (
        {columns}, history_date, history_change_reason, history_type, history_user_id, origin, run_id
    )
    SELECT {values}, {now}, NULL, '~', {user}, {origin}, {run}::uuid
    FROM match_moved c JOIN {record} r ON r.salesforce_id = c.salesforce_id
"""


def apply(matched: Matched, *, actor: User | None, run: UUID | None = None) -> int:
    """Make the changes of the table; how many matches changed.

    `actor` is None where the machine decides. Raises IntegrityError where two present records would have one link.
    """
    columns = [sql.Identifier(str(field.column)) for field in matched.model._meta.concrete_fields]
    names: dict[str, sql.Composable] = matched.names | {
        "match": _MATCH,
        "decision": _DECISION,
        "history": matched.history_table,
        "columns": sql.SQL(", ").join(columns),
        "values": sql.SQL(", ").join(sql.SQL("r.{}").format(column) for column in columns),
        "user": sql.Literal(actor.pk if actor else None),
        "by": sql.Literal(actor.get_username() if actor else ""),
        "now": sql.Literal(timezone.now()),
        "run": sql.Literal(str(run) if run else None),
        "origin": sql.Literal(str(Origin.PORTAL)),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE match_change")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.match_moved")
        cursor.execute(sql.SQL(_MOVED).format(**names))
        cursor.execute(sql.SQL(_LOG).format(**names))
        cursor.execute(sql.SQL(_MOVE).format(**names))
        changed: int = cursor.rowcount
        for which in ("c.new IS NULL", "c.new IS NOT NULL"):
            cursor.execute(sql.SQL(_LINK).format(which=sql.SQL(which), **names))
        cursor.execute(sql.SQL(_HISTORY).format(**names))
        if cursor.rowcount and matched.target is Account:
            _refresh(cursor, matched)
        cursor.execute("DROP TABLE match_moved, match_change")
    return changed


def _refresh(cursor: Cursor, matched: Matched) -> None:
    """Bring up to date what is derived of the accounts that were linked, or let go."""
    due = derived.derivations(matched.model)
    if not due:
        return
    cursor.execute("DROP TABLE IF EXISTS pg_temp.due_account")
    cursor.execute("CREATE TEMPORARY TABLE due_account (account_id text PRIMARY KEY)")
    cursor.execute("""
        INSERT INTO due_account
        SELECT old FROM match_moved WHERE old IS NOT NULL UNION SELECT new FROM match_moved WHERE new IS NOT NULL
    """)
    cursor.execute("ANALYZE due_account")
    for derivation in due:
        derivation.refresh(cursor, "due_account", timezone.localdate())
    cursor.execute("DROP TABLE due_account")
