"""Matching: which records of Salesforce, that were there before us, are which of CC&B.

`match` compares whole tables and proposes; a data steward decides (`link`, `create_later`, `ignore`, `undo`,
`link_exact`), object by object, and `close`s one that is done. `is_closed` is what a push asks first.
"""

from sync.matching.decisions import Refused, close, create_later, ignore, link, link_exact, reopen, undo
from sync.matching.engine import Matching, match
from sync.matching.progress import Progress, asked_about, is_closed, progress

__all__ = [
    "Matching", "Progress", "Refused", "asked_about", "close", "create_later", "ignore", "is_closed", "link",
    "link_exact", "match", "progress", "reopen", "undo",
]  # fmt: skip
