"""Tables and lists of fields, made from columns. A column whose field is hidden from the viewer is not there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.urls import reverse

from customer360.models import VisibleModel
from customer360.visibility.groups import Access
from customer360.visibility.viewer import MASK, Viewer, VisibleRecord, help_text, label


def _itself(row: Any) -> Any:
    """The row is the record."""
    return row


def _nothing(row: Any) -> str:
    """No currency, no address."""
    return ""


def _no(row: Any) -> bool:
    """Not over."""
    return False


@dataclass(frozen=True)
class Column:
    """One field as a column of a table or a line of a list.

    `path` leads from the record to the field, as in a lookup (`service_agreement__sa_type_name`); every step must be
    visible. `kind` names how the value is drawn: a template of that name in `components/cells/`. `record` finds the
    visible record in a row that holds several. `styles` are classes of the cell and of its heading: `n` for numbers,
    `wrap` for texts that may take several lines, `opt` and `opt2` for what goes where room is short, `hm` for what a
    phone leaves out, `full` for what takes a whole line there. `opens` makes the value a link: the URL name of a
    record's page, and the path to the key of that record; without a key that the viewer may VIEW, it stays plain.
    """

    model: type[VisibleModel]
    path: str
    kind: str = "text"
    label: str = ""
    styles: str = ""
    record: Callable[[Any], Any] = _itself
    opens: tuple[str, str] | None = None

    def steps(self) -> list[tuple[type[VisibleModel], str]]:
        """Every model and field on the path, the shown one last."""
        model: type[Model] = self.model
        steps = []
        for name in self.path.split("__"):
            steps.append((model, name))
            if name not in model.derived_fields:
                model = model._meta.get_field(name).related_model or model
        return steps

    def is_for(self, viewer: Viewer, at_least: Access = Access.MASKED) -> bool:
        """Whether the viewer may follow the path and has that access to the field at its end."""
        *relations, (model, name) = self.steps()
        return viewer.may(model, name, at_least=at_least) and all(
            viewer.may(related, relation) for related, relation in relations
        )

    def key_for(self, viewer: Viewer) -> "Column | None":
        """The key of the record that a value leads to; None where it leads nowhere, or nowhere for this viewer."""
        if self.opens is None:
            return None
        key = Column(self.model, self.opens[1], record=self.record)
        return key if key.is_for(viewer, at_least=Access.VIEW) else None

    def value(self, row: Any) -> Any:
        """The field's value in a row; None where a record on the way is missing."""
        value = self.record(row)
        *relations, (model, name) = self.steps()
        for _, relation in relations:
            value = getattr(value, relation, None)
        if name not in model.derived_fields and model._meta.get_field(name).choices:
            name = f"get_{name}_display"
        return getattr(value, name, None)

    @property
    def heading(self) -> str:
        """What the column is called: its own label, or the field's."""
        return self.label or label(*self.steps()[-1])

    @property
    def help(self) -> str:
        """What the field means, in one sentence."""
        return help_text(*self.steps()[-1])

    @property
    def template(self) -> str:
        """The template that draws one value."""
        return f"components/cells/{self.kind}.html"


@dataclass(frozen=True)
class Cell:
    """One value in its column, with the row it comes from for what a cell's template adds; `url` is where it leads."""

    column: Column
    value: Any
    row: Any
    currency: str = ""
    url: str = ""

    @classmethod
    def of(cls, column: Column, key: Column | None, row: Any, currency: str = "", url: str = "") -> "Cell":
        """The column's value in a row; it leads to `url`, or else to the record that the key names."""
        return cls(column, column.value(row), row, currency, url or (_address(column, key, row) if key else ""))

    @property
    def is_masked(self) -> bool:
        """Whether the viewer sees only that there is a value."""
        return self.value == MASK


def _address(column: Column, key: Column, row: Any) -> str:
    """The page of the record that a value leads to; none for a key that no page has, such as one with a slash in it."""
    value = key.value(row)
    return reverse(column.opens[0], args=[value]) if column.opens and str(value or "").isalnum() else ""


@dataclass(frozen=True)
class Row:
    """The cells of one row; `is_muted` says that it is over."""

    cells: Sequence[Cell]
    is_muted: bool = False


@dataclass(frozen=True)
class Group:
    """Rows that belong together under one heading; no heading for the rows of a plain table."""

    rows: Sequence[Row]
    heading: Any = None


@dataclass
class Table:
    """A table as the component draws it: the columns the viewer may see, and the rows, in groups."""

    caption: str
    columns: Sequence[Column]
    keys: Sequence[Column | None]
    """For each column the key of the record that its values lead to."""
    groups: list[Group] = field(default_factory=list)

    @classmethod
    def for_viewer(cls, viewer: Viewer, caption: str, columns: Iterable[Column]) -> "Table":
        """An empty table of the columns that are for this viewer."""
        visible = [column for column in columns if column.is_for(viewer)]
        return cls(caption, visible, [column.key_for(viewer) for column in visible])

    def add(
        self,
        rows: Iterable[Any],
        *,
        heading: Any = None,
        currency: Callable[[Any], str] = _nothing,
        url: Callable[[Any], str] = _nothing,
        is_muted: Callable[[Any], bool] = _no,
    ) -> "Table":
        """Add a group of rows, and return the table. The functions are asked once for each row.

        `url` is where the first cell of a row leads, whatever its column opens.
        """
        drawn = []
        for row in rows:
            money, address = currency(row), url(row)
            cells = [
                Cell.of(column, key, row, money, "" if number else address)
                for number, (column, key) in enumerate(zip(self.columns, self.keys, strict=True))
            ]
            drawn.append(Row(cells, is_muted(row)))
        self.groups.append(Group(drawn, heading))
        return self

    @property
    def is_empty(self) -> bool:
        """Whether there is no row, or no column that the viewer may see."""
        return not self.columns or not any(group.rows for group in self.groups)


def lines(viewer: Viewer, row: Any, columns: Iterable[Column], currency: str = "") -> list[Cell]:
    """The fields of one record that the viewer may see and that hold something, for a list of labels and values."""
    cells = [Cell.of(column, column.key_for(viewer), row, currency) for column in columns if column.is_for(viewer)]
    return [cell for cell in cells if cell.value not in (None, "")]


def readable(viewer: Viewer, record: VisibleRecord, model: type[VisibleModel], name: str) -> Any:
    """The value of a field that the viewer may read in full; None if it is masked or hidden, or holds nothing."""
    return getattr(record, name, None) if viewer.may(model, name) else None
