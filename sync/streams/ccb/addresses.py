"""The nine columns of an address as CC&B has them on persons, premises and overrides alike."""

from collections.abc import Callable

from customer360.models.base import MirroredAddress
from sync.stream import FieldMap

_THEIR_ADDRESS = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "ADDRESS4", "CITY", "COUNTY", "STATE", "POSTAL", "COUNTRY")


def address(of: Callable[[str], str]) -> tuple[FieldMap, ...]:
    """The nine lines of an address, each from the expression that `of` makes of CC&B's column name."""
    return tuple(
        FieldMap(of(theirs), ours) for theirs, ours in zip(_THEIR_ADDRESS, MirroredAddress.ADDRESS_FIELDS, strict=True)
    )
