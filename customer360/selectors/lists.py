"""Long lists by the page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Func, IntegerField, QuerySet, Subquery, Window

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
    def counted(
        cls,
        viewer: Viewer,
        ordered: QuerySet,
        page: str | None,
        page_size: int,
        *,
        extras: Iterable[str] = (),
        settle: Callable[[Any], None] = lambda row: None,
    ) -> "Slice":
        """The page that is asked for, in one question that counts as well.

        `extras` names annotations over the whole list, which the slice keeps. `settle` is given each row before the
        viewer's eyes are put on. Past the end, the last page is read after all.
        """
        # Eight digits are past the end of any list.
        number = int(_number(page)[:8]) or 1
        first = (number - 1) * page_size
        rows = list(ordered.annotate(listed=Window(Count("pk")))[first : first + page_size])
        if not rows and number > 1:
            last = max(1, -(-ordered.count() // page_size))
            return cls.counted(viewer, ordered, str(last), page_size, extras=extras, settle=settle)
        for row in rows:
            settle(row)
        total = rows[0].listed if rows else 0
        return cls(
            records=viewer.see_all(rows),
            number=number,
            pages=max(1, -(-total // page_size)),
            first=first + 1 if rows else 0,
            last=first + len(rows),
            total=total,
            extras={name: getattr(rows[0], name) for name in extras} if rows else {},
        )

    @classmethod
    def of_list(cls, rows: Sequence[Any], page: str | None, page_size: int) -> "Slice":
        """The page of a list that was read as a whole, as its rows are."""
        return cls._of(Paginator(rows, page_size), page, list)

    @classmethod
    def _of(cls, paginator: Paginator, page: str | None, see: Callable[[Any], list[Any]]) -> "Slice":
        listed = paginator.get_page(_number(page))
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


def _number(page: str | None) -> str:
    """The number of a page as it is asked for; the first where that is no number from 1 on."""
    asked = page or ""
    return asked if asked.isdecimal() and asked.strip("0") else "1"


def number_of(rows: QuerySet[Any]) -> Subquery:
    """The number of rows as a value within another query. Django's own Count would group the rows by their key."""
    number = Func(F("pk"), function="count", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))
