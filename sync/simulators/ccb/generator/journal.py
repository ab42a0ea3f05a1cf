"""The rows under an account's money: bills, bill segments, match events and frozen financial transactions.

Amounts are whole cents.

- BS: sibling the bill segment, parent the bill; PS: sibling the pay segment, parent the payment; AD: sibling the
  adjustment, parent the adjustment type. BX, PX and AX undo them with the amounts turned round and the same sibling.
- CUR_AMT is what the customer is asked for, TOT_AMT what would settle the debt: they differ for budget billing
  and deposits.
- ARS_DT, from which debt ages, is the due date of the bill for what a bill asks for and the day of receipt for
  payments. An adjustment that no bill shows yet has none.

Rows stay open to change until they are written, as CC&B changes them after freezing: the bill that shows a payment,
the match event that settles an item, the status of what is cancelled.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.postings import Agreement, Charge, Row, Segment, at, cents
from sync.simulators.ccb.generator.rows import RowWriter, Value

BATCH_USER = "SYSUSER"
SALES_TAX_PERCENT = 5


@dataclass
class Journal:
    """The rows of one account in order of time, its agreements with their balances, and what is still open."""

    rows: RowWriter
    keys: Keys
    account_id: str
    cycle: int
    agreements: list[Agreement]
    open_item: bool = False
    general_ledger: bool = False
    today: date = date.max
    created: list[tuple[str, Row]] = field(default_factory=list)
    changed: list[tuple[str, Row]] = field(default_factory=list)
    unbilled: list[Row] = field(default_factory=list)
    open_items: list[Row] = field(default_factory=list)
    open_event: Row | None = None
    segments: dict[str, Segment] = field(default_factory=dict)

    def write(self) -> None:
        """Hand every row over for writing; nothing more can be posted."""
        for table, row in self.created:
            self.rows.put(table, row)
        for table, row in self.changed:
            self.rows.replace(table, row)
        self.created, self.changed = [], []

    def add(self, table: str, /, **row: Value) -> Row:
        """A new row, which may be changed until it is written."""
        self.created.append((table, row))
        return row

    def new_key(self, column: str) -> str:
        """A key that begins like the account's."""
        return self.keys.child(column, self.account_id)

    def add_bill(self, on: date, due: date | None) -> str:
        """The row of a bill, complete if it has a due date, else pending; returns its key."""
        bill_id = self.new_key("BILL_ID")
        self.add(
            "CI_BILL",
            BILL_ID=bill_id,
            BILL_CYC_CD=f"{self.cycle:02d}",
            WIN_START_DT=on,
            ACCT_ID=self.account_id,
            BILL_STAT_FLG="C" if due else "P",
            BILL_DT=on if due else None,
            DUE_DT=due,
            CRE_DTTM=at(on, "22:05:00"),
            COMPLETE_DTTM=at(on, "22:15:30") if due else None,
            NEXT_CR_RVW_DT=due + timedelta(days=8) if due else None,
            ALLOW_REOPEN_SW="Y",
        )
        return bill_id

    def add_segment(
        self, bill_id: str, on: date, due: Value, charge: Charge, *, instead_of: Segment | None = None
    ) -> Row:
        """A bill segment with its calculation and use; returns its transaction, frozen where there is a due date.

        `instead_of` is the cancelled segment of the same bill that this one bills again.
        """
        agreement, kind = charge.agreement, charge.agreement.type
        segment_id = self.new_key("BSEG_ID")
        clock = "10:40:00" if instead_of else "22:05:10"
        segment = self.add(
            "CI_BSEG",
            BSEG_ID=segment_id,
            BILL_CYC_CD=f"{self.cycle:02d}",
            WIN_START_DT=on,
            SA_ID=agreement.sa_id,
            BILL_ID=bill_id,
            START_DT=charge.start,
            END_DT=charge.end,
            EST_SW="Y" if charge.estimated else "N",
            CLOSING_BSEG_SW="Y" if charge.closing else "N",
            PREM_ID=agreement.premise_id,
            BSEG_STAT_FLG="50" if due else "70",
            REBILL_SEG_ID=instead_of.row["BSEG_ID"] if instead_of else "",
            CRE_DTTM=at(on, clock),
            STAT_CHG_DTTM=at(on, clock),
        )
        self.add(
            "CI_BSEG_CALC",
            BSEG_ID=segment_id,
            HEADER_SEQ=1,
            START_DT=charge.start,
            END_DT=charge.end,
            RS_CD=kind.code,
            EFFDT=date(charge.end.year, 1, 1),
            CALC_AMT=charge.amount / 100,
            DESCR_ON_BILL=kind.description,
        )
        if kind.metered:
            self.add(
                "CI_BSEG_SQ",
                BSEG_ID=segment_id,
                UOM_CD=kind.unit,
                TOU_CD="",
                SQI_CD="",
                INIT_SQ=charge.quantity,
                BILL_SQ=charge.quantity,
            )
        transaction = self.post(
            "BS",
            agreement,
            on,
            charge.amount if charge.current is None else charge.current,
            charge.amount,
            segment_id,
            bill_id,
            ages_from=due,
            frozen=due is not None,
            correction=instead_of is not None,
            clock="10:41:00" if instead_of else "22:15:00",
        )
        agreement.billed_to = charge.end
        self.segments[agreement.sa_id] = Segment(segment, transaction, charge)
        return transaction

    def post(
        self,
        kind: str,
        agreement: Agreement,
        on: date,
        current: int,
        payoff: int,
        sibling: Value,
        parent: Value,
        *,
        ages_from: Value = None,
        frozen: bool = True,
        in_arrears: bool = True,
        correction: bool = False,
        clock: str = "22:15:00",
    ) -> Row:
        """A financial transaction; if it is frozen it moves the agreement's balances."""
        distributed = frozen and (self.today - on).days > 1
        transaction = self.add(
            "CI_FT",
            FT_ID=self.new_key("FT_ID"),
            SIBLING_ID=sibling,
            SA_ID=agreement.sa_id,
            PARENT_ID=parent,
            GL_DIVISION=agreement.division,
            CIS_DIVISION=agreement.division,
            FT_TYPE_FLG=kind,
            CUR_AMT=current / 100,
            TOT_AMT=payoff / 100,
            CRE_DTTM=at(on, clock),
            FREEZE_SW="Y" if frozen else "N",
            FREEZE_USER_ID=BATCH_USER if frozen else "",
            FREEZE_DTTM=at(on, clock) if frozen else None,
            ARS_DT=ages_from if frozen else None,
            CORRECTION_SW="Y" if correction else "N",
            SHOW_ON_BILL_SW="Y",
            NOT_IN_ARS_SW="N" if in_arrears else "Y",
            BILL_ID="",
            ACCOUNTING_DT=on if frozen else None,
            VERSION=1,
            XFER_TO_GL_DT=on + timedelta(days=1) if distributed else None,
            GL_DISTRIB_STATUS="D" if distributed else "G" if frozen else "N",
            SCHED_DISTRIB_DT=on if frozen else None,
            MATCH_EVT_ID="",
        )
        if frozen:
            agreement.current += current
            agreement.payoff += payoff
            if self.open_item and kind != "PS":
                self.open_items.append(transaction)
            if self.general_ledger and payoff:
                self._add_general_ledger(transaction, agreement, payoff)
        return transaction

    def undo(self, transaction: Row, kind: str, on: date, ages_from: Value) -> Row:
        """The cancellation of a transaction: the same sibling and parent with the amounts turned round."""
        agreement = self.agreement(str(transaction["SA_ID"]))
        return self.post(
            kind,
            agreement,
            on,
            -cents(transaction["CUR_AMT"]),
            -cents(transaction["TOT_AMT"]),
            transaction["SIBLING_ID"],
            transaction["PARENT_ID"],
            ages_from=ages_from,
            correction=True,
            clock="10:40:00",
        )

    def agreement(self, sa_id: str) -> Agreement:
        """The agreement of that key; StopIteration if the account has none."""
        return next(each for each in self.agreements if each.sa_id == sa_id.strip())

    def match(self, on: date, pay_id: str, payments: list[Row]) -> None:
        """Under open-item accounting, tie payments to the oldest charges by a match event.

        The event is balanced when credits and the oldest charges come to nothing together; else it stays open with
        all it holds and the next payment joins it.
        """
        if not self.open_item:
            return
        event = self.open_event or self.add(
            "CI_MATCH_EVT",
            MATCH_EVT_ID=self.new_key("MATCH_EVT_ID"),
            ACCT_ID=self.account_id,
            PAY_ID=pay_id,
            CREATE_DT=on,
            DESCRLONG=f"Payment received {on.isoformat()}",
        )
        self.open_items += payments
        matched = [item for item in self.open_items if cents(item["CUR_AMT"]) <= 0]
        left = sum(cents(item["CUR_AMT"]) for item in matched)
        for item in self.open_items:
            if left < 0 < cents(item["CUR_AMT"]):
                left += cents(item["CUR_AMT"])
                matched.append(item)
        for item in matched:
            if not str(item["MATCH_EVT_ID"]).strip():
                item["MATCH_EVT_ID"] = event["MATCH_EVT_ID"]
                item["VERSION"] = int(str(item["VERSION"])) + 1
        event["MEVT_STATUS_FLG"] = "O" if left else "B"
        self.open_event = event if left else None
        if not left:
            settled = {id(item) for item in matched}
            self.open_items = [item for item in self.open_items if id(item) not in settled]

    def dispute(self, on: date, reason: str) -> None:
        """Put the latest charge that is matched with nothing into an event in dispute, which no payment joins."""
        charges = [i for i in self.open_items if i["FT_TYPE_FLG"] == "BS" and not str(i["MATCH_EVT_ID"]).strip()]
        if not charges:
            return
        charge = charges[-1]
        event = self.add(
            "CI_MATCH_EVT",
            MATCH_EVT_ID=self.new_key("MATCH_EVT_ID"),
            ACCT_ID=self.account_id,
            MEVT_STATUS_FLG="O",
            DISPUTE_SW="Y",
            CREATE_DT=on,
            DESCRLONG=reason,
        )
        charge["MATCH_EVT_ID"] = event["MATCH_EVT_ID"]
        charge["VERSION"] = int(str(charge["VERSION"])) + 1
        self.open_items = [item for item in self.open_items if item is not charge]

    def _add_general_ledger(self, transaction: Row, agreement: Agreement, payoff: int) -> None:
        """The receivable (`TOT_AMT_SW`) and, against it, revenue and sales tax for bills, cash for payments."""
        against = {"B": f"REV-{agreement.type.service}", "P": "CASH"}.get(str(transaction["FT_TYPE_FLG"])[0], "OTHER")
        lines = [(f"AR-{agreement.type.service}", payoff), (against, -payoff)]
        if against.startswith("REV-"):
            tax = round(payoff * SALES_TAX_PERCENT / (100 + SALES_TAX_PERCENT))
            lines[1:] = [(against, tax - payoff), ("TAX-STATE", -tax)]
        for number, (code, amount) in enumerate(lines, 1):
            self.add(
                "CI_FT_GL",
                FT_ID=transaction["FT_ID"],
                GL_SEQ_NBR=number,
                DST_ID=code,
                AMOUNT=amount / 100,
                TOT_AMT_SW="Y" if number == 1 else "N",
                GL_ACCT=f"{agreement.division}.{code}",
            )
