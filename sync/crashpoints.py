"""Places at which the process of a run can be made to die, so that a test proves nothing is lost or doubled there.

Set CUSTOMER360_CRASH_AT to a place and a stream, such as `written:ccb.accounts`, and to which time it comes there, if
not the first, such as `range-committed:ccb.bills:2`. Unset, as it always is in production, a crash point does nothing.
"""

import os
import signal
from collections import Counter

VARIABLE = "CUSTOMER360_CRASH_AT"
PLACES = ("staged", "checked", "written", "committed")
"""After a batch was staged; after bad rows were moved aside; before the commit; after it. Ranges pass all but the last.
"""
RANGE_PLACES = ("planned", "range-taken", "range-committed", "ending", "ended")
"""After the ranges were planned; after one was taken; after one was committed; before the last commit of all; after it.
"""

_passed: Counter[str] = Counter()


def crashpoint(place: str, stream: str) -> None:
    """Die here as by `kill -9`, where the environment asks for it."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return
    here = f"{place}:{stream}"
    _passed[here] += 1
    if asked in (here, f"{here}:{_passed[here]}"):
        os.kill(os.getpid(), signal.SIGKILL)
