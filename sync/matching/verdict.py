"""What to propose for each open record, what leaves no doubt, and what the keys that Salesforce holds decide.

From `match_pair`, `match_claim`, `match_trait` and `match_context` makes `match_wish (owner, candidate, others, method,
score, is_exact, is_certain, findings)`, one row for each open record.

Exact is what is equal in name and address and the only one so on both sides: a record without the unit or the suffix is
anybody's in that house who has the name. Certain is what a key of CC&B in the Salesforce record says, if nothing speaks
against it. Everything else is a question to a person: namesakes, a child of
the same name, one of several accounts of a customer, two records for one account, a key that contradicts the name.
"""

from psycopg import sql

from sync.load.cursor import Cursor
from sync.matching.likeness import Place
from sync.matching.objects import Matched, column_of
from sync.models import Match, MatchSetting

OTHERS = 4
"""How many further candidates a proposal keeps."""
NAME_AGREES, NAME_CLEARLY_AGREES = 0.6, 0.85
"""From this likeness on a name does not contradict a key, and from that one on it also bears an unknown address."""
WHOLE_NAME = 0.99
"""The likeness of names that are the same but for an initial or what tells a child from its parent."""

_CLAIMS = """
    INSERT INTO match_claim
    SELECT r.salesforce_id, t.{target_key}, 'said'
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    JOIN {target} t ON t.{target_key} = btrim(r.{said}) AND t.removed_at IS NULL
"""
_DIGITS = "NULLIF(ltrim(regexp_replace({}, '[^0-9]', '', 'g'), '0'), '')"
_TEXT = "NULLIF(lower(btrim({})), '')"
_COMPARED = """
    INSERT INTO match_claim
    SELECT r.salesforce_id, t.{target_key}, 'field'
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    JOIN {target} t ON {theirs} = {ours} AND t.removed_at IS NULL
"""


def claims(cursor: Cursor, matched: Matched, setting: MatchSetting) -> None:
    """Find the keys of CC&B that Salesforce's records hold, in the field made for them and in the compared one."""
    cursor.execute(sql.SQL(_CLAIMS).format(**matched.names))
    if not setting.salesforce_field:
        return
    form = _DIGITS if setting.digits_only else _TEXT
    ours, theirs = (
        sql.SQL(form).format(sql.Identifier(alias, column_of(model, name)))
        for alias, model, name in (
            ("r", matched.model, setting.salesforce_field), ("t", matched.target, setting.ccb_field),
        )
    )  # fmt: skip
    cursor.execute(sql.SQL(_COMPARED).format(ours=ours, theirs=theirs, **matched.names))


