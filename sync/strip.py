"""The latest runs of a stream as a strip of bars: geometry for a server-rendered SVG.

What ended well stands on the line, as high as it took long; what failed or was stopped hangs below it; what wrote
nothing for another reason is a tick on it. So the eye needs no colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format

from sync.models import SyncRun
from sync.selectors import RUNS_SHOWN
from sync.templatetags.sync_words import duration

STEP, THICK = 5, 4
LINE, TALL, LOW, DEPTH = 18, 16, 4, 8
"""The line's y, the height of the longest and of the shortest good run, and how far a bad one hangs down."""

WIDTH, HEIGHT = RUNS_SHOWN * STEP - (STEP - THICK), LINE + DEPTH

_BAD = (SyncRun.State.FAILED, SyncRun.State.STOPPED, SyncRun.State.ABANDONED)


@dataclass(frozen=True)
class Bar:
    """One run: where its bar is, in the strip's units, its style, and what it says when pointed at."""

    x: int
    y: int
    height: int
    style: str
    title: str


@dataclass(frozen=True)
class Strip:
    """The bars, oldest left and newest at the right edge, and the whole in one sentence."""

    bars: tuple[Bar, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    line: int = LINE
    thick: int = THICK


def strip(runs: Sequence[SyncRun]) -> Strip:
    """The strip of these runs, which come newest first."""
    newest = runs[:RUNS_SHOWN]
    longest = max((run.seconds or 0 for run in newest if run.state == SyncRun.State.DONE), default=0)
    bars = [_bar(run, (RUNS_SHOWN - 1 - place) * STEP, longest) for place, run in enumerate(newest)]
    return Strip(tuple(reversed(bars)), _summary(newest))


def _bar(run: SyncRun, x: int, longest: float) -> Bar:
    if run.state in _BAD:
        return Bar(x, LINE, DEPTH, "run-bad", _title(run))
    if run.state != SyncRun.State.DONE:
        return Bar(x, LINE - 2, 2, "run-none", _title(run))
    height = LOW + round((TALL - LOW) * (run.seconds or 0) / longest) if longest else LOW
    return Bar(x, LINE - height, height, "run-done", _title(run))


def _title(run: SyncRun) -> str:
    began = date_format(timezone.localtime(run.started_at), "j M H:i")
    took = f" in {duration(run.seconds)}" if run.state == SyncRun.State.DONE else ""
    return f"{began}: {run.get_state_display().lower()}{took}"


def _summary(runs: Sequence[SyncRun]) -> str:
    """The number of runs in each state: 30 runs: 28 done, 2 failed."""
    states = [run.get_state_display().lower() for run in runs]
    told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"Latest {len(runs)} runs: {told}" if runs else "No run yet"
