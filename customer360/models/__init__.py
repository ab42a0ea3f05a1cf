"""The mirrored picture of the customer, the users, and the rules about who may see what."""

from customer360.models.account import Account, AccountCustomer, AccountSummary
from customer360.models.base import ChangeStamp, MirroredAddress, MirroredModel, VisibleModel
from customer360.models.billing import FinancialTransaction
from customer360.models.customer import Customer
from customer360.models.rules import RowRule, VisibilityRule
from customer360.models.service import Premise, ServiceAgreement
from customer360.models.user import User

__all__ = [
    "Account",
    "AccountCustomer",
    "AccountSummary",
    "ChangeStamp",
    "Customer",
    "FinancialTransaction",
    "MirroredAddress",
    "MirroredModel",
    "Premise",
    "RowRule",
    "ServiceAgreement",
    "User",
    "VisibilityRule",
    "VisibleModel",
]
