"""CC&B's configuration as one utility chose it: divisions, classes, agreement types, cycles, reasons.

Every table here has its language table; a few codes are translated into Spanish as well, so that a join that forgets
LANGUAGE_CD counts double.
"""

from dataclasses import dataclass

DIVISIONS = {"COAST": ("Coastal division", "División costera"), "LAKES": ("Lakes division", "División de los lagos")}

# Code -> description, Spanish, collection class, open-item accounting.
CUSTOMER_CLASSES = {
    "RES": ("Residential", "Residencial", "RES-STD", "N"),
    "COMS": ("Commercial, small", "Comercial, pequeño", "COM-STD", "N"),
    "COML": ("Commercial, large", "Comercial, grande", "COM-KEY", "N"),
    "IND": ("Industrial", "Industrial", "COM-KEY", "Y"),
    "MUN": ("Municipal", "Municipal", "MUN", "Y"),
}

MANAGE_GROUPS = {
    "KEYACCT": "Key accounts",
    "COMMSVC": "Commercial service",
    "INDSVC": "Industrial service",
    "PUBLIC": "Public sector",
}

SERVICE_TYPES = {
    "E": ("Electric", "Electricidad"),
    "G": ("Gas", "Gas"),
    "W": ("Water", "Agua"),
    "WW": ("Wastewater", "Aguas residuales"),
    "OL": ("Outdoor lighting", "Alumbrado exterior"),
    "MISC": ("Miscellaneous", "Varios"),
}
REVENUE_CLASSES = {"R": "Residential", "C": "Commercial", "I": "Industrial", "P": "Public authority", "N": "No revenue"}


@dataclass(frozen=True)
class AgreementType:
    """A service agreement type with its price: money in cents, `price` in cents per `unit`."""

    code: str
    description: str
    service: str
    revenue_class: str
    unit: str
    price: float
    fixed: int
    special_role: str = ""

    @property
    def metered(self) -> bool:
        """Whether its use is read from a meter."""
        return bool(self.unit)


_AGREEMENT_TYPES = (
    AgreementType("E-RES", "Electric, residential", "E", "R", "KWH", 17.9, 1250),
    AgreementType("E-SG", "Electric, small general", "E", "C", "KWH", 15.4, 2400),
    AgreementType("E-LG-TOU", "Electric, large general, time of use", "E", "C", "KWH", 11.2, 18500),
    AgreementType("E-IND", "Electric, industrial, transmission level", "E", "I", "KWH", 8.8, 96000),
    AgreementType("G-RES", "Gas, residential", "G", "R", "THERM", 128.0, 1400),
    AgreementType("G-COM", "Gas, commercial", "G", "C", "THERM", 104.0, 4200),
    AgreementType("W-RES", "Water, residential", "W", "R", "KGAL", 520.0, 1150),
    AgreementType("W-COM", "Water, commercial", "W", "C", "KGAL", 475.0, 3600),
    AgreementType("WW-RES", "Wastewater, residential", "WW", "R", "", 0.0, 3480),
    AgreementType("WW-COM", "Wastewater, commercial", "WW", "C", "", 0.0, 8950),
    AgreementType("OL-1", "Outdoor lighting, one lamp", "OL", "R", "", 0.0, 1495),
    AgreementType("OL-2", "Outdoor lighting, yard", "OL", "C", "", 0.0, 4620),
    AgreementType("DEPOSIT", "Cash deposit", "MISC", "N", "", 0.0, 0, "CD"),
    AgreementType("WRITEOFF", "Uncollectible debt", "MISC", "N", "", 0.0, 0, "WO"),
)
AGREEMENT_TYPES = {each.code: each for each in _AGREEMENT_TYPES}

# The Lakes division words some types in its own way: a type is a division and a code together.
LAKES_DESCRIPTIONS = {"E-SG": "Electric, general service under 50 kW", "W-COM": "Water, business", "OL-2": "Yard light"}

