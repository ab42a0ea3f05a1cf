"""System checks: the join of every stream with its model is total, and every fact about a field is stated once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from sync.stream import Direction, Owner, Stream
from sync.streams import STREAMS


@register()
def streams_join_with_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E201 to E206, for every stream there is."""
    return [*(message for stream in STREAMS for message in check_stream(stream)), *check_owners(STREAMS)]


def check_stream(stream: Stream) -> Iterator[CheckMessage]:
    """Whether a stream's lines name real fields once, fill its key, and are shown by some field group."""
    grouped = {name for names in stream.model.field_groups.values() for name in names}
    counted = Counter(line.ours for line in stream.fields)
    for name, times in counted.items():
        try:
            stream.model_field(name)
        except FieldDoesNotExist:
            yield Error(f"{stream.name} fills {name}, which {stream.model.__name__} does not have.", id="sync.E201")
            continue
        if times > 1:
            yield Error(f"{stream.name} fills {name} twice.", hint="Keep one line.", id="sync.E202")
        if name not in grouped:
            yield Error(
                f"{stream.name} fills {stream.model.__name__}.{name}, which is in no field group.",
                hint="Add it to the model's field_groups.", id="sync.E203",
            )  # fmt: skip
        if stream.field_map(name).owner == Owner.SHARED and stream.model_field(name).get_internal_type() != "CharField":
            yield Error(f"{stream.name}.{name} is shared, but no text.", hint="Only text is merged.", id="sync.E204")
    if not stream.key or set(stream.key) - set(counted):
        yield Error(
            f"{stream.name} has no key, or no line that fills it.", hint="Name the key's fields.", id="sync.E205"
        )


def check_owners(streams: tuple[Stream, ...]) -> Iterator[CheckMessage]:
    """Whether at most one inbound stream of a system writes each field."""
    writers = Counter(
        (stream.system, stream.model._meta.label, line.ours)
        for stream in streams
        if stream.direction == Direction.IN
        for line in stream.fields
    )
    for (system, model, name), times in writers.items():
        if times > 1:
            yield Error(f"{times} streams of {system} write {model}.{name}.", hint="Leave it to one.", id="sync.E206")
