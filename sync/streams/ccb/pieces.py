"""Pieces of CC&B's SQL that several streams are written with."""


def place_in(code: str, choice: str) -> str:
    """Where a code stands in the list that the site chose: a number that grows along it, 0 where it is not there."""
    return f"INSTR(',' || :{choice} || ',', ',' || TRIM({code}) || ',')"


def read_as(code: str, choice: str) -> str:
    """A code of two characters, or the one that the site chose to read it as by a pair `45=20`."""
    return (
        f"CASE WHEN INSTR(',' || :{choice}, ',' || TRIM({code}) || '=') > 0"
        f" THEN SUBSTR(:{choice}, INSTR(',' || :{choice}, ',' || TRIM({code}) || '=') + 3, 2) ELSE {code} END"
    )


def characteristic(table: str, key: str, choice: str) -> str:
    """A subquery of the characteristic whose type the site chose: CHOSEN by key, in force where PREFERENCE is 1.

    A characteristic's value is free text, a predefined code or a key, by its type.
    """
    return f"""(
            SELECT {key}, NVL(TRIM(ADHOC_CHAR_VAL), NVL(TRIM(CHAR_VAL), TRIM(CHAR_VAL_FK1))) AS CHOSEN,
                ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY EFFDT DESC) AS PREFERENCE
            FROM {table}
            WHERE TRIM(CHAR_TYPE_CD) = :{choice} AND EFFDT <= SYSDATE
        )"""


def lookup(alias: str, field: str, code: str) -> str:
    """The join of a lookup value's description: a flag's value may be narrower than the lookup's."""
    return (
        f"LEFT JOIN CI_LOOKUP_VAL_L {alias} ON {alias}.FIELD_NAME = '{field}'"
        f" AND TRIM({alias}.FIELD_VALUE) = TRIM({code}) AND {alias}.LANGUAGE_CD = :language"
    )


def described(alias: str) -> str:
    """The description of a looked-up value: the site's own wording, else CC&B's."""
    return f"NVL(TRIM({alias}.DESCR_OVRD), TRIM({alias}.DESCR))"
