"""What CC&B's catalogue says of the tables that the streams read: pure data, taken once for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CatalogueColumn:
    """One column: `width` counts characters of a text and digits of a number, None where the catalogue names none.

    `decimals` are the digits behind the point, None for a text, a date and a number of any scale.
    """

    type: str
    width: int | None
    decimals: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """The tables and views of the owner's schema that the reading account may see, with their columns.

    `tables` maps table to column to what it is; both in capitals, as Oracle holds them. Oracle shows an account only
    what it may read: a table that is not granted looks like one that is not there. `empty` names tables that hold no
    row, of those that were asked for.
    """

    owner: str
    tables: Mapping[str, Mapping[str, CatalogueColumn]]
    empty: frozenset[str] = field(default_factory=frozenset)

    def has(self, table: str) -> bool:
        """Whether the table is there and may be read."""
        return table in self.tables

    def has_column(self, table: str, column: str) -> bool:
        """Whether the table has that column."""
        return column in self.tables.get(table, {})

    def width(self, table: str, column: str) -> int | None:
        """Characters or digits that the column takes; None where it has no limit or is not there."""
        found = self.tables.get(table, {}).get(column)
        return found.width if found else None

    def offers(self, need: str) -> bool:
        """Whether CC&B uses what a variant of a stream needs: `TABLE` that holds rows, or `TABLE.COLUMN` that is there.

        A table that exists and is empty is one that this site does not use: every release brings both the tables of
        contact details and those of phones, the meters of CC&B and those of C2M.
        """
        table, _, column = need.partition(".")
        return self.has_column(table, column) if column else self.has(table) and table not in self.empty
