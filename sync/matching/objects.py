"""What is matched with what: for each object the records of both sides, with every name, address and number they have.

The values themselves are gathered by `sync.matching.sides`.
"""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Field, Model
from psycopg import sql

from customer360.models import (
    Account,
    AccountCustomer,
    Contact,
    Customer,
    Premise,
    SalesforceAccount,
    SalesforceCustomer,
    ServiceAgreement,
)
from customer360.models.base import MirroredModel
from sync.matching import sides
from sync.models import MatchObject


def column_of(model: type[Model], name: str) -> str:
    """The database column of a model's own field."""
    return str(cast("Field[Any, Any]", model._meta.get_field(name)).column)


@dataclass(frozen=True)
class Matched:
    """One object: our model of it, the field that links it, what it is linked to, and where both sides' values lie.

    `stream` fills the model: before it has loaded, nothing is matched. `eligible` is a condition on the record `r`.
    `named_by` are the fields that make a name in Salesforce. `people` says that an equal e-mail address makes an equal
    name exact, too. `reads` are the models that scores are made of.
    """

    object: MatchObject
    model: type[MirroredModel]
    target: type[MirroredModel]
    link: str
    said: str
    stream: str
    sides: tuple[str, ...]
    reads: tuple[type[Model], ...]
    eligible: str = "true"
    named_by: tuple[str, ...] = ("name",)
    people: bool = False
    merges: bool = True

    @property
    def link_column(self) -> str:
        """The database column of the link."""
        return column_of(self.model, self.link)

    @property
    def history_table(self) -> sql.Identifier:
        """The table of the records' history."""
        return sql.Identifier(self.model.history.model._meta.db_table)  # type: ignore[attr-defined]

    @property
    def names(self) -> dict[str, sql.Composable]:
        """The object's own identifiers for its SQL, beside those of every table."""
        return {
            **sides.NAMES,
            "record": sql.Identifier(self.model._meta.db_table),
            "target": sql.Identifier(self.target._meta.db_table),
            "target_key": sql.Identifier(str(self.target._meta.pk.column)),
            "link": sql.Identifier(self.link_column),
            "said": sql.Identifier(self.said),
            "object": sql.Literal(str(self.object)),
            "eligible": sql.SQL(self.eligible),
        }


_OF_CCB = (Account, AccountCustomer, Customer, Premise, ServiceAgreement)
OBJECTS: tuple[Matched, ...] = (
    Matched(
        MatchObject.ACCOUNTS, SalesforceAccount, Account, "account", "said_account_id", "salesforce.accounts",
        sides.ACCOUNTS, (SalesforceAccount, *_OF_CCB),
        eligible="r.level IS DISTINCT FROM 'C1' AND r.level IS DISTINCT FROM 'C2'",
    ),
    Matched(
        MatchObject.CUSTOMERS, SalesforceCustomer, Customer, "customer", "said_person_id", "salesforce.customers",
        sides.CUSTOMERS, (SalesforceCustomer, *_OF_CCB), people=True, merges=False,
    ),
    Matched(
        MatchObject.CONTACTS, Contact, Customer, "customer", "said_person_id", "salesforce.contacts",
        sides.CONTACTS, (Contact, SalesforceAccount, *_OF_CCB), named_by=("first_name", "last_name"), people=True,
    ),
)  # fmt: skip
"""Every object that is matched, accounts first: a contact is judged by the account that it belongs to."""


def of(name: str) -> Matched:
    """The object of that name; KeyError if there is none."""
    for matched in OBJECTS:
        if matched.object == name:
            return matched
    raise KeyError(f"There is no object {name}. There are: {', '.join(each.object for each in OBJECTS)}.")
