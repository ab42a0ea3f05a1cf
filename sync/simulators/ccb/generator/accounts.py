"""An account as the rest of the generator knows it, and the rows of the account itself."""

from dataclasses import dataclass
from datetime import date, timedelta

from sync.simulators.ccb.generator import codes, people
from sync.simulators.ccb.generator.postings import Agreement
from sync.simulators.ccb.generator.rows import RowWriter
from sync.simulators.ccb.generator.service import Premise

_GROUPS = {"COML": "COMMSVC", "IND": "INDSVC", "MUN": "PUBLIC"}


@dataclass
class Account:
    """An account with what its money needs to know."""

    account_id: str
    number: int
    customer_class: str
    life: str
    cycle: int
    division: str
    person: people.Person
    premise: Premise
    setup: date
    agreements: list[Agreement]
    budget: int = 0


def write_account(
    rows: RowWriter,
    account: Account,
    *,
    representative: str = "",
    alert_info: str = "",
    manage_group: str = "",
    credit_review: date | None = None,
) -> None:
    """Collect an account's row and its characteristics; the representative before the present one stays on file."""
    rows.add(
        "CI_ACCT",
        acct_id=account.account_id,
        bill_cyc_cd=f"{account.cycle:02d}",
        setup_dt=account.setup,
        acct_mgmt_grp_cd=manage_group or _GROUPS.get(account.customer_class, ""),
        alert_info=alert_info,
        cis_division=account.division,
        mailing_prem_id=account.premise.premise_id,
        coll_cl_cd=codes.CUSTOMER_CLASSES[account.customer_class][2],
        cr_review_dt=credit_review,
        cust_cl_cd=account.customer_class,
        bud_plan_cd="LEVEL" if account.budget else "",
    )
    if representative:
        key, kind = account.account_id, codes.CHARACTERISTIC_REPRESENTATIVE
        later = account.setup + timedelta(days=30)
        former = codes.REPRESENTATIVES[(codes.REPRESENTATIVES.index(representative) + 1) % len(codes.REPRESENTATIVES)]
        if account.number % 3 == 0:
            people.write_characteristic(rows, "CI_ACCT_CHAR", "ACCT_ID", key, kind, account.setup, former)
        people.write_characteristic(rows, "CI_ACCT_CHAR", "ACCT_ID", key, kind, later, representative)


def write_account_person(
    rows: RowWriter, account_id: str, person_id: str, kind: str, *, main: bool, address: str
) -> None:
    """Collect the link of a person to an account in a role."""
    rows.add(
        "CI_ACCT_PER",
        acct_id=account_id,
        per_id=person_id,
        acct_rel_type_cd=kind,
        bill_addr_srce_flg=address,
        main_cust_sw="Y" if main else "N",
        fin_resp_sw="Y" if main or kind == "SPOUSE" else "N",
        thrd_pty_sw="Y" if kind == "THIRD" else "N",
        receive_copy_sw="Y" if main else "N",
        bill_rte_type_cd="POSTAL",
        bill_format_flg="D",
        nbr_bill_copies=1 if main else 0,
        notify_sw="Y",
        web_access_flg="ALWD",
    )
