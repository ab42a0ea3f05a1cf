"""What the portal takes from CC&B: the file to edit when a site's CC&B differs.

Each line of `fields` reads: their column or expression, our field, how one becomes the other, whose value stands.
`source` is the FROM clause that the aliases come from. Everything is a subset of Oracle SQL that the simulator
understands too: ANSI joins, no hints, no functions of the site's own. `:language` is the language of the description
tables.
"""

from collections.abc import Callable
from datetime import timedelta

from customer360.models import Account, AccountCustomer, Customer, FinancialTransaction, Premise, ServiceAgreement
from customer360.models.base import MirroredAddress
from sync.stream import Absence, Cursor, Direction, FieldMap, Owner, Stream, System
from sync.transforms import DAY, MOMENT, MONEY, YES_NO, codes, words

_THEIR_ADDRESS = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "ADDRESS4", "CITY", "COUNTY", "STATE", "POSTAL", "COUNTRY")

# The primary name by CC&B's switch, else by the name's type, else the first one entered.
_NAMES = """(
    SELECT PER_ID, ENTITY_NAME, ROW_NUMBER() OVER (
        PARTITION BY PER_ID
        ORDER BY CASE WHEN PRIM_NAME_SW = 'Y' THEN 0 WHEN NAME_TYPE_FLG = 'PRIM' THEN 1 ELSE 2 END, SEQ_NUM
    ) AS PREFERENCE
    FROM CI_PER_NAME
)"""

# One main customer per account is expected; where a site has two, the lower person id is taken every time.
_MAIN_CUSTOMERS = """(
    SELECT ACCT_ID, PER_ID, BILL_ADDR_SRCE_FLG, ROW_NUMBER() OVER (PARTITION BY ACCT_ID ORDER BY PER_ID) AS PREFERENCE
    FROM CI_ACCT_PER
    WHERE MAIN_CUST_SW = 'Y'
)"""


def _address(of: Callable[[str], str]) -> tuple[FieldMap, ...]:
    """The nine lines of an address, each from the expression that `of` makes of CC&B's column name."""
    return tuple(
        FieldMap(of(theirs), ours) for theirs, ours in zip(_THEIR_ADDRESS, MirroredAddress.ADDRESS_FIELDS, strict=True)
    )


CUSTOMERS = Stream(
    name="ccb.customers",
    title="Customers",
    system=System.CCB,
    direction=Direction.IN,
    model=Customer,
    source=f"""
        CI_PER p
        LEFT JOIN {_NAMES} n ON n.PER_ID = p.PER_ID AND n.PREFERENCE = 1
        LEFT JOIN (
            SELECT PER_ID, PHONE, ROW_NUMBER() OVER (PARTITION BY PER_ID ORDER BY SEQ_NUM) AS PREFERENCE
            FROM CI_PER_PHONE
        ) t ON t.PER_ID = p.PER_ID AND t.PREFERENCE = 1
        LEFT JOIN (
            SELECT ap.PER_ID, a.MAILING_PREM_ID,
                ROW_NUMBER() OVER (PARTITION BY ap.PER_ID ORDER BY ap.ACCT_ID) AS PREFERENCE
            FROM CI_ACCT_PER ap
            JOIN CI_ACCT a ON a.ACCT_ID = ap.ACCT_ID
            WHERE ap.MAIN_CUST_SW = 'Y'
        ) ma ON ma.PER_ID = p.PER_ID AND ma.PREFERENCE = 1
        LEFT JOIN CI_PREM m ON m.PREM_ID = ma.MAILING_PREM_ID
    """,
    where="EXISTS (SELECT 1 FROM CI_ACCT_PER ap WHERE ap.PER_ID = p.PER_ID)",
    key=("person_id",),
    cadence="nightly",
    fields=(
        FieldMap("p.PER_ID", "person_id"),
        FieldMap("n.ENTITY_NAME", "name"),
        FieldMap("p.PER_OR_BUS_FLG", "kind", words(P="person", B="business")),
        FieldMap("p.EMAILID", "email", owner=Owner.SHARED),
        FieldMap("t.PHONE", "phone", owner=Owner.SHARED),
        # The person's own mailing address, else the mailing premise of the first account.
        *_address(lambda column: f"CASE WHEN TRIM(p.ADDRESS1) IS NULL THEN m.{column} ELSE p.{column} END"),
    ),
)

