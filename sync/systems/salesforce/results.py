"""A bulk query's result as Arrow: pages of CSV, streamed, no Python per row."""

import csv
from collections.abc import Iterator, Sequence
from typing import IO

import pyarrow as pa
import pyarrow.csv as pacsv

from sync.systems.salesforce.errors import TRUNCATED, Refusal

BLOCK_BYTES = 4 * 1024 * 1024
"""What is parsed at a time; a record of Salesforce holds 400,000 characters at most."""
_PARSE = pacsv.ParseOptions(newlines_in_values=True)


def _header(file: IO[bytes]) -> list[str]:
    file.seek(0)
    return next(csv.reader([file.readline().decode("utf-8", "replace")]), [])


def _reader(file: IO[bytes], names: Sequence[str], wanted: Sequence[str]) -> pacsv.CSVStreamingReader:
    """A reader of what comes behind the header: the wanted columns of the named ones, all as text."""
    return pacsv.open_csv(
        pa.PythonFile(file, mode="r"),
        read_options=pacsv.ReadOptions(column_names=list(names), block_size=BLOCK_BYTES, use_threads=False),
        parse_options=_PARSE,
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=list(dict.fromkeys(wanted)),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
            # What is no UTF-8 costs its own row in the load, not the page.
            check_utf8=False,
        ),
    )


def check(file: IO[bytes], rows: int) -> None:
    """See that a page holds as many rows as Salesforce says.

    Raises Refusal TRUNCATED, upon which a page is asked for again.
    """
    names = _header(file)
    found = 0
    if rows and names:
        try:
            found = sum(batch.num_rows for batch in _reader(file, names, names[:1]))
        except pa.ArrowInvalid:
            found = -1
    if found != rows:
        raise Refusal(TRUNCATED, f"a page of {rows} rows came in part")


def batches(file: IO[bytes], sources: Sequence[str]) -> Iterator[list[pa.Array]]:
    """The columns of a checked page in the order of what was selected, a block of rows at a time.

    Raises KeyError for a column that the page lacks.
    """
    names = _header(file)
    if not names:
        return
    by_case = {name.casefold(): name for name in names}
    wanted = [by_case[source.casefold()] for source in sources]
    for batch in _reader(file, names, wanted):
        yield [batch.column(name) for name in wanted]
