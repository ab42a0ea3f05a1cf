"""Names and addresses in one form, whole tables at once: what people write in many ways is compared as one.

Temporary tables, made from `match_name (side, owner, raw, is_own)` and `match_place (side, owner, street, city,
postal, is_current, raw)`; a side is `s` (Salesforce) or `c` (CC&B):

- `match_spelling (no, raw)`, `match_word (no, word)`, and `match_form (no, ordered, bag, suffix, initials)` of names
- `match_site (no, raw, house, name, core, unit, zip, town)` of addresses

Every regular expression works on text without accents, so that the database's locale plays no part.
"""

from collections.abc import Sequence

from psycopg import sql

from sync.load.cursor import Cursor
from sync.matching import words

# Letters that no accent was put on are written as their neighbours; what is no letter or digit becomes a blank.
_PLAIN = r"""
    btrim(regexp_replace(
        regexp_replace(
            replace(replace(
                translate(
                    lower(regexp_replace(normalize({text}, NFKD), '[\u0300-\u036f]', '', 'g')),
                    'øłđıþæœß’`´', 'oldipaos'''''''
                ), '&', ' and '), '+', ' and '),
            '[''.]', '', 'g'),
        {other}, ' ', 'g'))
"""
_NO_WORD = r"'[^a-z0-9\u0080-\U0010ffff]+'"
_NO_PLACE = r"'[^a-z0-9#\u0080-\U0010ffff]+'"


def plain(text: str, other: str = _NO_WORD) -> sql.Composed:
    """The SQL that puts a text in small letters without accents and marks; `other` is what becomes a blank."""
    return sql.SQL(_PLAIN).format(text=sql.SQL(text), other=sql.SQL(other))


def dictionary(cursor: Cursor) -> None:
    """The words that people vary, as temporary tables: of names, of addresses, and short forms of given names."""
    cursor.execute("CREATE TEMPORARY TABLE match_variant (word text PRIMARY KEY, becomes text, kind text)")
    cursor.execute("CREATE TEMPORARY TABLE match_street (word text PRIMARY KEY, becomes text)")
    cursor.execute("CREATE TEMPORARY TABLE match_nickname (short text, given text)")
    variants = (
        {word: (word, "filler") for word in words.LEGAL_FORMS | words.FILLERS}
        | {word: (becomes, "word") for word, becomes in words.SHORT_WORDS.items()}
        | {word: (becomes, "suffix") for word, becomes in words.SUFFIXES.items()}
    )
    rows = [(word, becomes, kind) for word, (becomes, kind) in variants.items()]
    _insert(cursor, "match_variant", ("word", "becomes", "kind"), rows)
    _insert(cursor, "match_street", ("word", "becomes"), list(words.STREET_WORDS.items()))
    short = [(short, given) for given, all_short in words.NICKNAMES.items() for short in all_short.split()]
    _insert(cursor, "match_nickname", ("short", "given"), short)


