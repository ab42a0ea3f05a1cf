"""Fiscal years, match events, financial transactions, bills, payments and their tenders.

A run between full compares reads what is new by CC&B's stamps. What CC&B changes later without one (a bill reopened, a
payment cancelled or moved to another account long after it came in, an item put into an old match event by hand) is
found by the weekly full compare.
"""

from datetime import timedelta

from customer360.models import Bill, FinancialTransaction, FiscalYear, MatchEvent, Payment, PaymentTender
from sync.stream import Absence, Cursor, Direction, FieldMap, Split, Stream, System, Variant
from sync.streams.ccb.pieces import place_in
from sync.transforms import DAY, MOMENT, MONEY, YES_NO, codes, words

FISCAL_YEARS = Stream(
    name="ccb.fiscal-years",
    title="Fiscal years",
    system=System.CCB,
    direction=Direction.IN,
    model=FiscalYear,
    # A calendar is kept by accounting period; figures ask for the year.
    source="""(
        SELECT CALENDAR_ID, FISCAL_YEAR, MIN(BEGIN_DT) AS BEGIN_DT, MAX(END_DT) AS END_DT
        FROM CI_CAL_PERIOD
        GROUP BY CALENDAR_ID, FISCAL_YEAR
    ) y""",
    key=("fiscal_year_id",),
    cadence="nightly",
    fields=(
        FieldMap("TRIM(y.CALENDAR_ID) || ' ' || y.FISCAL_YEAR", "fiscal_year_id"),
        FieldMap("y.CALENDAR_ID", "calendar"),
        FieldMap("TO_CHAR(y.FISCAL_YEAR)", "year"),
        FieldMap("y.BEGIN_DT", "begins", DAY),
        FieldMap("y.END_DT", "ends", DAY),
    ),
)

MATCH_EVENTS = Stream(
    name="ccb.match-events",
    title="Match events",
    system=System.CCB,
    direction=Direction.IN,
    model=MatchEvent,
    source="CI_MATCH_EVT me",
    key=("match_event_id",),
    # An event is balanced, disputed and canceled without a stamp. Only open-item accounts have any, and few each: all
    # are compared every time.
    cadence="hourly",
    fields=(
        FieldMap("me.MATCH_EVT_ID", "match_event_id"),
        FieldMap("me.ACCT_ID", "account"),
        FieldMap("me.MEVT_STATUS_FLG", "status", words(True, O="open", B="balanced", C="canceled")),
        FieldMap("me.DISPUTE_SW", "is_disputed", YES_NO),
        FieldMap("me.CREATE_DT", "created_date", DAY),
        FieldMap("me.DESCRLONG", "description"),
    ),
)

# Revenue by Oracle's own rule: the ledger's lines of the codes that are revenue, with the sign turned round, as a
# credit is negative there. Where nobody chose codes, no line is looked at.
_LEDGER_REVENUE = f"""CASE WHEN :revenue_codes IS NOT NULL THEN (
        SELECT SUM(CASE WHEN {place_in("g.DST_ID", "revenue_codes")} > 0 THEN -g.AMOUNT ELSE 0 END)
        FROM CI_FT_GL g WHERE g.FT_ID = f.FT_ID
    ) END"""

