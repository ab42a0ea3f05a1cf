"""System checks: the join of every stream with its model is total, and every fact about a field is stated once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from sync.choices import DEFAULTS
from sync.extraction import choices_bound
from sync.stream import Direction, Owner, Stream, System
from sync.streams import STREAMS


@register()
def streams_join_with_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E201 to E207, E209 and E220, for every stream there is."""
    return [*(message for stream in STREAMS for message in check_stream(stream)), *check_owners(STREAMS)]


@register()
def choices_are_declared_and_used(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E210 and E211, for every stream and every choice."""
    return list(check_choices(STREAMS))


@register()
def clocks_have_zones(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E208: the environment names a zone that exists. The record in admin is validated there."""
    try:
        ZoneInfo(settings.CCB["time_zone"])
    except (KeyError, ValueError):
        hint = "Set CCB_TIME_ZONE to a name such as America/New_York."
        return [Error("CCB_TIME_ZONE names no time zone.", hint=hint, id="sync.E208")]
    return []


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
    if stream.fixed and (set(stream.fixed) - set(counted) or not hasattr(stream.model, "is_frozen")):
        yield Error(
            f"{stream.name} fixes a field it does not fill, or of a model that is never frozen.",
            hint="Name fields of lines, of a model with is_frozen.", id="sync.E207",
        )  # fmt: skip
    if stream.split and [line.theirs for line in stream.fields if line.ours in stream.key] != [stream.split.key]:
        yield Error(
            f"{stream.name} is split by {stream.split.key}, which is not its key.",
            hint="Only a stream whose key is one column is read in ranges; name that column.", id="sync.E220",
        )  # fmt: skip
    for variant in stream.variants:
        unknown = {line.ours for line in variant.fields} - set(counted)
        if unknown or not variant.needs:
            yield Error(
                f"{stream.name} has a variant that needs nothing, or fills a field the stream itself does not.",
                hint="Name what it needs; give the stream a line for the field too.", id="sync.E209",
            )  # fmt: skip
    if not stream.key or set(stream.key) - set(counted):
        yield Error(
            f"{stream.name} has no key, or no line that fills it.", hint="Name the key's fields.", id="sync.E205"
        )


def check_choices(streams: tuple[Stream, ...]) -> Iterator[CheckMessage]:
    """Whether every bind of a stream is a declared choice, and every choice is bound by some stream."""
    bound = {name: stream.name for stream in streams if stream.system == System.CCB for name in choices_bound(stream)}
    for name in sorted(bound.keys() - DEFAULTS.keys()):
        yield Error(
            f"{bound[name]} binds :{name}, which is no choice of the site.", hint="Declare it in sync/choices.py.",
            id="sync.E210",
        )  # fmt: skip
    for name in sorted(DEFAULTS.keys() - bound.keys()):
        yield Error(f"No stream binds the choice {name}.", hint="Remove it from sync/choices.py.", id="sync.E211")


def check_owners(streams: tuple[Stream, ...]) -> Iterator[CheckMessage]:
    """Whether at most one inbound stream of a system writes each field."""
    writers = Counter(
        (stream.system, stream.model._meta.label, tuple(sorted(stream.part)), str(stream.part), line.ours)
        for stream in streams
        if stream.direction == Direction.IN
        for line in stream.fields
    )
    for (system, model, _, _, name), times in writers.items():
        if times > 1:
            yield Error(f"{times} streams of {system} write {model}.{name}.", hint="Leave it to one.", id="sync.E206")
