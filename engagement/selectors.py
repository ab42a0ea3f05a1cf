"""Reads of cases and interactions for pages."""

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Coalesce

from customer360.models import Contact
from customer360.selectors import Slice
from customer360.visibility.viewer import Viewer, VisibleRecord
from engagement.models import Case, Interaction


def cases(viewer: Viewer, account: VisibleRecord, page: str | None, page_size: int) -> Slice:
    """One page of the cases about the Salesforce records of an account: the open ones first, then the newest first.

    The slice's extra `open_cases` is how many are open.
    """
    found = Case.objects.filter(salesforce_account__account=account.pk, removed_at=None)
    ordered = viewer.records(found).select_related("owner").order_by("is_closed", "-opened_at", "-pk")
    counted = ordered.annotate(open_cases=Window(Count("pk", filter=Q(is_closed=False))))
    return Slice.counted(viewer, counted, page, page_size, extras=("open_cases",))


def interactions(viewer: Viewer, account: VisibleRecord, page: str | None, page_size: int) -> Slice:
    """One page of the interactions about the Salesforce records of an account, the newest first.

    The contact may belong to another account: it is named only where it is in the viewer's scope.
    """
    found = Interaction.objects.filter(salesforce_account__account=account.pk, removed_at=None)
    happened = Coalesce(F("starts_at"), F("completed_at"), F("written_at")).desc()
    contacts = viewer.records(Contact.objects.filter(pk=OuterRef("contact")))
    ordered = viewer.records(found).select_related("owner", "contact").order_by(happened, "-pk")
    return Slice.counted(
        viewer, ordered.annotate(names_contact=Exists(contacts)), page, page_size, settle=_without_foreign_contact
    )


def _without_foreign_contact(interaction: Interaction) -> None:
    """Leave a contact out of the scope unnamed, as if there were none."""
    if not interaction.names_contact:
        interaction.contact = None
