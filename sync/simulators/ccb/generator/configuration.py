"""Writes the configuration and language tables of CC&B from the codes of `codes.py`."""

from collections.abc import Mapping
from datetime import date, timedelta

from sync.simulators.ccb.generator import codes, cycles
from sync.simulators.ccb.generator.rows import RowWriter

ENGLISH, SPANISH = "ENG", "SPA"
CALENDAR = "01"
_STATE = {"ME": "Maine", "NH": "New Hampshire"}


def write(rows: RowWriter, today: date, months: int) -> None:
    """Collect every configuration row; bill cycles and fiscal periods reach from the first month of money on."""
    _described(rows, "CI_CIS_DIVISION_L", "CIS_DIVISION", codes.DIVISIONS)
    _described(rows, "CI_ACCT_MGMT_GR_L", "ACCT_MGMT_GRP_CD", codes.MANAGE_GROUPS, table="CI_ACCT_MGMT_GR")
    _described(rows, "CI_SVC_TYPE_L", "SVC_TYPE_CD", codes.SERVICE_TYPES)
    _described(rows, "CI_REV_CL_L", "REV_CL_CD", codes.REVENUE_CLASSES)
    _described(rows, "CI_PREM_TYPE_L", "PREM_TYPE_CD", codes.PREMISE_TYPES)
    _described(rows, "CI_SIC_L", "SIC_CD", codes.SIC_CODES, table="CI_SIC")
    _described(rows, "CI_ALERT_TYPE_L", "ALERT_TYPE_CD", codes.ALERT_TYPES, column="DESCR80")
    _described(rows, "CI_ACCT_REL_TYP_L", "ACCT_REL_TYPE_CD", codes.ACCOUNT_RELATIONSHIPS, table="CI_ACCT_REL_TYP")
    _described(rows, "CI_TENDER_TYPE_L", "TENDER_TYPE_CD", codes.TENDER_TYPES)
    _described(rows, "CI_PAY_CAN_RSN_L", "CAN_RSN_CD", codes.PAYMENT_CANCEL_REASONS)
    for code, (description, spanish, collection, open_item) in codes.CUSTOMER_CLASSES.items():
        rows.add("CI_CUST_CL", cust_cl_cd=code, coll_cl_cd=collection, open_item_sw=open_item)
        _languages(rows, "CI_CUST_CL_L", {"CUST_CL_CD": code}, description, spanish)
    for code, (one_way, other_way) in codes.PERSON_RELATIONSHIPS.items():
        rows.add("CI_PER_REL_TYPE", per_rel_type_cd=code)
        rows.add("CI_PER_REL_TYPE_L", per_rel_type_cd=code, language_cd=ENGLISH, descr12=one_way, descr21=other_way)
    for code, (description, on_bill) in codes.ADJUSTMENT_TYPES.items():
        rows.add("CI_ADJ_TYPE_L", adj_type_cd=code, language_cd=ENGLISH, descr=description, descr_on_bill=on_bill)
    for code, name in _STATE.items():
        rows.add("CI_STATE_L", state=code, country="USA", language_cd=ENGLISH, descr=name)
    _service_types(rows)
    _contact_types(rows)
    _users(rows)
    _lookups(rows)
    _calendars(rows, today, months)


def _described(
    rows: RowWriter,
    language_table: str,
    key: str,
    descriptions: Mapping[str, str | tuple[str, str]],
    *,
    table: str = "",
    column: str = "DESCR",
) -> None:
    for code, description in descriptions.items():
        english, spanish = (description, "") if isinstance(description, str) else description
        if table:
            rows.put(table, {key: code})
        _languages(rows, language_table, {key: code}, english, spanish, column)


def _languages(
    rows: RowWriter, table: str, key: Mapping[str, str], english: str, spanish: str, column: str = "DESCR"
) -> None:
    rows.put(table, {**key, "LANGUAGE_CD": ENGLISH, column: english})
    if spanish:
        rows.put(table, {**key, "LANGUAGE_CD": SPANISH, column: spanish})