# Service -> service point type, its description, meter type, register digits.
SERVICE_POINT_TYPES = {
    "E": ("ELECTRIC-METERED", "Electric, metered", "E-AMI", 6),
    "G": ("GAS-METERED", "Gas, metered", "G-AMR", 5),
    "W": ("WATER-METERED", "Water, metered", "W-MAN", 5),
    "WW": ("SEWER", "Sewer connection", "", 0),
    "OL": ("LIGHT", "Outdoor light", "", 0),
}
PREMISE_TYPES = {
    "SFR": ("Single family house", "Casa unifamiliar"),
    "MFR": ("Apartment", "Apartamento"),
    "COM": ("Commercial building", "Edificio comercial"),
    "IND": ("Industrial plant", "Planta industrial"),
    "PUB": ("Public building", "Edificio público"),
}

SIC_CODES = {
    "1429": "Crushed and broken stone",
    "2011": "Meat packing plants",
    "2051": "Bread and bakery products",
    "2092": "Fresh and frozen fish",
    "2421": "Sawmills and planing mills",
    "3089": "Plastics products",
    "3599": "Industrial machinery",
    "3674": "Semiconductors",
    "4213": "Trucking, except local",
    "4222": "Refrigerated warehousing",
    "4225": "General warehousing",
    "4491": "Marine cargo handling",
    "5251": "Hardware stores",
    "5311": "Department stores",
    "5411": "Grocery stores",
    "5812": "Eating places",
    "6512": "Operators of nonresidential buildings",
    "7011": "Hotels and motels",
    "7215": "Coin-operated laundries",
    "7538": "General automotive repair",
    "8011": "Offices of doctors",
    "8062": "General hospitals",
    "8211": "Schools",
    "8221": "Universities",
    "9111": "Executive offices",
}

# Code -> words from the first person's side, words from the second person's side.
PERSON_RELATIONSHIPS = {
    "PARENT": ("Parent company of", "Subsidiary of"),
    "SPOUSE": ("Spouse of", "Spouse of"),
    "GUARANTR": ("Guarantor of", "Guaranteed by"),
}
ACCOUNT_RELATIONSHIPS = {
    "MAIN": "Main customer",
    "SPOUSE": "Spouse",
    "APMGR": "Accounts payable manager",
    "PLANT24": "Plant manager, 24-hour contact",
    "FACMGR": "Facilities manager",
    "THIRD": "Third party notified before disconnection",
    "TENANT": "Co-tenant",
}

ALERT_TYPES = {
    "CRITLOAD": "Critical load: call before any interruption",
    "LIFESUP": "Life support equipment on premises",
    "DOG": "Dog on premises",
    "TWONSF": "Two returned payments: cash or card only",
    "KEYACCT": "Key account",
    "OUTAGE": "Planned outage",
    "BANKRPT": "Bankruptcy filed",
    "MEDICAL": "Medical certificate on file",
    "METERACC": "Meter access problem",
}

ADJUSTMENT_TYPES = {
    "LPC": ("Late payment charge", "Late payment charge"),
    "NSFCHG": ("Returned payment charge", "Returned payment charge"),
    "CONNCHG": ("Connection charge", "Connection charge"),
    "GOODWILL": ("Goodwill credit", "Courtesy credit"),
    "PLEDGE": ("Energy assistance pledge", "Assistance pledge"),
    "DEPOSIT": ("Deposit billed", "Deposit"),
    "BUDSYNC": ("Budget settlement", "Budget settlement"),
    "XFER": ("Transfer of balance", "Transferred balance"),
    "WRTOFF": ("Write-off", "Write-off"),
}
TENDER_TYPES = {"ACH": "ACH", "CHEC": "Check", "CASH": "Cash", "CARD": "Card", "APAY": "Automatic payment"}
PAYMENT_CANCEL_REASONS = {"NSF": "Not sufficient funds", "XFER": "Moved to another account"}

