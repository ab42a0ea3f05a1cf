"""Reads of cases and interactions for pages."""

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Coalesce

from customer360.models import Contact
from customer360.selectors import Slice
from customer360.visibility.viewer import Viewer, VisibleRecord
from engagement.models import Case, Interaction


def cases_of(viewer: Viewer, account: VisibleRecord) -> QuerySet[Case]:
    """The cases about the Salesforce records of an account: the open ones first, then the newest first."""
    found = Case.objects.filter(salesforce_account__account=account.pk, removed_at=None)
    ordered = viewer.records(found).select_related("owner", "contact").order_by("is_closed", "-opened_at", "-pk")
    return ordered.annotate(open_cases=Window(Count("pk", filter=Q(is_closed=False))))


def interactions_of(viewer: Viewer, account: VisibleRecord) -> QuerySet[Interaction]:
    """The interactions about the Salesforce records of an account, the newest first.

    The contact may belong to another account: it is there only where it is in the viewer's scope.
    """
    found = Interaction.objects.filter(salesforce_account__account=account.pk, removed_at=None)
    happened = Coalesce(F("starts_at"), F("completed_at"), F("written_at")).desc()
    contacts = Contact.objects.all()
    ordered = viewer.records(found).select_related("owner").order_by(happened, "-pk")
    if (visible := viewer.records(contacts)) is contacts:
        return ordered.select_related("contact")
    return ordered.prefetch_related(Prefetch("contact", visible))


def page_of(viewer: Viewer, ordered: QuerySet, page: str | None, size: int) -> Slice:
    """One page of a list with its total, in one question to the database where the page is there."""
    counted = ordered.annotate(listed=Window(Count("pk")))
    return Slice.counted(viewer, counted, page, size, "listed")
