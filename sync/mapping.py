"""The mapping documentation: every field's source, rule, meaning, owner and group, derived from the declarations.

No line of it is written by hand: a stream's lines are joined with the fields of its model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from customer360.models import AccountSummary, Bill, VisibleModel
from customer360.visibility.viewer import groups_of, help_text, label
from sync.stream import Stream
from sync.streams import STREAMS

DERIVED: tuple[type[VisibleModel], ...] = (AccountSummary, Bill)
"""The models with figures of ours."""


@dataclass(frozen=True)
class Line:
    """One field as the documentation tells it."""

    name: str
    label: str
    meaning: str
    theirs: str
    rule: str
    owner: str
    groups: str


def lines(stream: Stream) -> Iterator[Line]:
    """The lines of one stream in the stream's order."""
    for line in stream.fields:
        yield Line(
            name=line.ours,
            label=label(stream.model, line.ours),
            meaning=help_text(stream.model, line.ours),
            theirs=" ".join(line.theirs.split()),
            rule=line.transform.describe(),
            owner=str(line.owner),
            groups=", ".join(str(group.label) for group in groups_of(stream.model, line.ours)),
        )


def document() -> str:
    """The whole document in Markdown."""
    parts = [
        "# What maps to what",
        "",
        "Generated from `sync/streams/` and the models by `make docs`; do not edit. *Theirs* is the column or",
        "expression over the tables under each heading; *owner* is the system whose value stands; *group* is what a",
        "role is granted.",
    ]
    for stream in STREAMS:
        parts += ["", *_section(stream)]
    for model in DERIVED:
        parts += ["", *_figures(model)]
    return "\n".join(parts) + "\n"


def _section(stream: Stream) -> Iterator[str]:
    compared = f"what is new by `{stream.cursor.theirs}`" if stream.cursor else "everything"
    yield f"## {stream.title}"
    yield ""
    yield f"Stream `{stream.name}` fills `{stream.model.__name__}`, {stream.cadence}; it compares {compared}. Key:"
    yield f"{', '.join(f'`{name}`' for name in stream.key)}."
    if stream.fixed:
        yield ""
        yield f"Once frozen, a record keeps {', '.join(f'`{name}`' for name in stream.fixed)}: a change of one is taken"
        yield "and told as a warning of the run."
    yield ""
    yield "| field | label | theirs | rule | owner | group | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines(stream):
        cells = (f"`{line.name}`", line.label, f"`{line.theirs}`", line.rule, line.owner, line.groups, line.meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _figures(model: type[VisibleModel]) -> Iterator[str]:
    """What the load derives for a model: every field that no stream fills, and the properties made of fields."""
    filled = {line.ours for stream in STREAMS if stream.model is model for line in stream.fields}
    names = [
        field.name for field in model._meta.concrete_fields if field.name not in {*filled, "account", "removed_at"}
    ]
    yield f"## Figures of {model.__name__}"
    yield ""
    yield "Made of the mirror's own records in the load that moves them, and when the calendar moves one."
    yield ""
    yield "| field | label | group | meaning |"
    yield "|---|---|---|---|"
    for name in (*names, *model.derived_fields):
        parts = model.derived_fields.get(name, (name,))
        groups = ", ".join(dict.fromkeys(str(group.label) for part in parts for group in groups_of(model, part)))
        yield f"| `{name}` | {label(model, name)} | {groups} | {help_text(model, name)} |"
