"""Everything bad that CC&B may give, as one table: how it is armed over the wire, what is said, and what comes of it.

`test_bad_input.py` runs every line; docs/bad-input.md is written from the same lines by
`python -m tests.sync.bad_inputs`, so that it cannot say what does not happen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sync.support import Ccb

PAGE = Path(__file__).parents[2] / "docs" / "bad-input.md"

CUSTOMERS, PREMISES = "ccb.customers", "ccb.premises"
AGREEMENTS, TRANSACTIONS = "ccb.service-agreements", "ccb.financial-transactions"
TITLES = {
    CUSTOMERS: "Customers", PREMISES: "Premises", AGREEMENTS: "Service agreements", TRANSACTIONS: "Transactions",
}  # fmt: skip


class Outcome(StrEnum):
    """What comes of it, as the page says it."""

    NOTHING_READ = "Every stream fails; the mirror is as it was."
    STREAM_FAILS = "This stream fails and its records are as they were; the other streams land."
    READ_AGAIN = "The stream is read again from a new point in time; everything lands."
    ROW_REJECTED = "This row is rejected and kept; its record is as it was; the rest of the stream and the others land."
    OTHER_ROW_TAKEN = "One row of the key is taken, the other rejected and kept; everything else lands."
    TAKEN = "Taken as it is; everything lands."
    TAKEN_WITH_WARNING = "Taken, and told as a warning of the run; everything lands."


@dataclass(frozen=True)
class BadInput:
    """One line: what CC&B does, in which stream it is met, and what a person then reads.

    `arm` is given the simulated CC&B and the settings; `repair` undoes at the source what disarming faults does not.
    `spoiled` is how a spoiled value that is taken reads in the record. `says` are parts of the sentence: the run's
    message, the rejected row's detail, or the warning.
    """

    name: str
    stream: str
    outcome: Outcome
    arm: Callable[["Ccb", Any], object]
    says: tuple[str, ...] = ()
    reason: str = ""
    repair: Callable[["Ccb"], object] = lambda ccb: None
    spoiled: str | None = None

    @property
    def fails(self) -> bool:
        """Whether a run fails of it."""
        return self.outcome in (Outcome.NOTHING_READ, Outcome.STREAM_FAILS)

    @property
    def rejects(self) -> bool:
        """Whether a row is rejected for it."""
        return self.outcome in (Outcome.ROW_REJECTED, Outcome.OTHER_ROW_TAKEN)


def fault(kind: str, /, **options: Any) -> Callable[["Ccb", Any], None]:
    """A fault of the simulator, until it is disarmed unless a count says otherwise."""
    return lambda ccb, settings: ccb.control.arm(kind, **({"count": None} | options))


def ccb_setting(**values: Any) -> Callable[["Ccb", Any], None]:
    """Another setting of the connection."""

    def arm(ccb: "Ccb", settings: Any) -> None:
        settings.CCB = settings.CCB | values

    return arm


def slow(ccb: "Ccb", settings: Any) -> None:
    """Every fetch takes longer than an answer may."""
    settings.CCB = settings.CCB | {"query_timeout_seconds": 1}
    ccb.control.arm("slow", match="FROM CI_PREM m", count=None, seconds=2)


_ROW = {
    "CI_PER_NAME": "PER_ID = ? AND PRIM_NAME_SW = 'Y'", "CI_PER": "PER_ID = ?", "CI_PREM": "PREM_ID = ?",
    "CI_SA": "SA_ID = ?", "CI_FT": "FT_ID = ?",
}  # fmt: skip


def spoil(table: str, column: str, value: Any) -> tuple[Callable[["Ccb", Any], None], Callable[["Ccb"], None]]:
    """A value that CC&B's own programs would not write, and the way back. It hits the victim, see `victim`."""
    kept: list[tuple[Any, str]] = []

    def write(ccb: "Ccb", written: Any, key: str) -> None:
        ccb.control.connection.execute(f"UPDATE {table} SET {column} = ? WHERE {_ROW[table]}", (written, key))
        ccb.control.connection.commit()

    def arm(ccb: "Ccb", settings: Any) -> None:
        key = victim(ccb, table)
        query = f"SELECT {column} FROM {table} WHERE {_ROW[table]}"
        kept.append((ccb.control.connection.execute(query, (key,)).fetchone()[0], key))
        write(ccb, value, key)

    return arm, lambda ccb: write(ccb, *kept.pop())


