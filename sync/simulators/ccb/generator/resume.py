"""Takes up an account's ledger from the database, so that a later day can post to it."""

import sqlite3
from collections.abc import Iterator
from datetime import date

from sync.simulators.ccb.generator.codes import AGREEMENT_TYPES, CUSTOMER_CLASSES
from sync.simulators.ccb.generator.keys import SHARED_DIGITS, Keys
from sync.simulators.ccb.generator.ledger import Ledger
from sync.simulators.ccb.generator.money import SEASONS
from sync.simulators.ccb.generator.postings import Agreement, Row, cents
from sync.simulators.ccb.generator.rows import RowWriter


def stored(connection: sqlite3.Connection, query: str, *values: str) -> Iterator[Row]:
    """Rows of a query by column name."""
    cursor = connection.execute(query, values)
    names = [each[0] for each in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def day(value: object) -> date | None:
    """The day of a stored DATE."""
    return None if value is None else date.fromisoformat(str(value)[:10])


def ledger_of(rows: RowWriter, keys: Keys, account_id: str, today: date) -> tuple[Ledger, int]:
    """An account's ledger as of now and its level amount in cents under budget billing, else 0.

    Transactions that no bill shows yet, and under open-item accounting those not settled, are taken up so that the
    next bill and the next payment find them. Raises StopIteration if there is no such account.
    """
    connection = rows.connection
    account = next(stored(connection, "SELECT * FROM CI_ACCT WHERE ACCT_ID = ?", account_id))
    customer_class = CUSTOMER_CLASSES.get(str(account["CUST_CL_CD"]).strip())
    ledger = Ledger(
        rows,
        keys,
        account_id,
        int(str(account["BILL_CYC_CD"])),
        [],
        open_item=customer_class is not None and customer_class[3] == "Y",
        today=today,
    )
    budget = 0
    # Agreements in service first, electric before the rest, as the first of them stands for the account.
    order = "SA_STATUS_FLG <> '20', SA_TYPE_CD, SA_ID"
    query = f"SELECT * FROM CI_SA WHERE ACCT_ID = ? ORDER BY {order}"  # noqa: S608 (fixed order)
    for row in list(stored(connection, query, account_id)):
        if str(row["SA_TYPE_CD"]).strip() not in AGREEMENT_TYPES or day(row["START_DT"]) is None:
            continue
        ledger.agreements.append(_agreement(connection, row, account_id))
        if str(account["BUD_PLAN_CD"]).strip():
            budget = budget or cents(row["TOT_TO_BILL_AMT"])
    _take_up_transactions(ledger)
    return ledger, budget


def _agreement(connection: sqlite3.Connection, row: Row, account_id: str) -> Agreement:
    agreement = Agreement(
        str(row["SA_ID"]),
        str(row["SA_TYPE_CD"]).strip(),
        str(row["CIS_DIVISION"]).strip(),
        str(row["CHAR_PREM_ID"]).strip(),
        day(row["START_DT"]) or date.min,
        day(row["END_DT"]),
        str(row["SA_STATUS_FLG"]).strip(),
    )
    query = "SELECT SUM(CUR_AMT), SUM(TOT_AMT) FROM CI_FT WHERE SA_ID = ? AND FREEZE_SW = 'Y'"
    current, payoff = connection.execute(query, (agreement.sa_id,)).fetchone()
    agreement.current, agreement.payoff = cents(current or 0), cents(payoff or 0)
    # Segments' keys begin like the account's: the range spares a reading of the whole table.
    prefix = account_id[:SHARED_DIGITS]
    last = connection.execute(
        "SELECT B.START_DT, B.END_DT, Q.BILL_SQ FROM CI_BSEG B LEFT JOIN CI_BSEG_SQ Q ON Q.BSEG_ID = B.BSEG_ID"
        " WHERE B.BSEG_ID >= ? AND B.BSEG_ID < ? AND B.SA_ID = ? AND B.BSEG_STAT_FLG = '50'"
        " ORDER BY B.END_DT DESC LIMIT 1",
        (prefix, f"{prefix}:", agreement.sa_id),
    ).fetchone()
    if last:
        start, end = day(last[0]) or date.min, day(last[1]) or date.min
        agreement.billed_to = end
        if last[2] and agreement.type.metered:
            season = SEASONS[agreement.type.service][end.month - 1]
            agreement.base_use = last[2] / season * 30 / max((end - start).days, 1)
    elif agreement.type.metered:
        # Never billed: what a household of its kind uses in a month.
        agreement.base_use = {"E": 700.0, "G": 45.0, "W": 5.0}[agreement.type.service]
    return agreement


def _take_up_transactions(ledger: Ledger) -> None:
    connection = ledger.rows.connection
    if ledger.open_item:
        prefix = ledger.account_id[:SHARED_DIGITS]
        query = (
            "SELECT * FROM CI_MATCH_EVT WHERE MATCH_EVT_ID >= ? AND MATCH_EVT_ID < ? AND ACCT_ID = ?"
            " AND MEVT_STATUS_FLG = 'O' AND DISPUTE_SW <> 'Y' ORDER BY CREATE_DT DESC LIMIT 1"
        )
        ledger.open_event = next(stored(connection, query, prefix, f"{prefix}:", ledger.account_id), None)
        if ledger.open_event:
            ledger.changed.append(("CI_MATCH_EVT", ledger.open_event))
    event_id = str(ledger.open_event["MATCH_EVT_ID"]) if ledger.open_event else ""
    found: list[Row] = []
    for agreement in ledger.agreements:
        query = "SELECT * FROM CI_FT WHERE SA_ID = ? AND FREEZE_SW = 'Y'"
        found += stored(connection, query, agreement.sa_id)
    for row in sorted(found, key=lambda each: str(each["CRE_DTTM"])):
        unbilled = not str(row["BILL_ID"]).strip()
        unsettled = ledger.open_item and str(row["MATCH_EVT_ID"]).strip() in ("", event_id)
        if unbilled:
            ledger.unbilled.append(row)
        if unsettled:
            ledger.open_items.append(row)
        if unbilled or unsettled:
            ledger.changed.append(("CI_FT", row))
