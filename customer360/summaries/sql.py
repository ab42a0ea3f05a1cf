"""Pieces of SQL that every derived figure is written with."""

from collections.abc import Iterable
from typing import Any

from psycopg import sql


def table(model: type[Any]) -> sql.Identifier:
    """The table of a model."""
    return sql.Identifier(model._meta.db_table)


def listed(values: Iterable[Any]) -> sql.Composed:
    """Values as the right side of IN."""
    return sql.SQL("({})").format(sql.SQL(", ").join(sql.Literal(str(value)) for value in values))
