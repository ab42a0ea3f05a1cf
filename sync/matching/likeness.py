"""Which words are alike, which pairs of records are looked at, and how alike the two of a pair are.

Never every record with every other: a pair is looked at where both sides share a key that few records have, such as a
word of the name and a ZIP code. Works on the tables of `sync.matching.normalise`, on `match_reach (side, owner, kind,
value)` of telephone numbers and e-mail addresses, and on `match_claim (s, c, how)` of keys that Salesforce holds.
Makes `match_pair (s, c, name, same_name, any_name, differs, place, same_place, phone, email)`: `name` from 0 to 1,
`same_name` the very name of the record itself, `any_name` of it or somebody beside it, `differs` in what tells a parent
from a child, `place` a `Place`.
"""

from enum import IntEnum

from psycopg import sql

from sync.load.cursor import Cursor

FEW, PRODUCT = 120, 24_000
"""A key that more records of CC&B share, or that makes more pairs, tells nothing; another key brings them together."""
ALIKE = {"nickname": 0.9, "slip": 0.85, "beginning": 0.8}
"""How much a word counts that is only alike: a nickname, one letter off, a beginning with its rest left out."""


class Place(IntEnum):
    """How near the addresses of the two sides are, at best. Without an address on both sides there is none of these."""

    OTHER = 0
    TOWN = 1
    STREET = 2
    NEAR = 4
    SAME = 5


_VOCABULARY = """
    CREATE TEMPORARY TABLE match_vocabulary AS
    SELECT word, bool_or(side = 's') AS in_s, bool_or(side = 'c') AS in_c,
           LEAST(7, ln(1 + (SELECT count(*) FROM match_side WHERE side = 'c')::float
                           / (1 + count(*) FILTER (WHERE side = 'c')))) AS weight
    FROM match_word JOIN match_side USING (no) GROUP BY word
"""
# One letter left out, doubled, changed or swapped: the two words then share what is left without one letter.
_SLIPS = """
    WITH cut AS MATERIALIZED (
        SELECT word, in_s, in_c, left(word, at - 1) || substr(word, at + 1) AS rest
        FROM match_vocabulary, generate_series(1, length(word) + 1) AS at
        WHERE length(word) BETWEEN 4 AND 24 AND word ~ '^[a-z]+$'
    )
    INSERT INTO match_alike
    SELECT s.word, c.word, max({slip}) FROM cut s JOIN cut c USING (rest)
    WHERE s.in_s AND NOT s.in_c AND c.in_c AND s.word <> c.word GROUP BY 1, 2
"""
_BEGINNINGS = """
    INSERT INTO match_alike
    SELECT s.word, c.word, {beginning}
    FROM match_vocabulary s
    JOIN (SELECT word, left(word, size) AS beginning FROM match_vocabulary, generate_series(3, 9) AS size
          WHERE in_c AND length(word) > size + 1) AS c ON c.beginning = s.word
    WHERE s.in_s AND NOT s.in_c AND length(s.word) BETWEEN 3 AND 9
"""
_NICKNAMES = """
    WITH given AS (
        SELECT short AS word, given FROM match_nickname UNION SELECT given, given FROM match_nickname
    )
    INSERT INTO match_alike
    SELECT DISTINCT s.word, c.word, {nickname} FROM given s JOIN given c USING (given)
    JOIN match_vocabulary vs ON vs.word = s.word AND vs.in_s
    JOIN match_vocabulary vc ON vc.word = c.word AND vc.in_c
    WHERE s.word <> c.word
"""


def alike(cursor: Cursor) -> None:
    """Find the words of Salesforce's names that stand for a word of CC&B's, each with how much it counts."""
    cursor.execute("""
        CREATE TEMPORARY TABLE match_side AS
        SELECT DISTINCT n.side, s.no FROM match_name n JOIN match_spelling s USING (raw)
    """)
    cursor.execute(_VOCABULARY)
    cursor.execute("ANALYZE match_vocabulary")
    cursor.execute("CREATE TEMPORARY TABLE match_alike (s text, c text, degree float)")
    cursor.execute("INSERT INTO match_alike SELECT word, word, 1 FROM match_vocabulary WHERE in_s AND in_c")
    degrees = {name: sql.Literal(degree) for name, degree in ALIKE.items()}
    for statement in (_SLIPS, _BEGINNINGS, _NICKNAMES):
        cursor.execute(sql.SQL(statement).format(**degrees))
    cursor.execute("""
        CREATE TEMPORARY TABLE match_like AS SELECT s, c, max(degree) AS degree FROM match_alike GROUP BY s, c
    """)
    cursor.execute("ANALYZE match_like")


