"""A measured figure with what it is held against, and how figures are shown and kept."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the bench.

    `baseline` says what a ratio is measured against, or how the value came about. `minimum` is what must hold and
    `target` what is aimed at; both are bounds from above where `at_most` is true. Without them a figure only informs.
    """

    name: str
    value: float
    unit: str
    baseline: str = ""
    minimum: float | None = None
    target: float | None = None
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """How the value stands against its bounds, in a word; empty for a figure that only informs."""
        if self._meets(self.target):
            return "target"
        if self._meets(self.minimum):
            return "minimum"
        return "" if self.minimum is None and self.target is None else "MISSED"

    def _meets(self, bound: float | None) -> bool:
        if bound is None:
            return False
        return self.value <= bound if self.at_most else self.value >= bound


def show(figures: Iterable[Figure]) -> None:
    """Print figures as a table."""
    lines = [("figure", "value", "unit", "minimum", "target", "met", "against")]
    for figure in figures:
        bounds = [_bound(figure, figure.minimum), _bound(figure, figure.target)]
        lines.append((figure.name, _number(figure.value), figure.unit, *bounds, figure.verdict, figure.baseline))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def keep(figures: Iterable[Figure], path: Path) -> None:
    """Write figures to a JSON file: a list of objects with name, value, unit, baseline, minimum, target."""
    listed: list[dict[str, Any]] = [asdict(figure) for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(listed, indent=2) + "\n")


def _bound(figure: Figure, bound: float | None) -> str:
    return "" if bound is None else f"{'<=' if figure.at_most else '>='} {_number(bound)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
