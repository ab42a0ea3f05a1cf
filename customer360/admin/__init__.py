"""Administration of people, roles and rules; and mirrored records, as far as one's own roles let them be seen.

Money is in a module of its own.
"""

from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from customer360.admin import links, metering, money, salesforce  # noqa: F401 - they register themselves
from customer360.models import (
    Account,
    AccountAlert,
    AccountCustomer,
    AccountSummary,
    Customer,
    Note,
    Premise,
    RowRule,
    ServiceAgreement,
    User,
    VisibilityRule,
)
from customer360.sign_in import SignInLockAdmin
from customer360.visibility import scopes
from customer360.visibility.surfaces.admin import HistoryMixin, VisibleModelAdmin
from customer360.visibility.viewer import visible_models

admin.site.unregister(Group)
admin.site.register(AccessAttempt, SignInLockAdmin)


class VisibilityRuleForm(forms.ModelForm):
    """A rule whose model and field exist and belong to its field group: any other rule would silently do nothing."""

    model = forms.ChoiceField(
        required=False, help_text="For an exception: the model. Empty: every model.",
        choices=lambda: [("", "every model"), *((m._meta.label, m._meta.verbose_name) for m in visible_models())],
    )  # fmt: skip

    class Meta:
        model = VisibilityRule
        fields = ("role", "group", "access", "model", "field")

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for a field without a model, or one that is not in the group."""
        values = super().clean()
        label, field = values.get("model"), values.get("field")
        if field and not label:
            raise ValidationError({"model": "Name the model that the field belongs to."})
        if label and "group" in values:
            model = next(model for model in visible_models() if model._meta.label == label)
            names = model.field_groups.get(values["group"], ())
            if not names:
                raise ValidationError({"model": f"{label} has no field in the group {values['group']}."})
            if field and field not in names:
                raise ValidationError({"field": f"The group {values['group']} of {label} has {', '.join(names)}."})
        return values


class RowRuleForm(forms.ModelForm):
    """A rule that names a registered scope."""

    scope = forms.ChoiceField(choices=lambda: [(name, name) for name in scopes.names()])

    class Meta:
        model = RowRule
        fields = ("role", "scope")


class RuleAdmin(HistoryMixin):
    """Rules of roles other than one's own: a rule of a role that one holds raises one's own rights."""

    list_select_related = ("role",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a rule of a role they hold."""
        return super().has_change_permission(request, obj) and not (obj and holds(request.user, obj.role))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deletes one: an exception that hides a field is a rule as well."""
        return super().has_delete_permission(request, obj) and not (obj and holds(request.user, obj.role))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The roles that a rule may be given to."""
        if db_field.name == "role":
            kwargs["queryset"] = Group.objects.exclude(user=request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def holds(user: Any, role: Group) -> bool:
    """Whether the person has the role."""
    return user.groups.filter(pk=role.pk).exists()


class VisibilityRuleInline(admin.TabularInline):
    """The field groups of a role, on the role's page."""

    model = VisibilityRule
    form = VisibilityRuleForm
    extra = 0


class RowRuleInline(admin.TabularInline):
    """The rows of a role, on the role's page."""

    model = RowRule
    form = RowRuleForm
    extra = 0


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """A role: what it sees, whose rows, and what it administers. Nobody edits a role they hold."""

    inlines = (VisibilityRuleInline, RowRuleInline)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """To change one's own role is to raise one's own rights."""
        return super().has_change_permission(request, obj) and not (obj and holds(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Whoever deletes their own role can no longer undo it."""
        return super().has_delete_permission(request, obj) and not (obj and holds(request.user, obj))


@admin.register(VisibilityRule)
class VisibilityRuleAdmin(RuleAdmin):
    """All rules in one list, with who changed them."""

    form = VisibilityRuleForm
    list_display = ("role", "group", "access", "model", "field")
    list_filter = ("role", "group", "access")


@admin.register(RowRule)
class RowRuleAdmin(RuleAdmin):
    """All row rules in one list, with who changed them."""

    form = RowRuleForm
    list_display = ("role", "scope")
    list_filter = ("role",)


@admin.register(User)
class PortalUserAdmin(UserAdmin):
    """People who sign in. Nobody is deleted or raises their own rights; only a superuser touches a superuser."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("In the other systems", {"fields": ("ccb_representative_code", "salesforce_user_id")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    list_display = ("username", "first_name", "last_name", "role_names", "is_active", "is_staff", "last_login")
    list_filter = ("groups", "is_active", "is_staff")
    readonly_fields = ("last_login", "date_joined")

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        """The roles in force."""
        return user.role_names()

    def get_queryset(self, request: HttpRequest) -> Any:
        """Users with their roles, in two queries."""
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's account, password included, is a superuser's business."""
        return super().has_change_permission(request, obj) and (
            obj is None or request.user.is_superuser or not obj.is_superuser
        )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """History names users for ever: deactivate them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Superusers are made by superusers, and nobody gives a role to themselves."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ("is_superuser",)
        if obj == request.user:
            fields += ("is_active", "is_staff", "groups")
        return fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Users are selected by what the list filters by; a password hash by nothing."""
        return lookup.split("__")[0] in self.list_filter


@admin.register(Customer)
class CustomerAdmin(VisibleModelAdmin):
    """Customers, read only."""

    list_display = ("person_id", "name", "kind", "phone", "email", "town")
    search_fields = ("=person_id", "name")
    list_filter = ("kind",)


@admin.register(Account)
class AccountAdmin(VisibleModelAdmin):
    """Accounts, read only."""

    list_display = ("account_id", "name", "status", "customer_class_name", "customer")
    search_fields = ("=account_id", "name")
    list_filter = ("status",)
    list_select_related = ("customer",)


@admin.register(AccountCustomer)
class AccountCustomerAdmin(VisibleModelAdmin):
    """The roles of customers on accounts, read only."""

    list_display = ("id", "account", "customer", "role")
    search_fields = ("=account__account_id", "=customer__person_id")
    list_filter = ("is_main", "is_third_party")
    list_select_related = ("account", "customer")


@admin.register(AccountSummary)
class AccountSummaryAdmin(VisibleModelAdmin):
    """The figures of accounts, read only."""

    list_display = ("account", "balance", "past_due", "revenue_12m", "active_services", "as_of")
    search_fields = ("=account__account_id",)
    list_select_related = ("account",)


@admin.register(Premise)
class PremiseAdmin(VisibleModelAdmin):
    """Premises, read only."""

    list_display = ("premise_id", "street", "town", "premise_type_name")
    search_fields = ("=premise_id", "address1")


@admin.register(ServiceAgreement)
class ServiceAgreementAdmin(VisibleModelAdmin):
    """Service agreements, read only."""

    list_display = ("service_agreement_id", "account", "premise", "sa_type_name", "status", "start_date")
    search_fields = ("=service_agreement_id", "=account__account_id")
    list_filter = ("status",)
    list_select_related = ("account", "premise")


@admin.register(Note)
class NoteAdmin(VisibleModelAdmin):
    """Notes, read only."""

    list_display = ("note_id", "account", "customer", "subject", "source", "author", "written_at")
    search_fields = ("=note_id", "=account__account_id", "=customer__person_id")
    list_filter = ("is_letter",)
    list_select_related = ("account", "customer")


@admin.register(AccountAlert)
class AccountAlertAdmin(VisibleModelAdmin):
    """Alerts on accounts, read only."""

    list_display = ("id", "account", "alert_type_name", "start_date", "end_date")
    search_fields = ("=account__account_id",)
    list_select_related = ("account",)
