"""What log lines may hold: never the query string of a URL, for it may hold what a rep typed about a caller."""

import logging
import re

_QUERY_STRING = re.compile(r"\?[^\s\"']*")


class WithoutQueryString(logging.Filter):
    """Cuts the query string out of every line that names a path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message in place; every record passes."""
        if isinstance(record.msg, str):
            message = record.getMessage()
            if "?" in message and "/" in message:
                record.msg, record.args = _QUERY_STRING.sub("?…", message), None
        return True