FINANCIAL_TRANSACTIONS = Stream(
    name="ccb.financial-transactions",
    title="Financial transactions",
    system=System.CCB,
    direction=Direction.IN,
    model=FinancialTransaction,
    # CI_FT has no account: it is the agreement's. SIBLING_ID of a payment is its payment segment, which leads to the
    # day the money came in. A match event is as new as the newest transaction in it.
    source="""
        CI_FT f
        LEFT JOIN CI_SA sa ON sa.SA_ID = f.SA_ID
        LEFT JOIN CI_PAY_SEG ps ON ps.PAY_SEG_ID = f.SIBLING_ID AND f.FT_TYPE_FLG IN ('PS', 'PX')
        LEFT JOIN CI_PAY py ON py.PAY_ID = ps.PAY_ID
        LEFT JOIN CI_PAY_EVENT pe ON pe.PAY_EVENT_ID = py.PAY_EVENT_ID
        LEFT JOIN CI_BILL b ON b.BILL_ID = f.BILL_ID
        LEFT JOIN CI_MATCH_EVT me ON me.MATCH_EVT_ID = f.MATCH_EVT_ID
        LEFT JOIN (
            SELECT MATCH_EVT_ID, MAX(FREEZE_DTTM) AS FREEZE_DTTM FROM CI_FT
            WHERE MATCH_EVT_ID > ' ' GROUP BY MATCH_EVT_ID
        ) mt ON mt.MATCH_EVT_ID = f.MATCH_EVT_ID
    """,
    key=("ft_id",),
    split=Split("f.FT_ID", of="CI_FT f"),
    cadence="hourly, with a full compare once a week",
    # A transaction counts once it is frozen, which may be long after it was made. The bill that takes it in gives it an
    # arrears date without a stamp, so it is read again when that bill completes; and a match event ties it to others,
    # so it is read again when the event is made or another transaction joins it. CC&B stamps them before it commits.
    cursor=Cursor(
        "GREATEST(NVL(f.FREEZE_DTTM, f.CRE_DTTM), NVL(b.COMPLETE_DTTM, f.CRE_DTTM), NVL(me.CREATE_DT, f.CRE_DTTM),"
        " NVL(mt.FREEZE_DTTM, f.CRE_DTTM))",
        overlap=timedelta(days=2),
        only="""f.FT_ID IN (
            SELECT FT_ID FROM CI_FT WHERE FREEZE_DTTM >= :since OR CRE_DTTM >= :since
            UNION
            SELECT x.FT_ID FROM CI_BILL y JOIN CI_FT x ON x.BILL_ID = y.BILL_ID WHERE y.COMPLETE_DTTM >= :since
            UNION
            SELECT x.FT_ID FROM CI_MATCH_EVT y JOIN CI_FT x ON x.MATCH_EVT_ID = y.MATCH_EVT_ID
            WHERE y.CREATE_DT >= :since
            UNION
            SELECT x.FT_ID FROM CI_FT y JOIN CI_FT x ON x.MATCH_EVT_ID = y.MATCH_EVT_ID
            WHERE y.MATCH_EVT_ID > ' ' AND y.FREEZE_DTTM >= :since
        )""",
    ),
    absence=Absence.ARCHIVED_IF_FROZEN,
    # CC&B corrects money by another transaction, never by editing one that is frozen.
    fixed=("service_agreement", "type", "current_amount", "payoff_amount"),
    fields=(
        FieldMap("f.FT_ID", "ft_id"),
        FieldMap("sa.ACCT_ID", "account"),
        FieldMap("f.SA_ID", "service_agreement"),
        FieldMap("f.FT_TYPE_FLG", "type", words(BS="BS", BX="BX", PS="PS", PX="PX", AD="AD", AX="AX")),
        FieldMap("f.CUR_AMT", "current_amount", MONEY),
        FieldMap("f.TOT_AMT", "payoff_amount", MONEY),
        FieldMap("f.CRE_DTTM", "created_at", MOMENT),
        FieldMap("f.FREEZE_SW", "is_frozen", YES_NO),
        FieldMap("f.FREEZE_DTTM", "frozen_at", MOMENT),
        FieldMap("f.ACCOUNTING_DT", "accounting_date", DAY),
        FieldMap("f.ARS_DT", "arrears_date", DAY),
        FieldMap("f.NOT_IN_ARS_SW", "is_outside_arrears", YES_NO),
        FieldMap("f.CORRECTION_SW", "is_correction", YES_NO),
        FieldMap("f.BILL_ID", "bill_id"),
        FieldMap("f.MATCH_EVT_ID", "match_event_id"),
        FieldMap("pe.PAY_DT", "received_date", DAY),
        FieldMap("CAST(NULL AS NUMBER)", "ledger_revenue", MONEY),
    ),
    variants=(Variant(needs=("CI_FT_GL",), fields=(FieldMap(_LEDGER_REVENUE, "ledger_revenue", MONEY),)),),
)

BILLS = Stream(
    name="ccb.bills",
    title="Bills",
    system=System.CCB,
    direction=Direction.IN,
    model=Bill,
    # CI_BILL has no amount. What a bill asks for is what it presents, agreement by agreement; what it charges is summed
    # from its transactions in the mirror.
    source="""
        CI_BILL b
        LEFT JOIN (
            SELECT BILL_ID, SUM(CUR_AMT) AS AMOUNT_DUE FROM CI_BILL_SA GROUP BY BILL_ID
        ) bs ON bs.BILL_ID = b.BILL_ID
    """,
    key=("bill_id",),
    split=Split("b.BILL_ID", of="CI_BILL b"),
    cadence="hourly, with a full compare once a week",
    # Either stamp may be missing: a bill under work is not complete, a converted one may never have been made.
    cursor=Cursor(
        "GREATEST(NVL(b.CRE_DTTM, b.COMPLETE_DTTM), NVL(b.COMPLETE_DTTM, b.CRE_DTTM))", overlap=timedelta(days=2)
    ),
    fields=(
        FieldMap("b.BILL_ID", "bill_id"),
        FieldMap("b.ACCT_ID", "account"),
        FieldMap("b.BILL_STAT_FLG", "status", words(True, P="pending", C="complete")),
        FieldMap("b.BILL_DT", "bill_date", DAY),
        FieldMap("b.DUE_DT", "due_date", DAY),
        FieldMap("b.COMPLETE_DTTM", "completed_at", MOMENT),
        FieldMap("bs.AMOUNT_DUE", "amount_due", MONEY),
    ),
)

