"""A connection tried for an administrator: what it reaches, what it may read, and what is still to be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import oracledb
from django.utils import timezone

from sync.models import CcbConnection
from sync.reading import reading
from sync.stream import Stream, System
from sync.systems.base import SourceError, StreamSkipped
from sync.systems.catalogue import Catalogue
from sync.systems.ccb.connecting import A_PERSON_WAITS, connect, explain
from sync.systems.ccb.dictionary import read_catalogue, tables_of
from sync.systems.fitting import WIDENED, fit

CLOCK_TOLERANCE_MINUTES = 5


class Found(StrEnum):
    """How a table stands."""

    READABLE = "found"
    REFUSED = "not granted"
    ABSENT = "missing or not granted"


@dataclass(frozen=True)
class Table:
    """One table that streams name: whether it may be read, about how many rows it has, and what reads it.

    `rows` is None where CC&B has no statistics of it. An optional table is one that no stream fails without.
    """

    name: str
    found: Found
    rows: int | None
    streams: tuple[str, ...]
    is_optional: bool


@dataclass(frozen=True)
class Trial:
    """What a trial found. `problem` says in a sentence or two why nothing was reached; the rest is empty then."""

    problem: str = ""
    version: str = ""
    clock: datetime | None = None
    clock_advice: str = ""
    owner: str = ""
    tables: tuple[Table, ...] = ()
    streams: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether every stream can be read, or is left out as a part that this CC&B does not have."""
        return not (self.problem or self.streams)


def try_connection(settings: CcbConnection) -> Trial:
    """Connect by these settings, look at everything that the streams read, and read no customer's data.

    What cannot be done is told in the trial; nothing is raised for it.
    """
    from sync.streams import inbound

    streams = inbound(System.CCB)
    try:
        connection = connect(settings)
    except SourceError as failure:
        return Trial(problem=str(failure))
    try:
        connection.call_timeout = min(connection.call_timeout, A_PERSON_WAITS * 1000)
        with connection.cursor() as cursor:
            (clock,) = cursor.execute("SELECT SYSDATE FROM DUAL").fetchone()
            tables = tuple(_tables(cursor, settings.owner, streams))
        refused = {table.name for table in tables if table.found != Found.READABLE}
        catalogue = read_catalogue(connection, settings.owner, streams, but=refused)
        problems, widened = _fitted(streams, catalogue)
        return Trial(
            version=connection.version,
            clock=clock,
            clock_advice=clock_advice(clock, settings.time_zone),
            owner=settings.owner,
            tables=tables,
            streams=problems,
            widened=widened,
            grants=tuple(_grants(tables, settings)),
        )
    except oracledb.Error as error:
        return Trial(problem=str(explain(error, "CC&B")))
    finally:
        connection.close()


def _tables(cursor: oracledb.Cursor, owner: str, streams: tuple[Stream, ...]) -> Iterable[Table]:
    """Every table that the streams name, asked for its first row: a table may be listed and yet refuse to be read."""
    names = tables_of(streams)
    listed = ", ".join(f"'{name}'" for name in names)
    estimates = dict(
        cursor.execute(
            f"SELECT TABLE_NAME, NUM_ROWS FROM ALL_TABLES WHERE OWNER = :owner AND TABLE_NAME IN ({listed})",  # noqa: S608 - our names
            {"owner": owner},
        ).fetchall()
    )
    needed = {name for stream in streams for name in reading(stream).tables if name not in stream.needs}
    for name in names:
        readers = tuple(
            stream.title for stream in streams if any(name in reading(way).tables for way in stream.readings)
        )
        yield Table(name, _found(cursor, owner, name), estimates.get(name), readers, name not in needed)


def _found(cursor: oracledb.Cursor, owner: str, table: str) -> Found:
    """Whether the account may read the table."""
    try:
        cursor.execute(f"SELECT 1 FROM {owner}.{table} FETCH FIRST 1 ROWS ONLY").fetchone()  # noqa: S608 - our names
    except oracledb.DatabaseError as error:
        code = getattr(error.args[0], "code", 0)
        if code not in (942, 1031):
            raise
        return Found.REFUSED if code == 1031 else Found.ABSENT
    return Found.READABLE


def _fitted(streams: tuple[Stream, ...], catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why streams would fail, and what has grown."""
    problems, widened = [], []
    for stream in streams:
        try:
            details = (warning["detail"].removeprefix(WIDENED) for warning in fit(stream, catalogue).warnings)
            widened += [f"{stream.title}: {detail}" for detail in details]
        except StreamSkipped:
            continue
        except SourceError as failure:
            problems.append(str(failure))
    return tuple(problems), tuple(widened)


def _grants(tables: tuple[Table, ...], settings: CcbConnection) -> Iterable[str]:
    """The statements that CC&B's administrator runs to let the account read what it must."""
    for table in tables:
        if table.found != Found.READABLE and not table.is_optional:
            yield f"GRANT SELECT ON {settings.owner}.{table.name} TO {settings.user.upper()};"


def clock_advice(clock: datetime, time_zone: str) -> str:
    """What is wrong with the time zone; empty where CC&B's clock agrees with it."""
    ours = timezone.localtime(timezone=ZoneInfo(time_zone)).replace(tzinfo=None)
    minutes = round((clock - ours).total_seconds() / 60)
    if abs(minutes) <= CLOCK_TOLERANCE_MINUTES:
        return ""
    return (
        f"CC&B's clock is {abs(minutes)} minutes {'ahead of' if minutes > 0 else 'behind'} {time_zone}. Correct the"
        f" time zone, or that machine's clock: moments would be stored wrong."
    )
