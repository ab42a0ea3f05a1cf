"""Lists that show their first few rows until all of them are asked for: one at a time, so that no page grows large."""

from customer360.pages import Visit

FOLDED = ("premises", "ended", "notes", "people")
"""The parameters by which a list is asked for: with `all` or the number of a page."""


def asked_page(visit: Visit, parameter: str) -> str | None:
    """The page of a folded list that the query string asks for; None while the list stays folded.

    Where several are asked for, the first of them unfolds.
    """
    asked = {name: value for name in FOLDED if _is_page(value := visit.query.get(name, ""))}
    return asked[parameter] if parameter in asked and next(iter(asked)) == parameter else None


def _is_page(value: str) -> bool:
    return value == "all" or value.isdecimal()