# PAY_STATUS_FLG in words.
_PAYMENT_STATUS = {
    "10": "incomplete",
    "20": "error",
    "30": "freezable",
    "50": "frozen",
    "60": "canceled",
}

PAYMENTS = Stream(
    name="ccb.payments",
    title="Payments",
    system=System.CCB,
    direction=Direction.IN,
    model=Payment,
    # An event may hold several tenders: the first one entered says how it was paid, their own stream gives them all.
    source="""
        CI_PAY p
        LEFT JOIN CI_PAY_EVENT e ON e.PAY_EVENT_ID = p.PAY_EVENT_ID
        LEFT JOIN (
            SELECT PAY_EVENT_ID, TENDER_TYPE_CD,
                ROW_NUMBER() OVER (PARTITION BY PAY_EVENT_ID ORDER BY PAY_TENDER_ID) AS PREFERENCE
            FROM CI_PAY_TNDR
        ) t ON t.PAY_EVENT_ID = p.PAY_EVENT_ID AND t.PREFERENCE = 1
        LEFT JOIN CI_TENDER_TYPE_L tt ON tt.TENDER_TYPE_CD = t.TENDER_TYPE_CD AND tt.LANGUAGE_CD = :language
        LEFT JOIN CI_PAY_CAN_RSN_L cr ON cr.CAN_RSN_CD = p.CAN_RSN_CD AND cr.LANGUAGE_CD = :language
    """,
    key=("payment_id",),
    split=Split("p.PAY_ID", of="CI_PAY p"),
    cadence="hourly, with a full compare once a week",
    # A payment is cancelled without a stamp, mostly when a bank returns it within days: two weeks are read again.
    cursor=Cursor("NVL(e.CRE_DTTM, e.PAY_DT)", overlap=timedelta(days=14)),
    fields=(
        FieldMap("p.PAY_ID", "payment_id"),
        FieldMap("p.ACCT_ID", "account"),
        FieldMap("e.PAY_DT", "received_date", DAY),
        FieldMap("p.PAY_AMT", "amount", MONEY),
        FieldMap("p.PAY_EVENT_ID", "event_id"),
        FieldMap("t.TENDER_TYPE_CD", "tender_type"),
        FieldMap("tt.DESCR", "tender_type_name"),
        FieldMap("p.PAY_STATUS_FLG", "status", codes(_PAYMENT_STATUS, keep_unknown=True)),
        FieldMap("p.CAN_RSN_CD", "cancel_reason"),
        FieldMap("cr.DESCR", "cancel_reason_name"),
    ),
)

PAYMENT_TENDERS = Stream(
    name="ccb.payment-tenders",
    title="Payment tenders",
    system=System.CCB,
    direction=Direction.IN,
    model=PaymentTender,
    source="""
        CI_PAY_TNDR t
        LEFT JOIN CI_PAY_EVENT e ON e.PAY_EVENT_ID = t.PAY_EVENT_ID
        LEFT JOIN CI_TENDER_TYPE_L tt ON tt.TENDER_TYPE_CD = t.TENDER_TYPE_CD AND tt.LANGUAGE_CD = :language
    """,
    key=("tender_id",),
    split=Split("t.PAY_TENDER_ID", of="CI_PAY_TNDR t"),
    cadence="hourly, with a full compare once a week",
    # As payments are: a tender is cancelled without a stamp, mostly within days.
    cursor=Cursor("NVL(e.CRE_DTTM, e.PAY_DT)", overlap=timedelta(days=14)),
    fields=(
        FieldMap("t.PAY_TENDER_ID", "tender_id"),
        FieldMap("t.PAYOR_ACCT_ID", "account"),
        FieldMap("t.PAY_EVENT_ID", "event_id"),
        FieldMap("t.TENDER_TYPE_CD", "tender_type"),
        FieldMap("tt.DESCR", "tender_type_name"),
        FieldMap("t.TENDER_AMT", "amount", MONEY),
        FieldMap("t.TNDR_STATUS_FLG", "status", codes({"25": "valid", "60": "canceled"}, keep_unknown=True)),
    ),
)
