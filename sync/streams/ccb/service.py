"""Where service is given, and under which agreements."""

from customer360.models import Premise, ServiceAgreement
from sync.stream import Direction, FieldMap, Stream, System
from sync.streams.ccb.addresses import address
from sync.streams.ccb.pieces import read_as
from sync.transforms import DAY, codes

PREMISES = Stream(
    name="ccb.premises",
    title="Premises",
    system=System.CCB,
    direction=Direction.IN,
    model=Premise,
    source="""
        CI_PREM m
        LEFT JOIN CI_PREM_TYPE_L pt ON pt.PREM_TYPE_CD = m.PREM_TYPE_CD AND pt.LANGUAGE_CD = :language
        LEFT JOIN CI_PREM_GEO la ON la.PREM_ID = m.PREM_ID AND TRIM(la.GEO_TYPE_CD) = :latitude_type
        LEFT JOIN CI_PREM_GEO lo ON lo.PREM_ID = m.PREM_ID AND TRIM(lo.GEO_TYPE_CD) = :longitude_type
    """,
    key=("premise_id",),
    cadence="nightly",
    fields=(
        FieldMap("m.PREM_ID", "premise_id"),
        FieldMap("m.PREM_TYPE_CD", "premise_type"),
        FieldMap("pt.DESCR", "premise_type_name"),
        FieldMap("m.LS_SL_FLG", "life_support"),
        FieldMap("m.LS_SL_DESCR", "life_support_note"),
        FieldMap("la.GEO_VAL", "latitude"),
        FieldMap("lo.GEO_VAL", "longitude"),
        *address(lambda column: f"m.{column}"),
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
        LEFT JOIN CI_REV_CL_L rv ON rv.REV_CL_CD = st.REV_CL_CD AND rv.LANGUAGE_CD = :language
        LEFT JOIN CI_SIC_L sic ON sic.SIC_CD = sa.SIC_CD AND sic.LANGUAGE_CD = :language
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
        FieldMap("st.GRAPH_UOM_CD", "use_unit"),
        FieldMap("st.REV_CL_CD", "revenue_class"),
        FieldMap("rv.DESCR", "revenue_class_name"),
        FieldMap(
            read_as("sa.SA_STATUS_FLG", "agreement_statuses"), "status", codes(_AGREEMENT_STATUS, keep_unknown=True)
        ),
        FieldMap("sa.START_DT", "start_date", DAY),
        FieldMap("sa.END_DT", "end_date", DAY),
        FieldMap("sa.EXPIRE_DT", "expiry_date", DAY),
        FieldMap("sa.RENEWAL_DT", "renewal_date", DAY),
        FieldMap("rs.RS_CD", "rate"),
        FieldMap("sa.SIC_CD", "sic_code"),
        FieldMap("sic.DESCR", "industry"),
    ),
)
