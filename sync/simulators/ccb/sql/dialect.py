"""sqlglot's Oracle dialect, kept to what Oracle itself accepts.

sqlglot reads many dialects' spellings as one (IFNULL as NVL, `FROM t AS x`, a closing semicolon). A statement must not
pass here that a real CC&B would refuse, so these are errors.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parsers.oracle import OracleParser
from sqlglot.tokens import Token, TokenType

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Functions whose arguments sqlglot would rewrite: format masks into strftime's, units into its own.
_KEPT = ("TO_CHAR", "TO_DATE", "TRUNC")
FUNCTIONS = _words(
    """
    ABS ADD_MONTHS AVG CAST CHR COALESCE CONCAT COUNT DENSE_RANK EXTRACT GREATEST INSTR LAST_DAY LEAST LENGTH LISTAGG
    LOWER LPAD LTRIM MAX MIN MOD NULLIF NVL NVL2 RANK REPLACE ROUND ROW_NUMBER RPAD RTRIM SUBSTR SUM TO_CHAR TO_DATE
    TO_NUMBER TRIM TRUNC UPPER
    """
)
_TYPES = frozenset(("CHAR", "NUMBER", "VARCHAR2"))
_BEFORE_PARENTHESIS = _words(
    """
    ALL AND AS BETWEEN BY CASE DISTINCT ELSE EXISTS FROM GROUP HAVING IN JOIN LIKE NOT ON OR OVER SELECT THEN UNION WHEN
    WHERE
    """
)


def _kept(name: str) -> Callable[..., exp.Anonymous]:
    def build(args: list[Any], **_: Any) -> exp.Anonymous:
        return exp.Anonymous(this=name, expressions=args)

    return build


class OracleAsWritten(Oracle):
    """Oracle SQL in which TO_CHAR, TO_DATE and TRUNC keep their arguments."""

    class Parser(OracleParser):
        """The parser with those functions unread and without AS before the alias of a table."""

        FUNCTIONS = {**OracleParser.FUNCTIONS, **{name: _kept(name) for name in _KEPT}}

        def _parse_table_alias(self, alias_tokens: Any = None) -> exp.TableAlias | None:
            if self._curr and self._curr.token_type == TokenType.ALIAS:
                raise OracleError(933, "AS before the alias of a table")
            return super()._parse_table_alias(alias_tokens)


def parse(text: str) -> exp.Expr:
    """The tree of one statement.

    Raises ORA-00900 with the parser's reason or for a function that is not supported, ORA-00933 for more than one
    statement or AS before a table's alias, ORA-00911 for a semicolon or a NUL.
    """
    if "\0" in text:
        raise OracleError(911, "NUL")
    dialect = OracleAsWritten()
    try:
        tokens = dialect.tokenize(text)
        _check(tokens)
        trees = dialect.parser().parse(tokens, text)
    except SqlglotError as error:
        described = error.errors if isinstance(error, ParseError) else []
        raise OracleError(900, described[0]["description"] if described else "") from error
    if len(trees) != 1 or trees[0] is None:
        raise OracleError(933)
    return trees[0]


def _check(tokens: Sequence[Token]) -> None:
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type == TokenType.SEMICOLON:
            raise OracleError(911, ";")
        if following is None or following.token_type != TokenType.L_PAREN or not token.text[:1].isalpha():
            continue
        name = token.text.upper()
        if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER):
            raise UnsupportedSQL(f"the function {token.text}")
        if name not in FUNCTIONS and name not in _TYPES and name not in _BEFORE_PARENTHESIS:
            raise UnsupportedSQL(f"the function {name}")
