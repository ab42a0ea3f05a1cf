"""The matching of one object: everything is compared anew, and what differs from what stands is written.

Nothing is locked while records are compared. Writing takes a moment, and takes only what is still open then.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from sync.load.cursor import Cursor
from sync.matching import changes, likeness, merges, normalise, verdict
from sync.matching.objects import OBJECTS, Matched
from sync.models import Bookmark, Match, MatchDecision, MatchObject, MatchProgress, MatchSetting

logger = structlog.get_logger(__name__)

_LOCK = 360_003
"""Held while one object is matched; with the object it is a lock that nothing else in the database uses."""

VERSION = "2"
"""Changes where the same records would be judged otherwise: everything is then compared anew."""

TABLES = {
    "open": "owner text PRIMARY KEY",
    "name": "side text, owner text, raw text, is_own boolean",
    "place": """
        side text, owner text, street text, city text, postal text, is_current boolean,
        raw text GENERATED ALWAYS AS (
            COALESCE(street, '') || chr(31) || COALESCE(city, '') || chr(31) || COALESCE(postal, '')
        ) STORED
    """,
    "reach": "side text, owner text, kind text, value text",
    "claim": "s text, c text, how text",
    "trait": "side text, owner text, trait text",
    "context": "s text, c text",
}
"""What is filled from the mirror, and everything else is made of."""

_OPEN = """
    INSERT INTO match_open
    SELECT r.salesforce_id
    FROM {record} r LEFT JOIN {match} m ON m.object = {object} AND m.salesforce_id = r.salesforce_id
    WHERE r.removed_at IS NULL AND r.{link} IS NULL AND {eligible} AND COALESCE(m.state, 'open') = 'open'
      AND NOT COALESCE({two} = ANY (m.findings), false)
"""
_CERTAIN = """
    INSERT INTO match_change
    SELECT m.id, 'link', m.candidate, 'linked', m.candidate, m.others, m.method, m.score, m.is_exact, m.findings,
           m.candidate
    FROM {match} m JOIN match_wish w ON w.owner = m.salesforce_id AND w.candidate = m.candidate
    JOIN {record} r ON r.salesforce_id = w.owner AND r.removed_at IS NULL AND r.{link} IS NULL
    JOIN {target} t ON t.{target_key} = w.candidate AND t.removed_at IS NULL
    WHERE m.object = {object} AND m.state = 'open' AND (w.is_certain OR w.is_exact AND {exact})
      AND w.candidate NOT IN (SELECT x.{link} FROM {record} x WHERE x.{link} IS NOT NULL)
"""
_UNDONE = """
    INSERT INTO match_trait SELECT DISTINCT 's', m.salesforce_id, 'undone'
    FROM {match} m JOIN {decision} d ON d.match_id = m.id
    WHERE m.object = {object} AND m.state = 'open' AND d.kind = 'undo' AND d.key IS NOT NULL
"""
# No longer to be matched: somebody put it above the accounts, or another way than a decision linked it.
_LEFT = """
    DELETE FROM {match} m USING {record} r
    WHERE m.object = {object} AND m.state = 'open' AND r.salesforce_id = m.salesforce_id AND r.{link} IS NULL
      AND NOT ({eligible}) AND NOT EXISTS (SELECT FROM {decision} d WHERE d.match_id = m.id)
