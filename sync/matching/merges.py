"""What happens to links when Salesforce merges or removes records, and when it brings one back.

A merged record hands its link to the record that took it over. Where both are linked, to different accounts, or several
merged ones are, nobody but a person can say which it is: the record asks, and keeps its link until then. A removed
record gives its link back. A record that comes back is ignored or left to be created as before, and asks otherwise.
"""

from uuid import UUID

from psycopg import sql

from sync.load.cursor import Cursor
from sync.matching import changes
from sync.matching.objects import Matched
from sync.models import Match

MOST_MERGES = 20
"""So many merges of merges are followed; more would be a ring."""

TWO = "merge.two"
"""The finding of a record that took over another one with another link."""

# The record that took over, over any number of merges, if it is present. That a record is gone may be known before what
# it was merged into, and its link is given back by then; it is handed over once, `since` it was given back.
_HEIRS = """
    CREATE TEMPORARY TABLE match_heir AS
    WITH RECURSIVE given_back AS (
        SELECT r.salesforce_id, r.merged_into_id, d.before ->> 'link' AS link, d.made_at AS since
        FROM {record} r
        JOIN {match} m ON m.object = {object} AND m.salesforce_id = r.salesforce_id AND m.state = 'gone'
        CROSS JOIN LATERAL (
            SELECT made_at, before FROM {decision} WHERE match_id = m.id AND kind = 'gone' ORDER BY id DESC LIMIT 1
        ) AS d
        WHERE r.removed_at IS NOT NULL AND r.{link} IS NULL AND r.merged_into_id IS NOT NULL
          AND d.before ->> 'link' IS NOT NULL
    ), way AS (
        SELECT salesforce_id AS gone, {link} AS link, merged_into_id AS heir, 1 AS steps, NULL::timestamptz AS since
        FROM {record} WHERE removed_at IS NOT NULL AND {link} IS NOT NULL AND merged_into_id IS NOT NULL
        UNION ALL
        SELECT g.salesforce_id, g.link, g.merged_into_id, 1, g.since
        FROM given_back g WHERE NOT EXISTS ({handed_over} g.merged_into_id AND d.made_at >= g.since)
        UNION ALL
        SELECT w.gone, w.link, r.merged_into_id, w.steps + 1, w.since
        FROM way w JOIN {record} r ON r.salesforce_id = w.heir
        WHERE r.removed_at IS NOT NULL AND r.merged_into_id IS NOT NULL AND w.steps < {most}
    )
    SELECT w.heir, min(w.link) AS link, array_agg(DISTINCT w.link ORDER BY w.link) AS links
    FROM way w JOIN {record} r ON r.salesforce_id = w.heir AND r.removed_at IS NULL
    WHERE w.since IS NULL OR NOT EXISTS ({handed_over} w.heir AND d.made_at >= w.since)
    GROUP BY w.heir
"""
_HANDED_OVER = """
    SELECT FROM {match} h JOIN {decision} d ON d.match_id = h.id
    WHERE h.object = {object} AND d.kind = 'merged' AND h.salesforce_id =
"""
_KNOWN = """
    INSERT INTO {match} (object, salesforce_id, state, others, method, score, is_exact, findings, decided_by)
    SELECT {object}, r.salesforce_id, CASE WHEN r.{link} IS NULL THEN 'open' ELSE 'linked' END, '{{}}', '', 0, false,
           '{{}}', ''
    FROM {record} r
    WHERE (r.salesforce_id IN (SELECT heir FROM match_heir) OR r.removed_at IS NOT NULL AND r.{link} IS NOT NULL)
      AND NOT EXISTS (SELECT FROM {match} m WHERE m.object = {object} AND m.salesforce_id = r.salesforce_id)
"""
_GONE = """
    INSERT INTO match_change
    SELECT m.id, 'gone', r.{link}, 'gone', m.candidate, m.others, m.method, m.score, m.is_exact, m.findings, NULL
    FROM {match} m JOIN {record} r ON r.salesforce_id = m.salesforce_id
    WHERE m.object = {object} AND r.removed_at IS NOT NULL AND (m.state <> 'gone' OR r.{link} IS NOT NULL)
"""
_HANDED = """
    INSERT INTO match_change
    SELECT m.id, 'merged', h.link, CASE WHEN asks THEN 'open' ELSE 'linked' END, COALESCE(r.{link}, h.link),
           CASE WHEN asks THEN array_remove(h.links, COALESCE(r.{link}, h.link))::varchar[] ELSE '{{}}' END, 'merge',
           CASE WHEN asks THEN 50 ELSE 100 END, false, CASE WHEN asks THEN ARRAY[{two}] ELSE '{{}}' END,
           CASE WHEN r.{link} IS NULL AND asks THEN NULL ELSE COALESCE(r.{link}, h.link) END
    FROM match_heir h
    JOIN {record} r ON r.salesforce_id = h.heir
    JOIN {match} m ON m.object = {object} AND m.salesforce_id = h.heir
    CROSS JOIN LATERAL (
        SELECT cardinality(h.links) > 1 OR r.{link} IS NOT NULL AND r.{link} <> h.link
               OR EXISTS (SELECT FROM {record} x WHERE x.{link} = h.link AND x.removed_at IS NULL
                                                   AND x.salesforce_id <> h.heir) AS asks
    ) AS a
    WHERE asks OR r.{link} IS NULL
"""
_BACK = """
    INSERT INTO match_change
    SELECT m.id, 'back', NULL, CASE WHEN d.before ->> 'state' IN ('ignored', 'create later') THEN d.before ->> 'state'
                                    ELSE 'open' END,
           m.candidate, m.others, m.method, m.score, m.is_exact, m.findings, r.{link}
    FROM {match} m JOIN {record} r ON r.salesforce_id = m.salesforce_id
    LEFT JOIN LATERAL (
        SELECT before FROM {decision} WHERE match_id = m.id AND kind = 'gone' ORDER BY id DESC LIMIT 1
    ) AS d ON true
    WHERE m.object = {object} AND m.state = 'gone' AND r.removed_at IS NULL
"""


def follow(cursor: Cursor, matched: Matched, run: UUID) -> int:
    """Bring the matches of removed, merged and returned records up to date; how many changed."""
    names: dict[str, sql.Composable] = matched.names | {
        "match": sql.Identifier(Match._meta.db_table),
        "decision": changes._DECISION,
        "most": sql.Literal(MOST_MERGES),
        "two": sql.Literal(TWO),
    }
    cursor.execute("DROP TABLE IF EXISTS pg_temp.match_heir")
    if matched.merges:
        handed_over = sql.SQL(_HANDED_OVER).format(**names)
        cursor.execute(sql.SQL(_HEIRS).format(handed_over=handed_over, **names))
    else:
        cursor.execute("CREATE TEMPORARY TABLE match_heir (heir text, link text, links text[])")
    changes.begin(cursor)
    found = 0
    for statement in (_KNOWN, _GONE, _HANDED, _BACK):
        cursor.execute(sql.SQL(statement).format(**names))
        found += cursor.rowcount
    cursor.execute("DROP TABLE match_heir")
    return changes.apply(matched, actor=None, run=run) if found else 0
