"""The fiscal year of a day: by the calendar of CC&B that the utility names, else by the month it begins in."""

from datetime import date
from typing import Any

from django.apps import AppConfig
from django.conf import settings

from customer360.models import FiscalCalendar, FiscalYear

# One row: the day given, the first day of the fiscal year that holds it, and of the one after: where the month rules, a
# year of the calendar may begin before the year is over.
FISCAL_YEAR = f"""
    SELECT given.today, COALESCE(y.begins, m.begins) AS begins,
           COALESCE(y.ends + 1, LEAST((m.begins + interval '1 year')::date, n.begins)) AS next_begins
    FROM (SELECT %s::date AS today) given
    LEFT JOIN {FiscalCalendar._meta.db_table} c ON c.id = 1
    CROSS JOIN LATERAL (
        SELECT make_date(
            extract(year FROM given.today)::int
            - (extract(month FROM given.today) < COALESCE(c.start_month, 1))::int, COALESCE(c.start_month, 1), 1
        ) AS begins
    ) m
    LEFT JOIN LATERAL (
        SELECT f.begins, f.ends
        FROM {FiscalYear._meta.db_table} f
        WHERE f.calendar = c.calendar AND given.today BETWEEN f.begins AND f.ends AND f.removed_at IS NULL
        ORDER BY f.fiscal_year_id
        LIMIT 1
    ) y ON true
    LEFT JOIN LATERAL (
        SELECT min(f.begins) AS begins
        FROM {FiscalYear._meta.db_table} f
        WHERE f.calendar = c.calendar AND f.begins > given.today AND f.removed_at IS NULL
    ) n ON true
"""  # noqa: S608 - the tables are ours


def fiscal_year(cursor: Any, business_date: date) -> tuple[date, date]:
    """The first day of the fiscal year that holds a day, and of the fiscal year after it."""
    cursor.execute(FISCAL_YEAR, [business_date])
    _, begins, next_begins = cursor.fetchone()
    return begins, next_begins


def install(app_config: AppConfig, using: str, **kwargs: object) -> None:
    """Write the fiscal calendar that the environment names, on migrate, where there is none yet.

    As the app role, whose history it begins: it must have been given its rights on the tables.
    """
    if app_config.name != "customer360" or using != "owner":
        return
    values = {"calendar": settings.FISCAL_CALENDAR, "start_month": settings.FISCAL_YEAR_START_MONTH}
    FiscalCalendar.objects.get_or_create(pk=1, defaults=values)
