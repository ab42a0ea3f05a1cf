"""Customers, their accounts, and who is what on which account."""

from customer360.models import Account, AccountCustomer, Customer
from sync.stream import Direction, FieldMap, Owner, Stream, System
from sync.streams.ccb.addresses import address
from sync.transforms import DAY, YES_NO, words

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
        *address(lambda column: f"CASE WHEN TRIM(p.ADDRESS1) IS NULL THEN m.{column} ELSE p.{column} END"),
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
        LEFT JOIN CI_CUST_CL cc ON cc.CUST_CL_CD = a.CUST_CL_CD
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
        FieldMap("cc.OPEN_ITEM_SW", "is_open_item", YES_NO),
        FieldMap("a.ACCT_MGMT_GRP_CD", "manage_group"),
        FieldMap("mg.DESCR", "manage_group_name"),
        FieldMap("a.CIS_DIVISION", "cis_division"),
        FieldMap("dv.DESCR", "cis_division_name"),
        FieldMap("a.BILL_CYC_CD", "bill_cycle"),
        FieldMap("bc.DESCR", "bill_cycle_name"),
        FieldMap("a.SETUP_DT", "setup_date", DAY),
        FieldMap("a.CURRENCY_CD", "currency"),
        FieldMap("a.COLL_CL_CD", "collection_class"),
        FieldMap("a.ALERT_INFO", "alert_text"),
        FieldMap("a.CR_REVIEW_DT", "credit_review_date", DAY),
        # Where bills go: the account's override, its mailing premise or the person, as BILL_ADDR_SRCE_FLG says.
        *address(
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
