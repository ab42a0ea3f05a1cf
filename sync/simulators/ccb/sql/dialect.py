"""sqlglot's Oracle dialect, with the functions whose format masks it would rewrite left as they are written."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.parsers.oracle import OracleParser

KEPT = ("TO_CHAR", "TO_DATE", "TRUNC")


def _kept(name: str) -> Callable[..., exp.Anonymous]:
    def build(args: list[Any], **_: Any) -> exp.Anonymous:
        return exp.Anonymous(this=name, expressions=args)

    return build


class OracleAsWritten(Oracle):
    """Oracle SQL in which TO_CHAR, TO_DATE and TRUNC keep their arguments."""

    class Parser(OracleParser):
        """The parser with those functions unread."""

        FUNCTIONS = {**OracleParser.FUNCTIONS, **{name: _kept(name) for name in KEPT}}
