"""Every stream, parents before children."""

from sync.stream import Direction, Stream, System
from sync.streams import ccb, salesforce

STREAMS: tuple[Stream, ...] = (*ccb.STREAMS, *salesforce.STREAMS)


def by_name(name: str) -> Stream:
    """The stream of that name; KeyError, with the names there are, if there is none."""
    for stream in STREAMS:
        if stream.name == name:
            return stream
    raise KeyError(f"There is no stream {name}. There are: {', '.join(stream.name for stream in STREAMS)}.")


def inbound(system: System) -> tuple[Stream, ...]:
    """The streams that fill the mirror from one system, in load order."""
    return tuple(stream for stream in STREAMS if stream.system == system and stream.direction == Direction.IN)
