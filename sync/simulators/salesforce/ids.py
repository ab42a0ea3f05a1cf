"""Record ids: fifteen characters that tell case, and three more that let a reader who does not tell it apart."""

import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECK = string.ascii_uppercase + "012345"
# Which instance of Salesforce made the record, and the character that Salesforce keeps for later.
_POD = "5e0"
_SHORT, _LONG = 15, 18
_SEQUENCE_LENGTH = _SHORT - len("001") - len(_POD)
_KNOWN = frozenset(ALPHABET)
_UPPER = frozenset(string.ascii_uppercase)


def suffix(short: str) -> str:
    """The three characters that follow from the case of each of the fifteen."""
    told = ""
    for start in (0, 5, 10):
        bits = 0
        for place in range(5):
            if short[start + place] in _UPPER:
                bits |= 1 << place
        told += _CHECK[bits]
    return told


def make(prefix: str, number: int) -> str:
    """The eighteen-character id of the nth record of the object with that prefix; ids grow with the number."""
    rest = number
    digits = ""
    while rest:
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    short = f"{prefix}{_POD}{digits.rjust(_SEQUENCE_LENGTH, '0')}"
    return short + suffix(short)


def normal(text: object) -> str | None:
    """An id of fifteen or eighteen characters as eighteen; None for anything else."""
    if not isinstance(text, str) or len(text) not in (_SHORT, _LONG) or not _KNOWN.issuperset(text):
        return None
    if len(text) == _SHORT:
        return text + suffix(text)
    return text if text[_SHORT:] == suffix(text[:_SHORT]) else None
