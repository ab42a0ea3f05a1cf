"""Matching against what is true: an org that sales people filled about customers of CC&B, spelled as they spell.

Both systems are read over their wires; only then is each record compared with whom it really stands for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from customer360.models import Account
from sync import matching
from sync.matching.objects import OBJECTS
from sync.models import Match, SyncRun
from sync.services import run_streams
from sync.simulators.ccb.server import Simulator as CcbSimulator
from sync.simulators.salesforce.generator import Truth, truth
from sync.simulators.salesforce.server import Simulator
from sync.streams import by_name
from tests.factories import make_user
from tests.sync.salesforce.support import connect
from tests.sync.simulators.salesforce import generated
from tests.sync.support import TIME_ZONE, TODAY

READ = (
    "ccb.customers", "ccb.accounts", "ccb.account-customers", "ccb.premises", "ccb.service-agreements",
    *(each.stream for each in OBJECTS),
)  # fmt: skip


@dataclass
class Score:
    """How the matches of one object stand to the truth."""

    true: int = 0
    linked: int = 0
    linked_wrong: int = 0
    exact: int = 0
    exact_wrong: int = 0
    proposed: int = 0
    named: int = 0

    @property
    def recall(self) -> float:
        """The share of records that are somebody in CC&B, of whom the first candidate is the right one."""
        return self.proposed / self.true

    def __str__(self) -> str:
        return (
            f"{self.true} are in CC&B; linked by the machine {self.linked}, wrong {self.linked_wrong};"
            f" exact {self.exact}, wrong {self.exact_wrong}; first candidate right {self.proposed} ({self.recall:.1%}),"
            f" among the candidates {self.named}"
        )


@pytest.fixture
def truths(tmp_path: Path, settings: Any, db: None) -> Iterator[dict[str, Truth]]:
    """Both systems loaded from their simulators, and the truth by Salesforce id."""
    ccb = generated.filled_ccb(tmp_path / "ccb.sqlite3")
    org = generated.filled(ccb, tmp_path / "org.sqlite3", tasks=5)
    known = truth(org)
    org.close()
    with CcbSimulator(ccb) as theirs, Simulator(tmp_path / "org.sqlite3") as salesforce:
        settings.CCB = settings.CCB | {"dsn": theirs.dsn, "time_zone": TIME_ZONE, "language": "ENG"}
        settings.SALESFORCE = settings.SALESFORCE | connect(salesforce)
        runs = [run for run, _ in run_streams([by_name(name) for name in READ], business_date=TODAY)]
    assert {run.state for run in runs} == {SyncRun.State.DONE}, [run.message for run in runs]
    yield known


def scores(truths: dict[str, Truth]) -> dict[str, Score]:
    """Every object's matches held against the truth."""
    found = {str(each.object): Score() for each in OBJECTS}
    for match in Match.objects.all():
        known, score = truths[match.salesforce_id], found[match.object]
        wanted = known.ccb_key if known.ccb_kind == ("account" if match.object == "accounts" else "person") else None
        is_right = wanted is not None and match.candidate == wanted
        if match.state == Match.State.LINKED:
            score.linked += 1
            score.linked_wrong += not is_right
        elif match.is_exact:
            score.exact += 1
            score.exact_wrong += not is_right
        if wanted:
            score.true += 1
            score.proposed += is_right
            score.named += wanted in (match.candidate, *match.others)
    return found


def test_nothing_wrong_is_linked_or_called_exact_and_nearly_everybody_is_found(truths: dict[str, Truth]) -> None:
    results = matching.match()
    found = scores(truths)
    for name, score in found.items():
        print(f"{name}: {score}")
        assert (score.linked_wrong, score.exact_wrong) == (0, 0), name
    assert sum(each.compared for each in results) == Match.objects.count() > 400
    accounts, customers, contacts = found.values()
    assert accounts.linked > 10 and accounts.exact > 20 and contacts.exact > 20
    assert accounts.recall >= 0.9 and customers.recall >= 0.9 and contacts.recall >= 0.95
    assert [each.written for each in matching.match(again=True)] == [0, 0, 0]

    steward = make_user()
    exact = sum(score.exact for score in found.values())
    assert sum(matching.link_exact(each.object, actor=steward) for each in OBJECTS) == exact
    assert_one_record_for_each_key()
    matching.match()
    assert [each.written for each in matching.match(again=True)] == [0, 0, 0]


def assert_one_record_for_each_key() -> None:
    """No two present records are linked to one key, and every link of a match is its record's."""
    for each in OBJECTS:
        links = list(each.model._default_manager.exclude(**{each.link: None}).values_list(each.link, "salesforce_id"))
        assert len({key for key, _ in links}) == len(links) > 0
        linked = Match.objects.filter(object=each.object, state=Match.State.LINKED)
        assert set(linked.values_list("candidate", "salesforce_id")) == set(links)
    assert Account.objects.filter(salesforce_accounts__isnull=False).exists()
