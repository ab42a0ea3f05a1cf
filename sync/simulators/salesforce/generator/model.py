"""What the generator remembers of accounts and contacts while it makes what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime

from sync.simulators.salesforce.generator import register
from sync.simulators.salesforce.generator.org import Row
from sync.simulators.salesforce.generator.spelling import HumanName
from sync.simulators.salesforce.generator.users import User

_KEYS_TO_ONE_LINK = 30


@dataclass
class Contact:
    """A contact of the org, and the CC&B customer it really is, if one."""

    id: str
    row: Row
    created: datetime
    account_id: str | None
    customer: register.Customer | None = None


@dataclass
class Account:
    """An account of the org; `customer` and `billed` are what it stands for in CC&B.

    A human prospect has a `human` name; `place` is where the record really lies, as CC&B would spell it.
    """

    id: str
    row: Row
    created: datetime
    owner: User
    business: bool
    customer: register.Customer | None = None
    billed: register.Account | None = None
    human: HumanName | None = None
    place: register.Address | None = None
    contacts: list[Contact] = field(default_factory=list)


class Links:
    """Picks the few records that somebody gave the id of CC&B: every thirtieth, and the first of each key alone."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def next(self, key: str) -> bool:
        """Whether the record of this key has it."""
        if key in self._met:
            return False
        self._met.add(key)
        return len(self._met) % _KEYS_TO_ONE_LINK == _KEYS_TO_ONE_LINK // 2
