"""Every line of the table of bad inputs: its outcome and sentence, the rest lands, the next good run heals it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from customer360.models import Customer, FinancialTransaction, Premise
from sync.models import RejectedRow, SyncRun
from sync.services import run_streams
from sync.streams import STREAMS
from tests.sync import bad_inputs
from tests.sync.bad_inputs import AGREEMENTS, BAD_INPUTS, CUSTOMERS, PREMISES, TRANSACTIONS, BadInput, Outcome
from tests.sync.support import TODAY, Ccb, contents, differences

pytestmark = pytest.mark.usefixtures("mirror")

RUN = tuple(stream for stream in STREAMS if stream.name in (CUSTOMERS, PREMISES, AGREEMENTS, TRANSACTIONS))
TABLES = {stream.name: stream.model._meta.db_table for stream in RUN}
FINE = "The mirror is as it was after the last good run"


def run() -> dict[str, SyncRun]:
    """A full compare of the four streams of the table."""
    return {run.stream: run for run, _ in run_streams(RUN, business_date=TODAY, full=True)}


@pytest.fixture(scope="session")
def filled(few: Path) -> Path:
    """A CC&B that is read in a moment: every line of the table reads it twice."""
    return few


@pytest.fixture
def moved(ccb: Ccb) -> Ccb:
    """A CC&B in which three streams have something new that must land whatever else goes wrong."""
    person = Customer.objects.filter(main_accounts__isnull=False).order_by("pk").values_list("pk", flat=True)[0]
    ccb.control.update("CI_PER_NAME", {"PER_ID": person, "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Renamed,Since")
    premise = Premise.objects.order_by("pk").values_list("pk", flat=True)[0]
    ccb.control.update("CI_PREM", {"PREM_ID": premise}, LS_SL_DESCR="Noted since")
    charge = FinancialTransaction.objects.order_by("pk").values_list("pk", flat=True)[0]
    ccb.control.update("CI_FT", {"FT_ID": charge}, ACCOUNTING_DT="2001-02-03")
    return ccb


def landed() -> set[str]:
    """The streams whose news is in the mirror."""
    news = {
        CUSTOMERS: Customer.objects.filter(name="Renamed,Since"),
        PREMISES: Premise.objects.filter(life_support_note="Noted since"),
        TRANSACTIONS: FinancialTransaction.objects.filter(accounting_date="2001-02-03"),
    }
    return {stream for stream, records in news.items() if records.exists()}


def open_rows() -> set[int]:
    """The open rejected rows; a few are planted in the simulated data."""
    return set(RejectedRow.objects.filter(closed_at=None).values_list("pk", flat=True))


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name)
def test_it_is_met_as_the_table_says_and_the_next_good_run_heals_it(moved: Ccb, settings: Any, bad: BadInput) -> None:
    before, rejected, reached = contents(), open_rows(), dict(settings.CCB)
    bad.arm(moved, settings)
    runs = run()

    met = runs[bad.stream]
    failed = {name for name, each in runs.items() if each.state == SyncRun.State.FAILED}
    assert {each.state for each in runs.values()} <= {SyncRun.State.DONE, SyncRun.State.FAILED}
    if bad.outcome == Outcome.NOTHING_READ:
        assert failed == set(TABLES) and landed() == set()
        assert contents() == before
    else:
        assert failed == ({bad.stream} if bad.fails else set())
        assert landed() == {CUSTOMERS, PREMISES, TRANSACTIONS} - failed, "the rest lands"
    for name in failed:
        assert contents()[TABLES[name]] == before[TABLES[name]]
        assert FINE in runs[name].message and "\n" not in runs[name].message
    new = list(RejectedRow.objects.filter(pk__in=open_rows() - rejected))
    assert_says(bad, met, new)
    assert_wrote(bad, [line.split(maxsplit=2) for line in differences(before, contents())])

    moved.control.disarm()
    bad.repair(moved)
    settings.CCB = reached
    healed = run()
    assert {each.state for each in healed.values()} == {SyncRun.State.DONE}
    assert landed() == {CUSTOMERS, PREMISES, TRANSACTIONS}
    assert open_rows() == rejected, "what was rejected has healed, and nothing else is"
    assert_is_as_ccb_says(bad, before)


def assert_says(bad: BadInput, met: SyncRun, new: Iterable[RejectedRow]) -> None:
    """A failure, a rejected row or a warning says what the table says; what is taken says nothing."""
    new = list(new)
    if bad.fails:
        assert new == []
        told = [met.message]
        assert len(re.split(r"\. (?=[A-Z])", met.message)) >= 3, "what happened, what is still fine, what to do"
    elif bad.rejects:
        (row, *more) = sorted(new, key=lambda row: row.stream != bad.stream)
        assert (row.stream, row.reason, row.first_run) == (bad.stream, bad.reason, met.pk)
        # What belongs to a rejected record is an orphan, and heals with it.
        assert {(each.stream, each.reason) for each in more} <= {(TRANSACTIONS, "orphan")} and met.rejected == 1
        assert len(row.detail) < 120 and row.detail.endswith(".")
        told = [row.detail]
    else:
        assert new == []
        told = [warning["detail"] for warning in met.warnings]
    for part in bad.says:
        assert any(part in text for text in told), f"{part!r} is not in {told}"


def assert_wrote(bad: BadInput, lines: list[list[str]]) -> None:
    """Of the stream's records the news was written and, as the table says, what was bad: taken, or not at all."""
    table = TABLES[bad.stream]
    gone, come = ([row for sign, where, row in lines if (sign, where) == (this, table)] for this in "-+")
    news = 0 if bad.fails or bad.stream == AGREEMENTS else 1
    takes = bad.spoiled is not None and not bad.rejects and not bad.fails
    assert len(gone) == news + takes, "no record of it was changed or marked removed"
    assert len(come) == news + takes + (bad.outcome == Outcome.OTHER_ROW_TAKEN)
    if takes:
        assert any(bad.spoiled in row for row in come)
    if bad.outcome == Outcome.OTHER_ROW_TAKEN:
        assert Premise.objects.get(pk=bad_inputs.TWIN).address1 == bad_inputs.GOOD


def assert_is_as_ccb_says(bad: BadInput, before: dict[str, Any]) -> None:
    """After the repair the mirror differs from what it was by the news alone, and by the twin that was taken."""
    lines = [line for line in differences(before, contents()) if "historical" not in line.split()[1]]
    expected = {"Renamed,Since", "Noted since", "datetime.date(2001, 2, 3)"} | {bad_inputs.TWIN}
    gained = [line for line in lines if line.startswith("+") and "summary" not in line.split()[1]]
    assert [line for line in gained if not any(each in line for each in expected)] == []
    assert Premise.objects.filter(pk=bad_inputs.TWIN).exists() == (bad.outcome == Outcome.OTHER_ROW_TAKEN)


def test_the_page_about_bad_input_is_written_from_the_table() -> None:
    assert bad_inputs.PAGE.read_text() == bad_inputs.document(), "run python -m tests.sync.bad_inputs and commit it"
    assert len({bad.name for bad in BAD_INPUTS}) == len(BAD_INPUTS) > 25
