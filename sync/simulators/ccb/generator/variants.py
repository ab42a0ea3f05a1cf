"""The two kinds of CC&B that the simulator can be: CC&B alone, and within C2M with its meter data management.

Of C2M, meters are devices in D1 tables, and e-mail addresses and phones are contact details; the tables that CC&B alone
keeps them in are not there. Both kinds are filled by one generator, which thinks in CC&B's own tables.
"""

import sqlite3
from collections.abc import Mapping

from sync.simulators.ccb.generator import settings
from sync.simulators.ccb.generator.keys import C2M_SUFFIX, Keys
from sync.simulators.ccb.generator.rows import RowWriter, Value

CCB, C2M = "ccb", "c2m"
VARIANTS = (CCB, C2M)

ABSENT = {
    CCB: frozenset[str](),
    C2M: frozenset(
        {
            "CI_PER_PHONE", "CI_MTR", "CI_MTR_CONFIG", "CI_SP_MTR_HIST", "CI_SP_MTR_EVT", "CI_REG", "CI_MR",
            "CI_REG_READ",
        }
    ),
}  # fmt: skip
"""The tables that a kind of CC&B does not have."""

ROUTES = {"HOME": "HOMEPHONE", "CELL": "CELLPHONE", "BUS": "BUSPHONE"}
"""Phone type -> communication route type."""
EMAIL = "EMAIL"


def variant_of(connection: sqlite3.Connection) -> str:
    """Which kind of CC&B a database was filled as."""
    return settings.read(connection, "variant") or CCB


def writer(connection: sqlite3.Connection) -> RowWriter:
    """What writes rows into a database as its kind of CC&B keeps them."""
    return C2mWriter(connection) if variant_of(connection) == C2M else RowWriter(connection)


