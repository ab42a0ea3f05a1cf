"""The strip of a stream's latest runs, and spans of time in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import SyncRun
from sync.selectors import RUNS_SHOWN
from sync.strip import HEIGHT, LINE, WIDTH, strip
from sync.templatetags.sync_words import duration, lag

State = SyncRun.State


def run(state: State = State.DONE, seconds: float = 10) -> SyncRun:
    """A run that is not saved."""
    now = timezone.now()
    return SyncRun(stream="ccb.bills", state=state, started_at=now, finished_at=now + timedelta(seconds=seconds))


def test_the_newest_run_stands_at_the_right_and_a_longer_one_is_higher() -> None:
    drawn = strip([run(seconds=5), run(seconds=50), run(seconds=1)])
    heights = [bar.height for bar in drawn.bars]
    assert heights[1] > heights[2] > heights[0] > 0
    assert [bar.x for bar in drawn.bars] == sorted(bar.x for bar in drawn.bars)
    assert drawn.bars[-1].x + drawn.thick == WIDTH


@pytest.mark.parametrize("state", [State.FAILED, State.STOPPED, State.ABANDONED])
def test_what_went_wrong_hangs_below_the_line(state: State) -> None:
    (bar,) = strip([run(state)]).bars
    assert bar.y == LINE and bar.y + bar.height == HEIGHT


def test_a_good_run_stands_on_the_line_however_short_and_a_refused_one_is_a_tick() -> None:
    refused, good = strip([run(seconds=0), run(State.REFUSED)]).bars
    assert good.y + good.height == refused.y + refused.height == LINE
    assert good.height > refused.height > 0


def test_the_strip_says_in_words_what_it_shows() -> None:
    assert strip([]).summary == "No run yet" and strip([]).bars == ()
    drawn = strip([run()] * 40 + [run(State.FAILED)])
    assert drawn.summary == f"Latest {RUNS_SHOWN} runs: {RUNS_SHOWN} done"
    assert len(drawn.bars) == RUNS_SHOWN and min(bar.x for bar in drawn.bars) == 0
    assert strip([run(), run(State.FAILED), run()]).summary == "Latest 3 runs: 2 done, 1 failed"
    assert drawn.bars[0].title.endswith(": done in 10 s")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"), (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min"),
        (200, "3 min 20 s"), (3600, "1 h"), (26_340, "7 h 19 min"), (180_000, "2 d 2 h"), (86_400, "1 d"),
    ],
)  # fmt: skip
def test_a_span_reads_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == duration(timedelta(seconds=seconds)) == words


def test_what_is_no_span_is_nothing() -> None:
    assert duration(None) == duration("") == lag(None) == lag("") == ""
    assert lag(timezone.now() - timedelta(minutes=5, seconds=30)) == "5 min 30 s"
