"""Administration of money: mirrored records, as far as one's own roles let them be seen, and the fiscal calendar."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from customer360.models import (
    Bill,
    FinancialTransaction,
    FiscalCalendar,
    FiscalYear,
    MatchEvent,
    Payment,
    PaymentTender,
)
from customer360.visibility.surfaces.admin import HistoryMixin, VisibleModelAdmin


@admin.register(FinancialTransaction)
class FinancialTransactionAdmin(VisibleModelAdmin):
    """Financial transactions, read only."""

    list_display = ("ft_id", "account", "type", "current_amount", "accounting_date", "is_frozen")
    search_fields = ("=ft_id", "=account__account_id")
    list_filter = ("type", "is_frozen")
    list_select_related = ("account",)


@admin.register(Bill)
class BillAdmin(VisibleModelAdmin):
    """Bills, read only."""

    list_display = ("bill_id", "account", "status", "bill_date", "due_date", "amount", "open_amount")
    search_fields = ("=bill_id", "=account__account_id")
    list_filter = ("status",)
    list_select_related = ("account",)


@admin.register(Payment)
class PaymentAdmin(VisibleModelAdmin):
    """Payments, read only."""

    list_display = ("payment_id", "account", "received_date", "amount", "tender_type_name", "status")
    search_fields = ("=payment_id", "=account__account_id")
    list_filter = ("status",)
    list_select_related = ("account",)


@admin.register(PaymentTender)
class PaymentTenderAdmin(VisibleModelAdmin):
    """Tenders of payments, read only."""

    list_display = ("tender_id", "account", "event_id", "tender_type_name", "amount", "status")
    search_fields = ("=tender_id", "=event_id", "=account__account_id")
    list_filter = ("status",)
    list_select_related = ("account",)


@admin.register(MatchEvent)
class MatchEventAdmin(VisibleModelAdmin):
    """Match events of open-item accounts, read only."""

    list_display = ("match_event_id", "account", "status", "is_disputed", "created_date")
    search_fields = ("=match_event_id", "=account__account_id")
    list_filter = ("status", "is_disputed")
    list_select_related = ("account",)


class FiscalCalendarForm(forms.ModelForm):
    """Names only a calendar that CC&B has, as far as it was read."""

    class Meta:
        model = FiscalCalendar
        fields = ("calendar", "start_month")

    def clean_calendar(self) -> str:
        """Raise ValidationError for a calendar of which no fiscal year is known, and say which there are."""
        chosen: str = self.cleaned_data["calendar"].strip()
        known = sorted(FiscalYear.objects.filter(removed_at=None).values_list("calendar", flat=True).distinct())
        if chosen and chosen not in known:
            there = f"CC&B has {', '.join(known)}" if known else "no calendar of CC&B was read yet"
            raise forms.ValidationError(f"CC&B has no calendar {chosen}: {there}. Nothing was changed; choose again.")
        return chosen


@admin.register(FiscalCalendar)
class FiscalCalendarAdmin(HistoryMixin):
    """The one fiscal calendar, with who changed it: no list, no other one, and none without it."""

    form = FiscalCalendarForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The one row's own page in place of a list."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:customer360_fiscalcalendar_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: FiscalCalendar, form: Any, change: bool) -> None:
        """Save, and say when the figures follow."""
        super().save_model(request, obj, form, change)
        if form.changed_data:
            self.message_user(
                request, "The revenue to date of every account follows with the next run of a money stream."
            )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Figures need one."""
        return False
