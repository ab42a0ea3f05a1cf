"""What a name may mean at one place of a query: tables, derived tables and the columns they offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from sync.simulators.ccb import catalogue
from sync.simulators.ccb.catalogue import Column
from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.types import OracleType

Columns = Mapping[str, OracleType]


@dataclass(frozen=True)
class Term:
    """A translated expression: its SQLite text and its Oracle type.

    `declared` marks a bare column of a table, whose own collation already compares as its type demands and whose index
    SQLite may use. `nullable` is False only where no NULL can come.
    """

    sql: str
    type: OracleType
    declared: bool = False
    nullable: bool = True


@dataclass
class Source:
    """One member of a FROM clause. `required` names the columns that cannot be NULL."""

    alias: str
    columns: Columns
    declared: bool = False
    required: frozenset[str] = frozenset()


@dataclass
class Scope:
    """The sources of one SELECT, the common table expressions it can see, and the query around it."""

    ctes: dict[str, Columns] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    parent: "Scope | None" = None

    def inner(self) -> "Scope":
        """The scope of a query inside this one."""
        return Scope(dict(self.ctes), [], self)

    def column(self, name: str, table: str | None) -> Term:
        """The column of that name; ORA-00904 if there is none, ORA-00918 if there are two."""
        found = [s for s in self.sources if name in s.columns and table in (None, s.alias)]
        if len(found) > 1:
            raise OracleError(918, quoted(name))
        if found:
            source = found[0]
            nullable = name not in source.required
            return Term(f"{quoted(source.alias)}.{quoted(name)}", source.columns[name], source.declared, nullable)
        if self.parent is not None:
            return self.parent.column(name, table)
        written = f'"{table}"."{name}"' if table else f'"{name}"'
        raise OracleError(904, written)


@dataclass(frozen=True)
class Hidden:
    """Tables (`NAME`) and columns (`TABLE.COLUMN`) that the catalogue denies for the time being.

    `widths` has the columns that it tells to be of another width: characters of a text, digits of a number.
    """

    names: frozenset[str] = frozenset()
    widths: frozenset[tuple[str, int]] = frozenset()

    def table(self, name: str) -> bool:
        """True if that table is hidden."""
        return name in self.names

    def column(self, table: str, name: str) -> bool:
        """True if that column is hidden, by itself or with its table."""
        return table in self.names or f"{table}.{name}" in self.names

    def kind(self, table: str, column: Column) -> OracleType:
        """The column's type, with the width that it is told to have."""
        width = dict(self.widths).get(f"{table}.{column.name}")
        return types.of_column(column if width is None else replace(column, length=width))

    def told(self, column: str, types_: tuple[str, ...]) -> str:
        """SQLite expression for a width column of ALL_TAB_COLUMNS, for columns of CC&B of these types."""
        kinds = ", ".join(text(each) for each in types_)
        cases = "".join(
            f" WHEN TABLE_NAME || '.' || COLUMN_NAME = {text(name)} AND DATA_TYPE IN ({kinds}) THEN {width}"
            for name, width in sorted(self.widths)
        )
        return f"CASE{cases} ELSE {column} END AS {column}" if cases else column

    def condition(self, *, columns: bool) -> str:
        """SQLite condition that keeps the visible rows of the catalogue's own views."""
        kept = ["1"]
        for name in sorted(self.names):
            table, _, column = name.partition(".")
            if not column:
                kept.append(f"TABLE_NAME <> {text(table)}")
            elif columns:
                kept.append(f"NOT (TABLE_NAME = {text(table)} AND COLUMN_NAME = {text(column)})")
        return " AND ".join(kept)


def quoted(name: str) -> str:
    """An SQLite identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """An SQLite string literal."""
    return "'" + value.replace("'", "''") + "'"


def name_of(node: exp.Expr | None) -> str:
    """An identifier as Oracle resolves it: upper-case unless quoted."""
    if not isinstance(node, exp.Identifier):
        raise UnsupportedSQL(f"the name {node.sql('oracle') if node is not None else ''}")
    return node.this if node.args.get("quoted") else node.this.upper()


_NAME = types.varchar2(128)
ALL_TAB_COLUMNS: Columns = {
    "OWNER": _NAME,
    "TABLE_NAME": _NAME,
    "COLUMN_NAME": _NAME,
    "DATA_TYPE": _NAME,
    "DATA_LENGTH": types.NUMBER,
    "DATA_PRECISION": types.NUMBER,
    "DATA_SCALE": types.NUMBER,
    "NULLABLE": types.varchar2(1),
    "COLUMN_ID": types.NUMBER,
    "CHAR_LENGTH": types.NUMBER,
    "CHAR_USED": types.varchar2(1),
}
ALL_TABLES: Columns = {"OWNER": _NAME, "TABLE_NAME": _NAME, "NUM_ROWS": types.NUMBER}


def _tables_view(hidden: Hidden) -> str:
    """ALL_TABLES. SQLite counts the rows of a table only where a query asks for NUM_ROWS of it."""
    counts = " ".join(
        f"WHEN {text(name)} THEN (SELECT COUNT(*) FROM {quoted(name)})"  # noqa: S608
        for name in catalogue.tables()
    )
    return (
        f"(SELECT OWNER, TABLE_NAME, CASE TABLE_NAME {counts} END AS NUM_ROWS"  # noqa: S608
        f" FROM all_tab_columns WHERE COLUMN_ID = 1 AND {hidden.condition(columns=False)})"
    )


def table_source(owner: str | None, name: str, hidden: Hidden) -> tuple[str, Columns, frozenset[str], bool]:
    """SQLite text, columns, NOT NULL columns of a table or view, and whether it is a table of CC&B.

    Raises ORA-00942 for a table that is hidden or not there.
    """
    views: dict[str, tuple[str, Columns]] = {
        "DUAL": ("(SELECT 'X' AS DUMMY)", {"DUMMY": types.varchar2(1)}),
        "ALL_TAB_COLUMNS": (
            f"(SELECT OWNER, TABLE_NAME, COLUMN_NAME, DATA_TYPE, DATA_LENGTH,"  # noqa: S608
            f" {hidden.told('DATA_PRECISION', ('NUMBER',))}, DATA_SCALE, NULLABLE, COLUMN_ID,"
            f" {hidden.told('CHAR_LENGTH', ('CHAR', 'VARCHAR2'))}, CHAR_USED"
            f" FROM all_tab_columns WHERE {hidden.condition(columns=True)})",
            ALL_TAB_COLUMNS,
        ),
        "ALL_TABLES": (_tables_view(hidden), ALL_TABLES),
        "V$VERSION": (
            "(SELECT 'Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production' AS BANNER)",
            {"BANNER": types.varchar2(80)},
        ),
    }
    if name in views and owner in (None, "SYS"):
        return *views[name], frozenset(), False
    table = catalogue.tables().get(name)
    if table is None or owner not in (None, catalogue.OWNER) or hidden.table(name):
        raise OracleError(942, f'"{owner + "." if owner else ""}{name}"')
    columns = {c.name: hidden.kind(name, c) for c in table.columns if not hidden.column(name, c.name)}
    required = frozenset(c.name for c in table.columns if not c.nullable)
    return quoted(name), columns, required, True
