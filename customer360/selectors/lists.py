"""Long lists by the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Func, IntegerField, QuerySet, Subquery

from customer360.visibility.viewer import Viewer


@dataclass(frozen=True)
class Slice:
    """One page of a long list: its records, its number from 1 on, and where the records stand in the whole."""

    records: list[Any]
    number: int
    pages: int
    first: int
    last: int
    total: int
    extras: dict[str, Any] = field(default_factory=dict)
    """What the question counted beside the rows."""

    @classmethod
    def of(
        cls, viewer: Viewer, ordered: QuerySet, page: str | None, page_size: int, total: int | None = None
    ) -> "Slice":
        """The page that is asked for: the first where that is no number, the last where it is past the end.

        `ordered` holds rows in the viewer's scope. `total` is their number where it is known; else they are counted.
        """
        paginator = Paginator(ordered, page_size)
        if total is not None:
            paginator.count = total
        return cls._of(paginator, page, viewer.see_all)

    @classmethod
    def counted(cls, viewer: Viewer, ordered: QuerySet, page: str | None, page_size: int, total: str) -> "Slice":
        """The page that is asked for, in one question that counts as well: `total` names the annotation that does.

        Further annotations over the whole list are the slice's `extras`. Past the end, the last page is read after all.
        """
        number = int(page) if page and page.isdecimal() and page.strip("0") and len(page) < 8 else 1
        first = (number - 1) * page_size
        rows = list(ordered[first : first + page_size])
        if not rows and number > 1:
            last = max(1, -(-ordered.count() // page_size))
            return cls.counted(viewer, ordered, str(last), page_size, total)
        names = ordered.query.annotations
        extras = {name: getattr(rows[0], name) for name in names} if rows else {}
        found = extras.pop(total, 0)
        pages = max(1, -(-found // page_size))
        return cls(viewer.see_all(rows), number, pages, first + 1 if rows else 0, first + len(rows), found, extras)

    @classmethod
    def of_list(cls, rows: Sequence[Any], page: str | None, page_size: int) -> "Slice":
        """The page of a list that was read as a whole, as its rows are."""
        return cls._of(Paginator(rows, page_size), page, list)

    @classmethod
    def _of(cls, paginator: Paginator, page: str | None, see: Callable[[Any], list[Any]]) -> "Slice":
        asked = page or ""
        listed = paginator.get_page(asked if asked.isdecimal() and asked.strip("0") else 1)
        return cls(
            records=see(listed.object_list),
            number=listed.number,
            pages=paginator.num_pages,
            first=listed.start_index(),
            last=listed.end_index(),
            total=paginator.count,
        )

    @property
    def previous(self) -> int | None:
        """The number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if there is one."""
        return self.number + 1 if self.number < self.pages else None


def number_of(rows: QuerySet[Any]) -> Subquery:
    """The number of rows as a value within another query. Django's own Count would group the rows by their key."""
    number = Func(F("pk"), function="count", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))
