"""What the tests of the generated CC&B share: how to fill one, and how to read it."""

import sqlite3
from collections import defaultdict
from datetime import date
from decimal import Decimal

from sync.simulators.ccb.catalogue import tables
from sync.simulators.ccb.generator import fill
from sync.simulators.ccb.store import connect

TODAY = date(2026, 11, 24)
ACCOUNTS = 60
STORY = "4218665007"

FROZEN = "SELECT f.*, s.ACCT_ID FROM CI_FT f JOIN CI_SA s ON s.SA_ID = f.SA_ID WHERE f.FREEZE_SW = 'Y'"


def filled(accounts: int, today: date = TODAY, seed: int = 360, months: int = 26) -> sqlite3.Connection:
    connection = connect(":memory:")
    fill(connection, accounts=accounts, months=months, today=today, seed=seed)
    return connection


def number(connection: sqlite3.Connection, query: str, *values: object) -> float:
    return connection.execute(query, values).fetchone()[0]


def money(amount: float | None) -> Decimal:
    return round(Decimal(amount or 0), 2)


def contents(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables()}


def open_debt(connection: sqlite3.Connection, account_id: str) -> dict[date, Decimal]:
    """What is unpaid by arrears date when credits relieve the oldest debt first."""
    rows = connection.execute(
        f"SELECT ARS_DT, CUR_AMT FROM ({FROZEN}) WHERE ACCT_ID = ? AND NOT_IN_ARS_SW = 'N' AND ARS_DT IS NOT NULL"
        " ORDER BY ARS_DT",
        (account_id,),
    ).fetchall()
    credit = -sum((money(amount) for _, amount in rows if amount < 0), Decimal())
    unpaid: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in rows:
        if amount > 0:
            relieved = min(money(amount), credit)
            credit -= relieved
            unpaid[date.fromisoformat(day[:10])] += money(amount) - relieved
    return {day: amount for day, amount in unpaid.items() if amount}
