"""The account summary: every figure of the due accounts, made of their money and agreements in one statement.

Definitions, each in one sentence, are the help texts of `AccountSummary`. What they leave to say:

- only frozen transactions count; archived ones still do, removed ones do not;
- past due is what `customer360.summaries.debt` leaves of the debts, from the day after their arrears date;
- in dispute are all transactions of open match events in dispute, debts less credits, whatever their dates;
- revenue is what the ledger holds as revenue of a transaction, where the site named the ledger's codes, else the
  payoff amount of bill segments and their cancellations; by accounting date; months are calendar months, and the
  fiscal year is that of `customer360.summaries.fiscal`;
- the latest payment is the latest day on which more was paid than was cancelled;
- the latest bill is the complete one with the latest date; of several of one day the one completed last.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from customer360.models import Account, AccountSummary, Bill, FinancialTransaction, ServiceAgreement
from customer360.summaries.debt import debt
from customer360.summaries.fiscal import fiscal_year
from customer360.summaries.sql import listed, table

AGEING_STEPS = (0, 1, 31, 61, 91)
"""Days after the arrears date on which a debt starts to count, falls past due, and moves to the next bucket."""


@dataclass(frozen=True)
class Calendar:
    """The dates that the figures of one business date hang on."""

    business_date: date
    fiscal_year_start: date
    next_fiscal_year_start: date
    month_start: date
    twelve_months_start: date
    prior_twelve_months_start: date
    next_month_start: date

    @classmethod
    def of(cls, business_date: date, fiscal_year: tuple[date, date]) -> "Calendar":
        """The calendar of a business date, of which the fiscal year and the next begin on the given days."""
        month_start = business_date.replace(day=1)
        return cls(
            business_date=business_date,
            fiscal_year_start=fiscal_year[0],
            next_fiscal_year_start=fiscal_year[1],
            month_start=month_start,
            twelve_months_start=month_start.replace(year=month_start.year - 1),
            prior_twelve_months_start=month_start.replace(year=month_start.year - 2),
            next_month_start=date(month_start.year + month_start.month // 12, month_start.month % 12 + 1, 1),
        )


_FIGURES = """
    WITH {debt}, money AS (
        SELECT account_id,
               sum(current_amount) AS balance,
               sum(payoff_amount) AS payoff_balance,
               sum(current_amount) FILTER (WHERE is_disputed) AS disputed,
               sum(revenue) FILTER (
                   WHERE accounting_date >= {fiscal_year_start} AND accounting_date <= {today}
               ) AS revenue_fytd,
               sum(revenue) FILTER (
                   WHERE accounting_date >= {twelve} AND accounting_date < {month}
               ) AS revenue_12m,
               sum(revenue) FILTER (
                   WHERE accounting_date >= {prior} AND accounting_date < {twelve}
               ) AS revenue_prior_12m,
               LEAST(
                   min({next_ageing}),
                   min(accounting_date) FILTER (WHERE revenue IS NOT NULL AND accounting_date > {today}),
                   CASE WHEN bool_or(revenue IS NOT NULL AND accounting_date >= {prior}) THEN {next_month} END,
                   CASE WHEN bool_or(revenue IS NOT NULL AND accounting_date IS NOT NULL) THEN {next_fiscal_year} END
               ) AS next_change_on
        FROM counted
        GROUP BY account_id
    ), aged AS (
        SELECT account_id,
               sum(remaining) FILTER (WHERE days >= 1) AS past_due,
               sum(remaining) FILTER (WHERE days BETWEEN 1 AND 30) AS past_due_1_30,
               sum(remaining) FILTER (WHERE days BETWEEN 31 AND 60) AS past_due_31_60,
               sum(remaining) FILTER (WHERE days BETWEEN 61 AND 90) AS past_due_61_90,
               sum(remaining) FILTER (WHERE days > 90) AS past_due_over_90,
               min(arrears_date) FILTER (WHERE days >= 1 AND remaining > 0) AS past_due_since
        FROM (SELECT *, {today} - arrears_date AS days FROM debt) dated
        GROUP BY account_id
    ), payments AS (
        SELECT DISTINCT ON (account_id)
               account_id, received_date AS last_payment_date, -sum(current_amount) AS last_payment_amount
        FROM counted
        WHERE type IN {payment} AND received_date IS NOT NULL
        GROUP BY account_id, received_date
        HAVING sum(current_amount) < 0
        ORDER BY account_id, received_date DESC
    ), service AS (
        SELECT a.account_id, count(*) AS active_services, count(DISTINCT a.premise_id) AS premises
        FROM {agreements} a
        JOIN {accounts} d ON d.account_id = a.account_id
        WHERE a.status IN {open} AND a.removed_at IS NULL
        GROUP BY a.account_id
    )
    SELECT d.account_id,
           COALESCE(m.balance, 0) AS balance,
           COALESCE(m.payoff_balance, 0) AS payoff_balance,
           COALESCE(g.past_due, 0) AS past_due,
           COALESCE(g.past_due_1_30, 0) AS past_due_1_30,
           COALESCE(g.past_due_31_60, 0) AS past_due_31_60,
           COALESCE(g.past_due_61_90, 0) AS past_due_61_90,
           COALESCE(g.past_due_over_90, 0) AS past_due_over_90,
           g.past_due_since,
           COALESCE(m.disputed, 0) AS disputed,
           p.last_payment_amount,
           p.last_payment_date,
           b.last_bill_amount,
           b.last_bill_date,
           COALESCE(b.amount_due, 0) AS amount_due,
           b.due_date,
           COALESCE(m.revenue_fytd, 0) AS revenue_fytd,
           COALESCE(m.revenue_12m, 0) AS revenue_12m,
           COALESCE(m.revenue_prior_12m, 0) AS revenue_prior_12m,
           {fiscal_year_start} AS fiscal_year_start,
           COALESCE(s.active_services, 0) AS active_services,
           COALESCE(s.premises, 0) AS premises,
           m.next_change_on
    FROM {accounts} d
    JOIN {account_table} a ON a.account_id = d.account_id
    LEFT JOIN money m ON m.account_id = d.account_id
    LEFT JOIN aged g ON g.account_id = d.account_id
    LEFT JOIN payments p ON p.account_id = d.account_id
    LEFT JOIN LATERAL (
        SELECT l.amount AS last_bill_amount, l.bill_date AS last_bill_date, l.amount_due, l.due_date
        FROM {bills} l
        WHERE l.account_id = d.account_id AND l.status = {complete} AND l.removed_at IS NULL
        ORDER BY l.bill_date DESC NULLS LAST, l.completed_at DESC NULLS LAST, l.bill_id DESC
        LIMIT 1
    ) b ON true
    LEFT JOIN service s ON s.account_id = d.account_id
