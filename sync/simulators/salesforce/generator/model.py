"""What the generator remembers of accounts and contacts while it makes what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime

from sync.simulators.salesforce.generator import register
from sync.simulators.salesforce.generator.org import Row
from sync.simulators.salesforce.generator.spelling import HumanName
from sync.simulators.salesforce.generator.users import User


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
