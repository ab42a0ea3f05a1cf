"""Long lists by the page."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import QuerySet

from customer360.visibility.viewer import Viewer, VisibleRecord


@dataclass(frozen=True)
class Slice:
    """One page of a long list: its records, its number from 1 on, and where the records stand in the whole."""

    records: list[VisibleRecord]
    number: int
    pages: int
    first: int
    last: int
    total: int

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
        listed = paginator.get_page(page)
        return cls(
            records=viewer.see_all(listed.object_list),
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
