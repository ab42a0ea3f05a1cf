"""What a person decides about matches. Each service is one transaction, and leaves a line in the log of decisions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from customer360.models import User
from sync.load.cursor import Cursor
from sync.matching import changes
from sync.matching.objects import Matched, of
from sync.models import Match, MatchDecision, MatchObject, MatchProgress

Kind, State, Method = MatchDecision.Kind, Match.State, Match.Method
_MATCH = sql.Identifier(Match._meta.db_table)


class Refused(Exception):
    """Nothing was decided. The message says why, what is still fine, and what to do."""


_SETTLED = Refused("It was decided meanwhile, or its record is gone. Nothing was changed. Look at it again.")

_SAME = "m.candidate, m.others, m.method, m.score, m.is_exact, m.findings"
_DECIDE = """
    INSERT INTO match_change
    SELECT m.id, {kind}, {key}, {state}, {now}, {link}
    FROM {match} m JOIN {record} r ON r.salesforce_id = m.salesforce_id AND r.removed_at IS NULL
    WHERE m.object = {object} AND m.id = ANY (%s) AND m.state = 'open'
"""


def link(match: int, key: str, *, actor: User) -> Match:
    """Say that the record is the one of that key in CC&B, be it proposed or not.

    Raises Refused where the match is not open, there is no such key, or another record of Salesforce has it already.
    """

    def fill(cursor: Cursor, matched: Matched) -> None:
        found = matched.target._default_manager.filter(pk=key, removed_at=None).exists()
        if not found:
            raise Refused("CC&B's mirror holds no record of that key. Nothing was linked. Check the key.")
        if matched.model._default_manager.filter(
            ~Q(salesforce_id=Match.objects.filter(pk=match).values("salesforce_id")[:1]), **{matched.link: key}
        ).exists():
            # A removed record holds its link until the next matching, as it may come back until then.
            raise Refused(
                "Another record of Salesforce is linked to it already. Nothing was linked. Undo the other link first,"
                " or ignore this record. If the other one was just removed, try again after the next load."
            )
        now = sql.SQL(
            "{key}, array_remove(array_prepend(NULLIF(m.candidate, {key}), m.others), {key}),"
            " CASE WHEN m.candidate = {key} AND m.method <> '' THEN m.method ELSE 'person' END,"
            " m.score, m.is_exact, m.findings"
        ).format(key=sql.Literal(key))
        _decide(cursor, matched, [match], Kind.LINK, State.LINKED, key=sql.Literal(key), now=now, link=sql.Literal(key))

    return _one(match, fill, actor)


def create_later(match: int, *, actor: User) -> Match:
    """Say that CC&B has no such record: it stays in Salesforce alone. Raises Refused where the match is not open."""
    return _without_link(match, Kind.CREATE_LATER, State.CREATE_LATER, actor)


def ignore(match: int, *, actor: User) -> Match:
    """Say that the record is to be left alone, such as a second one of an account.

    Raises Refused where the match is not open.
    """
    return _without_link(match, Kind.IGNORE, State.IGNORED, actor)


def undo(match: int, *, decided_at: datetime | None = None, actor: User) -> Match:
    """Take the latest decision that stands back: the match is what it was before, and its record linked as before.

    `decided_at` is when the decision was made that the person looked at, if it is to be that one and no later one. A
    link that a person took back is exact no more: neither the machine nor a bulk decision makes it again.

    Raises Refused where nothing is decided, or something else by now, the record is gone, or its former link is
    another record's now.
    """

    def fill(cursor: Cursor, matched: Matched) -> None:
        cursor.execute(
            sql.SQL("""
                INSERT INTO match_change
                SELECT m.id, 'undo', r.{link}, CASE WHEN b.state = 'gone' THEN 'open' ELSE b.state END, b.candidate,
                       b.others, b.method, b.score, b.is_exact AND r.{link} IS NULL,
                       CASE WHEN r.{link} IS NULL THEN b.findings ELSE array_append(b.findings, 'undone') END,
                       d.before ->> 'link'
                FROM {match} m
                JOIN {record} r ON r.salesforce_id = m.salesforce_id AND r.removed_at IS NULL
                JOIN LATERAL (
                    SELECT before FROM {decision} WHERE id = %s
                ) AS d ON true
                CROSS JOIN LATERAL jsonb_populate_record(NULL::{match}, d.before) AS b
                WHERE m.id = %s AND m.state IN ('linked', 'create later', 'ignored')
                  AND (%s::timestamptz IS NULL OR m.decided_at = %s)
            """).format(match=_MATCH, decision=sql.Identifier(MatchDecision._meta.db_table), **matched.names),
            [_standing(match), match, decided_at, decided_at],
        )

    return _one(match, fill, actor)


def _standing(match: int) -> int | None:
    """The latest decision that was not undone."""
    undone = 0
    for number, kind in MatchDecision.objects.filter(match=match).order_by("-id").values_list("id", "kind"):
        if kind == Kind.UNDO:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return int(number)
    return None


def link_exact(name: str, *, matches: Iterable[int] | None = None, actor: User) -> int:
    """Link the exact proposals of an object, or those of them that are named, to what they propose; how many were.

    One whose account was linked in the meantime is left, and asks after the next matching.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        changes.one_at_a_time(cursor)
        matched = of(name)
        chosen = Match.objects.filter(object=matched.object, state=State.OPEN, is_exact=True)
        if matches is not None:
            chosen = chosen.filter(pk__in=list(matches))
        taken = matched.model._default_manager.exclude(**{matched.link: None})
        free = chosen.exclude(candidate__in=taken.values(matched.link))
        alive = matched.target._default_manager.filter(removed_at=None).values("pk")
        numbers = list(free.filter(candidate__in=alive).values_list("pk", flat=True))
        changes.begin(cursor)
        candidate = sql.SQL("m.candidate")
        _decide(cursor, matched, numbers, Kind.LINK, State.LINKED, key=candidate, now=sql.SQL(_SAME), link=candidate)
        return changes.apply(matched, actor=actor)


