"""Reads a query into its tree."""

from typing import NoReturn

from sync.simulators.salesforce.soql.lexer import Token, like_pattern, malformed, tokens, unescape
from sync.simulators.salesforce.soql.nodes import (
    Aggregate,
    Comparison,
    Condition,
    Junction,
    Literal,
    Membership,
    Negation,
    Order,
    Path,
    Query,
)
from sync.simulators.salesforce.soql.ranges import RANGES
from sync.simulators.salesforce.values import count

AGGREGATES = frozenset({"count", "count_distinct", "min", "max", "sum", "avg"})
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
DEEPEST = 50
_AFTER_FROM = frozenset({"where", "group", "order", "limit", "offset", "all", "using", "for", "with", "having"})


def parse(soql: str) -> Query:
    """The tree of a query. Raises OrgError MALFORMED_QUERY."""
    parser = _Parser(soql)
    query = parser.query()
    parser.expect_end()
    return query


class _Parser:
    """Reads the words of one query from left to right."""

    def __init__(self, soql: str) -> None:
        self.soql = soql
        self.tokens = tokens(soql)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self, token: Token | None = None) -> NoReturn:
        token = token or self.token
        raise malformed(self.soql, token.position, f"unexpected token: '{token.text}'")

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        ahead = self.tokens[self.at : self.at + len(words)]
        if [token.word for token in ahead] != list(words) or any(token.kind == "string" for token in ahead):
            return False
        self.at += len(words)
        return True

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                self.fail()

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail()

    def query(self) -> Query:
        self.expect("select")
        select = [self.selected()]
        while self.accept(","):
            select.append(self.selected())
        self.expect("from")
        named = self.name()
        alias = None
        if self.token.kind == "name" and self.token.word not in _AFTER_FROM:
            alias = self.take().text
        if self.accept("using", "scope"):
            self.name()
        where = self.condition() if self.accept("where") else None
        group_by = self.grouping() if self.accept("group", "by") else ()
        order_by = self.ordering() if self.accept("order", "by") else ()
        limit = self.whole() if self.accept("limit") else None
        offset = self.whole() if self.accept("offset") else 0
        if self.accept("for") and not (self.accept("view") or self.accept("reference") or self.accept("update")):
            self.fail()
        all_rows = self.accept("all", "rows")
        return Query(
            tuple(select), named.text, named.position, alias, where, group_by, order_by, limit, offset, all_rows
        )

    def name(self) -> Token:
        if self.token.kind != "name":
            self.fail()
        return self.take()

    def path(self) -> Path:
        token = self.name()
        return Path(tuple(token.text.split(".")), token.position)

    def selected(self) -> Path | Aggregate:
        item = self.operand()
        if isinstance(item, Aggregate) and self.token.kind == "name" and self.token.word != "from":
            return Aggregate(item.function, item.path, self.take().text, item.position)
        return item

    def operand(self) -> Path | Aggregate:
        """A field, or a function of one."""
        ahead = self.tokens[self.at + 1] if self.token.kind == "name" else self.token
        if ahead.text != "(" or ahead.kind != "operator":
            return self.path()
        function = self.take()
        if function.word not in AGGREGATES:
            self.fail(function)
        self.expect("(")
        if function.word == "count" and self.accept(")"):
            return Aggregate("count", None, None, function.position)
        path = self.path()
        self.expect(")")
        return Aggregate(function.word, path, None, function.position)

    def condition(self) -> Condition:
        """Conditions joined by `and`, or by `or`: SOQL takes a mixture only in parentheses."""
        found = [self.term()]
        operator = self.token.word
        if operator not in ("and", "or"):
            return found[0]
        while self.accept(operator):
            found.append(self.term())
        if self.token.word in ("and", "or") and self.token.kind == "name":
            self.fail()
        return Junction("and" if operator == "and" else "or", tuple(found))

    def term(self) -> Condition:
        """One condition, or conditions in parentheses. A query nested beyond reason is refused, not followed."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail()
        found = self.nested()
        self.depth -= 1
        return found

    def nested(self) -> Condition:
        if self.accept("not"):
            return Negation(self.term())
        if self.accept("("):
            inside = self.condition()
            self.expect(")")
            return inside
        return self.comparison()

    def comparison(self) -> Condition:
        left = self.path()
        if self.accept("like"):
            return Comparison(left, "like", self.literal())
        if self.accept("in"):
            return self.membership(left, negated=False)
        if self.accept("not", "in"):
            return self.membership(left, negated=True)
        if self.token.kind != "operator" or self.token.text not in COMPARISONS:
            self.fail()
        return Comparison(left, self.take().text, self.literal())

    def membership(self, left: Path, *, negated: bool) -> Membership:
        self.expect("(")
        if self.token.word == "select" and self.token.kind == "name":
            query = self.query()
            self.expect(")")
            return Membership(left, negated, query=query)
        values = [self.literal()]
        while self.accept(","):
            values.append(self.literal())
        self.expect(")")
        return Membership(left, negated, tuple(values))

    def literal(self) -> Literal:
        token = self.take()
        word = token.word
        if token.kind == "string":
            return Literal("string", unescape(token.text), token.position, like_pattern(token.text))
        if token.kind == "number":
            return Literal("number", float(token.text), token.position)
        if token.kind in ("date", "datetime"):
            return Literal(token.kind, token.text, token.position)
        if token.kind == "name" and word == "null":
            return Literal("null", None, token.position)
        if token.kind == "name" and word in ("true", "false"):
            return Literal("boolean", word == "true", token.position)
        name, _, days = word.partition(":")
        if token.kind not in ("name", "range") or RANGES.get(name) is not bool(days):
            self.fail(token)
        return Literal("range", name, token.position, count=count(days) or 0)

    def grouping(self) -> tuple[Path, ...]:
        found = [self.path()]
        while self.accept(","):
            found.append(self.path())
        return tuple(found)

    def ordering(self) -> tuple[Order, ...]:
        found: list[Order] = []
        while not found or self.accept(","):
            by = self.operand()
            descending = self.accept("desc")
            if not descending:
                self.accept("asc")
            nulls_last = False
            if self.accept("nulls"):
                nulls_last = self.accept("last")
                if not nulls_last:
                    self.expect("first")
            found.append(Order(by, descending, nulls_last))
        return tuple(found)

    def whole(self) -> int:
        told = count(self.token.text) if self.token.kind == "number" else None
        if told is None:
            self.fail()
        self.take()
        return told