"""


@dataclass(frozen=True)
class Matching:
    """What one matching of an object did. `skipped` says why there was none; records keep their matches then."""

    object: MatchObject
    run: UUID
    compared: int = 0
    new: int = 0
    changed: int = 0
    linked: int = 0
    followed: int = 0
    skipped: str = ""

    @property
    def written(self) -> int:
        """How many matches it touched."""
        return self.new + self.changed + self.linked + self.followed


def match_object(matched: Matched, *, again: bool = False) -> Matching:
    """Match the open records of one object.

    Nothing is done before the object's stream has loaded once, nor, unless `again`, where nothing changed since. While
    records are compared, which may take minutes, loads and decisions go on; what they decide meanwhile stands.
    """
    run = uuid4()
    if not Bookmark.objects.filter(stream=matched.stream, last_success_at__isnull=False).exists():
        return Matching(matched.object, run, skipped="not loaded yet")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, str(matched.object)])
        if not cursor.fetchone()[0]:
            return Matching(matched.object, run, skipped="being matched already")
        try:
            return _match(cursor, matched, run, again=again)
        finally:
            if not connection.needs_rollback:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, str(matched.object)])


def _match(cursor: Cursor, matched: Matched, run: UUID, *, again: bool) -> Matching:
    setting, kept = MatchSetting.objects.get(pk=matched.object), MatchProgress.objects.filter(pk=matched.object)
    seen = _seen(matched, setting)
    if not again and kept.filter(seen=seen).update(matched_at=timezone.now()):
        return Matching(matched.object, run, skipped="nothing changed")
    names = matched.names | {
        "match": sql.Identifier(Match._meta.db_table),
        "decision": sql.Identifier(MatchDecision._meta.db_table),
        "two": sql.Literal(merges.TWO),
        "exact": sql.Literal(setting.link_exact),
    }
    with transaction.atomic():
        changes.one_at_a_time(cursor)
        _clear(cursor)
        followed = merges.follow(cursor, matched, run)
        cursor.execute(sql.SQL(_LEFT).format(**names))
        # What this matching itself decides is no news to the next one; what others do from here on is.
        seen = _seen(matched, setting)
    done = _Round()
    while last := _round(cursor, matched, setting, run, names):
        done = done.and_then(last)
        # A link takes a candidate from others: they are compared once more, until nothing moves.
        if not last.linked:
            break
        seen = last.seen
    kept.update(matched_at=timezone.now(), run=run, seen=seen)
    result = Matching(matched.object, run, done.compared, done.new, done.changed, done.linked, followed)
    logger.info("matched", object=str(matched.object), run=str(run), compared=result.compared, linked=result.linked)
    return result


@dataclass(frozen=True)
class _Round:
    """What one comparison of everything did, and the fingerprint of what it left."""

    compared: int = 0
    new: int = 0
    changed: int = 0
    linked: int = 0
    seen: str = ""

    def and_then(self, later: "_Round") -> "_Round":
        """Both as one: what the first compared, what both wrote."""
        compared = self.compared or later.compared
        return _Round(
            compared, self.new + later.new, self.changed + later.changed, self.linked + later.linked, later.seen
        )


def _round(
    cursor: Cursor, matched: Matched, setting: MatchSetting, run: UUID, names: dict[str, sql.Composable]
) -> _Round | None:
    """Compare the open records once, write what differs, and link what is certain; None where no record is open."""
    with transaction.atomic():
        # Sizes of temporary tables are guessed wrong now and then, and a join by loops is never the better one here.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        for name, columns in TABLES.items():
            cursor.execute(sql.SQL(f"CREATE TEMPORARY TABLE match_{name} ({columns})"))
        cursor.execute(sql.SQL(_OPEN).format(**names))
        compared: int = cursor.rowcount
        if compared:
            cursor.execute("ANALYZE match_open")
            cursor.execute(sql.SQL(_UNDONE).format(**names))
            compare(cursor, matched, setting)
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT")
    with transaction.atomic():
        changes.one_at_a_time(cursor)
        new = changed = linked = 0
        if compared:
            new, changed = verdict.propose(cursor, matched, str(run))
            changes.begin(cursor)
            cursor.execute(sql.SQL(_CERTAIN).format(**names))
            linked = changes.apply(matched, actor=None, run=run) if cursor.rowcount else 0
        _clear(cursor)
        return _Round(compared, new, changed, linked, _seen(matched, setting)) if compared else None


def compare(cursor: Cursor, matched: Matched, setting: MatchSetting) -> None:
    """Compare the records of `match_open` with CC&B's; what comes of it stands in `match_wish`."""
    normalise.dictionary(cursor)
    for statement in matched.sides:
        cursor.execute(sql.SQL(statement).format(**matched.names))
    cursor.execute("DELETE FROM match_reach WHERE COALESCE(value, '') = '' OR kind = 't' AND length(value) < 10")
    for name in TABLES:
        cursor.execute(sql.SQL(f"ANALYZE match_{name}"))
    normalise.names(cursor)
    normalise.places(cursor)
    likeness.alike(cursor)
    verdict.claims(cursor, matched, setting)
    likeness.pairs(cursor)
    likeness.score(cursor)
    verdict.judge(cursor, matched, setting)


def _clear(cursor: Cursor) -> None:
    """Drop the temporary tables of a matching before this one in the same session."""
    cursor.execute(r"""
        SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relname LIKE 'match\_%' AND relnamespace = pg_my_temp_schema()
    """)
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL("DROP TABLE pg_temp.{}").format(sql.Identifier(name)))


def _seen(matched: Matched, setting: MatchSetting) -> str:
    """A fingerprint of everything that a matching goes by: the latest history of every model, rules and decisions."""
    parts: list[object] = [VERSION, *(getattr(setting, field.attname) for field in setting._meta.concrete_fields)]
    models = [model.history.model for model in matched.reads]  # type: ignore[attr-defined]
    parts += [model.objects.order_by("-history_id").values_list("history_id", flat=True).first() for model in models]
    parts.append(MatchDecision.objects.order_by("-id").values_list("id", flat=True).first())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def match(objects: tuple[str, ...] = (), *, again: bool = False) -> list[Matching]:
    """Match the named objects, or all of them, accounts first.

    A second matching of the same records writes nothing. Decided matches are never touched.
    """
    return [match_object(each, again=again) for each in OBJECTS if not objects or str(each.object) in objects]
