"""How Salesforce is reached and how it may be read: one record, edited in admin. Secrets are no part of it."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from customer360.models.base import tracked
from sync.models.connection import absolute_path
from sync.models.hours import ReadingHours


def address_alone(url: str) -> None:
    """Raise ValidationError for anything but `https://host`, with a port where there is one."""
    try:
        parts = urlsplit(url)
        is_alone = parts.scheme == "https" and parts.hostname and not parts.username and not parts.query
        _ = parts.port
    except ValueError:
        is_alone = False
    if not is_alone or parts.path not in ("", "/") or parts.fragment:
        raise ValidationError("Write the address alone, such as https://utility.my.salesforce.com.")


def _percentage(least: int) -> list[MinValueValidator | MaxValueValidator]:
    words = f"Write a percentage from {least} to 100."
    return [MinValueValidator(least, words), MaxValueValidator(100, words)]


def _between(least: int, most: int, what: str) -> list[MinValueValidator | MaxValueValidator]:
    words = f"Write {what} from {least} to {most}."
    return [MinValueValidator(least, words), MaxValueValidator(most, words)]


class SalesforceConnection(ReadingHours):
    """How Salesforce is reached, when and how it may be read, and how much of its allowance may be used.

    There is one record at most. While there is none, the environment's `SALESFORCE_` variables say everything; the
    first save in admin takes them over, and from then on the record stands. Secrets stay in the environment.
    """

    class SignIn(models.TextChoices):
        """How the portal proves who it is."""

        JWT = "jwt", "JWT bearer: an assertion signed with the private key"
        CLIENT_CREDENTIALS = "client_credentials", "Client credentials: the consumer secret"

    SINGLE = 1
    """The record's key."""

    login_url = models.CharField(
        "login address", max_length=255, blank=True, validators=[address_alone],
        help_text="Your My Domain, such as https://utility.my.salesforce.com. Empty: Salesforce is not connected.",
    )  # fmt: skip
    sign_in = models.CharField(
        max_length=20, choices=SignIn, default=SignIn.JWT,
        help_text="For JWT bearer the key is in SALESFORCE_PRIVATE_KEY_FILE; for client credentials the secret is in"
        " SALESFORCE_CONSUMER_SECRET or SALESFORCE_CONSUMER_SECRET_FILE.",
    )  # fmt: skip
    consumer_key = models.CharField(
        max_length=255, blank=True, help_text="Consumer key of the external client app that the portal signs in by.",
        validators=[RegexValidator(r"\A\S+\Z", "Write the consumer key alone.")],
    )  # fmt: skip
    user = models.CharField(
        "user name", max_length=128, blank=True,
        help_text="For JWT bearer: the integration user's name. With client credentials the app names its user.",
    )  # fmt: skip
    ca_file = models.CharField(
        "certificate authorities", max_length=500, blank=True, validators=[absolute_path],
        help_text="A PEM file to trust instead of the machine's own authorities, on every machine that runs a worker or"
        " the portal. Empty: the usual ones.",
    )  # fmt: skip
    proxy = models.CharField(
        max_length=255, blank=True, help_text="Address of the proxy that leads out, such as http://proxy.local:8080.",
        validators=[RegexValidator(r"\Ahttps?://[^\s/@]+\Z", "Write the proxy's address alone, without a password.")],
    )  # fmt: skip
    api_version = models.CharField(
        "API version", max_length=4, help_text="Such as 62.0.",
        validators=[RegexValidator(r"\A[5-9]\d\.0\Z", "Write a version from 50.0 on, such as 62.0.")],
    )  # fmt: skip
    timeout = models.PositiveIntegerField(
        help_text="Seconds that Salesforce may take for one answer; then it is asked again, and given up in the end.",
        validators=_between(5, 600, "seconds"),
    )  # fmt: skip
    bulk_minutes = models.PositiveIntegerField(
        "minutes for a bulk query", help_text="How long Salesforce may work on one; then the run gives up.",
        validators=_between(1, 1440, "minutes"),
    )  # fmt: skip
    window_from = models.TimeField(
        "read from", null=True, blank=True,
        help_text="When scheduled runs may begin, in the portal's time. Empty: at any time.",
    )  # fmt: skip
    window_to = models.TimeField(
        "until", null=True, blank=True,
        help_text="When none may begin any more; earlier than the beginning: on the next day.",
    )  # fmt: skip
    api_share_percent = models.FloatField(
        "share of the API calls, in percent", validators=_percentage(1),
        help_text="How much of the calls that Salesforce allows the whole org in 24 hours the portal may use. A run"
        " stops when that is used up.",
    )  # fmt: skip
    bulk_rows = models.PositiveIntegerField(
        "rows from which bulk is used", validators=_between(200, 1_000_000, "rows"),
        help_text="A read of more rows than this goes through the Bulk API, which costs few calls and some seconds.",
    )  # fmt: skip
    hold_back_minutes = models.PositiveIntegerField(
        "hold-back in minutes", validators=_between(1, 60, "minutes"),
        help_text="What changed in the last minutes is left to the next run: Salesforce may still be writing it.",
    )  # fmt: skip
    overlap_minutes = models.PositiveIntegerField(
        "overlap in minutes", validators=_between(10, 1440, "minutes"),
        help_text="How far each run reads back behind the last one. A transaction of Salesforce lasts 10 minutes at"
        " most, and what it wrote carries the time at which it wrote it.",
    )  # fmt: skip
    brake_percent = models.FloatField(
        "brake on removals, in percent", validators=_percentage(0),
        help_text="A full compare that would mark more of a stream's records removed stops and waits for a person.",
    )  # fmt: skip
    history = tracked()

    class Meta:
        verbose_name = verbose_name_plural = "Salesforce connection"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_salesforce_connection"),)

    def __str__(self) -> str:
        """Where Salesforce is and as whom it is read."""
        if not self.is_connected:
            return "not connected"
        return f"{self.user} at {self.login_url}" if self.user else self.login_url

    @classmethod
    def current(cls) -> "SalesforceConnection":
        """The settings in force: the record, or what the environment says while there is none."""
        return cls.objects.filter(pk=cls.SINGLE).first() or cls.from_environment()

    @classmethod
    def from_environment(cls) -> "SalesforceConnection":
        """An unsaved record of what the environment says."""
        given = settings.SALESFORCE
        return cls(
            pk=cls.SINGLE,
            login_url=given["login_url"].rstrip("/"),
            sign_in=given["sign_in"],
            consumer_key=given["consumer_key"],
            user=given["user"],
            ca_file=given["ca_file"],
            proxy=given["proxy"],
            api_version=given["api_version"],
            timeout=given["timeout_seconds"],
            bulk_minutes=given["bulk_minutes"],
            api_share_percent=given["api_share_percent"],
            bulk_rows=given["bulk_rows"],
            hold_back_minutes=given["hold_back_minutes"],
            overlap_minutes=given["overlap_minutes"],
            brake_percent=settings.REMOVAL_BRAKE_PERCENT,
        )

    def clean(self) -> None:
        """Raise ValidationError for fields that do not go together."""
        self.login_url = self.login_url.rstrip("/")
        if self.login_url and not self.consumer_key:
            raise ValidationError({"consumer_key": "Write the consumer key of the app that the portal signs in by."})
        if self.login_url and self.sign_in == self.SignIn.JWT and not self.user:
            raise ValidationError({"user": "JWT bearer names the user: write the integration user's name."})
        if self.sign_in == self.SignIn.CLIENT_CREDENTIALS and self._login_host in ("login", "test"):
            raise ValidationError({"login_url": "Client credentials are taken at your My Domain address only."})
        self.clean_hours("Salesforce")

    @property
    def _login_host(self) -> str:
        """`login` or `test` for Salesforce's own log-in hosts; the whole host else."""
        host = urlsplit(self.login_url).hostname or ""
        return {"login.salesforce.com": "login", "test.salesforce.com": "test"}.get(host, host)

    @property
    def is_connected(self) -> bool:
        """Whether anybody said where Salesforce is."""
        return bool(self.login_url and self.consumer_key)

    @property
    def audience(self) -> str:
        """To whom an assertion is addressed: Salesforce's log-in host for production or for sandboxes.

        What is not under salesforce.com is addressed by its own origin.
        """
        host = urlsplit(self.login_url).hostname or ""
        if not host.endswith(".salesforce.com"):
            return self.login_url
        is_sandbox = host == "test.salesforce.com" or ".sandbox." in host
        return f"https://{'test' if is_sandbox else 'login'}.salesforce.com"

    @property
    def hours_in(self) -> str:
        """The time zone that the hours are meant in: the portal's."""
        return settings.TIME_ZONE

    @property
    def hold_back(self) -> timedelta:
        """What of the newest changes is left to the next run."""
        return timedelta(minutes=self.hold_back_minutes)

    @property
    def overlap(self) -> timedelta:
        """How far each run reads back."""
        return timedelta(minutes=self.overlap_minutes)