CONTACT_CLASSES = {
    "BILL": ("Billing", "Facturación"),
    "CRED": ("Credit and collection", "Crédito y cobranza"),
    "SERV": ("Service", "Servicio"),
    "ACCT": ("Account management", "Gestión de cuentas"),
}
# (Class, type) -> description, short note, letter template.
CONTACT_TYPES = {
    ("BILL", "HIGHBILL"): ("High bill inquiry", "High bill", ""),
    ("BILL", "BILLCOPY"): ("Bill copy requested", "Bill copy", ""),
    ("BILL", "PAYQUEST"): ("Payment question", "Payment", ""),
    ("CRED", "REMINDER"): ("Past-due reminder", "Reminder", "CM-REMINDER"),
    ("CRED", "PAYARR"): ("Payment arrangement discussed", "Arrangement", ""),
    ("SERV", "OUTAGE"): ("Outage reported", "Outage", ""),
    ("SERV", "MOVE"): ("Move in or out", "Move", ""),
    ("SERV", "METER"): ("Meter access or re-read", "Meter", ""),
    ("ACCT", "NOTE"): ("Account note", "Note", ""),
    ("ACCT", "VISIT"): ("Account visit", "Visit", ""),
    ("ACCT", "CM-C360"): ("Interaction recorded by the account team", "Interaction", ""),
}

# CC&B users: id -> first name, last name.
USERS = {
    "MOKAFOR": ("Maria", "Okafor"),
    "SITO": ("Sayaka", "Ito"),
    "TBRANDT": ("Thomas", "Brandt"),
    "ACASTEL": ("Ana", "Castellano"),
    "JALVAREZ": ("Julia", "Alvarez"),
    "PNORTH": ("Paul", "North"),
    "SYSUSER": ("System", "Batch"),
}
REPRESENTATIVES = ("Maria Okafor", "Sayaka Ito", "Thomas Brandt", "Ana Castellano")

# Characteristic types that the utility made for itself (CI_CHAR_TYPE in a real installation).
CHARACTERISTIC_REPRESENTATIVE = "CM-ACREP"
CHARACTERISTIC_BUSINESS = "CM-BUSDS"
CHARACTERISTIC_INDUSTRY = "CM-INDUS"
CHARACTERISTIC_CREDIT = "CM-CREDT"

# Lookup field -> value -> description: the values CC&B ships with, as far as they are known.
LOOKUPS = {
    "SA_STATUS_FLG": {
        "05": "Incomplete",
        "10": "Pending Start",
        "20": "Active",
        "30": "Pending Stop",
        "40": "Stopped",
        "50": "Reactivated",
        "60": "Closed",
        "70": "Canceled",
    },
    "FT_TYPE_FLG": {
        "BS": "Bill Segment",
        "BX": "Bill Cancellation",
        "PS": "Pay Segment",
        "PX": "Pay Cancellation",
        "AD": "Adjustment",
        "AX": "Adjustment Cancellation",
    },
    "BILL_STAT_FLG": {"C": "Complete", "P": "Pending"},
    "BSEG_STAT_FLG": {"10": "Incomplete", "50": "Frozen", "60": "Canceled", "70": "OK"},
    "PAY_STATUS_FLG": {"10": "Incomplete", "50": "Frozen", "60": "Canceled"},
    "ADJ_STATUS_FLG": {"05": "Incomplete", "10": "Freezable", "50": "Frozen", "60": "Canceled"},
    "TNDR_STATUS_FLG": {"25": "Valid", "60": "Canceled"},
    "PER_OR_BUS_FLG": {"P": "Person", "B": "Business"},
    "NAME_TYPE_FLG": {"PRIM": "Primary Name", "ALT": "Alternate Name"},
    "SP_STATUS_FLG": {"R": "In Service", "I": "Inactive", "A": "Abolished"},
    "SP_SRC_STATUS_FLG": {"C": "Connected", "D": "Disconnected"},
    "CC_STATUS_FLG": {"10": "Open", "20": "Closed"},
    "CONTACT_METH_FLG": {"PHON": "Phone", "MAIL": "Mail", "EMAL": "E-mail", "VIST": "Visit"},
    "BILL_ADDR_SRCE_FLG": {"PER": "Person", "PREM": "Mailing Premise", "ACOV": "Account Override"},
    "MEVT_STATUS_FLG": {"O": "Open", "B": "Balanced", "C": "Canceled"},
    "MTR_STATUS_FLG": {"A": "Active", "R": "Retired"},
}
