"""The mapping documentation: every field's source, rule, meaning, owner and group, derived from the declarations.

No line of it is written by hand: a stream's lines are joined with the fields of its model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from customer360.models import AccountSummary, Bill, VisibleModel
from customer360.visibility.viewer import groups_of, help_text, label
from sync.stream import Stream, System
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
        "expression over CC&B's tables, or the field of Salesforce's object; *owner* is the system whose value stands;",
        "*group* is what a role is granted.",
    ]
    for stream in STREAMS:
        parts += ["", *_section(stream)]
    for model in DERIVED:
        parts += ["", *_figures(model)]
    return "\n".join(parts) + "\n"


def _section(stream: Stream) -> Iterator[str]:
    yield f"## {stream.title}"
    yield ""
    of_object = "" if stream.system == System.CCB else f" from Salesforce's `{stream.source}`"
    yield f"Stream `{stream.name}` fills `{stream.model.__name__}`{of_object}, {stream.cadence}; it compares"
    yield f"{_compared(stream)}. Key: {', '.join(f'`{name}`' for name in stream.key)}."
    yield from _scope(stream)
    if stream.fixed:
        yield ""
        yield f"Once frozen, a record keeps {', '.join(f'`{name}`' for name in stream.fixed)}: a change of one is taken"
        yield "and told as a warning of the run."
    if stream.needs:
        yield ""
        yield f"Skipped where CC&B has no {' or no '.join(f'`{table}`' for table in stream.needs)}."
    for variant in stream.variants:
        yield ""
        used = " and ".join(f"`{need}`" for need in variant.needs)
        yield f"Where CC&B uses {used}, these come from elsewhere: " + "; ".join(
            f"`{line.ours}` from `{' '.join(line.theirs.split())}`" for line in variant.fields
        )
    yield ""
    yield "| field | label | theirs | rule | owner | group | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines(stream):
        cells = (f"`{line.name}`", line.label, f"`{line.theirs}`", line.rule, line.owner, line.groups, line.meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _compared(stream: Stream) -> str:
    """What a run compares, in words."""
    if not stream.cursor:
        return "everything"
    minutes = stream.cursor.hold_back.total_seconds() / 60
    until = f" up to {minutes:g} minutes before its clock" if minutes else ""
    return f"what is new by `{stream.cursor.theirs}`{until}"


def _scope(stream: Stream) -> Iterator[str]:
    """Which of the source's rows and of the table's records are the stream's, and how it is told what was deleted."""
    if stream.system == System.SALESFORCE and stream.where:
        yield f"Only where `{' '.join(stream.where.split())}`."
    if stream.belongs:
        yield f"Only where `{stream.belongs.theirs}` is `{stream.belongs.value}`; what is so no more is marked removed."
    if stream.part:
        held = " and ".join(
            f"`{value}` in `{name}`" if value else f"no `{name}`" for name, value in stream.part.items()
        )
        yield f"Its records have {held}."
    if stream.deletion:
        merged = f"; `{stream.deletion.into}` then names what took it over" if stream.deletion.into else ""
        yield f"A row with `{stream.deletion.flag}` is marked removed{merged}."


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