class C2mWriter(RowWriter):
    """Takes rows of CC&B's own tables and writes those of C2M that say the same.

    A D1 key is the CC&B key with two more digits. An installation begins when its configuration takes effect; the
    measuring component keeps the latest of the reads collected with it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._keys = Keys(0, connection)
        self._effective: dict[str, Value] = {}
        self._configurations: dict[str, str] = {}
        self._components: dict[str, dict[str, Value]] = {}
        self._read_at: dict[str, Value] = {}

    def put(self, table_name: str, values: Mapping[str, Value]) -> None:
        """Collect a new row, or what C2M has for it."""
        translate = getattr(self, f"_{table_name.lower()}", None)
        if translate is None:
            super().put(table_name, values)
        else:
            translate(dict(values))

    def flush(self) -> None:
        """Write what was collected, measuring components with their latest reads."""
        for component in self._components.values():
            super().put("D1_MEASR_COMP", component)
        self._components.clear()
        super().flush()

    def _contact(self, person_id: Value, route: str, value: Value, *, primary: bool) -> None:
        super().put(
            "C1_PER_CONTDET",
            {
                "C1_CONTACT_ID": self._keys.child("C1_CONTACT_ID", str(person_id)),
                "PER_ID": person_id,
                "COMM_RTE_TYPE_CD": route,
                "CONTACT_VALUE": value,
                "CND_PRIMARY_FLG": "C1YS" if primary else "C1NO",
                "CND_ACTINACT_FLG": "C1AC",
            },
        )

    def _ci_per(self, row: dict[str, Value]) -> None:
        email = row.pop("EMAILID", None)
        super().put("CI_PER", row)
        if email:
            self._contact(row["PER_ID"], EMAIL, email, primary=True)

    def _ci_per_phone(self, row: dict[str, Value]) -> None:
        route = ROUTES[str(row["PHONE_TYPE_CD"])]
        self._contact(row["PER_ID"], route, row["PHONE"], primary=row["SEQ_NUM"] == 1)

    def _ci_sp(self, row: dict[str, Value]) -> None:
        super().put("CI_SP", row)
        moments = {"STATUS_UPD_DTTM": row["INSTALL_DT"], "CRE_DTTM": row["INSTALL_DT"]}
        super().put("D1_SP", {"D1_SP_ID": _d1(row["SP_ID"]), "D1_SP_TYPE_CD": row["SP_TYPE_CD"], **moments})
        super().put(
            "D1_SP_IDENTIFIER",
            {"D1_SP_ID": _d1(row["SP_ID"]), "SP_ID_TYPE_FLG": "D1EI", "ID_VALUE": row["SP_ID"]},
        )

    def _ci_mtr(self, row: dict[str, Value]) -> None:
        device = _d1(row["MTR_ID"])
        moments = {"STATUS_UPD_DTTM": row["RECEIVE_DT"], "CRE_DTTM": row["RECEIVE_DT"]}
        super().put(
            "D1_DVC",
            {
                "D1_DEVICE_ID": device,
                "DEVICE_TYPE_CD": row["MTR_TYPE_CD"],
                "MANUFACTURER_CD": row["MFG_CD"],
                "BO_STATUS_CD": "RETIRED" if row.get("RETIRE_DT") else "ACTIVE",
                **moments,
            },
        )
        for kind, value in (("D1BN", row["BADGE_NBR"]), ("D1SN", row["SERIAL_NBR"])):
            super().put("D1_DVC_IDENTIFIER", {"D1_DEVICE_ID": device, "DVC_ID_TYPE_FLG": kind, "ID_VALUE": value})

    def _ci_mtr_config(self, row: dict[str, Value]) -> None:
        configuration = _d1(row["MTR_CONFIG_ID"])
        self._effective[configuration] = row["EFF_DTTM"]
        self._configurations[str(row["MTR_ID"])] = configuration
        super().put(
            "D1_DVC_CFG",
            {
                "DEVICE_CONFIG_ID": configuration,
                "D1_DEVICE_ID": _d1(row["MTR_ID"]),
                "EFF_DTTM": row["EFF_DTTM"],
                "STATUS_UPD_DTTM": row["EFF_DTTM"],
                "CRE_DTTM": row["EFF_DTTM"],
                "BO_STATUS_CD": "ACTIVE",
            },
        )

    def _ci_sp_mtr_hist(self, row: dict[str, Value]) -> None:
        configuration = _d1(row["MTR_CONFIG_ID"])
        installed = self._effective[configuration]
        super().put(
            "D1_INSTALL_EVT",
            {
                "INSTALL_EVT_ID": _d1(row["SP_MTR_HIST_ID"]),
                "D1_SP_ID": _d1(row["SP_ID"]),
                "DEVICE_CONFIG_ID": configuration,
                "D1_INSTALL_DTTM": installed,
                "D1_REMOVAL_DTTM": row.get("REMOVAL_DTTM"),
                "INSTALLATION_CONST": row["INSTALL_CONST"],
                "BO_STATUS_CD": "REMOVED" if row.get("REMOVAL_DTTM") else "ON",
                "STATUS_UPD_DTTM": row.get("REMOVAL_DTTM") or installed,
                "CRE_DTTM": installed,
            },
        )

    def _ci_sp_mtr_evt(self, row: dict[str, Value]) -> None:
        """An event is part of its installation."""

    def _ci_reg(self, row: dict[str, Value]) -> None:
        self._components[str(row["REG_ID"])] = {
            "MEASR_COMP_ID": _d1(row["REG_ID"]),
            "DEVICE_CONFIG_ID": self._configurations[str(row["MTR_ID"])],
            "MEASR_COMP_TYPE_CD": f"{row['UOM_CD']}-SCALAR",
            "D1_READ_SEQ": row["READ_SEQ"],
            "STATUS_UPD_DTTM": row["EFF_DTTM"],
            "CRE_DTTM": row["EFF_DTTM"],
        }

    def _ci_mr(self, row: dict[str, Value]) -> None:
        self._read_at[str(row["MR_ID"])] = row["READ_DTTM"]

    def _ci_reg_read(self, row: dict[str, Value]) -> None:
        """A measurement. Raises KeyError for a register whose meter was not installed since the last flush."""
        component = self._components[str(row["REG_ID"])]
        moment = self._read_at.pop(str(row["MR_ID"]))
        super().put(
            "D1_MSRMT",
            {
                "MEASR_COMP_ID": component["MEASR_COMP_ID"],
                "MSRMT_DTTM": moment,
                "MSRMT_LOCAL_DTTM": moment,
                "MSRMT_VAL": row["REG_READING"],
                "READING_VAL": row["REG_READING"],
                "CRE_DTTM": moment,
                "STATUS_UPD_DTTM": moment,
            },
        )
        latest = component.get("MOST_RECENT_MSRMT_DTTM")
        if latest is None or str(moment) >= str(latest):
            component["MOST_RECENT_MSRMT_DTTM"] = moment
            component["MOST_RECENT_MSRMT_READING_VAL"] = row["REG_READING"]


def _d1(key: Value) -> str:
    """The D1 key of what has a key in CC&B."""
    return str(key).strip() + C2M_SUFFIX
