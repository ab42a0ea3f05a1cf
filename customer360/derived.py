"""Figures made of mirrored records, refreshed for the due accounts in the transaction that moved them.

The core registers the account summary; an outer app registers what it derives from accounts. *Due* are the accounts
whose records changed, and those in which the calendar alone moves a figure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Derivation:
    """Something derived per account.

    `reads` names the models it is made of. `due` is a SELECT of the accounts that are due by the calendar on the date
    given as its only parameter. `refresh(cursor, accounts, business_date)` brings the accounts in the named temporary
    table, one column `account_id`, up to date and returns how many rows moved; accounts that it adds to the table are
    due for the derivations after it. `through` is for a model that it reads and that names no account itself: a SELECT
    of the accounts concerned by those of its records that the temporary table `changed_record (id)` names.
    """

    name: str
    reads: tuple[type[Model], ...]
    due: str
    refresh: Callable[[Any, str, date], int]
    through: Mapping[type[Model], str] = field(default_factory=dict)


_derivations: list[Derivation] = []
_FIGURES_LOCK = 360_001
"""The advisory lock's number, which nothing else in the database uses."""


def register(derivation: Derivation) -> None:
    """Add a derivation; they are refreshed in the order they are registered, the core's first."""
    _derivations.append(derivation)


def one_at_a_time(cursor: Any) -> None:
    """Wait until no other transaction moves derived figures, and keep others from it until this one ends.

    Figures of one account are made of records that several streams bring. Of two transactions side by side neither
    would see the other's records, and the later one would overwrite the account's row without them. Call it before the
    transaction's first write: whoever wrote first and then waits could hold a row that the one ahead needs.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIGURES_LOCK])


def derivations(model: type[Model]) -> list[Derivation]:
    """What is derived from a model's records."""
    return [derivation for derivation in _derivations if model in derivation.reads]
