"""What the CC&B at hand has to choose from, for a choice of the site: codes and how often they occur."""

from dataclasses import dataclass

from sync.choices import Choice
from sync.stream import System
from sync.systems import open_reader


@dataclass(frozen=True)
class Offer:
    """One code that CC&B holds, its description where there is one, and how many records hold it."""

    code: str
    description: str
    records: int


def offers_of(choice: Choice) -> list[Offer]:
    """The codes that CC&B holds now, the most used first; none for a choice without any.

    Raises SourceError, with a sentence for a person, where CC&B cannot be reached or refuses.
    """
    if not choice.offers:
        return []
    with open_reader(System.CCB) as reader:
        rows = reader.ask(choice.offers, choice.title)
    return [Offer(code or "", description or "", int(records)) for code, description, records in rows]
