"""The schedules a new installation starts with. They are rows of django-celery-beat, edited in admin from then on."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django_celery_beat.models import CrontabSchedule, PeriodicTask

RUN_STREAM, RUN_SYSTEM, SWEEP = "sync.tasks.run_stream", "sync.tasks.run_system", "sync.tasks.sweep"


@dataclass(frozen=True)
class Schedule:
    """A task and when it runs, in the utility's time zone."""

    name: str
    task: str
    minute: str
    hour: str
    day_of_week: str = "*"
    day_of_month: str = "*"
    arguments: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    expire_seconds: int | None = None


SCHEDULES = (
    Schedule(
        "CC&B nightly", RUN_SYSTEM, minute="0", hour="2", arguments={"system": "ccb"},
        description="Every CC&B stream, parents first, at one point in time.",
    ),
    Schedule(
        "CC&B match events hourly", RUN_STREAM, minute="15", hour="6-22",
        arguments={"name": "ccb.match-events"}, description="What open-item accounts matched, dispute and settled.",
    ),
    Schedule(
        "CC&B transactions hourly", RUN_STREAM, minute="20", hour="6-22",
        arguments={"name": "ccb.financial-transactions"}, description="New and newly frozen transactions.",
    ),
    Schedule(
        "CC&B bills hourly", RUN_STREAM, minute="30", hour="6-22",
        arguments={"name": "ccb.bills"}, description="New and newly completed bills.",
    ),
    Schedule(
        "CC&B payments hourly", RUN_STREAM, minute="35", hour="6-22",
        arguments={"name": "ccb.payments"}, description="New payments, and those of two weeks that were cancelled.",
    ),
    Schedule(
        "CC&B tenders hourly", RUN_STREAM, minute="40", hour="6-22",
        arguments={"name": "ccb.payment-tenders"}, description="How new payments were tendered.",
    ),
    Schedule(
        "Alerts", "sync.tasks.tell_alerts", minute="*", hour="*",
        description="Finds what failed, stopped, is late, was rejected or recovered, and tells the alert channels.",
    ),
    Schedule(
        "CC&B weekly full compare", RUN_SYSTEM, minute="0", hour="4", day_of_week="sun",
        arguments={"system": "ccb", "full": True},
        description="Catches what a cursor cannot see, and rows gone from CC&B.",
    ),
    Schedule(
        "Salesforce hourly", RUN_SYSTEM, minute="50", hour="*", arguments={"system": "salesforce"},
        description="What is new in Salesforce, and what was deleted there.",
    ),
    Schedule(
        "Salesforce weekly compare of keys", RUN_SYSTEM, minute="10", hour="5", day_of_week="sun",
        arguments={"system": "salesforce", "keys": True},
        description="Finds what was deleted for good, or is hidden from us now, without reading every record.",
    ),
    Schedule(
        "Salesforce monthly full compare", RUN_SYSTEM, minute="10", hour="3", day_of_month="1",
        arguments={"system": "salesforce", "full": True},
        description="Catches what no stamp shows, such as a formula that moved.",
    ),
    Schedule(
        "Sweep", SWEEP, minute="*", hour="*", expire_seconds=55,
        description="Starts again what lost its worker or its message, and what failed. Leave it on.",
    ),
)  # fmt: skip


def install(app_config: AppConfig, using: str, **kwargs: object) -> None:
    """Create the schedules that are missing by name; one that exists is left as an administrator made it."""
    if app_config.name != "django_celery_beat" or using != "owner":
        return
    for schedule in SCHEDULES:
        if PeriodicTask.objects.using(using).filter(name=schedule.name).exists():
            continue
        crontab, _ = CrontabSchedule.objects.using(using).get_or_create(
            minute=schedule.minute,
            hour=schedule.hour,
            day_of_week=schedule.day_of_week,
            day_of_month=schedule.day_of_month,
            timezone=settings.TIME_ZONE,
        )
        PeriodicTask.objects.using(using).create(
            name=schedule.name, task=schedule.task, crontab=crontab, kwargs=json.dumps(schedule.arguments),
            description=schedule.description, expire_seconds=schedule.expire_seconds,
        )  # fmt: skip
