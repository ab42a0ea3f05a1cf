"""The fiscal year that revenue to date is counted in: which one holds, and the fiscal years of CC&B's calendars."""

import calendar

from django.core.validators import RegexValidator
from django.db import models

from customer360.models.base import KeyField, MirroredModel, tracked
from customer360.visibility.groups import FieldGroup


class FiscalCalendar(models.Model):
    """Which fiscal year the figures follow: one row, made on migrate from the environment and edited in admin.

    Where the named calendar of CC&B knows no fiscal year of a day, the year that begins in the given month holds. A
    change makes the summaries of all accounts due.
    """

    calendar = models.CharField(
        "CC&B calendar", max_length=2, blank=True, validators=[RegexValidator(r"^\w*$")],
        help_text="The calendar (CI_CAL_PERIOD.CALENDAR_ID) whose fiscal years hold. Empty: years by the month below.",
    )  # fmt: skip
    start_month = models.PositiveSmallIntegerField(
        "first month", choices=[(number, calendar.month_name[number]) for number in range(1, 13)], default=1,
        help_text="The month in which the fiscal year begins, where no calendar is named or it does not reach.",
    )  # fmt: skip
    history = tracked()

    class Meta:
        verbose_name = "fiscal calendar"
        verbose_name_plural = "fiscal calendar"
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="one_fiscal_calendar"),
            models.CheckConstraint(
                condition=models.Q(start_month__range=(1, 12)), name="fiscal_year_begins_in_a_month"
            ),
        )

    def __str__(self) -> str:
        """The rule in words."""
        by_month = f"begins in {calendar.month_name[self.start_month]}"
        return f"fiscal years of CC&B's calendar {self.calendar}, else {by_month}" if self.calendar else by_month


class FiscalYear(MirroredModel):
    """One fiscal year of one of CC&B's calendars (CI_CAL_PERIOD): its first and its last day."""

    fiscal_year_id = KeyField(
        "fiscal year ID", max_length=12, primary_key=True, help_text="The calendar and the year that name it."
    )
    calendar = models.CharField(max_length=2, help_text="The calendar's code in CC&B.")
    year = models.CharField(max_length=4, help_text="The year that it is called by.")
    begins = models.DateField(null=True, blank=True, help_text="The first day of its first accounting period.")
    ends = models.DateField(null=True, blank=True, help_text="The last day of its last accounting period.")

    field_groups = {
        FieldGroup.BILLING: ("fiscal_year_id", "calendar", "year", "begins", "ends", "removed_at"),
    }
