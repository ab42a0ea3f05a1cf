"""The panels of engagement on the page about an account."""

from customer360.models import SalesforceAccount
from customer360.pages import Panel, register
from engagement.models import Case, Interaction
from engagement.panels import activity, cases

register(
    Panel(
        "cases",
        "Cases",
        "account",
        "aside",
        60,
        "engagement/panels/cases.html",
        cases.cases,
        needs=((SalesforceAccount, "account"), (Case, "salesforce_account"), (Case, "is_closed"), (Case, "opened_at")),
        sources=("salesforce",),
        key="k",
        folds=("cases",),
    )
)
register(
    Panel(
        "activity",
        "Activity",
        "account",
        "aside",
        70,
        "engagement/panels/activity.html",
        activity.activity,
        needs=(
            (SalesforceAccount, "account"),
            (Interaction, "salesforce_account"),
            (Interaction, "happened_at"),
        ),
        sources=("salesforce",),
        key="v",
        folds=("activity",),
    )
)
