"""Places at which the process of a run can be made to die, so that a test proves nothing is lost or doubled there.

Set CUSTOMER360_CRASH_AT to a place and a stream, such as `written:ccb.accounts`. Unset, as it always is in production,
a crash point does nothing.
"""

import os
import signal

VARIABLE = "CUSTOMER360_CRASH_AT"
PLACES = ("staged", "checked", "written", "committed")
"""After a batch was staged; after bad rows were moved aside; before the commit; after it."""


def crashpoint(place: str, stream: str) -> None:
    """Die here as by `kill -9`, where the environment asks for it."""
    if os.environ.get(VARIABLE) == f"{place}:{stream}":
        os.kill(os.getpid(), signal.SIGKILL)
