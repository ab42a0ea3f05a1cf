"""Service points, the agreements they serve, the meters on them, their latest reads, and what was billed as used.

CC&B keeps meters in tables of its own; C2M keeps them in those of its meter data management (D1). Each stream names
both, and the catalogue of the site at hand says which one holds rows.
"""

from datetime import timedelta

from customer360.models import AgreementServicePoint, BilledUse, Meter, MeterRead, ServicePoint
from sync.stream import Cursor, Direction, FieldMap, Stream, System, Variant
from sync.streams.ccb.pieces import described, lookup
from sync.transforms import DAY, MOMENT, QUANTITY, YES_NO, codes, words

# The first moment of what is read of use and reads.
_SINCE = "ADD_MONTHS(TRUNC(SYSDATE), -TO_NUMBER(:use_months))"

# C2M's service point and the one of CC&B that it stands for: D1EI, the external identifier, is CC&B's SP_ID.
_C2M_POINT = "JOIN D1_SP_IDENTIFIER si ON si.D1_SP_ID = h.D1_SP_ID AND si.SP_ID_TYPE_FLG = 'D1EI'"

SERVICE_POINTS = Stream(
    name="ccb.service-points",
    title="Service points",
    system=System.CCB,
    direction=Direction.IN,
    model=ServicePoint,
    source=f"""
        CI_SP sp
        LEFT JOIN CI_SP_TYPE st ON st.SP_TYPE_CD = sp.SP_TYPE_CD
        LEFT JOIN CI_SP_TYPE_L tl ON tl.SP_TYPE_CD = sp.SP_TYPE_CD AND tl.LANGUAGE_CD = :language
        LEFT JOIN CI_SVC_TYPE_L sv ON sv.SVC_TYPE_CD = st.SVC_TYPE_CD AND sv.LANGUAGE_CD = :language
        {lookup("ls", "SP_STATUS_FLG", "sp.SP_STATUS_FLG")}
    """,
    key=("service_point_id",),
    cadence="nightly",
    fields=(
        FieldMap("sp.SP_ID", "service_point_id"),
        FieldMap("sp.PREM_ID", "premise"),
        FieldMap("sp.SP_TYPE_CD", "point_type"),
        FieldMap("tl.DESCR", "point_type_name"),
        FieldMap("st.SVC_TYPE_CD", "service_type"),
        FieldMap("sv.DESCR", "service_type_name"),
        FieldMap("sp.SP_STATUS_FLG", "status"),
        FieldMap(described("ls"), "status_name"),
        FieldMap("sp.SP_SRC_STATUS_FLG", "connection", words(True, C="connected", D="disconnected")),
        FieldMap("sp.INSTALL_DT", "installed_on", DAY),
        FieldMap("sp.ABOLISH_DT", "abolished_on", DAY),
        FieldMap("sp.MTR_LOC_DETAILS", "location"),
        FieldMap("sp.DESCRLONG", "description"),
    ),
)

AGREEMENT_SERVICE_POINTS = Stream(
    name="ccb.agreement-service-points",
    title="Service points of agreements",
    system=System.CCB,
    direction=Direction.IN,
    model=AgreementServicePoint,
    source="CI_SA_SP l",
    key=("link_id",),
    cadence="nightly",
    fields=(
        FieldMap("l.SA_SP_ID", "link_id"),
        FieldMap("l.SA_ID", "service_agreement"),
        FieldMap("l.SP_ID", "service_point"),
        FieldMap("l.START_DTTM", "started_on", DAY),
        FieldMap("l.STOP_DTTM", "stopped_on", DAY),
        FieldMap("l.USAGE_FLG", "use_code"),
    ),
)

