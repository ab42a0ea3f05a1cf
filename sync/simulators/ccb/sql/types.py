"""The types of columns and expressions, as Oracle describes them to a client."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sync.simulators.ccb.catalogue import Column
from sync.simulators.ccb.errors import OracleError

Kind = Literal["CHAR", "VARCHAR2", "NUMBER", "DATE"]
MAX_TEXT = 4000


@dataclass(frozen=True)
class OracleType:
    """One type.

    `length` counts characters. `precision` 0 is a plain NUMBER. `scale` is the number of decimals where it is known: a
    plain NUMBER may have it too (a sum of amounts has two), and None says that nothing is known.
    """

    kind: Kind
    length: int = 0
    precision: int = 0
    scale: int | None = None

    @property
    def is_text(self) -> bool:
        """True for CHAR and VARCHAR2."""
        return self.kind in ("CHAR", "VARCHAR2")

    @property
    def is_null(self) -> bool:
        """True for the type of a bare NULL, which fits every other type."""
        return self.kind == "VARCHAR2" and self.length == 0

    @property
    def family(self) -> str:
        """`text`, `NUMBER` or `DATE`: types of one family compare without conversion."""
        return "text" if self.is_text else self.kind

    @property
    def plain(self) -> "OracleType":
        """A NUMBER without its precision, which is what Oracle makes of every expression over numbers."""
        return replace(self, precision=0)


NUMBER = OracleType("NUMBER")
INTEGER = OracleType("NUMBER", scale=0)
DATE = OracleType("DATE")
NULL = OracleType("VARCHAR2")


def char(length: int) -> OracleType:
    """CHAR(length)."""
    return OracleType("CHAR", max(length, 1))


def varchar2(length: int) -> OracleType:
    """VARCHAR2(length), at least 1 and at most 4000."""
    return OracleType("VARCHAR2", min(max(length, 1), MAX_TEXT))


def of_column(column: Column) -> OracleType:
    """The type of a column of the catalogue."""
    if column.type == "NUMBER":
        return OracleType("NUMBER", precision=column.length or 0, scale=column.scale)
    if column.type == "DATE":
        return DATE
    return char(column.length or 1) if column.type == "CHAR" else varchar2(column.length or MAX_TEXT)


def common(types: Iterable[OracleType], error: int = 932) -> OracleType:
    """The one type of several branches (CASE, COALESCE, UNION).

    Raises OracleError `error` when the branches are of different families. Texts become VARCHAR2 unless all are CHAR of
    one length; numbers become a plain NUMBER unless all are the same.
    """
    known = [each for each in types if not each.is_null]
    if not known:
        return NULL
    first = known[0]
    if all(each == first for each in known):
        return first
    if any(each.family != first.family for each in known):
        raise OracleError(error)
    if first.is_text:
        return varchar2(max(each.length for each in known))
    scales = [each.scale for each in known if each.scale is not None]
    return OracleType("NUMBER", scale=max(scales) if len(scales) == len(known) else None)
