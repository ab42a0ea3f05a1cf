"""What each role may see, as data: field groups, single fields, and rows. Edited in admin and tracked."""

from django.contrib.auth.models import Group
from django.db import models

from customer360.models.base import tracked
from customer360.visibility.groups import Access, FieldGroup


class VisibilityRule(models.Model):
    """A grant of one field group to one role, or an exception for one field of one model.

    Within a role the more specific rule wins; across a person's roles the highest access wins. What no rule names is
    hidden.
    """

    role = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="visibility_rules")
    group = models.CharField("field group", max_length=20, choices=FieldGroup)
    access = models.IntegerField(choices=Access, default=Access.HIDDEN)
    model = models.CharField(
        max_length=100, blank=True, help_text="For an exception: the model, such as customer360.Customer. Empty: all."
    )
    field = models.CharField(
        max_length=100, blank=True, help_text="For an exception: the field of that model. Empty: all."
    )
    history = tracked()

    class Meta:
        ordering = ("role", "group", "model", "field")
        constraints = (
            models.UniqueConstraint(fields=("role", "group", "model", "field"), name="one_rule_per_role_and_field"),
            models.CheckConstraint(
                condition=models.Q(field="") | ~models.Q(model=""), name="an_exception_for_a_field_names_its_model"
            ),
        )

    def __str__(self) -> str:
        """The rule in short, such as `auditor: masked contact`."""
        where = ".".join(part for part in (self.model, self.field) if part)
        return f"{self.role}: {self.get_access_display().lower()} {where or self.group}"


class RowRule(models.Model):
    """A grant of one row scope to one role. A person sees the rows of all scopes of all roles; none, no rows."""

    role = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="row_rules")
    scope = models.CharField(max_length=50, help_text="The name of a registered scope, such as all or granted.")
    history = tracked()

    class Meta:
        ordering = ("role", "scope")
        constraints = (models.UniqueConstraint(fields=("role", "scope"), name="one_row_rule_per_role_and_scope"),)

    def __str__(self) -> str:
        """The rule as a sentence."""
        return f"{self.role} sees the rows of scope {self.scope}"