def victim(ccb: "Ccb", table: str) -> str:
    """The key of the one record that is spoiled: of an ordinary account, with one name and money of its own."""
    queries = {
        "CI_PER_NAME": "SELECT MAX(PER_ID) FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y'",
        "CI_PER": "SELECT MAX(PER_ID) FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y'",
        "CI_PREM": "SELECT MAX(CHAR_PREM_ID) FROM CI_SA",
        "CI_SA": "SELECT MAX(SA_ID) FROM CI_FT WHERE SA_ID IN (SELECT SA_ID FROM CI_SA)",
        "CI_FT": "SELECT MAX(FT_ID) FROM CI_FT WHERE SA_ID IN (SELECT SA_ID FROM CI_SA) AND ARS_DT IS NOT NULL",
    }
    return str(ccb.value(queries[table]))


TWIN = "987654321"
"""A key that two rows have once blanks are removed: CC&B's pads at the right, a faulty interface at the left."""


GOOD = "1 Good St"


def twins(*addresses: str) -> Callable[["Ccb", Any], None]:
    """Two premises of one key, read in this order."""

    def arm(ccb: "Ccb", settings: Any) -> None:
        connection = ccb.control.connection
        columns = [row[1] for row in connection.execute("PRAGMA table_info(CI_PREM)")]
        found = connection.execute("SELECT * FROM CI_PREM WHERE PREM_ID = ?", (victim(ccb, "CI_PREM"),)).fetchone()
        for key, address in zip((f" {TWIN}", f"{TWIN} "), addresses, strict=True):
            row = dict(zip(columns, tuple(found), strict=True)) | {"PREM_ID": key, "ADDRESS1": address}
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO CI_PREM ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        connection.commit()

    return arm


def no_twin(ccb: "Ccb") -> None:
    """The one of the two rows that was not taken goes."""
    ccb.control.connection.execute("DELETE FROM CI_PREM WHERE TRIM(PREM_ID) = ? AND ADDRESS1 <> ?", (TWIN, GOOD))
    ccb.control.connection.commit()


def line(
    name: str, stream: str, outcome: Outcome, spoiled: tuple[str, str, Any], says: tuple[str, ...], reason: str = ""
) -> BadInput:
    """A line about one spoiled value."""
    arm, repair = spoil(*spoiled)
    return BadInput(name, stream, outcome, arm, says, reason, repair, spoiled=in_the_record(spoiled[2]))


def in_the_record(value: Any) -> str:
    """A value of CC&B as a record of the mirror shows it."""
    if isinstance(value, str) and value.endswith(" 00:00:00"):
        year, month, day = value[:10].rsplit("-", 2)
        return f"datetime.date({int(year)}, {int(month)}, {int(day)})"
    return f"Decimal('{value:.2f}')" if isinstance(value, float) else repr(value)


O = Outcome  # noqa: E741 - the table below is read by columns

