"""How CC&B is reached and when it may be read: one record, edited in admin. Passwords are no part of it."""

import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from customer360.models.base import tracked
from sync.models.hours import ReadingHours

_ADDRESS = re.compile(
    r"(?:(?P<protocol>tcps?)://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d+))?/(?P<service>[\w.$#-]+)"
)
"""`host:port/service`, with the protocol in front where it is not tcp: Oracle's easy connect."""

_identifier = RegexValidator(
    r"\A[A-Z][A-Z0-9_$#]*\Z", "Write it as Oracle holds it: capitals, digits and _ $ #, beginning with a letter."
)


def known_time_zone(name: str) -> None:
    """Raise ValidationError for a time zone that does not exist."""
    if name not in available_timezones():
        raise ValidationError("There is no such time zone. Write a name such as America/New_York.")


def absolute_path(path: str) -> None:
    """Raise ValidationError for a folder that is named relative to another."""
    if not (PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()):
        raise ValidationError("Write the whole path of the folder, from the root on.")


class CcbConnection(ReadingHours):
    """How CC&B is reached, what its data mean, and when and how it may be read.

    There is one record at most. While there is none, the environment's `CCB_` variables say everything; the first save
    in admin takes them over, and from then on the record stands. Passwords stay in the environment.
    """

    class Protocol(models.TextChoices):
        """How the bytes travel."""

        TCP = "tcp", "tcp: plain"
        TCPS = "tcps", "tcps: encrypted (TLS)"

    SINGLE = 1
    """The record's key."""

    protocol = models.CharField(max_length=4, choices=Protocol, default=Protocol.TCP)
    host = models.CharField(
        max_length=255, blank=True, help_text="Name or address of the listener's machine.",
        validators=[RegexValidator(r"\A[^\s/()=]+\Z", "Write the name or the address of the machine alone.")],
    )  # fmt: skip
    port = models.PositiveIntegerField(
        default=1521, help_text="Often 1521, and 2484 for tcps.",
        validators=[
            MinValueValidator(1, "A port is a number from 1 to 65535."),
            MaxValueValidator(65535, "A port is a number from 1 to 65535."),
        ],
    )  # fmt: skip
    service_name = models.CharField(
        "service", max_length=128, blank=True, help_text="The database's service name, not its SID.",
        validators=[RegexValidator(r"\A[\w.$#-]+\Z", "Write the service's name alone.")],
    )  # fmt: skip
    descriptor = models.TextField(
        "connect descriptor", blank=True,
        help_text="For a service behind several addresses: the whole (DESCRIPTION=…). Host, port and service are not"
        " used then, nor is the protocol.",
    )  # fmt: skip
    wallet_directory = models.CharField(
        max_length=500, blank=True, validators=[absolute_path],
        help_text="For tcps: the folder with ewallet.pem, on every machine that runs a worker or the portal. Empty: the"
        " machine's own certificate authorities are trusted.",
    )  # fmt: skip
    check_certificate_name = models.BooleanField(
        "check the name in the certificate", default=True,
        help_text="For tcps: CC&B's certificate must name the host. Leave it on.",
    )  # fmt: skip
    user = models.CharField(
        max_length=128, help_text="The read-only account. Its password is in CCB_PASSWORD or CCB_PASSWORD_FILE.",
        validators=[RegexValidator(r"\A[^\s\"']+\Z", "Write the account's name alone.")],
    )  # fmt: skip
    owner = models.CharField(
        "schema owner", max_length=128, validators=[_identifier], help_text="The schema that owns CC&B's tables."
    )
    language = models.CharField(
        max_length=3, help_text="LANGUAGE_CD of the descriptions to show, such as ENG.",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Write the three capitals of CC&B's language code.")],
    )  # fmt: skip
    time_zone = models.CharField(
        max_length=64, validators=[known_time_zone], help_text="The time zone that CC&B's dates and times are in."
    )
    query_timeout = models.PositiveIntegerField(
        help_text="Seconds that CC&B may take for one answer; then the run gives up.",
        validators=[
            MinValueValidator(5, "Give CC&B 5 seconds at least."),
            MaxValueValidator(86400, "That is more than a day; write 86400 seconds at most."),
        ],
    )  # fmt: skip
    batch_rows = models.PositiveIntegerField(
        "rows in a batch", help_text="Rows read at a time.",
        validators=[
            MinValueValidator(10, "Read 10 rows at a time at least."),
            MaxValueValidator(500_000, "Read 500000 rows at a time at most: they are held in memory."),
        ],
    )  # fmt: skip
    window_from = models.TimeField(
        "read from",
        null=True,
        blank=True,
        help_text="When scheduled runs may begin, in CC&B's time. Empty: at any time.",
    )  # fmt: skip
    window_to = models.TimeField(
        "until", null=True, blank=True,
        help_text="When none may begin any more, in CC&B's time; earlier than the beginning: on the next day. A stream"
        " that is being read then is read to its end, and those after it wait for the next run.",
    )  # fmt: skip
    brake_percent = models.FloatField(
        "brake on removals, in percent",
        help_text="A full compare that would mark more of a stream's records removed stops and waits for a person.",
        validators=[
            MinValueValidator(0, "Write a percentage from 0 to 100."),
            MaxValueValidator(100, "Write a percentage from 0 to 100."),
        ],
    )  # fmt: skip
    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = "CC&B connection"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_ccb_connection"),)

    def __str__(self) -> str:
        """Where CC&B is and as whom it is read."""
        where = "a connect descriptor" if self.descriptor else f"{self.host}:{self.port}/{self.service_name}"
        return f"{self.user} at {where}"

    @classmethod
    def current(cls) -> "CcbConnection":
        """The settings in force: the record, or what the environment says while there is none."""
        return cls.objects.filter(pk=cls.SINGLE).first() or cls.from_environment()

    @classmethod
    def from_environment(cls) -> "CcbConnection":
        """An unsaved record of what the environment says.

        A CCB_DSN that is no `host:port/service` is a connect descriptor, or a name that Oracle's own files resolve.
        """
        given = settings.CCB
        address = _ADDRESS.fullmatch(given["dsn"])
        # A password has no place in an address; it must not come into a form, nor into history.
        where: dict[str, Any] = {"descriptor": re.sub(r"\A[^(@]*/[^@]*@", "", given["dsn"])}
        if address:
            where = {
                "protocol": address["protocol"] or cls.Protocol.TCP,
                "host": address["host"],
                "port": int(address["port"] or 1521),
                "service_name": address["service"],
            }
        return cls(
            pk=cls.SINGLE,
            **where,
            wallet_directory=given["wallet_directory"],
            check_certificate_name=given["check_certificate_name"],
            user=given["user"],
            owner=given["owner"],
            language=given["language"],
            time_zone=given["time_zone"],
            query_timeout=given["query_timeout_seconds"],
            batch_rows=given["batch_rows"],
            brake_percent=settings.REMOVAL_BRAKE_PERCENT,
        )

    def clean(self) -> None:
        """Raise ValidationError for fields that do not go together."""
        if re.match(r"[^(@]*/[^@]*@", self.descriptor):
            raise ValidationError({"descriptor": "Leave user and password out: the password is in CCB_PASSWORD."})
        if not self.descriptor and not (self.host and self.service_name):
            missing = "service_name" if self.host else "host"
            raise ValidationError({missing: "Write host and service, or a connect descriptor instead of both."})
        self.clean_hours("CC&B")

    @property
    def hours_in(self) -> str:
        """The time zone that the hours are meant in: CC&B's own."""
        return self.time_zone
