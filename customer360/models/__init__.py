"""The mirrored picture of the customer, the users, and the rules about who may see what."""

from customer360.models.account import Account, AccountCustomer, AccountSummary
from customer360.models.base import ChangeStamp, MirroredAddress, MirroredModel, VisibleModel
from customer360.models.billing import Bill, FinancialTransaction, Payment
from customer360.models.customer import Customer
from customer360.models.links import LinkPattern
from customer360.models.metering import AgreementServicePoint, BilledUse, Meter, MeterRead, ServicePoint
from customer360.models.note import AccountAlert, Note
from customer360.models.rules import RowRule, VisibilityRule
from customer360.models.service import Premise, ServiceAgreement
from customer360.models.user import User

__all__ = [
    "Account",
    "AccountAlert",
    "AccountCustomer",
    "AccountSummary",
    "AgreementServicePoint",
    "Bill",
    "BilledUse",
    "ChangeStamp",
    "Customer",
    "FinancialTransaction",
    "LinkPattern",
    "Meter",
    "MeterRead",
    "MirroredAddress",
    "MirroredModel",
    "Note",
    "Payment",
    "Premise",
    "RowRule",
    "ServiceAgreement",
    "ServicePoint",
    "User",
    "VisibilityRule",
    "VisibleModel",
]