def _insert(cursor: Cursor, table: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Add a small dictionary in one statement."""
    arrays = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(
        sql.SQL("INSERT INTO {} SELECT * FROM unnest({})").format(
            sql.Identifier(table), sql.SQL(", ").join(sql.SQL("%s::text[]") for _ in columns)
        ),
        arrays,
    )


# `Last,First` is read as `First Last`, for companies too: what stands behind their comma is a legal form, and falls.
_SPELLINGS = """
    CREATE TEMPORARY TABLE match_spelling AS
    SELECT row_number() OVER () AS no, raw, {plain} AS clean
    FROM (
        SELECT raw, CASE WHEN raw LIKE '%,%' AND raw NOT LIKE '%,%,%'
                         THEN split_part(raw, ',', 2) || ' ' || split_part(raw, ',', 1) ELSE raw END AS said
        FROM (SELECT DISTINCT raw FROM match_name WHERE raw <> '') AS names
    ) AS turned
"""
# A name of fillers alone, such as `The Company`, or of letters alone, such as `J & J`, has nothing else to go by.
_TOKENS = """
    CREATE TEMPORARY TABLE match_token AS
    SELECT no, place, word,
           CASE WHEN bool_or(kind = 'word') OVER (PARTITION BY no) THEN kind
                WHEN bool_or(kind = 'initial') OVER (PARTITION BY no) AND kind <> 'initial' THEN kind
                ELSE 'word' END AS kind
    FROM (
        SELECT s.no, t.place, COALESCE(v.becomes, t.word) AS word,
               COALESCE(v.kind, CASE WHEN t.word ~ '^[a-z]$' THEN 'initial' ELSE 'word' END) AS kind
        FROM match_spelling s
        CROSS JOIN LATERAL string_to_table(s.clean, ' ') WITH ORDINALITY AS t (word, place)
        LEFT JOIN match_variant v ON v.word = t.word
        WHERE t.word <> ''
    ) AS tokens
"""
_FORMS = """
    CREATE TEMPORARY TABLE match_form AS
    SELECT no, string_agg(word, ' ' ORDER BY place) FILTER (WHERE kind = 'word') AS ordered,
           string_agg(DISTINCT word, ' ') FILTER (WHERE kind = 'word') AS bag,
           string_agg(DISTINCT word, ' ') FILTER (WHERE kind = 'suffix') AS suffix,
           string_agg(DISTINCT word, ' ') FILTER (WHERE kind = 'initial') AS initials
    FROM match_token GROUP BY no
"""


def names(cursor: Cursor) -> None:
    """Normalise every name of `match_name`, each spelling once."""
    cursor.execute(sql.SQL(_SPELLINGS).format(plain=plain("said")))
    cursor.execute(_TOKENS)
    cursor.execute(_FORMS)
    cursor.execute("CREATE TEMPORARY TABLE match_word AS SELECT DISTINCT no, word FROM match_token WHERE kind = 'word'")
    for table in ("match_spelling", "match_form", "match_word"):
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


_LINES = r"""
    CREATE TEMPORARY TABLE match_line AS
    SELECT no, raw, city, postal, string_agg(word, ' ' ORDER BY place) AS line
    FROM (
        SELECT a.no, a.raw, a.city, a.postal, t.place, COALESCE(d.becomes, t.word) AS word
        FROM (
            SELECT row_number() OVER () AS no, raw, city, postal,
                   regexp_replace(regexp_replace(
                       replace({plain}, '#', ' unit '),
                       '\m(p ?o ?box|pob|p o b|po b)\M', 'pobox', 'g'), '^box ', 'pobox ') AS clean
            FROM (SELECT DISTINCT ON (raw) raw, street, city, postal FROM match_place ORDER BY raw) AS places
        ) AS a
        LEFT JOIN LATERAL string_to_table(a.clean, ' ') WITH ORDINALITY AS t (word, place) ON t.word <> ''
        LEFT JOIN match_street d ON d.word = t.word
    ) AS words
    GROUP BY no, raw, city, postal
"""
# The unit is taken out wherever it stands; of the rest the first number is the house, and what follows it the street.
_SITES = r"""
    CREATE TEMPORARY TABLE match_site AS
    SELECT no, raw, house, name, unit, zip, town,
           COALESCE(NULLIF(btrim(regexp_replace(' ' || name || ' ', {kinds}, ' ', 'g')), ''), name) AS core
    FROM (
        SELECT no, raw, NULLIF(unit, '') AS unit,
               CASE WHEN box IS NOT NULL THEN 'box' || box
                    ELSE substring(rest from '(?:^|\s)(\d+[a-z]?)\M') END AS house,
               CASE WHEN box IS NOT NULL THEN 'pobox'
                    ELSE NULLIF(btrim(COALESCE(substring(rest from '(?:^|\s)\d+[a-z]?\s+(.*)$'), rest)), '')
               END AS name,
               CASE WHEN postal ~ '^\s*\d{{5}}' THEN substring(postal from '\d{{5}}')
                    ELSE NULLIF(upper(regexp_replace(postal, '[^A-Za-z0-9]', '', 'g')), '') END AS zip,
               NULLIF({city}, '') AS town
        FROM (
            SELECT *, substring(line from '\mpobox (\w+)') AS box,
                   substring(line from '\munit(?: unit)* ?(\w*)') AS unit,
                   btrim(regexp_replace(line, '\s*\munit(?: unit)*\M ?\w*', ' ', 'g')) AS rest
            FROM match_line
        ) AS parts
    ) AS sites
"""


def places(cursor: Cursor) -> None:
    """Normalise every address of `match_place`, each once."""
    kinds = sql.Literal(r"\s(" + "|".join(sorted(words.STREET_KINDS)) + r")(?=\s)")
    cursor.execute(sql.SQL(_LINES).format(plain=plain("street", _NO_PLACE)))
    cursor.execute(sql.SQL(_SITES).format(kinds=kinds, city=plain("city")))
    cursor.execute("ANALYZE match_site")
