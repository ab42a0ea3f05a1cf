"""Customers, their accounts, and who is what on which account."""

from customer360.models import Account, AccountCustomer, Customer
from sync.stream import Direction, FieldMap, Owner, Stream, System, Variant
from sync.streams.ccb.addresses import address
from sync.streams.ccb.pieces import characteristic, place_in, read_as
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


# What a customer's agreements say of its trade. Of several industries or descriptions, the one whose agreements brought
# the most revenue in twelve months; on a draw the first by its text.
_TRADES = """(
    SELECT PER_ID,
        MAX(CASE WHEN BY_SIC = 1 THEN SIC_CD END) AS SIC_CD,
        MAX(CASE WHEN BY_ACTIVITY = 1 THEN ACTIVITY END) AS ACTIVITY
    FROM (
        SELECT PER_ID, SIC_CD, ACTIVITY,
            ROW_NUMBER() OVER (
                PARTITION BY PER_ID ORDER BY NVL2(SIC_CD, 0, 1), SIC_REVENUE DESC, SIC_CD
            ) AS BY_SIC,
            ROW_NUMBER() OVER (
                PARTITION BY PER_ID ORDER BY NVL2(ACTIVITY, 0, 1), ACTIVITY_REVENUE DESC, ACTIVITY
            ) AS BY_ACTIVITY
        FROM (
            SELECT ap.PER_ID, TRIM(sa.SIC_CD) AS SIC_CD, TRIM(sa.BUS_ACTIVITY_DESC) AS ACTIVITY,
                SUM(NVL(r.REVENUE, 0)) OVER (PARTITION BY ap.PER_ID, TRIM(sa.SIC_CD)) AS SIC_REVENUE,
                SUM(NVL(r.REVENUE, 0)) OVER (PARTITION BY ap.PER_ID, TRIM(sa.BUS_ACTIVITY_DESC)) AS ACTIVITY_REVENUE
            FROM CI_ACCT_PER ap
            JOIN CI_SA sa ON sa.ACCT_ID = ap.ACCT_ID
            LEFT JOIN (
                SELECT SA_ID, SUM(TOT_AMT) AS REVENUE
                FROM CI_FT
                WHERE FT_TYPE_FLG IN ('BS', 'BX') AND FREEZE_SW = 'Y'
                    AND ACCOUNTING_DT >= ADD_MONTHS(TRUNC(SYSDATE, 'MM'), -12)
                GROUP BY SA_ID
            ) r ON r.SA_ID = sa.SA_ID
            WHERE ap.MAIN_CUST_SW = 'Y' AND (TRIM(sa.SIC_CD) IS NOT NULL OR TRIM(sa.BUS_ACTIVITY_DESC) IS NOT NULL)
        ) agreements
    ) ranked
    GROUP BY PER_ID
)"""

# Phones by phone type: the types that the site prefers, then CC&B's own order.
_PHONES = f"""(
    SELECT PER_ID, PHONE, ROW_NUMBER() OVER (
        PARTITION BY PER_ID
        ORDER BY CASE WHEN {place_in("PHONE_TYPE_CD", "phone_types")} > 0
            THEN {place_in("PHONE_TYPE_CD", "phone_types")} ELSE 9999 END, SEQ_NUM
    ) AS PREFERENCE
    FROM CI_PER_PHONE
)"""


def _contact_details(routes: str) -> str:
    """A person's contact detail of the route types that the site chose: the primary one, else the preferred type's."""
    return f"""(
    SELECT PER_ID, CONTACT_VALUE, ROW_NUMBER() OVER (
        PARTITION BY PER_ID
        ORDER BY CASE WHEN CND_PRIMARY_FLG = 'C1YS' THEN 0 ELSE 1 END,
            {place_in("COMM_RTE_TYPE_CD", routes)}, C1_CONTACT_ID
    ) AS PREFERENCE
    FROM C1_PER_CONTDET
    WHERE {place_in("COMM_RTE_TYPE_CD", routes)} > 0
        AND (:inactive_contacts IS NULL OR NVL(TRIM(CND_ACTINACT_FLG), ' ') <> :inactive_contacts)
)"""


_DETAILS = f"""LEFT JOIN {_contact_details("email_routes")} e ON e.PER_ID = p.PER_ID AND e.PREFERENCE = 1
        LEFT JOIN {_contact_details("phone_routes")} t ON t.PER_ID = p.PER_ID AND t.PREFERENCE = 1"""
_OLD_PHONES = f"LEFT JOIN {_PHONES} o ON o.PER_ID = p.PER_ID AND o.PREFERENCE = 1"
_EMAIL = FieldMap("NVL(TRIM(e.CONTACT_VALUE), p.EMAILID)", "email", owner=Owner.SHARED)


