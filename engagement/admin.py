"""Administration of cases, interactions and mailings, read only."""

from django.contrib import admin

from customer360.visibility.surfaces.admin import VisibleModelAdmin
from engagement.models import Case, Interaction, Mailing, MailingRecipient


@admin.register(Case)
class CaseAdmin(VisibleModelAdmin):
    """Cases, read only."""

    list_display = ("number", "subject", "status", "priority", "owner", "opened_at", "closed_at")
    search_fields = ("=number", "subject")
    list_filter = ("is_closed",)
    list_select_related = ("owner",)


@admin.register(Interaction)
class InteractionAdmin(VisibleModelAdmin):
    """Interactions, read only."""

    list_display = ("id", "kind", "subject", "type", "status", "owner", "written_at")
    search_fields = ("=salesforce_id", "subject")
    list_filter = ("kind", "is_closed", "is_archived")
    list_select_related = ("owner",)


@admin.register(Mailing)
class MailingAdmin(VisibleModelAdmin):
    """Mailings, read only."""

    list_display = ("id", "name", "type", "status", "starts_on", "ends_on")
    search_fields = ("name",)
    list_filter = ("is_active",)


@admin.register(MailingRecipient)
class MailingRecipientAdmin(VisibleModelAdmin):
    """Whom mailings were for, read only."""

    list_display = ("id", "mailing", "contact", "status", "has_responded")
    search_fields = ("=salesforce_id",)
    list_filter = ("has_responded",)
    list_select_related = ("mailing", "contact")