ACCOUNTS = Stream(
    name="ccb.accounts",
    title="Accounts",
    system=System.CCB,
    direction=Direction.IN,
    model=Account,
    source=f"""
        CI_ACCT a
        LEFT JOIN {_MAIN_CUSTOMERS} mc ON mc.ACCT_ID = a.ACCT_ID AND mc.PREFERENCE = 1
        LEFT JOIN {_NAMES} n ON n.PER_ID = mc.PER_ID AND n.PREFERENCE = 1
        LEFT JOIN (
            SELECT PER_ID, COUNT(*) AS ACCOUNTS FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y' GROUP BY PER_ID
        ) several ON several.PER_ID = mc.PER_ID
        LEFT JOIN (
            SELECT ACCT_ID, MAX(
                CASE
                    WHEN SA_STATUS_FLG IN ('20', '30', '40', '50') THEN 3
                    WHEN SA_STATUS_FLG IN ('05', '10') THEN 2
                    ELSE 1
                END
            ) AS STANDING
            FROM CI_SA
            GROUP BY ACCT_ID
        ) st ON st.ACCT_ID = a.ACCT_ID
        LEFT JOIN (
            SELECT sa.ACCT_ID, MIN(sp.CITY) AS CITY
            FROM CI_SA sa
            JOIN CI_PREM sp ON sp.PREM_ID = sa.CHAR_PREM_ID
            GROUP BY sa.ACCT_ID
        ) served ON served.ACCT_ID = a.ACCT_ID
        LEFT JOIN CI_PER p ON p.PER_ID = mc.PER_ID
        LEFT JOIN CI_PREM m ON m.PREM_ID = a.MAILING_PREM_ID
        LEFT JOIN CI_PER_ADDR_OVRD o ON o.ACCT_ID = a.ACCT_ID AND o.PER_ID = mc.PER_ID
        LEFT JOIN CI_CUST_CL_L cl ON cl.CUST_CL_CD = a.CUST_CL_CD AND cl.LANGUAGE_CD = :language
        LEFT JOIN CI_ACCT_MGMT_GR_L mg ON mg.ACCT_MGMT_GRP_CD = a.ACCT_MGMT_GRP_CD AND mg.LANGUAGE_CD = :language
        LEFT JOIN CI_CIS_DIVISION_L dv ON dv.CIS_DIVISION = a.CIS_DIVISION AND dv.LANGUAGE_CD = :language
        LEFT JOIN CI_BILL_CYC_L bc ON bc.BILL_CYC_CD = a.BILL_CYC_CD AND bc.LANGUAGE_CD = :language
    """,
    key=("account_id",),
    cadence="nightly",
    fields=(
        FieldMap("a.ACCT_ID", "account_id"),
        FieldMap("mc.PER_ID", "customer"),
        # CC&B's account has no name: the main customer's, with the service city where that one has several accounts.
        FieldMap(
            "CASE WHEN several.ACCOUNTS > 1 AND TRIM(served.CITY) IS NOT NULL"
            " THEN SUBSTR(TRIM(n.ENTITY_NAME) || ' (' || TRIM(served.CITY) || ')', 1, 254) ELSE n.ENTITY_NAME END",
            "name",
        ),
        # Nor a status: open agreements make it active, agreements yet to start make it pending.
        FieldMap("CASE st.STANDING WHEN 3 THEN 'active' WHEN 2 THEN 'pending' ELSE 'inactive' END", "status"),
        FieldMap("a.CUST_CL_CD", "customer_class"),
        FieldMap("cl.DESCR", "customer_class_name"),
        FieldMap("a.ACCT_MGMT_GRP_CD", "manage_group"),
        FieldMap("mg.DESCR", "manage_group_name"),
        FieldMap("a.CIS_DIVISION", "cis_division"),
        FieldMap("dv.DESCR", "cis_division_name"),
        FieldMap("a.BILL_CYC_CD", "bill_cycle"),
        FieldMap("bc.DESCR", "bill_cycle_name"),
        FieldMap("a.SETUP_DT", "setup_date", DAY),
        FieldMap("a.CURRENCY_CD", "currency"),
        FieldMap("a.COLL_CL_CD", "collection_class"),
        FieldMap("a.CR_REVIEW_DT", "credit_review_date", DAY),
        # Where bills go: the account's override, its mailing premise or the person, as BILL_ADDR_SRCE_FLG says.
        *_address(
            lambda column: (
                f"CASE WHEN mc.BILL_ADDR_SRCE_FLG = 'ACOV' AND o.ACCT_ID IS NOT NULL THEN o.{column}"
                f" WHEN mc.BILL_ADDR_SRCE_FLG = 'PREM' AND m.PREM_ID IS NOT NULL THEN m.{column}"
                f" WHEN TRIM(p.ADDRESS1) IS NOT NULL THEN p.{column} ELSE m.{column} END"
            )
        ),
    ),
)

