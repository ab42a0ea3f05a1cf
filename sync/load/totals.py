"""What the ranges of a run came to together, as one load would have said it."""

from collections.abc import Iterable
from typing import Any

from sync.load import changes
from sync.load.outcome import Outcome
from sync.load.plan import Plan


def add_up(plan: Plan, outcomes: Iterable[Outcome]) -> Outcome:
    """The sum of what the ranges of one run did, with the highest cursor value of them all."""
    total = Outcome()
    for outcome in outcomes:
        for name in ("read", "new", "changed", "unchanged", "rejected", "healed", "keys"):
            setattr(total, name, getattr(total, name) + getattr(outcome, name))
        total.highest = max(filter(None, (total.highest, outcome.highest)), default=None)
        total.warnings += outcome.warnings
    total.warnings = _told_once(plan, total.warnings)
    return total


def _told_once(plan: Plan, warnings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Warnings that several ranges gave, each once with all its rows; keys named in one are the first of all."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for warning in warnings:
        anomaly = "keys" in warning
        kind = (warning["field"], "" if anomaly else warning["detail"])
        if kind not in merged:
            merged[kind] = dict(warning)
            continue
        known = merged[kind]
        # A warning about a column rather than rows counts none.
        if known["rows"] is not None:
            known["rows"] += warning["rows"]
        if anomaly:
            known["keys"] = [*known["keys"], *warning["keys"]]
    fixed = {column.field.name: column for column in plan.fixed}
    return [
        changes.anomaly(fixed[told["field"]], told["rows"], sorted(told["keys"])[: changes.FIRST])
        if "keys" in told and told["field"] in fixed
        else told
        for told in merged.values()
    ]