METERS = Stream(
    name="ccb.meters",
    title="Meters",
    system=System.CCB,
    direction=Direction.IN,
    model=Meter,
    # An installation has no date of its own: it is that of the first read among its events.
    source="""
        CI_SP_MTR_HIST h
        LEFT JOIN CI_MTR_CONFIG c ON c.MTR_CONFIG_ID = h.MTR_CONFIG_ID
        LEFT JOIN CI_MTR m ON m.MTR_ID = c.MTR_ID
        LEFT JOIN (
            SELECT ev.SP_MTR_HIST_ID, MIN(mr.READ_DTTM) AS INSTALLED
            FROM CI_SP_MTR_EVT ev
            JOIN CI_MR mr ON mr.MR_ID = ev.MR_ID
            GROUP BY ev.SP_MTR_HIST_ID
        ) i ON i.SP_MTR_HIST_ID = h.SP_MTR_HIST_ID
    """,
    key=("installation_id",),
    cadence="nightly",
    needs=("CI_SP_MTR_HIST", "CI_MTR_CONFIG", "CI_MTR", "CI_SP_MTR_EVT", "CI_MR"),
    fields=(
        FieldMap("h.SP_MTR_HIST_ID", "installation_id"),
        FieldMap("h.SP_ID", "service_point"),
        FieldMap("m.MTR_ID", "meter_id"),
        FieldMap("m.BADGE_NBR", "badge"),
        FieldMap("m.SERIAL_NBR", "serial"),
        FieldMap("m.MTR_TYPE_CD", "meter_type"),
        FieldMap("m.MFG_CD", "manufacturer"),
        FieldMap("i.INSTALLED", "installed_on", DAY),
        FieldMap("h.REMOVAL_DTTM", "removed_on", DAY),
    ),
    variants=(
        Variant(
            needs=("D1_INSTALL_EVT",),
            source=f"""
        D1_INSTALL_EVT h
        {_C2M_POINT}
        LEFT JOIN D1_DVC_CFG c ON c.DEVICE_CONFIG_ID = h.DEVICE_CONFIG_ID
        LEFT JOIN D1_DVC d ON d.D1_DEVICE_ID = c.D1_DEVICE_ID
        LEFT JOIN D1_DVC_IDENTIFIER b
            ON b.D1_DEVICE_ID = c.D1_DEVICE_ID AND TRIM(b.DVC_ID_TYPE_FLG) = :badge_identifier
        LEFT JOIN D1_DVC_IDENTIFIER s ON s.D1_DEVICE_ID = c.D1_DEVICE_ID AND s.DVC_ID_TYPE_FLG = 'D1SN'
    """,
            fields=(
                FieldMap("h.INSTALL_EVT_ID", "installation_id"),
                FieldMap("SUBSTR(si.ID_VALUE, 1, 10)", "service_point"),
                FieldMap("c.D1_DEVICE_ID", "meter_id"),
                FieldMap("b.ID_VALUE", "badge"),
                FieldMap("s.ID_VALUE", "serial"),
                FieldMap("d.DEVICE_TYPE_CD", "meter_type"),
                FieldMap("d.MANUFACTURER_CD", "manufacturer"),
                FieldMap("h.D1_INSTALL_DTTM", "installed_on", DAY),
                FieldMap("h.D1_REMOVAL_DTTM", "removed_on", DAY),
            ),
        ),
    ),
)

