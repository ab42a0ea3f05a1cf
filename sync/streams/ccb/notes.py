"""What was written down about customers: customer contacts as notes, and alerts."""

from datetime import timedelta

from customer360.models import AccountAlert, Note
from sync.stream import Cursor, Direction, FieldMap, Stream, System
from sync.streams.ccb.pieces import place_in
from sync.transforms import DAY, MOMENT, YES_NO

NOTES = Stream(
    name="ccb.notes",
    title="Notes",
    system=System.CCB,
    direction=Direction.IN,
    model=Note,
    # A contact type's key is class and type together. A contact without an account is about the person on every account
    # that the person has, so it keeps its customer alone.
    source="""
        CI_CC c
        LEFT JOIN CI_CC_TYPE_L tl
            ON tl.CC_CL_CD = c.CC_CL_CD AND tl.CC_TYPE_CD = c.CC_TYPE_CD AND tl.LANGUAGE_CD = :language
        LEFT JOIN CI_CC_CL_L cl ON cl.CC_CL_CD = c.CC_CL_CD AND cl.LANGUAGE_CD = :language
        LEFT JOIN SC_USER u ON u.USER_ID = c.USER_ID
    """,
    where=place_in("TRIM(c.CC_CL_CD) || '/' || TRIM(c.CC_TYPE_CD)", "notes_left_out") + " = 0",
    key=("note_id",),
    cadence="nightly, with a full compare once a week",
    # The moment of the contact, not of its entry: what was entered some days late is read as well.
    cursor=Cursor("c.CC_DTTM", overlap=timedelta(days=7)),
    fields=(
        FieldMap("c.CC_ID", "note_id"),
        FieldMap("c.ACCT_ID", "account"),
        FieldMap("c.PER_ID", "customer"),
        FieldMap("c.PREM_ID", "premise"),
        FieldMap("NVL(TRIM(tl.DESCR), TRIM(c.CC_TYPE_CD))", "subject"),
        FieldMap(
            "CASE WHEN TRIM(c.CC_CL_CD) IS NULL THEN 'CC&B' ELSE 'CC&B: ' || NVL(TRIM(cl.DESCR), TRIM(c.CC_CL_CD)) END",
            "source",
        ),
        FieldMap("c.DESCRLONG", "text"),
        # The user's name, else the user ID alone; two long names together are cut.
        FieldMap("NVL(SUBSTR(TRIM(TRIM(u.FIRST_NAME) || ' ' || TRIM(u.LAST_NAME)), 1, 60), TRIM(c.USER_ID))", "author"),
        FieldMap("c.CC_DTTM", "written_at", MOMENT),
        FieldMap("CASE WHEN TRIM(c.LTR_TMPL_CD) IS NOT NULL THEN 'Y' ELSE 'N' END", "is_letter", YES_NO),
    ),
)

ACCOUNT_ALERTS = Stream(
    name="ccb.account-alerts",
    title="Account alerts",
    system=System.CCB,
    direction=Direction.IN,
    model=AccountAlert,
    source="""
        CI_ACCT_ALERT al
        LEFT JOIN CI_ALERT_TYPE_L tl ON tl.ALERT_TYPE_CD = al.ALERT_TYPE_CD AND tl.LANGUAGE_CD = :language
    """,
    key=("account", "alert_type", "start_date"),
    cadence="nightly",
    fields=(
        FieldMap("al.ACCT_ID", "account"),
        FieldMap("al.ALERT_TYPE_CD", "alert_type"),
        FieldMap("tl.DESCR80", "alert_type_name"),
        # Part of the key, so its time of day, where a site has one, is cut before rows are told apart.
        FieldMap("TRUNC(al.START_DT)", "start_date", DAY),
        FieldMap("al.END_DT", "end_date", DAY),
    ),
)