"""


def figures(accounts: str, calendar: Calendar) -> sql.Composed:
    """The SELECT of every figure of the accounts in a table with one column `account_id`."""
    next_step = sql.SQL(" ").join(
        sql.SQL("WHEN arrears_date + {0} > {1} THEN arrears_date + {0}").format(
            sql.Literal(days), sql.Literal(calendar.business_date)
        )
        for days in AGEING_STEPS
    )
    return sql.SQL(_FIGURES).format(
        accounts=sql.Identifier(accounts),
        account_table=table(Account),
        debt=debt(accounts, sql.Literal(calendar.business_date)),
        bills=table(Bill),
        agreements=table(ServiceAgreement),
        complete=sql.Literal(Bill.Status.COMPLETE.value),
        payment=listed(FinancialTransaction.PAYMENT_TYPES),
        open=listed(ServiceAgreement.OPEN_STATUSES),
        next_ageing=sql.SQL("CASE {} END").format(next_step),
        today=sql.Literal(calendar.business_date),
        fiscal_year_start=sql.Literal(calendar.fiscal_year_start),
        next_fiscal_year=sql.Literal(calendar.next_fiscal_year_start),
        month=sql.Literal(calendar.month_start),
        twelve=sql.Literal(calendar.twelve_months_start),
        prior=sql.Literal(calendar.prior_twelve_months_start),
        next_month=sql.Literal(calendar.next_month_start),
    )


def refresh(cursor: Any, accounts: str, business_date: date) -> int:
    """Bring the summaries of the accounts in a temporary table up to date; a row in which no figure moved is left.

    Returns how many rows were written.
    """
    calendar = Calendar.of(business_date, fiscal_year(cursor, business_date))
    columns = [
        field.column for field in AccountSummary._meta.concrete_fields if field.column not in ("account_id", "as_of")
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    fresh = sql.SQL(", ").join(sql.SQL("n.{}").format(sql.Identifier(name)) for name in columns)
    held = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns)
    assigned = sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(sql.Identifier(name)) for name in columns)
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures")
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE figures AS {}").format(figures(accounts, calendar)))
    cursor.execute("ANALYZE figures")
    cursor.execute(
        sql.SQL("""
            UPDATE {summary} t SET {assigned}, as_of = {today} FROM figures n
            WHERE t.account_id = n.account_id AND ({held}) IS DISTINCT FROM ({fresh})
        """).format(
            summary=table(AccountSummary), assigned=assigned, held=held, fresh=fresh, today=sql.Literal(business_date)
        )
    )
    moved: int = cursor.rowcount
    cursor.execute(
        sql.SQL("""
            INSERT INTO {summary} (account_id, {names}, as_of)
            SELECT n.account_id, {fresh}, {today} FROM figures n
            WHERE NOT EXISTS (SELECT FROM {summary} t WHERE t.account_id = n.account_id)
        """).format(summary=table(AccountSummary), names=names, fresh=fresh, today=sql.Literal(business_date))
    )
    moved += cursor.rowcount
    cursor.execute("DROP TABLE figures")
    return moved