# What records are looked up by. Salesforce's words count as the words of CC&B that they stand for.
_KEYS = """
    WITH said AS MATERIALIZED (
        SELECT DISTINCT n.owner, s.no, f.bag
        FROM match_name n JOIN match_spelling s USING (raw) JOIN match_form f USING (no)
        WHERE n.side = {side} AND f.bag IS NOT NULL
    ), word AS MATERIALIZED (
        SELECT DISTINCT said.owner, said.no, {word} AS word FROM said JOIN match_word w USING (no) {likes}
    ), site AS MATERIALIZED (
        SELECT DISTINCT p.owner, t.house, t.core, t.zip, t.town
        FROM match_place p
        JOIN match_site t USING (raw)
        WHERE p.side = {side}
    )
    SELECT DISTINCT owner, hashtextextended(key, 0) AS key FROM (
        SELECT owner, 'n' || bag AS key FROM said
        UNION ALL SELECT owner, 'w' || word || ':' || zip FROM word JOIN site USING (owner)
        UNION ALL SELECT owner, 'w' || word || ':' || town FROM word JOIN site USING (owner)
        UNION ALL SELECT owner, 'x' || word || ':' || house FROM word JOIN site USING (owner)
        UNION ALL SELECT a.owner, 'p' || a.word || ':' || b.word FROM word a JOIN word b USING (owner, no)
                  WHERE a.word < b.word
        UNION ALL SELECT owner, 'h' || house || ':' || core || ':' || zip FROM site
        UNION ALL SELECT owner, 'h' || house || ':' || core || ':' || town FROM site
        UNION ALL SELECT owner, kind || value FROM match_reach WHERE side = {side}
    ) AS keys WHERE key IS NOT NULL
"""
_PAIRS = """
    CREATE TEMPORARY TABLE match_found AS
    WITH few AS MATERIALIZED (
        SELECT key FROM (SELECT key, count(*) AS n FROM match_key_s GROUP BY key) AS s
        JOIN (SELECT key, count(*) AS n FROM match_key_c GROUP BY key) AS c USING (key)
        WHERE c.n <= {few} AND s.n * c.n <= {product}
    )
    SELECT DISTINCT s.owner AS s, c.owner AS c
    FROM few JOIN match_key_s s USING (key) JOIN match_key_c c USING (key)
    UNION SELECT s, c FROM match_claim
"""


def pairs(cursor: Cursor) -> None:
    """Find the pairs that are worth a look."""
    stands_for = sql.SQL("JOIN match_like l ON l.s = w.word")
    for side, word, likes in (("s", sql.SQL("l.c"), stands_for), ("c", sql.SQL("w.word"), sql.SQL(""))):
        keys = sql.SQL(_KEYS).format(side=sql.Literal(side), word=word, likes=likes)
        table = sql.Identifier(f"match_key_{side}")
        only = sql.SQL("") if side == "s" else sql.SQL("WHERE key IN (SELECT key FROM match_key_s)")
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT * FROM ({}) AS k {}").format(table, keys, only))
        cursor.execute(sql.SQL("ANALYZE {}").format(table))
    cursor.execute(sql.SQL(_PAIRS).format(few=sql.Literal(FEW), product=sql.Literal(PRODUCT)))
    cursor.execute("ANALYZE match_found")