def _without_link(match: int, kind: MatchDecision.Kind, state: Match.State, actor: User) -> Match:
    def fill(cursor: Cursor, matched: Matched) -> None:
        _decide(
            cursor, matched, [match], kind, state, key=sql.SQL("r.{link}").format(**matched.names), now=sql.SQL(_SAME),
            link=sql.SQL("NULL"),
        )  # fmt: skip

    return _one(match, fill, actor)


def _decide(
    cursor: Cursor, matched: Matched, matches: list[int], kind: MatchDecision.Kind, state: Match.State,
    **values: sql.Composable,
) -> None:  # fmt: skip
    """Put the decision about the open ones of these matches into the table of changes."""
    names: Mapping[str, sql.Composable] = {**matched.names, **values, "match": _MATCH}
    # The link's column and the link it is to have go by one name; no decision reads the column by it.
    cursor.execute(
        sql.SQL(_DECIDE).format(**{**names, "kind": sql.Literal(str(kind)), "state": sql.Literal(str(state))}),
        [matches],
    )


def _one(match: int, fill: Callable[[Cursor, Matched], None], actor: User) -> Match:
    """Decide about one match by what `fill` puts into the table of changes."""
    with transaction.atomic(), connection.cursor() as cursor:
        changes.one_at_a_time(cursor)
        found = Match.objects.filter(pk=match).first()
        if found is None:
            raise _SETTLED
        matched = of(found.object)
        changes.begin(cursor)
        fill(cursor, matched)
        if _collides(cursor, matched):
            raise Refused(
                "Another record of Salesforce is linked to it by now. Nothing was changed. Undo the other link first."
            )
        if not changes.apply(matched, actor=actor):
            raise _SETTLED
    found.refresh_from_db()
    return found


def _collides(cursor: Cursor, matched: Matched) -> bool:
    """Whether a link of the table of changes is another present record's."""
    cursor.execute(
        sql.SQL("""
            SELECT EXISTS (
                SELECT FROM match_change c JOIN {match} m ON m.id = c.match_id
                JOIN {record} r ON r.{link} = c.link AND r.salesforce_id <> m.salesforce_id
            )
        """).format(match=_MATCH, **matched.names)
    )
    return bool(cursor.fetchone()[0])


def close(name: str, *, actor: User) -> MatchProgress:
    """End the matching of an object though records wait: what is open stays so, and may still be decided."""
    return _set_closed(name, actor, is_closed=True)


def reopen(name: str, *, actor: User) -> MatchProgress:
    """Take the end back: the object is open while records wait for a decision."""
    return _set_closed(name, actor, is_closed=False)


def _set_closed(name: str, actor: User, *, is_closed: bool) -> MatchProgress:
    with transaction.atomic():
        progress = MatchProgress.objects.select_for_update().get(pk=MatchObject(name))
        if (progress.closed_at is not None) == is_closed:
            return progress
        progress.closed_at = timezone.now() if is_closed else None
        progress.closed_by = actor.get_username() if is_closed else ""
        progress._history_user = actor  # type: ignore[attr-defined]
        progress.save(update_fields=["closed_at", "closed_by"])
    return progress
