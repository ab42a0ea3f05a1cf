"""A stream joined with the catalogue of the CC&B at hand: which way to read it, what is missing, what has grown."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from sync.reading import ColumnName, reading
from sync.stream import FieldMap, Stream
from sync.systems.base import Fitted, SourceError, StreamSkipped
from sync.systems.catalogue import Catalogue
from sync.transforms import Words

WIDENED = "Widened column: "
"""How a warning of a column that takes more than our field begins."""


def fit(stream: Stream, catalogue: Catalogue) -> Fitted:
    """The stream as this CC&B is to be read.

    Raises StreamSkipped where an optional table that the stream needs is not there, SourceError where any other table
    or a column is missing: the message names it and says what to do.
    """
    chosen = _chosen(stream, catalogue)
    if complaint := missing(chosen, catalogue):
        raise SourceError(
            f"{stream.title} could not be read: {complaint} The mirror is as it was after the last good run, and the"
            f" other streams go on."
        )
    return Fitted(chosen, tuple(_widened(chosen, catalogue)))


def _chosen(stream: Stream, catalogue: Catalogue) -> Stream:
    for variant in stream.variants:
        if all(catalogue.offers(need) for need in variant.needs):
            return stream.as_variant(variant)
    absent = [table for table in stream.needs if not catalogue.has(table)]
    if absent:
        raise StreamSkipped(
            f"{stream.title} were not read: CC&B has no table {_named(catalogue, absent)}, or the reading account may"
            f" not read it. Nothing else depends on it; grant SELECT if this CC&B uses it."
        )
    return stream


def missing(stream: Stream, catalogue: Catalogue) -> str:
    """What the stream reads and the catalogue lacks, and what to do, in two sentences; empty where nothing is."""
    read = reading(stream)
    tables = [table for table in read.tables if not catalogue.has(table)]
    columns = [str(name) for name in read.columns if catalogue.has(name.table) and not _has(catalogue, name)]
    if tables:
        is_are = "is" if len(tables) == 1 else "are"
        return (
            f"{_named(catalogue, tables)} {is_are} missing or not granted. Grant SELECT on it to the reading account,"
            f" or correct the owner of CC&B's tables."
        )
    if columns:
        return (
            f"CC&B has no column {_named(catalogue, columns)}. Compare the release of CC&B with the stream"
            f" {stream.name} in sync/streams/ccb/, and correct its lines."
        )
    return ""


def _has(catalogue: Catalogue, name: ColumnName) -> bool:
    return catalogue.has_column(name.table, name.column)


def _named(catalogue: Catalogue, names: list[str]) -> str:
    return ", ".join(f"{catalogue.owner}.{name}" for name in names)


def _widened(stream: Stream, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """A warning for every field whose source takes more than the field. What fits is taken; what does not is rejected.

    A warning of a run: the field of ours, no number of rows, and the sentence.
    """
    values = reading(stream).values
    for line in stream.fields:
        model_field = stream.model_field(line.ours)
        most = room(line, model_field)
        sources = values.get(str(model_field.column), frozenset())
        for name in sorted(sources):
            width = catalogue.width(name.table, name.column)
            if most is None or width is None:
                continue
            decimals = catalogue.tables[name.table][name.column].decimals or 0
            if width - decimals > most:
                unit = "digits before the point" if isinstance(model_field, models.DecimalField) else "characters"
                yield {
                    "field": line.ours,
                    "rows": None,
                    "detail": f"{WIDENED}{name} takes {width - decimals} {unit} and {line.ours} only {most}."
                    f" Values that fit are taken, longer ones rejected. Widen the field.",
                }


def room(line: FieldMap, model_field: models.Field) -> int | None:
    """Characters, or digits before the point, that the field takes; None where it has no limit.

    A code that becomes a word is never stored as it came.
    """
    if isinstance(line.transform, Words) and not line.transform.keep_unknown:
        return None
    target = model_field.target_field if isinstance(model_field, models.ForeignKey) else model_field
    if isinstance(target, models.DecimalField):
        return int(target.max_digits or 0) - int(target.decimal_places or 0)
    length: int | None = getattr(target, "max_length", None)
    return length
