"""What people wrote down about customers: customer contacts with their log, and account alerts."""

from datetime import date, datetime, time, timedelta
from random import Random

from sync.simulators.ccb.generator.accounts import Account
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.rows import RowWriter

# Contact class and type -> how it came in, and texts.
_TEXTS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("BILL", "HIGHBILL"): (
        "PHON",
        (
            "Customer asks why the bill is higher than last year. Explained the colder weeks; offered an audit.",
            "High bill: space heater in use since the furnace failed. Suggested level billing.",
            "Disputes the estimated read. Re-read ordered.",
        ),
    ),
    ("BILL", "BILLCOPY"): (
        "EMAL",
        ("Copies of the last twelve bills sent by e-mail.", "Bill copy by post."),
    ),
    ("BILL", "PAYQUEST"): (
        "PHON",
        (
            "Asked whether the check arrived. Posted yesterday.",
            "Wants to move the due date: not on this cycle.",
        ),
    ),
    ("CRED", "REMINDER"): ("MAIL", ("Past-due reminder sent.",)),
    ("CRED", "PAYARR"): (
        "PHON",
        ("Will pay half now and half on the 15th.", "Asked about assistance."),
    ),
    ("SERV", "OUTAGE"): ("PHON", ("Reported lights flickering. Crew found a loose neutral.", "Power out since 6:40.")),
    ("SERV", "MOVE"): ("PHON", ("Moves out at the end of the month; forwarding address to follow.",)),
    ("SERV", "METER"): (
        "PHON",
        ("Gate code is 4417. Dog is kept inside on read days.", "Access by appointment."),
    ),
    ("ACCT", "NOTE"): ("PHON", ("Prefers e-mail.", "Calls only after 16:00.", "New bookkeeper from next month.")),
    ("ACCT", "VISIT"): ("VIST", ("Walked the site with the facilities manager. Interested in the lighting rebate.",)),
}
_KINDS = tuple(_TEXTS)
_AUTHORS = ("JALVAREZ", "PNORTH", "TBRANDT")
_ALERTS = ("DOG", "TWONSF", "METERACC", "MEDICAL", "LIFESUP", "BANKRPT")


def write_notes(rows: RowWriter, keys: Keys, random: Random, account: Account, today: date) -> None:
    """Collect an account's contacts, 1.1 on average: some know the account, older ones only the person."""
    for _ in range(random.choice((0, 0, 0, 1, 1, 1, 2, 2, 2, 2))):
        kind = random.choice(_KINDS)
        if kind == ("ACCT", "VISIT") and account.customer_class == "RES":
            kind = ("ACCT", "NOTE")
        method, texts = _TEXTS[kind]
        day = today - timedelta(days=random.randint(1, 780))
        write_note(
            rows,
            keys,
            account,
            kind,
            random.choice(texts),
            datetime.combine(day, time(random.randint(8, 16), random.randint(0, 59))),
            random.choice(_AUTHORS),
            method=method,
            person_only=random.random() < 0.3,
            on_premise=kind[0] == "SERV",
            reminder=day + timedelta(days=7) if random.random() < 0.05 else None,
        )


def write_note(
    rows: RowWriter,
    keys: Keys,
    account: Account,
    kind: tuple[str, str],
    text: str,
    moment: datetime,
    author: str,
    *,
    method: str = "PHON",
    person_only: bool = False,
    on_premise: bool = False,
    reminder: date | None = None,
) -> None:
    """Collect one customer contact; `kind` is its class and type, `reminder` gives it a log line."""
    contact_id = keys.child("CC_ID", account.account_id)
    letter = kind == ("CRED", "REMINDER")
    rows.add(
        "CI_CC",
        cc_id=contact_id,
        user_id=author,
        per_id=account.person.person_id,
        cc_dttm=moment,
        cc_cl_cd=kind[0],
        cc_type_cd=kind[1],
        print_letter_sw="Y" if letter else "N",
        letter_print_dttm=moment + timedelta(hours=9) if letter else None,
        ltr_tmpl_cd="CM-REMINDER" if letter else "",
        descrlong=text,
        cc_status_flg="10" if reminder else "20",
        contact_meth_flg=method,
        acct_id=None if person_only else account.account_id,
        prem_id=account.premise.premise_id if on_premise and not person_only else None,
        cc_entity_flg="PREM" if on_premise else "PER",
    )
    if reminder:
        rows.add(
            "CI_CC_LOG",
            cc_log_id=keys.child("CC_LOG_ID", contact_id),
            cc_id=contact_id,
            trigger_dt=reminder,
            user_id=author,
            cre_dttm=moment + timedelta(minutes=2),
            cc_log_content="Call back.",
        )


def write_alerts(rows: RowWriter, random: Random, account: Account, today: date) -> None:
    """Collect alerts on three accounts of ten: standing ones, ended ones and one that begins later."""
    if random.random() >= 0.3:
        return
    kind = random.choice(_ALERTS[:5] if account.customer_class == "RES" else ("METERACC", "TWONSF", "CRITLOAD"))
    start = today - timedelta(days=random.randint(20, 900))
    end = None
    if random.random() < 0.25:
        end = start + timedelta(days=random.randint(5, 400))
    elif random.random() < 0.05:
        start = today + timedelta(days=10)
    rows.add("CI_ACCT_ALERT", acct_id=account.account_id, alert_type_cd=kind, start_dt=start, end_dt=end)
