"""Oracle queries, translated to SQLite: SELECT, joins, derived tables, WITH, UNION, grouping, order and row limits."""

from collections.abc import Sequence

from sqlglot import exp

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.aggregates import AGGREGATE_NODES, ordered
from sync.simulators.ccb.sql.expressions import OPERATORS, Expressions, only, refuse
from sync.simulators.ccb.sql.functions import FUNCTIONS
from sync.simulators.ccb.sql.scope import Hidden, Scope, Source, Term, name_of, quoted, table_source
from sync.simulators.ccb.sql.types import OracleType

Output = list[tuple[str, OracleType]]
_HANDLERS = {**OPERATORS, **FUNCTIONS}


class Queries:
    """Translates the queries of one statement."""

    def __init__(self, binds: Sequence[OracleType], hidden: Hidden) -> None:
        self.hidden = hidden
        self.expressions = Expressions(binds, self, _HANDLERS)

    def subquery(self, node: exp.Expr, scope: Scope) -> tuple[str, Output]:
        """A query nested in `scope`: it sees the outer columns and common table expressions."""
        return self.query(node, scope.inner())

    def query(self, node: exp.Expr, scope: Scope) -> tuple[str, Output]:
        """SQLite text and output columns of a SELECT or a UNION of SELECTs."""
        if isinstance(node, exp.Subquery):
            only(node, "this")
            return self.query(node.this, scope)
        if not isinstance(node, exp.Select | exp.Union):
            raise refuse(node)
        prefix = self._with(node, scope)
        body, columns = self._union(node, scope) if isinstance(node, exp.Union) else self._select(node, scope)
        return prefix + body + self._limit(node, scope), columns

    def _with(self, node: exp.Select | exp.Union, scope: Scope) -> str:
        clause = node.args.get("with_")
        if clause is None:
            return ""
        only(clause, "expressions")
        parts = []
        for each in clause.expressions:
            only(each, "this", "alias")
            only(each.args["alias"], "this")
            name = name_of(each.args["alias"].this)
            sql, columns = self.subquery(each.this, scope)
            scope.ctes[name] = dict(columns)
            parts.append(f"{quoted(name)} AS ({sql})")
        return f"WITH {', '.join(parts)} "

    def _union(self, node: exp.Union, scope: Scope) -> tuple[str, Output]:
        only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
        sides = []
        for side in (node.this, node.expression):
            if isinstance(side, exp.Select | exp.Union) and any(side.args.get(k) for k in ("order", "limit", "offset")):
                raise refuse(side)
            sides.append(self.subquery(side, scope))
        (left, first), (right, second) = sides
        if len(first) != len(second):
            raise OracleError(900, "the parts of a UNION have different numbers of columns")
        pairs = zip(first, second, strict=True)
        columns = [(name, types.common((kind, other), error=1790)) for (name, kind), (_, other) in pairs]
        outputs = [Term(quoted(name), kind) for name, kind in columns]
        sql = f"{left} {'UNION' if node.args.get('distinct') else 'UNION ALL'} {right}"
        return sql + self._order(node, scope, columns, outputs), columns

    def _select(self, node: exp.Select, scope: Scope) -> tuple[str, Output]:
        only(
            node,
            *("expressions", "distinct", "from_", "joins", "where", "group", "having"),
            *("order", "limit", "offset", "with_", "hint"),
        )
        if node.args.get("from_") is None:
            raise OracleError(923)
        source = self._from(node, scope)
        names, terms = self._outputs(node, scope)
        if node.args.get("group") or self._aggregates(node):
            self._check_grouping(node)
        listed = ", ".join(f"{term.sql} AS {quoted(name)}" for name, term in zip(names, terms, strict=True))
        if node.args.get("distinct"):
            only(node.args["distinct"])
        parts = [f"SELECT {'DISTINCT ' if node.args.get('distinct') else ''}{listed} FROM {source}"]  # noqa: S608
        if node.args.get("where"):
            parts.append(f"WHERE {self.expressions.condition(node.args['where'].this, scope)}")
        if node.args.get("group"):
            only(node.args["group"], "expressions")
            keys = [self.expressions.term(each, scope).sql for each in node.args["group"].expressions]
            parts.append(f"GROUP BY {', '.join(keys)}")
        if node.args.get("having"):
            parts.append(f"HAVING {self.expressions.condition(node.args['having'].this, scope)}")
        columns = [(name, term.type) for name, term in zip(names, terms, strict=True)]
        return " ".join(parts) + self._order(node, scope, columns, terms), columns

    def _from(self, node: exp.Select, scope: Scope) -> str:
        parts = [self._source(node.args["from_"].this, scope, outer=False)]
        for join in node.args.get("joins") or ():
            only(join, "this", "on", "side", "kind")
            side, kind = str(join.args.get("side") or ""), str(join.args.get("kind") or "")
            if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
                raise UnsupportedSQL(f"{side} {kind} JOIN".replace("  ", " "))
            source = self._source(join.this, scope, outer=side == "LEFT")
            on = f" ON {self.expressions.condition(join.args['on'], scope)}" if join.args.get("on") else ""
            parts.append(f"{'LEFT ' if side else ''}JOIN {source}{on}")
        return " ".join(parts)

    def _source(self, node: exp.Expr, scope: Scope, *, outer: bool) -> str:
        """One member of FROM, added to the scope. `outer` makes its columns nullable, as a LEFT JOIN does."""
        alias_node = node.args.get("alias")
        if alias_node is not None:
            only(alias_node, "this")
        alias = name_of(alias_node.this) if alias_node is not None else None
        declared, required, columns = False, frozenset[str](), {}
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            # Oracle shows a derived table nothing of the sources beside it.
            beside = Scope(dict(scope.ctes), [], scope.parent)
            inner, output = self.query(node.this, beside)
            if len({name for name, _ in output}) != len(output):
                raise OracleError(918)
            sql, columns = f"({inner})", dict(output)
        elif isinstance(node, exp.Table):
            only(node, "this", "db", "alias")
            name = name_of(node.this)
            owner = name_of(node.args["db"]) if node.args.get("db") else None
            alias = alias or name
            if owner is None and name in scope.ctes:
                sql, columns = quoted(name), dict(scope.ctes[name])
            else:
                sql, found, required, declared = table_source(owner, name, self.hidden)
                columns = dict(found)
        else:
            raise refuse(node)
        alias = alias or f"DERIVED_{len(scope.sources) + 1}"
        if any(source.alias == alias for source in scope.sources):
            raise OracleError(918, quoted(alias))
        scope.sources.append(Source(alias, columns, declared, frozenset() if outer else required))
        return f"{sql} AS {quoted(alias)}"

    def _outputs(self, node: exp.Select, scope: Scope) -> tuple[list[str], list[Term]]:
        names: list[str] = []
        terms: list[Term] = []
        for each in node.expressions:
            star = isinstance(each, exp.Star) or (isinstance(each, exp.Column) and isinstance(each.this, exp.Star))
            if isinstance(each, exp.Star) and len(node.expressions) > 1:
                raise OracleError(923)
            if star:
                table = name_of(each.args["table"]) if each.args.get("table") else None
                chosen = [source for source in scope.sources if table in (None, source.alias)]
                if not chosen:
                    raise OracleError(904, f'"{table}"')
                for source in chosen:
                    for column in source.columns:
                        names.append(column)
                        terms.append(scope.column(column, source.alias))
            elif isinstance(each, exp.Alias):
                only(each, "this", "alias")
                names.append(name_of(each.args["alias"]))
                terms.append(self.expressions.term(each.this, scope))
            else:
                plain = isinstance(each, exp.Column)
                names.append(name_of(each.this) if plain else each.sql("oracle").replace(" ", "").upper()[:128])
                terms.append(self.expressions.term(each, scope))
        return names, terms

    def _order(self, node: exp.Select | exp.Union, scope: Scope, columns: Output, terms: list[Term]) -> str:
        """ORDER BY positions, names of outputs, or (not after UNION) expressions over the sources."""
        clause = node.args.get("order")
        if clause is None:
            return ""
        only(clause, "expressions")
        by_name = {name: position for position, (name, _) in enumerate(columns, 1)}
        items = []
        for each in clause.expressions:
            key = each.this
            position: int | None = None
            if isinstance(key, exp.Literal) and not key.is_string:
                position = int(key.this)
                if not 1 <= position <= len(columns):
                    raise OracleError(900, "ORDER BY item must be the number of a SELECT-list expression")
            elif isinstance(key, exp.Column) and not key.args.get("table"):
                position = by_name.get(name_of(key.this))
            if position is not None:
                term = terms[position - 1]
                plain_column = term.sql.startswith('"')
                items.append(ordered(term if plain_column else Term(str(position), term.type), each))
            elif isinstance(node, exp.Union):
                raise OracleError(904, key.sql("oracle"))
            else:
                items.append(ordered(self.expressions.term(key, scope), each))
        return " ORDER BY " + ", ".join(items)

    def _limit(self, node: exp.Select | exp.Union, scope: Scope) -> str:
        fetch, offset = node.args.get("limit"), node.args.get("offset")
        if fetch is None and offset is None:
            return ""
        count = "-1"
        if fetch is not None:
            if not isinstance(fetch, exp.Fetch):
                raise OracleError(933)
            options = fetch.args.get("limit_options")
            if options is not None:
                only(options, "rows")
            count = "1"
            if fetch.args.get("count") is not None:
                count = self.expressions.number(fetch.args["count"], scope).sql
        skipped = self.expressions.number(offset.expression, scope).sql if offset is not None else "0"
        return f" LIMIT {count} OFFSET {skipped}"

    def _aggregates(self, node: exp.Select) -> bool:
        return any(_has_aggregate(each) for each in (*node.expressions, node.args.get("having")) if each is not None)

    def _check_grouping(self, node: exp.Select) -> None:
        """ORA-00979 for a column outside aggregates that GROUP BY does not name; SQLite would let it pass."""
        group = node.args.get("group")
        keys = {_shape(each) for each in group.expressions} if group is not None else set()

        def check(part: exp.Expr) -> None:
            if _shape(part) in keys or isinstance(part, exp.Query | exp.Subquery):
                return
            if isinstance(part, AGGREGATE_NODES) and not isinstance(part.parent, exp.Window):
                return
            if isinstance(part, exp.Column | exp.Star):
                raise OracleError(979, part.sql("oracle"))
            for child in part.iter_expressions():
                if not isinstance(child, exp.Identifier):
                    check(child)

        for each in node.expressions:
            check(each.this if isinstance(each, exp.Alias) else each)
        if node.args.get("having"):
            check(node.args["having"].this)


def _has_aggregate(node: exp.Expr) -> bool:
    """True if an aggregate stands in the expression itself, outside OVER and outside inner queries."""
    if isinstance(node, exp.Query | exp.Subquery):
        return False
    if isinstance(node, AGGREGATE_NODES) and not isinstance(node.parent, exp.Window):
        return True
    return any(_has_aggregate(child) for child in node.iter_expressions())


def _shape(node: exp.Expr) -> str:
    """An expression's text with names as Oracle resolves them, for comparing expressions."""
    return node.sql("oracle", normalize=True, comments=False).upper()
