"""Premises with their service points and meters, and service agreements on them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sync.simulators.ccb.generator.codes import AGREEMENT_TYPES, SERVICE_POINT_TYPES
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.people import Address
from sync.simulators.ccb.generator.postings import Agreement
from sync.simulators.ccb.generator.rows import RowWriter

# Where Port Ellery's harbour master sits; premises lie around it.
_LATITUDE, _LONGITUDE = 43.66, -70.25


@dataclass
class Premise:
    """A premise and its service points by service type."""

    premise_id: str
    address: Address
    division: str
    service_points: dict[str, str] = field(default_factory=dict)


def write_premise(
    rows: RowWriter,
    random: Random,
    premise_id: str,
    address: Address,
    kind: str,
    *,
    parent: str = "",
    life_support: bool = False,
    coordinates: bool = True,
) -> Premise:
    """Collect a premise with its position."""
    rows.put(
        "CI_PREM",
        {
            "PREM_ID": premise_id,
            "PREM_TYPE_CD": kind,
            "CIS_DIVISION": address.town.division,
            "MAIL_ADDR_SW": "Y",
            "ADDRESS1_UPR": address.street.upper(),
            "CITY_UPR": address.town.name.upper(),
            "TREND_AREA_CD": address.town.county.upper()[:8],
            "LS_SL_FLG": "LS" if life_support else "",
            "LS_SL_DESCR": "Oxygen concentrator" if life_support else "",
            "PRNT_PREM_ID": parent,
            **address.columns(),
        },
    )
    if coordinates:
        for kind_of_value, centre in (("LAT", _LATITUDE), ("LONG", _LONGITUDE)):
            value = f"{centre + random.uniform(-0.4, 0.4):.6f}"
            rows.add("CI_PREM_GEO", prem_id=premise_id, geo_type_cd=kind_of_value, geo_val=value)
    return Premise(premise_id, address, address.town.division)


def add_service_point(
    rows: RowWriter,
    keys: Keys,
    premise: Premise,
    service: str,
    installed: date,
    *,
    connected: bool = True,
    number: int = 1,
) -> str:
    """Collect a service point and return its key; the premise remembers the first one of each service."""
    sp_id = keys.child("SP_ID", premise.premise_id)
    rows.add(
        "CI_SP",
        sp_id=sp_id,
        sp_type_cd=SERVICE_POINT_TYPES[service][0],
        prem_id=premise.premise_id,
        sp_status_flg="R",
        install_dt=installed,
        sp_src_status_flg="C" if connected else "D",
        mr_cyc_cd=premise.division,
        mr_cyc_rte_seq=number * 10,
        descrlong=f"{SERVICE_POINT_TYPES[service][1]} {number}" if number > 1 else "",
    )
    premise.service_points.setdefault(service, sp_id)
    return sp_id


@dataclass
class Meter:
    """An installed meter with what is needed to read it."""

    meter_id: str
    config_id: str
    register_id: str
    install_id: str


def install_meter(
    rows: RowWriter,
    keys: Keys,
    sp_id: str,
    service: str,
    badge: str,
    serial: str,
    installed: date,
    removed: date | None = None,
) -> Meter:
    """Collect a meter on a service point: the meter, its configuration, register, installation and first event."""
    unit = {"E": "KWH", "G": "THERM", "W": "KGAL"}[service]
    meter_id = keys.root("MTR_ID")
    meter = Meter(
        meter_id,
        keys.child("MTR_CONFIG_ID", meter_id),
        keys.child("REG_ID", meter_id),
        keys.child("SP_MTR_HIST_ID", sp_id),
    )
    moment = datetime.combine(installed, time(10, 30))
    rows.add(
        "CI_MTR",
        mtr_id=meter.meter_id,
        badge_nbr=badge,
        mtr_type_cd=SERVICE_POINT_TYPES[service][2],
        mtr_status_flg="R" if removed else "A",
        mfg_cd={"E": "ITRON", "G": "SENSUS", "W": "BADGER"}[service],
        serial_nbr=serial,
        receive_dt=installed - timedelta(days=40),
        retire_dt=removed,
    )
    rows.add("CI_MTR_CONFIG", mtr_config_id=meter.config_id, mtr_id=meter.meter_id, eff_dttm=moment)
    rows.add(
        "CI_REG",
        reg_id=meter.register_id,
        mtr_id=meter.meter_id,
        eff_dttm=moment,
        read_seq=1,
        uom_cd=unit,
        tou_cd="",
        reg_const=1,
        consum_sub_flg="S",
        how_to_use_flg="+",
        nbr_of_dgts_lft=SERVICE_POINT_TYPES[service][3],
        full_scale=10 ** SERVICE_POINT_TYPES[service][3] - 1,
    )
    rows.add(
        "CI_SP_MTR_HIST",
        sp_mtr_hist_id=meter.install_id,
        mtr_config_id=meter.config_id,
        sp_id=sp_id,
        removal_dttm=datetime.combine(removed, time(14, 0)) if removed else None,
        install_const=1,
    )
    first_read = read_meter(rows, keys, meter, moment, 0)
    rows.add(
        "CI_SP_MTR_EVT",
        sp_mtr_hist_id=meter.install_id,
        seqno=1,
        mr_id=first_read,
        sp_mtr_evt_flg="I",
        mtr_on_off_flg="1",
    )
    return meter


def read_meter(rows: RowWriter, keys: Keys, meter: Meter, moment: datetime, reading: float) -> str:
    """Collect a meter read with its register reading; returns the key of the read."""
    read_id = keys.child("MR_ID", meter.meter_id)
    rows.add("CI_MR", mr_id=read_id, mtr_config_id=meter.config_id, read_dttm=moment, use_on_bill_sw="Y",
             mr_source_cd="AMI")  # fmt: skip
    rows.add(
        "CI_REG_READ",
        reg_read_id=keys.child("REG_READ_ID", meter.meter_id),
        mr_id=read_id,
        read_seq=1,
        reg_id=meter.register_id,
        read_type_flg="60",
        reg_reading=reading,
    )
    return read_id


def write_agreement(
    rows: RowWriter,
    keys: Keys,
    account_id: str,
    agreement: Agreement,
    sp_id: str = "",
    *,
    sic: str = "",
    activity: str = "",
    amount_to_bill: int = 0,
    expires: date | None = None,
) -> Agreement:
    """Collect a service agreement, its rate and its link to a service point; `amount_to_bill` in cents."""
    kind = AGREEMENT_TYPES[agreement.type_code]
    rows.add(
        "CI_SA",
        sa_id=agreement.sa_id,
        cis_division=agreement.division,
        sa_type_cd=agreement.type_code,
        start_dt=agreement.start,
        sa_status_flg=agreement.status,
        acct_id=account_id,
        end_dt=agreement.end,
        allow_est_sw="Y",
        sic_cd=sic,
        char_prem_id=agreement.premise_id,
        tot_to_bill_amt=amount_to_bill / 100,
        bus_activity_desc=activity,
        expire_dt=expires,
        renewal_dt=expires - timedelta(days=60) if expires else None,
    )
    if kind.special_role:
        return agreement
    rows.add("CI_SA_RS_HIST", sa_id=agreement.sa_id, effdt=agreement.start, rs_cd=kind.code)
    if sp_id:
        ended = agreement.end and agreement.status in ("40", "50", "60")
        rows.add(
            "CI_SA_SP",
            sa_sp_id=keys.child("SA_SP_ID", account_id),
            sa_id=agreement.sa_id,
            sp_id=sp_id,
            start_dttm=datetime.combine(agreement.start, time(0, 1)),
            stop_dttm=datetime.combine(agreement.end, time(0, 1)) if ended and agreement.end else None,
            usage_flg="+",
            use_pct=100,
        )
    return agreement