ACCOUNT_CUSTOMERS = Stream(
    name="ccb.account-customers",
    title="Customers on accounts",
    system=System.CCB,
    direction=Direction.IN,
    model=AccountCustomer,
    source="""
        CI_ACCT_PER ap
        LEFT JOIN CI_ACCT_REL_TYP_L rt ON rt.ACCT_REL_TYPE_CD = ap.ACCT_REL_TYPE_CD AND rt.LANGUAGE_CD = :language
    """,
    key=("account", "customer"),
    cadence="nightly",
    fields=(
        FieldMap("ap.ACCT_ID", "account"),
        FieldMap("ap.PER_ID", "customer"),
        FieldMap("ap.MAIN_CUST_SW", "is_main", YES_NO),
        FieldMap("ap.FIN_RESP_SW", "is_financially_responsible", YES_NO),
        FieldMap("ap.THRD_PTY_SW", "is_third_party", YES_NO),
        FieldMap("ap.ACCT_REL_TYPE_CD", "relationship_type"),
        FieldMap("rt.DESCR", "relationship_type_name"),
    ),
)

PREMISES = Stream(
    name="ccb.premises",
    title="Premises",
    system=System.CCB,
    direction=Direction.IN,
    model=Premise,
    source="CI_PREM m LEFT JOIN CI_PREM_TYPE_L pt ON pt.PREM_TYPE_CD = m.PREM_TYPE_CD AND pt.LANGUAGE_CD = :language",
    key=("premise_id",),
    cadence="nightly",
    fields=(
        FieldMap("m.PREM_ID", "premise_id"),
        FieldMap("m.PREM_TYPE_CD", "premise_type"),
        FieldMap("pt.DESCR", "premise_type_name"),
        FieldMap("m.LS_SL_FLG", "life_support"),
        FieldMap("m.LS_SL_DESCR", "life_support_note"),
        *_address(lambda column: f"m.{column}"),
    ),
)

# SA_STATUS_FLG in words.
_AGREEMENT_STATUS = {
    "05": "incomplete",
    "10": "pending start",
    "20": "active",
    "30": "pending stop",
    "40": "stopped",
    "50": "reactivated",
    "60": "closed",
    "70": "canceled",
}

