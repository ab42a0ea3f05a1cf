"""The mapping documentation: every field's source, rule, meaning, owner and group, derived from the declarations.

No line of it is written by hand: a stream's lines are joined with the fields of its model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from customer360.visibility.viewer import groups_of, help_text, label
from sync.stream import Stream
from sync.streams import STREAMS


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
