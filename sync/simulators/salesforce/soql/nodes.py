"""What a query says, as a tree. Positions count characters from the start of the query's text."""

from dataclasses import dataclass, field
from typing import Literal as OneOf


@dataclass(frozen=True)
class Path:
    """A field, by way of parents: `Account.Owner.Name`."""

    parts: tuple[str, ...]
    position: int

    @property
    def text(self) -> str:
        """As written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Aggregate:
    """COUNT(), COUNT(Id), MAX(SystemModstamp); `alias` names its column."""

    function: str
    path: Path | None
    alias: str | None
    position: int


@dataclass(frozen=True)
class Literal:
    """A value that a field is compared with.

    `kind` is string, number, boolean, null, date, datetime or range (TODAY, LAST_N_DAYS:7: `value` is the name in
    capitals, `count` its number). Of a string `pattern` keeps the backslashes before % and _.
    """

    kind: str
    value: str | float | bool | None
    position: int
    pattern: str = ""
    count: int = 0


@dataclass(frozen=True)
class Comparison:
    """`field operator value`; the operator is one of = != < <= > >= and like."""

    left: Path
    operator: str
    right: Literal


@dataclass(frozen=True)
class Membership:
    """`field in (…)`, of values or of what another query finds."""

    left: Path
    negated: bool
    values: tuple[Literal, ...] = ()
    query: "Query | None" = None


@dataclass(frozen=True)
class Negation:
    """not (…)"""

    of: "Condition"


@dataclass(frozen=True)
class Junction:
    """Conditions that all hold (`and`), or one of which does (`or`)."""

    operator: OneOf["and", "or"]
    of: tuple["Condition", ...]


Condition = Comparison | Membership | Negation | Junction


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY. Salesforce puts nulls first unless told otherwise."""

    by: Path | Aggregate
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """SELECT … FROM … and what follows."""

    select: tuple[Path | Aggregate, ...]
    object_name: str
    object_position: int
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    order_by: tuple[Order, ...] = field(default=())
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