BAD_INPUTS: tuple[BadInput, ...] = (
    # The way to CC&B
    BadInput("Nobody listens (connection refused)", CUSTOMERS, O.NOTHING_READ, ccb_setting(dsn="127.0.0.1:1/CCB"),
             ("CC&B could not be read", "Check that CC&B is running and that host and port")),
    BadInput("The listener does not know the service", CUSTOMERS, O.NOTHING_READ, fault("refuse"),
             ("CC&B could not be read", "The listener does not know the service. Correct the service in admin")),
    BadInput("Wrong password", CUSTOMERS, O.NOTHING_READ, ccb_setting(password="not-this-one"),
             ("ORA-01017", "CC&B refused the user name or password. Correct the user in admin under CC&B connection")),
    BadInput("Account locked", CUSTOMERS, O.NOTHING_READ, fault("error", code=28000, match="CISREAD"),
             ("ORA-28000", "CC&B has locked the reading account. Ask its administrator to unlock it")),
    BadInput("Password expired", CUSTOMERS, O.NOTHING_READ, fault("error", code=28001, match="CISREAD"),
             ("ORA-28001", "password has expired", "Ask CC&B's administrator for a new one")),
    # What CC&B lets be read
    BadInput("Grant taken away while it is read", PREMISES, O.STREAM_FAILS,
             fault("error", code=942, match="FROM CI_PREM m"),
             ("Premises could not be read", "ORA-00942", "Grant SELECT on CC&B's tables to the reading account")),
    BadInput("Right missing on a view", PREMISES, O.STREAM_FAILS, fault("error", code=1031, match="FROM CI_PREM m"),
             ("ORA-01031", "The reading account may not read a table. Grant SELECT")),
    BadInput("Table missing or not granted", CUSTOMERS, O.STREAM_FAILS, fault("hide-table", name="CI_PER_PHONE"),
             ("Customers could not be read", "CISADM.CI_PER_PHONE", "missing or not granted. Grant SELECT")),
    BadInput("Column dropped", CUSTOMERS, O.STREAM_FAILS, fault("hide-column", name="CI_PER.EMAILID"),
             ("Customers could not be read", "no column CISADM.CI_PER.EMAILID", "Compare the release of CC&B")),
    BadInput("Column widened", CUSTOMERS, O.TAKEN_WITH_WARNING,
             fault("widen-column", name="CI_PER_NAME.ENTITY_NAME", width=500),
             ("CI_PER_NAME.ENTITY_NAME takes 500 characters and name only 254", "Widen the field")),
    # While it is read
    BadInput("Snapshot too old, once (ORA-01555)", PREMISES, O.READ_AGAIN,
             fault("error", code=1555, match="FROM CI_PREM m", rows=5, count=1)),
    BadInput("Snapshot too old, every time (ORA-01555)", PREMISES, O.STREAM_FAILS,
             fault("error", code=1555, match="FROM CI_PREM m", rows=5),
             ("Premises could not be read", "ORA-01555", "lost the point in time")),
    BadInput("No answer in time, in mid fetch", PREMISES, O.STREAM_FAILS, slow,
             ("Premises could not be read", "call timeout", "CC&B took longer than the query timeout")),
    BadInput("Connection dropped in mid fetch", PREMISES, O.STREAM_FAILS,
             fault("drop", match="FROM CI_PREM m", rows=5),
             ("Premises could not be read", "Check that CC&B is running")),
    # Rows
    line("Text longer than the field", CUSTOMERS, O.ROW_REJECTED, ("CI_PER_NAME", "ENTITY_NAME", "x" * 255),
         ("Its name is longer than 254 characters",), "too long"),
    line("NUL byte in a text", CUSTOMERS, O.ROW_REJECTED, ("CI_PER_NAME", "ENTITY_NAME", "Whit\x00field"),
         ("A text holds a NUL byte", "Correct it in the source"), "unreadable"),
    line("Nothing but blanks where a value must be", CUSTOMERS, O.ROW_REJECTED, ("CI_PER_NAME", "ENTITY_NAME", " "),
         ("It has no name",), "required"),
    line("Unknown code, where the code decides", CUSTOMERS, O.ROW_REJECTED, ("CI_PER", "PER_OR_BUS_FLG", "Z"),
         ("Its kind is a code that the mapping does not know",), "unknown code"),
    line("Unknown code, where it is shown", AGREEMENTS, O.TAKEN_WITH_WARNING, ("CI_SA", "SA_STATUS_FLG", "99"),
         ("Kept the code 99, which the mapping does not know",)),
    line("Orphan: its account is not there", AGREEMENTS, O.ROW_REJECTED, ("CI_SA", "ACCT_ID", "9999999999"),
         ("Its account is not in the mirror, or was rejected itself",), "orphan"),
    BadInput("Key twice, both rows good", PREMISES, O.OTHER_ROW_TAKEN, twins(GOOD, "2 Other St"),
             ("The source gave this key more than once; the first row that could be taken was",), "duplicate", no_twin),
    BadInput("Key twice, the first row good, the second bad", PREMISES, O.OTHER_ROW_TAKEN, twins(GOOD, "x" * 300),
             ("Its address is longer than 254 characters",), "too long", no_twin),
    BadInput("Key twice, the first row bad, the second good", PREMISES, O.OTHER_ROW_TAKEN, twins("x" * 300, GOOD),
             ("Its address is longer than 254 characters",), "too long", no_twin),
    line("Date 0001-01-01 (CC&B's word for none)", TRANSACTIONS, O.TAKEN,
         ("CI_FT", "ARS_DT", "0001-01-01 00:00:00"), ()),
    line("Date 9999-12-31", TRANSACTIONS, O.TAKEN, ("CI_FT", "ARS_DT", "9999-12-31 00:00:00"), ()),
    line("Date in the year 0", TRANSACTIONS, O.ROW_REJECTED, ("CI_FT", "ARS_DT", "0000-01-01 00:00:00"),
         ("lies before the year 1. Correct it in the source",), "no date"),
    line("Date before Christ", TRANSACTIONS, O.ROW_REJECTED, ("CI_FT", "ARS_DT", "-4712-01-01 00:00:00"),
         ("lies before the year 1. Correct it in the source",), "no date"),
    line("Date with a month or day 0", TRANSACTIONS, O.STREAM_FAILS, ("CI_FT", "ARS_DT", "2026-00-00 00:00:00"),
         ("CC&B gave a date or a number that is none", "correct it; the next run tries again")),
    line("Negative amount", TRANSACTIONS, O.TAKEN, ("CI_FT", "CUR_AMT", -1234567.89), ()),
    line("Largest amount that fits", TRANSACTIONS, O.TAKEN, ("CI_FT", "CUR_AMT", 9_999_999_999_999.99), ()),
    line("Amount of more digits than fit", TRANSACTIONS, O.ROW_REJECTED, ("CI_FT", "CUR_AMT", 10_000_000_000_000.0),
         ("It has more than 13 digits before the point",), "too large"),
    line("Absurd amount (10 to the power of 37)", TRANSACTIONS, O.ROW_REJECTED, ("CI_FT", "CUR_AMT", 1e37),
         ("It has more than 13 digits before the point",), "too large"),
)  # fmt: skip


def document() -> str:
    """The page: one line for each bad input."""
    rows = [
        f"| {bad.name} | {TITLES[bad.stream]} | {bad.outcome} | {' … '.join(bad.says) or 'nothing of its own'} |"
        for bad in BAD_INPUTS
    ]
    return "\n".join((*_HEAD, *rows, ""))


_HEAD = (
    "# What happens to bad input",
    "",
    "Written from the table in `tests/sync/bad_inputs.py` by `python -m tests.sync.bad_inputs`. Each line is a test",
    "that arms it in the simulated CC&B, over Oracle's protocol, and sees the outcome, the sentence, and that the next",
    "good run heals it whole.",
    "",
    "A failed run says what happened, what is still fine (the mirror is as it was after the last good run) and what to",
    "do. A rejected row is kept whole on the page *Rejected rows* and put to the checks again until it passes, is gone",
    "from the source, or somebody ignores it with a reason; what belongs to it waits there too, and heals with it.",
    "",
    "| what comes | met in | outcome | what is said |",
    "|---|---|---|---|",
)


if __name__ == "__main__":
    PAGE.write_text(document())