METER_READS = Stream(
    name="ccb.meter-reads",
    title="Latest meter reads",
    system=System.CCB,
    direction=Direction.IN,
    model=MeterRead,
    # Of a read with several registers, the first one's.
    source=f"""
        CI_SP_MTR_HIST h
        JOIN (
            SELECT mr.MTR_CONFIG_ID, mr.READ_DTTM, rr.REG_ID, rr.REG_READING, ROW_NUMBER() OVER (
                PARTITION BY mr.MTR_CONFIG_ID ORDER BY mr.READ_DTTM DESC, mr.MR_ID DESC, rr.READ_SEQ
            ) AS PREFERENCE
            FROM CI_MR mr
            JOIN CI_REG_READ rr ON rr.MR_ID = mr.MR_ID
            WHERE mr.READ_DTTM >= {_SINCE}
        ) r ON r.MTR_CONFIG_ID = h.MTR_CONFIG_ID AND r.PREFERENCE = 1
        LEFT JOIN CI_REG g ON g.REG_ID = r.REG_ID
    """,
    where="h.REMOVAL_DTTM IS NULL",
    key=("installation_id",),
    cadence="nightly",
    needs=("CI_SP_MTR_HIST", "CI_MR", "CI_REG_READ", "CI_REG"),
    fields=(
        FieldMap("h.SP_MTR_HIST_ID", "installation_id"),
        FieldMap("h.SP_MTR_HIST_ID", "meter"),
        FieldMap("r.READ_DTTM", "read_at", MOMENT),
        FieldMap("r.REG_READING", "reading", QUANTITY),
        FieldMap("g.UOM_CD", "unit"),
    ),
    variants=(
        Variant(
            needs=("D1_INSTALL_EVT",),
            # C2M keeps the latest reading with the measuring component, which spares its measurements, every quarter
            # of an hour one.
            source=f"""
        D1_INSTALL_EVT h
        {_C2M_POINT}
        JOIN (
            SELECT DEVICE_CONFIG_ID, MOST_RECENT_MSRMT_DTTM, MOST_RECENT_MSRMT_READING_VAL, ROW_NUMBER() OVER (
                PARTITION BY DEVICE_CONFIG_ID ORDER BY D1_READ_SEQ, MEASR_COMP_ID
            ) AS PREFERENCE
            FROM D1_MEASR_COMP
            WHERE MOST_RECENT_MSRMT_DTTM >= {_SINCE}
        ) r ON r.DEVICE_CONFIG_ID = h.DEVICE_CONFIG_ID AND r.PREFERENCE = 1
    """,
            where="h.D1_REMOVAL_DTTM IS NULL",
            fields=(
                FieldMap("h.INSTALL_EVT_ID", "installation_id"),
                FieldMap("h.INSTALL_EVT_ID", "meter"),
                FieldMap("r.MOST_RECENT_MSRMT_DTTM", "read_at", MOMENT),
                FieldMap("r.MOST_RECENT_MSRMT_READING_VAL", "reading", QUANTITY),
                FieldMap("CAST(NULL AS VARCHAR2(30))", "unit"),
            ),
        ),
    ),
)

# BSEG_STAT_FLG in words.
_SEGMENT_STATUS = {"10": "incomplete", "50": "frozen", "60": "canceled", "70": "ready"}


def _code(column: str) -> str:
    """A code that is part of the key: CC&B's blank, which says that the line is not split by it, as a dash."""
    return f"NVL(TRIM({column}), '{BilledUse.WHOLE}')"


BILLED_USE = Stream(
    name="ccb.billed-use",
    title="Billed use",
    system=System.CCB,
    direction=Direction.IN,
    model=BilledUse,
    source="""
        CI_BSEG s
        JOIN CI_BSEG_SQ q ON q.BSEG_ID = s.BSEG_ID
    """,
    where=f"s.END_DT >= {_SINCE}",
    window="end_date",
    key=("segment_id", "unit", "time_of_use", "quantity_kind"),
    cadence="nightly, with a full compare once a week",
    # CC&B stamps a segment when it freezes or cancels it.
    cursor=Cursor("NVL(s.STAT_CHG_DTTM, s.CRE_DTTM)", overlap=timedelta(days=2)),
    fields=(
        FieldMap("s.BSEG_ID", "segment_id"),
        FieldMap(_code("q.UOM_CD"), "unit"),
        FieldMap(_code("q.TOU_CD"), "time_of_use"),
        FieldMap(_code("q.SQI_CD"), "quantity_kind"),
        FieldMap("s.SA_ID", "service_agreement"),
        FieldMap("s.BILL_ID", "bill_id"),
        FieldMap("s.BSEG_STAT_FLG", "status", codes(_SEGMENT_STATUS, keep_unknown=True)),
        FieldMap("s.START_DT", "start_date", DAY),
        FieldMap("s.END_DT", "end_date", DAY),
        FieldMap("q.BILL_SQ", "quantity", QUANTITY),
        FieldMap("s.EST_SW", "is_estimated", YES_NO),
    ),
)
