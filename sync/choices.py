"""What a site chooses for itself: codes that CC&B leaves to each utility, as data; a stream's SQL binds them by name.

`:representative_characteristic` in a stream's SQL takes the value of the choice of that name. Values are edited in
admin and lie in `SiteChoice`; the default holds where nobody chose.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How the value of a choice is written: the pattern it matches, and the words that say so to a person."""

    CODE = (r"[^\s,=]{0,30}", "Write one code of CC&B without spaces, such as CM-ACREP, or leave it empty.")
    CODES = (r"([^\s,=]+(,[^\s,=]+)*)?", "Write codes of CC&B, separated by commas, such as CELLPHONE, HOMEPHONE.")
    PAIRS = (r"(\w{2}=\w{2}(,\w{2}=\w{2})*)?", "Write pairs of codes of two characters each, such as 45=20, 46=60.")
    MONTHS = (r"[1-9]\d{0,2}", "Write a number of months from 1 to 999.")

    @property
    def pattern(self) -> str:
        """What a value without spaces matches as a whole."""
        return self.value[0]

    @property
    def rule(self) -> str:
        """One sentence that says how to write a value."""
        return self.value[1]


@dataclass(frozen=True)
class Choice:
    """One thing a site chooses.

    `offers` is a query in CC&B's SQL for what the site has to choose from: columns CODE, DESCRIPTION and RECORDS (how
    many hold it), the most used first; it may not name a customer. Empty where there is nothing to choose from.
    """

    name: str
    title: str
    help: str
    default: str = ""
    form: Form = Form.CODE
    offers: str = ""

    def clean(self, value: str) -> str:
        """The value as it is kept: without spaces.

        Raises ValueError, with a sentence for a person, for a value that is not of the choice's form.
        """
        kept = re.sub(r"\s+", "", value)
        if not re.fullmatch(self.form.pattern, kept):
            raise ValueError(self.form.rule)
        return kept


def _types_in(table: str, key: str) -> str:
    """The characteristic types that a characteristic table holds."""
    return (
        f"SELECT TRIM(CHAR_TYPE_CD) AS CODE, NULL AS DESCRIPTION, COUNT(DISTINCT {key}) AS RECORDS FROM {table}"  # noqa: S608
        " GROUP BY TRIM(CHAR_TYPE_CD) ORDER BY 3 DESC, 1"
    )


_ROUTES = (
    "SELECT TRIM(COMM_RTE_TYPE_CD) AS CODE, NULL AS DESCRIPTION, COUNT(*) AS RECORDS FROM C1_PER_CONTDET"
    " GROUP BY TRIM(COMM_RTE_TYPE_CD) ORDER BY 3 DESC, 1"
)
_GEOGRAPHY = (
    "SELECT TRIM(GEO_TYPE_CD) AS CODE, NULL AS DESCRIPTION, COUNT(*) AS RECORDS FROM CI_PREM_GEO"
    " GROUP BY TRIM(GEO_TYPE_CD) ORDER BY 3 DESC, 1"
)

