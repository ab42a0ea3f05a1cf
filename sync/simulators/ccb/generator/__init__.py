"""Fills a simulated CC&B with a utility's customers and their money, and lets its days pass.

`fill` writes everything at once; `days.advance` adds what happens on later business days. Both depend on nothing but
their arguments and the seed: the same call writes the same rows.
"""

import sqlite3
from collections.abc import Callable
from datetime import date

from sync.simulators.ccb.generator import configuration, cycles, dirt, notes, settings, story, variants
from sync.simulators.ccb.generator.codes import CUSTOMER_CLASSES
from sync.simulators.ccb.generator.keys import Keys, seeded
from sync.simulators.ccb.generator.ledger import Ledger
from sync.simulators.ccb.generator.money import History
from sync.simulators.ccb.generator.population import AccountMaker
from sync.simulators.ccb.generator.rows import encode

__all__ = ["encode", "fill"]

# Accounts whose rows are held before they are written.
_CHUNK = 50


def fill(
    connection: sqlite3.Connection,
    *,
    accounts: int,
    months: int = 26,
    today: date,
    seed: int = 360,
    variant: str = variants.CCB,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Fill an empty database and return the rows written by table.

    `accounts` counts the accounts of the story too, which are always there. `months` of money end with the month of
    `today`, the business date; the story's past due needs two. `progress` is called with accounts done and accounts
    in all. Commits at the end.

    Raises ValueError if there is less than one month, no such variant, or the database holds accounts already.
    """
    if variant not in variants.VARIANTS:
        raise ValueError(f"There is no CC&B of the kind {variant}, only {' and '.join(variants.VARIANTS)}.")
    if months < 1:
        raise ValueError(f"Money needs at least one month, not {months}.")
    if connection.execute("SELECT 1 FROM CI_ACCT LIMIT 1").fetchone():
        raise ValueError("The simulated CC&B holds accounts already and keeps them: fill an empty database instead.")
    settings.write(connection, "variant", variant)
    rows, keys = variants.writer(connection), Keys(seed)
    configuration.write(rows, today, months)
    month_starts = cycles.months_back(today, months)
    ordinary = max(0, accounts - story.ACCOUNTS)
    total = ordinary + story.ACCOUNTS
    story.write(rows, keys, month_starts, today)
    rows.flush()

    # In the order of their keys, so that rows reach each table nearly sorted: children's keys begin like the account's.
    account_ids = sorted(keys.root("ACCT_ID") for _ in range(ordinary))
    maker = AccountMaker(rows, keys, seeded(seed, "people"), today, month_starts[0])
    for number, account_id in enumerate(account_ids):
        account = maker.make(account_id, number)
        random = seeded(seed, account_id)
        ledger = Ledger(
            rows,
            keys,
            account_id,
            account.cycle,
            account.agreements,
            open_item=CUSTOMER_CLASSES[account.customer_class][3] == "Y",
            general_ledger=account.customer_class == "IND",
            today=today,
        )
        History(account, ledger, month_starts, today, random).play()
        ledger.write()
        notes.write_notes(rows, keys, random, account, today)
        notes.write_alerts(rows, random, account, today)
        if number % _CHUNK == _CHUNK - 1:
            rows.flush()
            if progress:
                progress(number + 1 + story.ACCOUNTS, total)
    rows.flush()
    dirt.plant(rows, keys, account_ids, total, today)
    settings.write(connection, "business_date", today.isoformat())
    settings.write(connection, "seed", str(seed))
    connection.commit()
    if progress:
        progress(total, total)
    return rows.counts