SERVICE_AGREEMENTS = Stream(
    name="ccb.service-agreements",
    title="Service agreements",
    system=System.CCB,
    direction=Direction.IN,
    model=ServiceAgreement,
    # A type's key is division and type together: a type code alone means different things in two divisions.
    source="""
        CI_SA sa
        LEFT JOIN CI_SA_TYPE st ON st.CIS_DIVISION = sa.CIS_DIVISION AND st.SA_TYPE_CD = sa.SA_TYPE_CD
        LEFT JOIN CI_SA_TYPE_L tl
            ON tl.CIS_DIVISION = sa.CIS_DIVISION AND tl.SA_TYPE_CD = sa.SA_TYPE_CD AND tl.LANGUAGE_CD = :language
        LEFT JOIN CI_SVC_TYPE_L sv ON sv.SVC_TYPE_CD = st.SVC_TYPE_CD AND sv.LANGUAGE_CD = :language
        LEFT JOIN (
            SELECT SA_ID, RS_CD, ROW_NUMBER() OVER (PARTITION BY SA_ID ORDER BY EFFDT DESC) AS PREFERENCE
            FROM CI_SA_RS_HIST
            WHERE EFFDT <= SYSDATE
        ) rs ON rs.SA_ID = sa.SA_ID AND rs.PREFERENCE = 1
    """,
    key=("service_agreement_id",),
    cadence="nightly",
    fields=(
        FieldMap("sa.SA_ID", "service_agreement_id"),
        FieldMap("sa.ACCT_ID", "account"),
        FieldMap("sa.CHAR_PREM_ID", "premise"),
        FieldMap("sa.CIS_DIVISION", "cis_division"),
        FieldMap("sa.SA_TYPE_CD", "sa_type"),
        FieldMap("tl.DESCR", "sa_type_name"),
        FieldMap("st.SVC_TYPE_CD", "service_type"),
        FieldMap("sv.DESCR", "service_type_name"),
        FieldMap("st.REV_CL_CD", "revenue_class"),
        FieldMap("sa.SA_STATUS_FLG", "status", codes(_AGREEMENT_STATUS, keep_unknown=True)),
        FieldMap("sa.START_DT", "start_date", DAY),
        FieldMap("sa.END_DT", "end_date", DAY),
        FieldMap("sa.EXPIRE_DT", "expiry_date", DAY),
        FieldMap("sa.RENEWAL_DT", "renewal_date", DAY),
        FieldMap("rs.RS_CD", "rate"),
        FieldMap("sa.SIC_CD", "sic_code"),
    ),
)

FINANCIAL_TRANSACTIONS = Stream(
    name="ccb.financial-transactions",
    title="Financial transactions",
    system=System.CCB,
    direction=Direction.IN,
    model=FinancialTransaction,
    # CI_FT has no account: it is the agreement's. SIBLING_ID of a payment is its payment segment, which leads to the
    # day the money came in.
    source="""
        CI_FT f
        LEFT JOIN CI_SA sa ON sa.SA_ID = f.SA_ID
        LEFT JOIN CI_PAY_SEG ps ON ps.PAY_SEG_ID = f.SIBLING_ID AND f.FT_TYPE_FLG IN ('PS', 'PX')
        LEFT JOIN CI_PAY py ON py.PAY_ID = ps.PAY_ID
        LEFT JOIN CI_PAY_EVENT pe ON pe.PAY_EVENT_ID = py.PAY_EVENT_ID
        LEFT JOIN CI_BILL b ON b.BILL_ID = f.BILL_ID
    """,
    key=("ft_id",),
    cadence="hourly, with a full compare once a week",
    # A transaction counts once it is frozen, which may be long after it was made. The bill that takes it in gives it an
    # arrears date without a stamp, so it is read again when that bill completes. CC&B stamps both before it commits.
    cursor=Cursor(
        "GREATEST(NVL(f.FREEZE_DTTM, f.CRE_DTTM), NVL(b.COMPLETE_DTTM, f.CRE_DTTM))", overlap=timedelta(days=2)
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
        FieldMap("pe.PAY_DT", "received_date", DAY),
    ),
)

STREAMS = (CUSTOMERS, ACCOUNTS, ACCOUNT_CUSTOMERS, PREMISES, SERVICE_AGREEMENTS, FINANCIAL_TRANSACTIONS)