CHOICES = (
    Choice(
        "representative_characteristic", "Account representative: characteristic type",
        "The characteristic type of an account that names the account representative, as text or as a CC&B user.",
        "CM-ACREP", offers=_types_in("CI_ACCT_CHAR", "ACCT_ID"),
    ),
    Choice(
        "representative_relationship", "Account representative: relationship type",
        "The relationship type of the person who is the account representative, for accounts that no characteristic"
        " names one for.",
        offers="SELECT TRIM(ap.ACCT_REL_TYPE_CD) AS CODE, MAX(rt.DESCR) AS DESCRIPTION, COUNT(*) AS RECORDS"
        " FROM CI_ACCT_PER ap LEFT JOIN CI_ACCT_REL_TYP_L rt ON rt.ACCT_REL_TYPE_CD = ap.ACCT_REL_TYPE_CD"
        " AND rt.LANGUAGE_CD = :language GROUP BY TRIM(ap.ACCT_REL_TYPE_CD) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "industry_characteristic", "Industry: characteristic type",
        "The characteristic type of a person that names the industry, for customers whose agreements have no SIC code.",
        "CM-INDUS", offers=_types_in("CI_PER_CHAR", "PER_ID"),
    ),
    Choice(
        "business_characteristic", "Business description: characteristic type",
        "The characteristic type of a person that says what the customer does; without it, what the agreements say.",
        "CM-BUSDS", offers=_types_in("CI_PER_CHAR", "PER_ID"),
    ),
    Choice(
        "email_routes", "E-mail: communication route types",
        "The route types of contact details that are e-mail addresses, the preferred one first. The primary contact"
        " detail wins among those.",
        "EMAIL", Form.CODES, _ROUTES,
    ),
    Choice(
        "phone_routes", "Phone: communication route types",
        "The route types of contact details that are telephone numbers, the preferred one first. The primary contact"
        " detail wins among those.",
        "CELLPHONE,HOMEPHONE,BUSPHONE", Form.CODES, _ROUTES,
    ),
    Choice(
        "inactive_contacts", "Contact details that are out of use",
        "The value of CND_ACTINACT_FLG that marks a contact detail as inactive; such a one is not taken.",
        "C1IN",
        offers="SELECT TRIM(CND_ACTINACT_FLG) AS CODE, NULL AS DESCRIPTION, COUNT(*) AS RECORDS FROM C1_PER_CONTDET"
        " GROUP BY TRIM(CND_ACTINACT_FLG) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "phone_types", "Phone: phone types",
        "Where CC&B keeps phones by phone type: the types in order of preference. Others follow in CC&B's order.",
        "", Form.CODES,
        "SELECT TRIM(PHONE_TYPE_CD) AS CODE, NULL AS DESCRIPTION, COUNT(*) AS RECORDS FROM CI_PER_PHONE"
        " GROUP BY TRIM(PHONE_TYPE_CD) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "agreement_statuses", "Agreement statuses to read as another",
        "Status codes of this site, each with the one of CC&B's own it is to be read as: 45=20 reads 45 as active. A"
        " code that is unknown and not listed is kept and reported.",
        "", Form.PAIRS,
        "SELECT TRIM(sa.SA_STATUS_FLG) AS CODE, MAX(lv.DESCR) AS DESCRIPTION, COUNT(*) AS RECORDS FROM CI_SA sa"
        " LEFT JOIN CI_LOOKUP_VAL_L lv ON lv.FIELD_NAME = 'SA_STATUS_FLG'"
        " AND TRIM(lv.FIELD_VALUE) = TRIM(sa.SA_STATUS_FLG) AND lv.LANGUAGE_CD = :language"
        " GROUP BY TRIM(sa.SA_STATUS_FLG) ORDER BY 1",
    ),
    Choice(
        "notes_left_out", "Customer contacts that are no notes",
        "Contact types, written as class/type, that are not taken as notes: letters of a batch run, for example.",
        "", Form.CODES,
        "SELECT TRIM(c.CC_CL_CD) || '/' || TRIM(c.CC_TYPE_CD) AS CODE, MAX(tl.DESCR) AS DESCRIPTION,"
        " COUNT(*) AS RECORDS FROM CI_CC c LEFT JOIN CI_CC_TYPE_L tl ON tl.CC_CL_CD = c.CC_CL_CD"
        " AND tl.CC_TYPE_CD = c.CC_TYPE_CD AND tl.LANGUAGE_CD = :language"
        " GROUP BY TRIM(c.CC_CL_CD) || '/' || TRIM(c.CC_TYPE_CD) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "latitude_type", "Latitude: geographic type", "The geographic type of a premise that is its latitude.",
        "LAT", offers=_GEOGRAPHY,
    ),
    Choice(
        "longitude_type", "Longitude: geographic type", "The geographic type of a premise that is its longitude.",
        "LONG", offers=_GEOGRAPHY,
    ),
    Choice(
        "badge_identifier", "Meter badge: device identifier type",
        "Where meters are C2M's devices: the type of identifier that is the number on the meter.",
        "D1BN",
        offers="SELECT TRIM(DVC_ID_TYPE_FLG) AS CODE, NULL AS DESCRIPTION, COUNT(*) AS RECORDS FROM D1_DVC_IDENTIFIER"
        " GROUP BY TRIM(DVC_ID_TYPE_FLG) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "revenue_codes", "Revenue: distribution codes",
        "The distribution codes of the general ledger that are revenue. Revenue is then what the ledger's lines of"
        " these codes say, without taxes, deposits or write-offs. Without a code, and of transactions that the ledger"
        " has no line of, revenue is what was billed.",
        "", Form.CODES,
        "SELECT TRIM(DST_ID) AS CODE, MAX(TRIM(GL_ACCT)) AS DESCRIPTION, COUNT(*) AS RECORDS FROM CI_FT_GL"
        " WHERE TOT_AMT_SW <> 'Y' GROUP BY TRIM(DST_ID) ORDER BY 3 DESC, 1",
    ),
    Choice(
        "use_months", "Months of use",
        "How many months back billed use and meter reads are read. Use that was read before stays; a meter whose latest"
        " read is older shows none.",
        "25", Form.MONTHS,
    ),
)  # fmt: skip

DEFAULTS: Mapping[str, str] = {choice.name: choice.default for choice in CHOICES}


def by_name(name: str) -> Choice:
    """The choice of that name; KeyError if there is none."""
    for choice in CHOICES:
        if choice.name == name:
            return choice
    raise KeyError(f"There is no choice {name}.")