_TAKEN = """
    CREATE TEMPORARY TABLE match_taken AS
    SELECT {link} AS c FROM {record} WHERE removed_at IS NULL AND {link} IS NOT NULL
"""
_JUDGED = """
    CREATE TEMPORARY TABLE match_judged AS
    WITH claim AS MATERIALIZED (
        SELECT s, c, bool_or(how = 'said') AS said, bool_or(how = 'field') AS field FROM match_claim GROUP BY s, c
    ), claimed AS MATERIALIZED (
        SELECT *, count(*) OVER (PARTITION BY s) AS of_s, count(*) OVER (PARTITION BY c) AS of_c FROM claim
    ), known AS MATERIALIZED (SELECT DISTINCT s FROM match_context)
    SELECT p.*, COALESCE(k.said, false) AS said, COALESCE(k.field, false) AS field,
           (p.any_name OR p.differs AND p.name >= {whole}) AND (p.place >= {near} OR {people} AND p.email) AS fits,
           p.same_name AND NOT p.differs AND (p.same_place OR {people} AND p.email) AS equal,
           k.of_s = 1 AND k.of_c = 1 AS claim_is_unique,
           s_claim.s IS NOT NULL AND k.s IS NULL AS says_other,
           c_claim.c IS NOT NULL AND k.s IS NULL AS is_said_of_other,
           COALESCE(k.of_c > 1, false) AS is_claimed_twice,
           t.c IS NOT NULL AS taken, several.owner IS NOT NULL AS several, parent.owner IS NOT NULL AS parent,
           undone.owner IS NOT NULL AS undone,
           x.s IS NOT NULL AS in_context, known.s IS NOT NULL AND x.s IS NULL AS out_of_context
    FROM match_pair p
    LEFT JOIN claimed k ON k.s = p.s AND k.c = p.c
    LEFT JOIN (SELECT DISTINCT s FROM claim) AS s_claim ON s_claim.s = p.s
    LEFT JOIN (SELECT DISTINCT c FROM claim) AS c_claim ON c_claim.c = p.c
    LEFT JOIN (SELECT DISTINCT c FROM match_taken) AS t ON t.c = p.c
    LEFT JOIN match_trait several ON several.side = 'c' AND several.owner = p.c AND several.trait = 'several'
    LEFT JOIN match_trait parent ON parent.side = 's' AND parent.owner = p.s AND parent.trait = 'parent'
    LEFT JOIN match_trait undone ON undone.side = 's' AND undone.owner = p.s AND undone.trait = 'undone'
    LEFT JOIN (SELECT DISTINCT s, c FROM match_context) AS x ON x.s = p.s AND x.c = p.c
    LEFT JOIN known ON known.s = p.s
"""
_WEIGHED = """
    CREATE TEMPORARY TABLE match_weighed AS
    SELECT *, GREATEST(0, LEAST(99, round(
               CASE WHEN place IS NULL THEN 75 * name ELSE 60 * name END
               + CASE place WHEN {same} THEN 40 WHEN {near} THEN 34 WHEN {street} THEN 20 WHEN {town} THEN 12 ELSE 0 END
               + CASE WHEN phone THEN 7 ELSE 0 END + CASE WHEN email THEN 14 ELSE 0 END
               + CASE WHEN in_context THEN 8 WHEN out_of_context THEN -8 ELSE 0 END
               - CASE WHEN differs THEN 8 ELSE 0 END - CASE WHEN taken THEN 12 ELSE 0 END
           )))::int AS likeness,
           equal AND fitting_s = 1 AND fitting_c = 1 AND NOT taken AND NOT several AND NOT parent AND NOT undone
               AND NOT out_of_context AND NOT says_other AND NOT is_said_of_other AND NOT is_claimed_twice AS is_exact
    FROM (
        SELECT *, count(*) FILTER (WHERE fits) OVER (PARTITION BY s) AS fitting_s,
               count(*) FILTER (WHERE fits) OVER (PARTITION BY c) AS fitting_c,
               count(*) FILTER (WHERE equal) OVER (PARTITION BY s) - equal::int AS equal_elsewhere
        FROM match_judged
    ) AS counted
"""
# A key whose record has quite another name is no better a guess than any other.
_RANKED = """
    CREATE TEMPORARY TABLE match_ranked AS
    SELECT *, row_number() OVER (PARTITION BY s ORDER BY is_certain DESC, is_exact DESC,
                                 (said OR field) AND name >= {agrees} DESC, likeness DESC, c) AS place_of_s,
           max(likeness) OVER (PARTITION BY s) AS best
    FROM (
        SELECT *, claim_is_unique IS TRUE AND NOT taken AND NOT undone AND NOT differs AND CASE
            WHEN said THEN name >= {agrees} AND (equal OR equal_elsewhere = 0)
            ELSE NOT parent AND NOT out_of_context AND equal_elsewhere = 0
                 AND (name >= {clearly} AND COALESCE(place, {town}) >= {town} OR name >= {agrees} AND place >= {near})
                 AND (NOT several OR place >= {near})
            END AS is_certain
        FROM match_weighed
    ) AS certain
    WHERE likeness >= {least} OR said OR field
"""
# Of several records that look like the same account the first one is proposed, and the others ask.
_WISHES = """
    CREATE TEMPORARY TABLE match_wish AS
    WITH first AS MATERIALIZED (
        SELECT *, count(*) OVER (PARTITION BY c) AS wanted,
               row_number() OVER (PARTITION BY c ORDER BY is_certain DESC, is_exact DESC, likeness DESC, s)
                   AS place_of_c
        FROM match_ranked WHERE place_of_s = 1
    ), further AS MATERIALIZED (
        SELECT s, array_agg(c ORDER BY place_of_s) AS others, count(*) FILTER (WHERE likeness >= best - 5) AS close
        FROM match_ranked WHERE place_of_s BETWEEN 2 AND {others} + 1 GROUP BY s
    )
    SELECT o.owner, f.c AS candidate, COALESCE(g.others, '{{}}')::varchar[] AS others,
           CASE WHEN f.c IS NULL THEN '' WHEN f.said THEN 'said' WHEN f.field THEN 'field' ELSE 'likeness'
           END AS method,
           COALESCE(CASE WHEN f.is_exact OR f.is_certain THEN 100 ELSE f.likeness END, 0) AS score,
           COALESCE(f.is_exact, false) AS is_exact, COALESCE(f.is_certain, false) AS is_certain,
           CASE WHEN f.c IS NULL THEN '{{}}' ELSE array_remove(ARRAY[
               CASE WHEN f.said THEN 'said.same' END, CASE WHEN f.field THEN 'field.same' END,
               CASE WHEN f.same_name THEN 'name.same' WHEN f.name >= {clearly} THEN 'name.close'
                    WHEN f.name >= 0.35 THEN 'name.part' ELSE 'name.other' END,
               CASE WHEN f.differs THEN 'name.kin' END,
               CASE f.place WHEN {same} THEN 'place.same' WHEN {near} THEN 'place.near'
                            WHEN {street} THEN 'place.street' WHEN {town} THEN 'place.town'
                            WHEN {other} THEN 'place.other' ELSE 'place.none' END,
               CASE WHEN f.phone THEN 'phone.same' END, CASE WHEN f.email THEN 'email.same' END,
               CASE WHEN f.in_context THEN 'account.same' WHEN f.out_of_context THEN 'account.other' END,
               CASE WHEN f.says_other THEN 'key.other' END,
               CASE WHEN f.is_claimed_twice OR f.is_said_of_other THEN 'key.twice' END,
               CASE WHEN f.several THEN 'several' END, CASE WHEN g.close > 0 THEN 'close' END,
               CASE WHEN f.parent THEN 'parent' END, CASE WHEN f.taken THEN 'taken' END,
               CASE WHEN f.place_of_c > 1 THEN 'rival' WHEN f.wanted > 1 THEN 'shared' END,
               CASE WHEN f.undone THEN 'undone' END
           ], NULL) END::varchar[] AS findings
    FROM match_open o LEFT JOIN first f ON f.s = o.owner LEFT JOIN further g ON g.s = o.owner
"""


