"""From texts to the types that the load stages: REST's JSON and the Bulk API's CSV spell the same value differently."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.stream import GONE_COLUMN

SECONDS = len("2026-11-24T10:00:01")
_UTC = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]00:?00))?$"
"""A day, or a moment in UTC. REST ends it with +0000, the Bulk API with Z."""
EXACT = pa.decimal256(76, 38)
"""What a number is read as before it is rounded to what its field holds: a double of Salesforce's has many digits."""


class Unreadable(ValueError):
    """A value is no moment or no number, though its field says so."""


def moment(text: str) -> datetime:
    """A moment of REST's as UTC without a zone, in whole seconds.

    Raises ValueError for a text that is none.
    """
    return datetime.fromisoformat(text[:SECONDS])


def typed(texts: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Texts as the type in which they are staged; an empty text is no value.

    Raises Unreadable.
    """
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    try:
        if pa.types.is_timestamp(arrow):
            return _moments(texts, arrow)
        if pa.types.is_decimal(arrow):
            exact = pc.cast(texts, EXACT)
            return pc.cast(pc.round(exact, arrow.scale, round_mode="half_towards_infinity"), arrow)
        return pc.cast(texts, arrow)
    except pa.ArrowInvalid as error:
        raise Unreadable(type(error).__name__) from error


def _moments(texts: pa.Array, arrow: pa.DataType) -> pa.Array:
    are_utc = pc.match_substring_regex(texts, _UTC)
    if not pc.all(are_utc, min_count=0).as_py():
        raise Unreadable("a moment of another form or in another zone")
    return pc.cast(pc.utf8_slice_codeunits(texts, 0, SECONDS), arrow)


def batch(columns: Sequence[pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    """A batch of the schema from columns of text in its order.

    Raises Unreadable.
    """
    arrays = [typed(texts, field.type) for texts, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def mark_gone(batch: pa.RecordBatch, schema: pa.Schema, column: str, value: str) -> pa.RecordBatch:
    """The batch in a schema that lacks `column`, each row in which that column does not hold `value` marked as gone.

    Case does not count, as it does not in SOQL, which is asked for the same value.
    """
    belongs = pc.fill_null(pc.equal(pc.ascii_lower(batch.column(column)), value.lower()), False)
    gone = pc.if_else(belongs, batch.column(GONE_COLUMN), "true")
    arrays = [gone if name == GONE_COLUMN else batch.column(name) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def from_records(records: Sequence[dict[str, Any]], sources: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    """A batch from records as REST gives them. They are few, so each value is looked at.

    Raises Unreadable.
    """
    columns = [_column([text(value_at(record, path)) for record in records]) for path in sources]
    return batch(columns, schema)


def _column(texts: Sequence[str | None]) -> pa.Array:
    """A column of text. Half a character, as JSON may escape one, is kept as no UTF-8: the load rejects its row."""
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        raw = [None if value is None else value.encode("utf-8", "surrogatepass") for value in texts]
        return pa.Array.from_buffers(pa.string(), len(raw), pa.array(raw, pa.binary()).buffers())


def value_at(record: dict[str, Any], path: str) -> Any:
    """The value at a path such as `Owner.Name`; None where the parent is none."""
    value: Any = record
    for part in path.split("."):
        if value is None:
            return None
        value = value[part]
    return value


def text(value: Any) -> str | None:
    """A value of JSON as the text in which the Bulk API gives it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | date | datetime):
        return str(value)
    raise Unreadable(f"a value of the type {type(value).__name__}")
