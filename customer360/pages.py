"""Pages are sorted panels. An app pushes its panels in its module `panels`; the page knows no app by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from customer360.visibility.viewer import Viewer, VisibleRecord

if TYPE_CHECKING:
    from customer360.models import VisibleModel

Fields = tuple[type["VisibleModel"], str]

T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    """One look at the page of a record: whose it is, and the request's query string, for panels that page or unfold."""

    record: VisibleRecord
    viewer: Viewer
    query: Mapping[str, str]
    _known: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    def read(self, selector: Callable[[Viewer, VisibleRecord], T]) -> T:
        """What the selector gives for this record, asked once however many panels show it."""
        if selector not in self._known:
            self._known[selector] = selector(self.viewer, self.record)
        return self._known[selector]


@dataclass(frozen=True)
class Panel:
    """One block of a page.

    `rows(visit)` gives what the panel shows, already as the viewer may see it; nothing to show, no panel. `needs` names
    the fields without which the panel makes no sense: a viewer who may not VIEW them all gets no panel, heading
    included. `sources` names the systems whose data it shows, for the "as of" line. `key` is the letter that, typed
    after `g`, goes to the panel. `folds` names the parameters of the query string that unfold the panel's lists.
    """

    name: str
    title: str
    page: str
    slot: str
    order: int
    template: str
    rows: Callable[[Visit], Any]
    needs: tuple[Fields, ...] = ()
    sources: tuple[str, ...] = ("ccb",)
    key: str = ""
    folds: tuple[str, ...] = ()

    def is_for(self, viewer: Viewer) -> bool:
        """Whether this viewer may see everything the panel cannot do without."""
        return all(viewer.may(model, name) for model, name in self.needs)


@dataclass
class Drawn:
    """A panel with the rows it shows to one viewer."""

    panel: Panel
    rows: Any


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> Panel:
    """Put a panel on its page.

    Raises ValueError if the page has a panel of that name already.
    """
    key = (panel.page, panel.name)
    if key in _panels:
        raise ValueError(f"The page {panel.page} has a panel {panel.name} already.")
    _panels[key] = panel
    return panel


def folded() -> tuple[str, ...]:
    """The parameters by which folded lists are asked for, of every panel there is."""
    return tuple(dict.fromkeys(name for panel in _panels.values() for name in panel.folds))


def panels(page: str) -> list[Panel]:
    """The panels of a page in order."""
    return sorted((panel for panel in _panels.values() if panel.page == page), key=lambda panel: panel.order)


def draw(page: str, visit: Visit) -> dict[str, list[Drawn]]:
    """The panels of a page that have something to show to the viewer, by slot."""
    drawn: dict[str, list[Drawn]] = {}
    for panel in panels(page):
        if panel.is_for(visit.viewer) and (rows := panel.rows(visit)):
            drawn.setdefault(panel.slot, []).append(Drawn(panel, rows))
    return drawn
