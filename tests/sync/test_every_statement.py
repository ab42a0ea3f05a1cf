"""What every stream of CC&B earns by existing: statements in the written subset of Oracle SQL."""

from datetime import datetime

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from sync.extraction import bounds, extraction
from sync.simulators.ccb.sql import translate
from sync.simulators.ccb.sql.scope import Hidden
from sync.simulators.ccb.sql.types import OracleType
from sync.stream import KeyRange, Stream
from tests.sync.support import CCB_STREAMS, plan_of

every_stream = pytest.mark.parametrize("stream", CCB_STREAMS, ids=lambda stream: stream.name)


@every_stream
@pytest.mark.parametrize("since", [None, datetime(2026, 11, 22, 5)], ids=["everything", "since"])
def test_its_statement_is_in_the_subset(stream: Stream, since: datetime | None) -> None:
    for way in stream.readings:
        assert_in_the_subset(way, since)


def assert_in_the_subset(stream: Stream, since: datetime | None) -> None:
    """One way to read a stream: sqlglot and the simulator take its statement, and it delivers what is staged."""
    statement, binds = extraction(stream, language="ENG", since=since)
    (tree,) = sqlglot.parse(statement, read="oracle", error_level=ErrorLevel.RAISE)
    assert tree.sql(dialect="oracle", unsupported_level=ErrorLevel.RAISE)
    assert ("since" in binds) == (since is not None and stream.cursor is not None)
    types = tuple(
        OracleType("DATE") if isinstance(value, datetime) else OracleType("VARCHAR2") for value in binds.values()
    )
    names = [name.lower() for name, _ in translate(statement, types, Hidden()).columns]
    assert names == plan_of(stream).arrow_schema.names, "the statement delivers the columns that are staged, in order"


@pytest.mark.parametrize("stream", [stream for stream in CCB_STREAMS if stream.split], ids=lambda stream: stream.name)
@pytest.mark.parametrize(
    "within", [KeyRange(None, "5"), KeyRange("5", "7"), KeyRange("7", None)], ids=["first", "middle", "last"]
)
def test_its_statement_for_a_range_is_in_the_subset(stream: Stream, within: KeyRange) -> None:
    for statement, binds in (extraction(stream, language="ENG", within=within), bounds(stream, rows=500)):
        (tree,) = sqlglot.parse(statement, read="oracle", error_level=ErrorLevel.RAISE)
        assert tree.sql(dialect="oracle", unsupported_level=ErrorLevel.RAISE)
        kinds = tuple(OracleType("NUMBER" if isinstance(value, int) else "VARCHAR2") for value in binds.values())
        translate(statement, kinds, Hidden())
    asked = extraction(stream, language="ENG", within=within)[1]
    assert asked.get("lower") == within.lower and asked.get("upper") == within.upper
