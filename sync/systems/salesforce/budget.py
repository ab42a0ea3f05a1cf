"""The org's allowance of API calls, which every integration shares, and how much of it the portal may use."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from sync.models import SyncRun
from sync.stream import System
from sync.systems.base import SourceSpent
from sync.systems.salesforce.errors import FINE, WHERE

LIMIT_HEADER = "Sforce-Limit-Info"
DAY = timedelta(hours=24)
_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")


class BudgetSpent(SourceSpent):
    """The portal has used its share of the org's calls; what was read and committed before stays."""


@dataclass
class Budget:
    """Counts calls. `spent` are those of the portal's runs in the 24 hours before; `used` and `allowed` are the org's.

    `allowed` is 0 until an answer of Salesforce has said it.
    """

    share_percent: float
    spent: int = 0
    calls: int = 0
    used: int = 0
    allowed: int = 0

    @property
    def share(self) -> int:
        """How many calls the portal may make in 24 hours; 0 until it is known."""
        return max(1, int(self.allowed * self.share_percent / 100)) if self.allowed else 0

    @property
    def left(self) -> int | None:
        """How many more calls the portal may make now; None until it is known."""
        if not self.allowed:
            return None
        return max(0, min(self.share - self.spent - self.calls, self.allowed - self.used))

    def take(self) -> None:
        """Count one call that is about to be made.

        Raises BudgetSpent where the portal's share is used up.
        """
        if self.allowed and self.spent + self.calls >= self.share:
            raise BudgetSpent(
                f"Salesforce was not read further: the portal has made {self.spent + self.calls} API calls in 24 hours,"
                f" its share of {self.share_percent:g} % of the {self.allowed} that the org may make. {FINE} Nothing is"
                f" lost: a later run goes on from there. Raise the share {WHERE} if the org has calls to spare."
            )
        self.calls += 1

    def learn(self, header: str | None) -> None:
        """Take in what an answer's `Sforce-Limit-Info` says of the whole org."""
        if found := _USAGE.search(header or ""):
            self.used, self.allowed = int(found[1]), int(found[2])


def spent_lately() -> int:
    """The calls that runs of Salesforce's streams made in the last 24 hours, those of runs that go on left out."""
    lately = SyncRun.objects.filter(
        stream__startswith=f"{System.SALESFORCE}.", started_at__gt=timezone.now() - DAY, api_calls__isnull=False
    )
    return int(lately.aggregate(calls=Sum("api_calls"))["calls"] or 0)