def _service_types(rows: RowWriter) -> None:
    for service, (code, description, _meter_type, _digits) in codes.SERVICE_POINT_TYPES.items():
        rows.add("CI_SP_TYPE", sp_type_cd=code, svc_type_cd=service, sp_subtype_flg="M")
        rows.add("CI_SP_TYPE_L", sp_type_cd=code, language_cd=ENGLISH, descr=description)
    for division in codes.DIVISIONS:
        for each in codes.AGREEMENT_TYPES.values():
            description = each.description
            if division == "LAKES":
                description = codes.LAKES_DESCRIPTIONS.get(each.code, description)
            rows.add(
                "CI_SA_TYPE",
                cis_division=division,
                gl_division=division,
                sa_type_cd=each.code,
                svc_type_cd=each.service,
                rev_cl_cd=each.revenue_class,
                debt_cl_cd="STD",
                dst_id=f"AR-{each.service}",
                bill_seg_type_cd="BUDGET" if each.code.endswith("RES") else "NORMAL",
                allow_sp_sw="N" if each.special_role else "Y",
                allow_billing_sw="N" if each.special_role else "Y",
                special_role_flg=each.special_role,
                graph_uom_cd=each.unit,
                elig_budget_sw="Y" if each.code.endswith("RES") else "N",
            )
            rows.add(
                "CI_SA_TYPE_L",
                cis_division=division,
                sa_type_cd=each.code,
                language_cd=ENGLISH,
                descr=description,
                dflt_descr_on_bill=description.split(",")[0],
            )


def _contact_types(rows: RowWriter) -> None:
    _described(rows, "CI_CC_CL_L", "CC_CL_CD", codes.CONTACT_CLASSES, table="CI_CC_CL")
    for (contact_class, code), (description, short, letter) in codes.CONTACT_TYPES.items():
        rows.add(
            "CI_CC_TYPE",
            cc_cl_cd=contact_class,
            cc_type_cd=code,
            cc_action_flg="LT" if letter else "",
            ltr_tmpl_cd=letter,
            cc_per_flg="REQD",
            cc_acct_flg="OPT",
            cc_prem_flg="OPT",
        )
        rows.add(
            "CI_CC_TYPE_L",
            cc_cl_cd=contact_class,
            cc_type_cd=code,
            language_cd=ENGLISH,
            descr=description,
            cc_short_note=short,
        )


def _users(rows: RowWriter) -> None:
    for user_id, (first_name, last_name) in codes.USERS.items():
        rows.add(
            "SC_USER",
            user_id=user_id,
            language_cd=ENGLISH,
            first_name=first_name,
            last_name=last_name,
            emailid=f"{first_name}.{last_name}@utility.example".lower(),
            user_enable_flg="ENBL",
        )


def _lookups(rows: RowWriter) -> None:
    for field, values in codes.LOOKUPS.items():
        for value, description in values.items():
            rows.add("CI_LOOKUP_VAL", field_name=field, field_value=value, eff_status="A", owner_flg="C1")
            rows.add(
                "CI_LOOKUP_VAL_L",
                field_name=field,
                field_value=value,
                language_cd=ENGLISH,
                descr=description,
                owner_flg="C1",
            )


def _calendars(rows: RowWriter, today: date, months: int) -> None:
    """Bill cycle windows month by month, and fiscal years from 1 July named after the year they end in."""
    first, *_ = cycles.months_back(today, months)
    following = [date(today.year + (today.month + n) // 12, (today.month + n) % 12 + 1, 1) for n in range(3)]
    for cycle in range(1, cycles.CYCLES + 1):
        code = f"{cycle:02d}"
        rows.add("CI_BILL_CYC_L", bill_cyc_cd=code, language_cd=ENGLISH, descr=f"Cycle {cycle}, business day {cycle}")
        # A short month ends before the last cycles' days: its last day is the window of each of them.
        for month in (*cycles.months_back(today, months), *following):
            billed = cycles.bill_date(cycle, month)
            rows.add(
                "CI_BILL_CYC_SCH",
                bill_cyc_cd=code,
                win_start_dt=billed,
                win_end_dt=billed + timedelta(days=3),
                accounting_dt=billed,
                est_dt=billed + timedelta(days=2),
                freeze_complete_sw="Y",
            )
    rows.add("CI_CAL_GL", calendar_id=CALENDAR, number_of_periods=12)
    for fiscal_year in range(first.year, today.year + 3):
        for period in range(1, 13):
            begin = _month_of_fiscal_year(fiscal_year, period)
            end = _month_of_fiscal_year(fiscal_year, period + 1) - timedelta(days=1)
            rows.add(
                "CI_CAL_PERIOD",
                calendar_id=CALENDAR,
                fiscal_year=fiscal_year,
                accounting_period=period,
                begin_dt=begin,
                end_dt=end,
                open_from_dt=begin,
                open_to_dt=end + timedelta(days=10),
            )


def _month_of_fiscal_year(fiscal_year: int, period: int) -> date:
    number = (fiscal_year - 1) * 12 + 6 + period - 1
    return date(number // 12, number % 12 + 1, 1)
