"""SOQL: read by `lexer` and `parser` into the tree of `nodes`, turned into one SQLite statement by `compiler`."""

from sync.simulators.salesforce.soql.results import Column, Result, run

__all__ = ["Column", "Result", "run"]
