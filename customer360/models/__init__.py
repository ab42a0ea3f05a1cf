"""The mirrored picture of the customer, the users, and the rules about who may see what."""

from customer360.models.account import Account, AccountCustomer
from customer360.models.base import ChangeStamp, MirroredAddress, MirroredModel, VisibleModel
from customer360.models.billing import Bill, FinancialTransaction, MatchEvent
from customer360.models.customer import Customer
from customer360.models.fiscal import FiscalCalendar, FiscalYear
from customer360.models.links import LinkPattern
from customer360.models.metering import AgreementServicePoint, BilledUse, Meter, MeterRead, ServicePoint
from customer360.models.note import AccountAlert, Note
from customer360.models.payments import Payment, PaymentTender
from customer360.models.rules import RowRule, VisibilityRule
from customer360.models.salesforce import Contact, SalesforceAccount, SalesforceCustomer, SalesforceUser
from customer360.models.service import Premise, ServiceAgreement
from customer360.models.summary import AccountSummary
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
    "Contact",
    "Customer",
    "FinancialTransaction",
    "FiscalCalendar",
    "FiscalYear",
    "LinkPattern",
    "MatchEvent",
    "Meter",
    "MeterRead",
    "MirroredAddress",
    "MirroredModel",
    "Note",
    "Payment",
    "PaymentTender",
    "Premise",
    "RowRule",
    "SalesforceAccount",
    "SalesforceCustomer",
    "SalesforceUser",
    "ServiceAgreement",
    "ServicePoint",
    "User",
    "VisibilityRule",
    "VisibleModel",
]