_OWNED = """
    CREATE TEMPORARY TABLE match_called AS
    SELECT n.side, n.owner, s.no, bool_or(n.is_own) AS is_own
    FROM match_name n JOIN match_spelling s USING (raw) JOIN match_form USING (no) GROUP BY 1, 2, 3
"""
_NAME_PAIRS = """
    CREATE TEMPORARY TABLE match_name_pair AS
    SELECT DISTINCT s.no AS s, c.no AS c
    FROM match_found f
    JOIN match_called s ON s.side = 's' AND s.owner = f.s JOIN match_called c ON c.side = 'c' AND c.owner = f.c
"""
# What both share by weight, mostly against both names, partly against the shorter one alone.
_NAME_SCORES = """
    CREATE TEMPORARY TABLE match_name_score AS
    WITH size AS MATERIALIZED (
        SELECT no, sum(weight) AS weight FROM match_word JOIN match_vocabulary USING (word) GROUP BY no
    ), shared AS MATERIALIZED (
        SELECT s, c, sum(share) AS weight FROM (
            SELECT p.s, p.c, ws.word, max(l.degree * v.weight) AS share
            FROM match_name_pair p
            JOIN match_word ws ON ws.no = p.s JOIN match_like l ON l.s = ws.word
            JOIN match_word wc ON wc.no = p.c AND wc.word = l.c JOIN match_vocabulary v ON v.word = l.c
            GROUP BY p.s, p.c, ws.word
        ) AS best GROUP BY s, c
    )
    SELECT p.s, p.c,
           LEAST(1, COALESCE(1.3 * h.weight / (zs.weight + zc.weight)
                             + 0.35 * h.weight / LEAST(zs.weight, zc.weight), 0)) AS likeness,
           fs.ordered = fc.ordered AND fs.suffix IS NOT DISTINCT FROM fc.suffix
               AND (fs.initials = fc.initials OR fs.initials IS NULL OR fc.initials IS NULL) AS is_same,
           fs.suffix IS DISTINCT FROM fc.suffix OR fs.initials <> fc.initials AS differs
    FROM match_name_pair p
    JOIN match_form fs ON fs.no = p.s JOIN match_form fc ON fc.no = p.c
    JOIN size zs ON zs.no = p.s JOIN size zc ON zc.no = p.c
    LEFT JOIN shared h ON h.s = p.s AND h.c = p.c
"""
_SITED = """
    CREATE TEMPORARY TABLE match_sited AS
    SELECT p.side, p.owner, t.no, bool_or(p.is_current) AS is_current
    FROM match_place p
    JOIN match_site t USING (raw)
    WHERE t.name IS NOT NULL OR t.zip IS NOT NULL OR t.town IS NOT NULL GROUP BY p.side, p.owner, t.no
"""
# One letter off at most moves the length by one, and leaves the beginning or the end as it was.
_SLIP_OF_STREET = """
    abs(length(a.core) - length(b.core)) <= 1 AND length(a.core) > 5
    AND (left(replace(a.core, ' ', ''), 4) = left(replace(b.core, ' ', ''), 4)
         OR right(replace(a.core, ' ', ''), 4) = right(replace(b.core, ' ', ''), 4))
"""
_PLACE_SCORES = """
    CREATE TEMPORARY TABLE match_place_score AS
    WITH place_pair AS MATERIALIZED (
        SELECT DISTINCT s.no AS s, c.no AS c
        FROM match_found f
        JOIN match_sited s ON s.side = 's' AND s.owner = f.s JOIN match_sited c ON c.side = 'c' AND c.owner = f.c
    )
    SELECT p.s, p.c, CASE
        WHEN a.house = b.house AND a.name = b.name AND a.unit IS NOT DISTINCT FROM b.unit
             AND (a.zip = b.zip OR (a.zip IS NULL OR b.zip IS NULL) AND a.town = b.town) THEN {same}
        WHEN a.house = b.house AND (a.core = b.core OR {slip})
             AND (a.unit = b.unit OR a.unit IS NULL OR b.unit IS NULL)
             AND (a.zip = b.zip OR a.town = b.town OR a.zip IS NULL AND a.town IS NULL) THEN {near}
        WHEN a.core = b.core AND (a.zip = b.zip OR a.town = b.town) THEN {street}
        WHEN a.zip = b.zip OR a.town = b.town THEN {town}
        ELSE {other} END AS rank
    FROM place_pair p JOIN match_site a ON a.no = p.s JOIN match_site b ON b.no = p.c
"""
_SCORED = """
    CREATE TEMPORARY TABLE match_pair AS
    WITH name AS MATERIALIZED (
        SELECT f.s, f.c, max(x.likeness) AS name, bool_or(x.is_same AND b.is_own) AS same_name,
               bool_or(x.is_same) AS any_name, (array_agg(x.differs ORDER BY x.likeness DESC, x.differs))[1] AS differs
        FROM match_found f
        JOIN match_called a ON a.side = 's' AND a.owner = f.s JOIN match_called b ON b.side = 'c' AND b.owner = f.c
        JOIN match_name_score x ON x.s = a.no AND x.c = b.no
        GROUP BY f.s, f.c
    ), place AS MATERIALIZED (
        SELECT f.s, f.c, max(x.rank) AS place, bool_or(x.rank = {same} AND a.is_current AND b.is_current) AS same_place
        FROM match_found f
        JOIN match_sited a ON a.side = 's' AND a.owner = f.s JOIN match_sited b ON b.side = 'c' AND b.owner = f.c
        JOIN match_place_score x ON x.s = a.no AND x.c = b.no
        GROUP BY f.s, f.c
    ), reach AS MATERIALIZED (
        SELECT f.s, f.c, bool_or(a.kind = 't') AS phone, bool_or(a.kind = 'e') AS email
        FROM match_found f
        JOIN match_reach a ON a.side = 's' AND a.owner = f.s
        JOIN match_reach b ON b.side = 'c' AND b.owner = f.c AND (b.kind, b.value) = (a.kind, a.value)
        GROUP BY f.s, f.c
    )
    SELECT f.s, f.c, COALESCE(name, 0) AS name, COALESCE(same_name, false) AS same_name,
           COALESCE(any_name, false) AS any_name, COALESCE(differs, false) AS differs, place,
           COALESCE(same_place, false) AS same_place, COALESCE(phone, false) AS phone, COALESCE(email, false) AS email
    FROM match_found f
    LEFT JOIN name USING (s, c) LEFT JOIN place USING (s, c) LEFT JOIN reach USING (s, c)
"""


def score(cursor: Cursor) -> None:
    """Compare the two of every pair: their names, their addresses, and how they are reached."""
    ranks = {place.name.lower(): sql.Literal(int(place)) for place in Place}
    cursor.execute(_OWNED)
    cursor.execute("ANALYZE match_called")
    cursor.execute(_NAME_PAIRS)
    cursor.execute("ANALYZE match_name_pair")
    cursor.execute(_NAME_SCORES)
    cursor.execute(_SITED)
    cursor.execute("ANALYZE match_sited")
    cursor.execute(sql.SQL(_PLACE_SCORES).format(slip=sql.SQL(_SLIP_OF_STREET), **ranks))
    for table in ("match_name_score", "match_place_score"):
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    cursor.execute("ANALYZE match_reach")
    cursor.execute(sql.SQL(_SCORED).format(**ranks))
    cursor.execute("ANALYZE match_pair")