def judge(cursor: Cursor, matched: Matched, setting: MatchSetting) -> None:
    """Turn the pairs into one proposal for each open record."""
    values = {place.name.lower(): sql.Literal(int(place)) for place in Place} | {
        "people": sql.Literal(matched.people),
        "agrees": sql.Literal(NAME_AGREES),
        "clearly": sql.Literal(NAME_CLEARLY_AGREES),
        "whole": sql.Literal(WHOLE_NAME),
        "least": sql.Literal(setting.least_score),
        "others": sql.Literal(OTHERS),
    }
    cursor.execute(sql.SQL(_TAKEN).format(**matched.names))
    for statement in (_JUDGED, _WEIGHED, _RANKED, _WISHES):
        cursor.execute(sql.SQL(statement).format(**values))


_ADD = """
    INSERT INTO {match} (object, salesforce_id, state, candidate, others, method, score, is_exact, findings,
                         decided_by, run)
    SELECT {object}, w.owner, 'open', w.candidate, w.others, w.method, w.score, w.is_exact, w.findings, '', {run}
    FROM match_wish w JOIN {record} r ON r.salesforce_id = w.owner AND r.removed_at IS NULL AND r.{link} IS NULL
    WHERE NOT EXISTS (SELECT FROM {match} m WHERE m.object = {object} AND m.salesforce_id = w.owner)
    ORDER BY w.owner
"""
_CHANGE = """
    UPDATE {match} m
    SET candidate = w.candidate, others = w.others, method = w.method, score = w.score, is_exact = w.is_exact,
        findings = w.findings, run = {run}
    FROM match_wish w
    WHERE m.object = {object} AND m.salesforce_id = w.owner AND m.state = 'open'
      AND (m.candidate, m.others, m.method, m.score, m.is_exact, m.findings)
          IS DISTINCT FROM (w.candidate, w.others, w.method, w.score, w.is_exact, w.findings)
"""


def propose(cursor: Cursor, matched: Matched, run: str) -> tuple[int, int]:
    """Write the proposals that are new, and those that moved; how many of each. Decided matches are not touched."""
    names = matched.names | {"match": sql.Identifier(Match._meta.db_table)}
    done = []
    for statement in (_ADD, _CHANGE):
        cursor.execute(sql.SQL(statement).format(run=sql.Literal(run), **names))
        done.append(cursor.rowcount)
    return done[0], done[1]
