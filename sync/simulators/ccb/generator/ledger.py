"""One account's money, posted in order of time: bills, payments, adjustments and their cancellations.

Amounts are whole cents; the rows that come of each posting are told in `journal.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sync.simulators.ccb.generator.journal import Journal
from sync.simulators.ccb.generator.postings import Agreement, Charge, Row, at, cents


@dataclass
class Payment:
    """A payment with its segments' transactions, so that it can be cancelled."""

    row: Row
    tender: Row
    transactions: list[Row]


class Ledger(Journal):
    """Posts to one account and keeps its balances."""

    @property
    def balance(self) -> int:
        """What the customer is asked for, over all agreements."""
        return sum(each.current for each in self.agreements)

    @property
    def home(self) -> Agreement:
        """Where charges of the account as a whole go: its first agreement in service, else its first."""
        return next(
            (each for each in self.agreements if each.status == "20" and not each.type.special_role), self.agreements[0]
        )

    def segment_amount(self, sa_id: str) -> int:
        """What the last segment of an agreement came to; KeyError if it has none."""
        return cents(self.segments[sa_id].transaction["TOT_AMT"])

    def bill(self, on: date, due: date, charges: Iterable[Charge]) -> str:
        """Complete a bill: its segments, what it shows since the last bill, and the balances it presents."""
        bill_id = self.add_bill(on, due)
        for charge in charges:
            self.add_segment(bill_id, on, due, charge)["BILL_ID"] = bill_id
        for transaction in self.unbilled:
            transaction["BILL_ID"] = bill_id
            transaction["VERSION"] = int(str(transaction["VERSION"])) + 1
            if transaction["FT_TYPE_FLG"] in ("AD", "AX") and transaction["ARS_DT"] is None:
                transaction["ARS_DT"] = due
        touched = {transaction["SA_ID"] for transaction in self.unbilled}
        self.unbilled = []
        for each in self.agreements:
            if each.current or each.payoff or each.billed_to == on or each.sa_id in touched:
                self.add(
                    "CI_BILL_SA",
                    BILL_ID=bill_id,
                    SA_ID=each.sa_id,
                    CUR_AMT=each.current / 100,
                    TOT_AMT=each.payoff / 100,
                )
        return bill_id

    def pending_bill(self, on: date, charge: Charge) -> None:
        """A bill under work: its segment's transaction is not frozen and moves no balance."""
        bill_id = self.add_bill(on, None)
        self.add_segment(bill_id, on, None, charge)["BILL_ID"] = bill_id

    def pay(
        self, on: date, amount: int, tender: str, *, check: str = "", shares: dict[str, int] | None = None
    ) -> Payment:
        """Take a payment: over the agreements as `shares` (by SA_ID) say, else where debt is, the first ones first.

        Raises ValueError if the shares do not add up to the amount.
        """
        shares = self._shares(amount) if shares is None else shares
        if sum(shares.values()) != amount:
            raise ValueError(f"The shares of a payment of {amount} cents add up to {sum(shares.values())}.")
        event_id = self.new_key("PAY_EVENT_ID")
        pay_id = self.new_key("PAY_ID")
        clock = f"{9 + amount % 8:02d}:{amount % 60:02d}:00"
        self.add("CI_PAY_EVENT", PAY_EVENT_ID=event_id, PAY_DT=on, CRE_DTTM=at(on, clock))
        tender_row = self.add(
            "CI_PAY_TNDR",
            PAY_TENDER_ID=self.new_key("PAY_TENDER_ID"),
            PAYOR_ACCT_ID=self.account_id,
            TENDER_TYPE_CD=tender,
            PAY_EVENT_ID=event_id,
            TENDER_AMT=amount / 100,
            CHECK_NBR=check,
            TNDR_STATUS_FLG="25",
        )
        pay_row = self.add(
            "CI_PAY",
            PAY_ID=pay_id,
            PAY_EVENT_ID=event_id,
            ACCT_ID=self.account_id,
            PAY_STATUS_FLG="50",
            PAY_AMT=amount / 100,
        )
        transactions = []
        for agreement in self.agreements:
            share = shares.get(agreement.sa_id, 0)
            if not share:
                continue
            segment_id = self.new_key("PAY_SEG_ID")
            self.add("CI_PAY_SEG", PAY_SEG_ID=segment_id, PAY_ID=pay_id, SA_ID=agreement.sa_id, PAY_SEG_AMT=share / 100)
            transactions.append(
                self.post("PS", agreement, on, -share, -share, segment_id, pay_id, ages_from=on, clock=clock)
            )
        self.unbilled += transactions
        self.match(on, pay_id, transactions)
        return Payment(pay_row, tender_row, transactions)

    def cancel_payment(self, payment: Payment, on: date) -> None:
        """Cancel a payment, as when the bank returns it: one PX for each of its segments."""
        payment.row["PAY_STATUS_FLG"], payment.row["CAN_RSN_CD"] = "60", "NSF"
        payment.tender["TNDR_STATUS_FLG"], payment.tender["CAN_RSN_CD"] = "60", "NSF"
        for transaction in payment.transactions:
            self.unbilled.append(self.undo(transaction, "PX", on, ages_from=on))

    def adjust(
        self,
        on: date,
        agreement: Agreement,
        type_code: str,
        amount: int,
        *,
        payoff: int | None = None,
        in_arrears: bool = True,
        frozen: bool = True,
        comments: str = "",
        transfer: str = "",
        ages_from: date | None = None,
        clock: str = "22:15:00",
    ) -> tuple[Row, Row]:
        """Post an adjustment and return its row and its transaction; `payoff` where it differs from `amount`.

        It ages from the due date of the bill that will show it; one that no bill will show, from `ages_from`.
        """
        adjustment_id = self.new_key("ADJ_ID")
        total = amount if payoff is None else payoff
        row = self.add(
            "CI_ADJ",
            ADJ_ID=adjustment_id,
            SA_ID=agreement.sa_id,
            ADJ_TYPE_CD=type_code,
            ADJ_STATUS_FLG="50" if frozen else "10",
            CRE_DT=on,
            ADJ_AMT=(total or amount) / 100,
            XFER_ADJ_ID=transfer,
            COMMENTS=comments,
        )
        transaction = self.post(
            "AD",
            agreement,
            on,
            amount,
            total,
            adjustment_id,
            type_code,
            frozen=frozen,
            ages_from=ages_from,
            in_arrears=in_arrears,
            clock=clock,
        )
        if frozen:
            self.unbilled.append(transaction)
        return row, transaction

    def cancel_adjustment(self, adjustment: tuple[Row, Row], on: date) -> None:
        """Cancel an adjustment with an AX; it ages from the day the adjustment ages from."""
        row, transaction = adjustment
        row["ADJ_STATUS_FLG"], row["CAN_RSN_CD"] = "60", "WAIV"
        self.unbilled.append(self.undo(transaction, "AX", on, ages_from=transaction["ARS_DT"]))

    def transfer(
        self,
        on: date,
        source: Agreement,
        target: Agreement,
        amount: int,
        *,
        ages_from: date | None = None,
        clock: str = "22:15:00",
    ) -> None:
        """Move a balance between two agreements by a pair of adjustments that name each other."""
        out, _ = self.adjust(on, source, "XFER", -amount, ages_from=ages_from, clock=clock)
        into, _ = self.adjust(on, target, "XFER", amount, transfer=str(out["ADJ_ID"]), ages_from=ages_from, clock=clock)
        out["XFER_ADJ_ID"] = into["ADJ_ID"]

    def rebill(self, sa_id: str, on: date, amount: int) -> None:
        """Cancel an agreement's last segment and bill its period again; the next bill shows both."""
        cancelled = self.segments[sa_id]
        cancelled.row["BSEG_STAT_FLG"], cancelled.row["CAN_RSN_CD"] = "60", "MRER"
        cancelled.row["STAT_CHG_DTTM"] = at(on, "10:40:00")
        ages_from = cancelled.transaction["ARS_DT"]
        self.unbilled.append(self.undo(cancelled.transaction, "BX", on, ages_from=ages_from))
        quantity = round(cancelled.charge.quantity * amount / max(cancelled.charge.amount, 1), 1)
        again = replace(cancelled.charge, amount=amount, current=None, quantity=quantity, estimated=False)
        bill_id = str(cancelled.row["BILL_ID"])
        self.unbilled.append(self.add_segment(bill_id, on, ages_from, again, instead_of=cancelled))

    def _shares(self, amount: int) -> dict[str, int]:
        """Where a payment goes: to agreements that owe, in their order; what is left to the first one in service."""
        shares: dict[str, int] = {}
        for each in self.agreements:
            if amount > 0 and each.current > 0:
                shares[each.sa_id] = min(amount, each.current)
                amount -= shares[each.sa_id]
        if amount:
            shares[self.home.sa_id] = shares.get(self.home.sa_id, 0) + amount
        return shares
