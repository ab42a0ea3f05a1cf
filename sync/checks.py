"""System checks: the join of every stream with its model is total, and every fact about a field is stated once."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from sync.choices import DEFAULTS
from sync.extraction import choices_bound
from sync.stream import Direction, FieldMap, Owner, Stream, System
from sync.streams import STREAMS, inbound
from sync.transforms import Reference


@register()
def streams_join_with_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E201 to E207, E209 and E220 to E224, for every stream there is."""
    of_each = (message for stream in STREAMS for check in (check_stream, check_part) for message in check(stream))
    return [*of_each, *check_owners(STREAMS)]


@register()
def choices_are_declared_and_used(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E210 and E211, for every stream of CC&B and every choice."""
    return list(check_choices(inbound(System.CCB)))


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
    bound = {name: stream.name for stream in streams for name in choices_bound(stream)}
    for name in sorted(bound.keys() - DEFAULTS.keys()):
        yield Error(
            f"{bound[name]} binds :{name}, which is no choice of the site.", hint="Declare it in sync/choices.py.",
            id="sync.E210",
        )  # fmt: skip
    for name in sorted(DEFAULTS.keys() - bound.keys()):
        yield Error(f"No stream binds the choice {name}.", hint="Remove it from sync/choices.py.", id="sync.E211")


def check_owners(streams: tuple[Stream, ...]) -> Iterator[CheckMessage]:
    """Whether at most one inbound stream of a system writes each field of a record.

    Streams that fill parts of one table which exclude each other never write the same record.
    """
    writers: dict[tuple[str, str, str], list[Stream]] = defaultdict(list)
    for stream in streams:
        if stream.direction == Direction.IN:
            for line in stream.fields:
                writers[stream.system, stream.model._meta.label, line.ours].append(stream)
    for (system, model, name), found in writers.items():
        if any(not _exclude_each_other(one, other) for one, other in combinations(found, 2)):
            yield Error(
                f"{len(found)} streams of {system} write {model}.{name}.", hint="Leave it to one.", id="sync.E206"
            )


def _exclude_each_other(one: Stream, other: Stream) -> bool:
    """Whether no record belongs to the parts of both."""
    return any(one.part[name] != other.part[name] for name in one.part.keys() & other.part.keys())


def check_part(stream: Stream) -> Iterator[CheckMessage]:
    """Whether the part of a table, what the source deleted and references by their key are told in a way that holds."""
    known = {each.name for each in stream.model._meta.concrete_fields}
    filled = {line.ours for line in stream.fields}
    if set(stream.part) - known or set(stream.part) & filled:
        yield Error(
            f"{stream.name} is a part by a field that its model lacks, or that a line fills too.",
            hint="Name fields of the model that every record of the stream holds one value in.", id="sync.E221",
        )  # fmt: skip
    deletion = stream.deletion
    if deletion and (stream.split or len(stream.key) != 1 or (deletion.into and deletion.into not in filled)):
        yield Error(
            f"{stream.name} tells deletions, but is split, has a key of several fields or no line for what took over.",
            hint="Give it a line for that field and one key, and do not split it.", id="sync.E222",
        )  # fmt: skip
    if stream.belongs and not (stream.deletion and stream.cursor and stream.system == System.SALESFORCE):
        yield Error(
            f"{stream.name} says what belongs to it, but has no deletion or no cursor, or is not Salesforce's.",
            hint="Give it a cursor and a deletion; only Salesforce's reader finds what left.", id="sync.E224",
        )  # fmt: skip
    for line in stream.fields:
        if line.ours in known and not _is_looked_up_rightly(stream, line):
            yield Error(
                f"{stream.name}.{line.ours} is no reference that can be looked up by their key.",
                hint="Use Reference(by=a unique field of the other model), and only where that has a number of ours.",
                id="sync.E223",
            )


def _is_looked_up_rightly(stream: Stream, line: FieldMap) -> bool:
    """Whether a line is looked up by a unique field where the other model's key is a number of ours, and only there."""
    model_field = stream.model_field(line.ours)
    other = model_field.related_model._meta if isinstance(model_field, models.ForeignKey) else None
    is_numbered = other is not None and isinstance(other.pk, models.AutoField)
    if other is None or not isinstance(line.transform, Reference):
        return not is_numbered and not isinstance(line.transform, Reference)
    unique = {each.name for each in other.concrete_fields if each.unique}
    return is_numbered and getattr(model_field, "db_constraint", False) and line.transform.by in unique
