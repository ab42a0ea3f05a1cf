"""Keys as CC&B gives them: digits that look random, a child's key beginning like its parent's.

Keys are never handed out in ascending order, so the highest key says nothing about what is new, and some begin with
zeros. The n-th key under a prefix is a fixed permutation of n, which makes keys unique without remembering them.
"""

import sqlite3
from dataclasses import dataclass
from math import gcd
from random import Random
from zlib import crc32

SHARED_DIGITS = 5

# Key column -> the table it is the key of and its length in digits.
_KEYS: dict[str, tuple[str, int]] = {
    "PER_ID": ("CI_PER", 10),
    "ACCT_ID": ("CI_ACCT", 10),
    "PREM_ID": ("CI_PREM", 10),
    "SP_ID": ("CI_SP", 10),
    "SA_ID": ("CI_SA", 10),
    "SA_SP_ID": ("CI_SA_SP", 10),
    "MTR_ID": ("CI_MTR", 10),
    "MTR_CONFIG_ID": ("CI_MTR_CONFIG", 10),
    "SP_MTR_HIST_ID": ("CI_SP_MTR_HIST", 10),
    "REG_ID": ("CI_REG", 10),
    "CC_ID": ("CI_CC", 10),
    "C1_CONTACT_ID": ("C1_PER_CONTDET", 10),
    "MR_ID": ("CI_MR", 12),
    "REG_READ_ID": ("CI_REG_READ", 12),
    "CC_LOG_ID": ("CI_CC_LOG", 12),
    "FT_ID": ("CI_FT", 12),
    "BILL_ID": ("CI_BILL", 12),
    "BSEG_ID": ("CI_BSEG", 12),
    "PAY_EVENT_ID": ("CI_PAY_EVENT", 12),
    "PAY_TENDER_ID": ("CI_PAY_TNDR", 12),
    "PAY_ID": ("CI_PAY", 12),
    "PAY_SEG_ID": ("CI_PAY_SEG", 12),
    "ADJ_ID": ("CI_ADJ", 12),
    "MATCH_EVT_ID": ("CI_MATCH_EVT", 12),
}

# Key column -> where C2M keeps it: table and column. Its key there has two digits more.
_C2M = {
    "MTR_ID": ("D1_DVC", "D1_DEVICE_ID"),
    "MTR_CONFIG_ID": ("D1_DVC_CFG", "DEVICE_CONFIG_ID"),
    "SP_MTR_HIST_ID": ("D1_INSTALL_EVT", "INSTALL_EVT_ID"),
    "REG_ID": ("D1_MEASR_COMP", "MEASR_COMP_ID"),
}
C2M_SUFFIX = "01"

# Beginnings kept for keys that are written out by name, so that no generated key can meet them.
RESERVED = frozenset({"42186", "55902", "55903", "77144", "77145", "77146"})


def seeded(*parts: object) -> Random:
    """A source of chance that depends on its parts alone."""
    return Random(" ".join(str(part) for part in parts))


@dataclass
class _Series:
    """Where the keys of one column and prefix have got to."""

    digits: int
    modulus: int
    start: int
    step: int
    used: int


class Keys:
    """Hands out keys; with a connection, only such as the database, which may be a C2M, does not hold yet."""

    def __init__(self, seed: int, connection: sqlite3.Connection | None = None, *, c2m: bool = False) -> None:
        self._seed = seed
        self._connection = connection
        self._kept_in = _C2M if c2m else {}
        self._series: dict[tuple[str, str], _Series] = {}

    def root(self, column: str) -> str:
        """A new key of an object that stands by itself: a person, an account, a premise, a meter."""
        while True:
            key = self._next(column, "")
            if key[:SHARED_DIGITS] not in RESERVED:
                return key

    def child(self, column: str, parent: str) -> str:
        """A new key that begins like `parent`."""
        return self._next(column, parent[:SHARED_DIGITS])

    def _next(self, column: str, prefix: str) -> str:
        series = self._series.get((column, prefix))
        if series is None:
            series = self._series[column, prefix] = self._begin(column, prefix)
        while True:
            number = (series.start + series.step * series.used) % series.modulus
            series.used += 1
            key = f"{prefix}{number:0{series.digits}d}"
            if self._connection is None or not self._exists(self._connection, column, key):
                return key

    def _begin(self, column: str, prefix: str) -> "_Series":
        digits = _KEYS[column][1] - len(prefix)
        modulus = 10**digits
        start = crc32(f"{self._seed}{column}{prefix}start".encode()) % modulus
        step = crc32(f"{self._seed}{column}{prefix}step".encode()) % modulus | 1
        while gcd(step, modulus) != 1:
            step += 2
        return _Series(digits, modulus, start, step, self._stored(column, prefix))

    def _stored(self, column: str, prefix: str) -> int:
        if self._connection is None:
            return 0
        table, held = self._kept_in.get(column, (_KEYS[column][0], column))
        # ':' follows '9', so the range holds every key that begins with the prefix.
        query = f"SELECT COUNT(*) FROM {table} WHERE {held} >= ? AND {held} < ?"  # noqa: S608 (names of _KEYS, _C2M)
        return int(self._connection.execute(query, (prefix, f"{prefix}:")).fetchone()[0])

    def _exists(self, connection: sqlite3.Connection, column: str, key: str) -> bool:
        table, held = self._kept_in.get(column, (_KEYS[column][0], column))
        stored = key + C2M_SUFFIX if column in self._kept_in else key
        query = f"SELECT 1 FROM {table} WHERE {held} = ?"  # noqa: S608 (names of _KEYS, _C2M)
        return connection.execute(query, (stored,)).fetchone() is not None