def _customers(contacts: str) -> str:
    """The FROM clause of the customers, with the joins that their e-mail and phone come from."""
    return f"""
        CI_PER p
        LEFT JOIN {_NAMES} n ON n.PER_ID = p.PER_ID AND n.PREFERENCE = 1
        {contacts}
        LEFT JOIN (
            SELECT ap.PER_ID, a.MAILING_PREM_ID,
                ROW_NUMBER() OVER (PARTITION BY ap.PER_ID ORDER BY ap.ACCT_ID) AS PREFERENCE
            FROM CI_ACCT_PER ap
            JOIN CI_ACCT a ON a.ACCT_ID = ap.ACCT_ID
            WHERE ap.MAIN_CUST_SW = 'Y'
        ) ma ON ma.PER_ID = p.PER_ID AND ma.PREFERENCE = 1
        LEFT JOIN CI_PREM m ON m.PREM_ID = ma.MAILING_PREM_ID
        LEFT JOIN {_TRADES} tr ON tr.PER_ID = p.PER_ID
        LEFT JOIN CI_SIC_L sic ON TRIM(sic.SIC_CD) = tr.SIC_CD AND sic.LANGUAGE_CD = :language
        LEFT JOIN {characteristic("CI_PER_CHAR", "PER_ID", "industry_characteristic")} ic
            ON ic.PER_ID = p.PER_ID AND ic.PREFERENCE = 1
        LEFT JOIN {characteristic("CI_PER_CHAR", "PER_ID", "business_characteristic")} bc
            ON bc.PER_ID = p.PER_ID AND bc.PREFERENCE = 1
    """


CUSTOMERS = Stream(
    name="ccb.customers",
    title="Customers",
    system=System.CCB,
    direction=Direction.IN,
    model=Customer,
    source=_customers(f"LEFT JOIN {_PHONES} t ON t.PER_ID = p.PER_ID AND t.PREFERENCE = 1"),
    where="EXISTS (SELECT 1 FROM CI_ACCT_PER ap WHERE ap.PER_ID = p.PER_ID)",
    key=("person_id",),
    cadence="nightly",
    fields=(
        FieldMap("p.PER_ID", "person_id"),
        FieldMap("n.ENTITY_NAME", "name"),
        FieldMap("p.PER_OR_BUS_FLG", "kind", words(P="person", B="business")),
        FieldMap("p.EMAILID", "email", owner=Owner.SHARED),
        FieldMap("t.PHONE", "phone", owner=Owner.SHARED),
        # The industry of the agreements, a code without a description as the code; else what was written down.
        FieldMap("NVL(TRIM(sic.DESCR), NVL(tr.SIC_CD, ic.CHOSEN))", "industry"),
        FieldMap("NVL(bc.CHOSEN, tr.ACTIVITY)", "business_description", owner=Owner.SHARED),
        # The person's own mailing address, else the mailing premise of the first account.
        *address(lambda column: f"CASE WHEN TRIM(p.ADDRESS1) IS NULL THEN m.{column} ELSE p.{column} END"),
    ),
    # Newer sites keep e-mail addresses and phones alike as contact details. Such sites converted some customers and not
    # others: the person's own e-mail stays as a last resort, and so do phones as long as the old table holds any.
    variants=(
        Variant(
            needs=("C1_PER_CONTDET", "CI_PER_PHONE"),
            source=_customers(f"{_DETAILS}\n        {_OLD_PHONES}"),
            fields=(_EMAIL, FieldMap("NVL(TRIM(t.CONTACT_VALUE), o.PHONE)", "phone", owner=Owner.SHARED)),
        ),
        Variant(
            needs=("C1_PER_CONTDET",),
            source=_customers(_DETAILS),
            fields=(_EMAIL, FieldMap("t.CONTACT_VALUE", "phone", owner=Owner.SHARED)),
        ),
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
                    WHEN STATUS IN ('20', '30', '40', '50') THEN 3
                    WHEN STATUS IN ('05', '10') THEN 2
                    ELSE 1
                END
            ) AS STANDING
            FROM (SELECT ACCT_ID, {read_as("SA_STATUS_FLG", "agreement_statuses")} AS STATUS FROM CI_SA) standing
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
        LEFT JOIN {characteristic("CI_ACCT_CHAR", "ACCT_ID", "representative_characteristic")} rc
            ON rc.ACCT_ID = a.ACCT_ID AND rc.PREFERENCE = 1
        LEFT JOIN SC_USER ru ON TRIM(ru.USER_ID) = rc.CHOSEN
        LEFT JOIN (
            SELECT ACCT_ID, PER_ID, ROW_NUMBER() OVER (PARTITION BY ACCT_ID ORDER BY PER_ID) AS PREFERENCE
            FROM CI_ACCT_PER
            WHERE TRIM(ACCT_REL_TYPE_CD) = :representative_relationship
        ) rr ON rr.ACCT_ID = a.ACCT_ID AND rr.PREFERENCE = 1
        LEFT JOIN {_NAMES} rn ON rn.PER_ID = rr.PER_ID AND rn.PREFERENCE = 1
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
        # The characteristic's text, the name where it is a CC&B user; else the related person, first name first.
        FieldMap(
            "NVL(TRIM(TRIM(ru.FIRST_NAME) || ' ' || TRIM(ru.LAST_NAME)), NVL(rc.CHOSEN,"
            " TRIM(SUBSTR(rn.ENTITY_NAME, INSTR(rn.ENTITY_NAME, ',') + 1) || ' '"
            " || SUBSTR(rn.ENTITY_NAME, 1, INSTR(rn.ENTITY_NAME, ',') - 1))))",
            "account_representative",
            owner=Owner.SHARED,
        ),
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
