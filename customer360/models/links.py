"""Where the other systems show the same record: patterns of addresses, kept by an administrator."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from customer360.models.base import tracked

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SERVER = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d+)?[/?#]")
_NOT_IN_AN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f\\<>\"']")


class LinkPattern(models.Model):
    """The address of one kind of record in another system, with placeholders for the keys it is asked for by.

    Its values are keys alone, and they are escaped: nothing but a key of the record ever leaves by a link.
    """

    class System(models.TextChoices):
        """Where a link leads."""

        CCB = "ccb", "CC&B"
        SALESFORCE = "salesforce", "Salesforce"

    class Kind(models.TextChoices):
        """The record that a link is about: the name of its page."""

        ACCOUNT = "account", "Account"
        CUSTOMER = "customer", "Customer"
        PREMISE = "premise", "Premise"
        SERVICE_AGREEMENT = "service-agreement", "Service agreement"

    PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {
        Kind.ACCOUNT: {"id": "account_id", "customer_id": "customer__person_id"},
        Kind.CUSTOMER: {"id": "person_id"},
        Kind.PREMISE: {"id": "premise_id"},
        Kind.SERVICE_AGREEMENT: {
            "id": "service_agreement_id", "account_id": "account__account_id", "premise_id": "premise__premise_id",
        },
    }  # fmt: skip
    """For each kind the placeholders, and the lookup from its record to the key that each stands for."""

    system = models.CharField(max_length=10, choices=System, default=System.CCB, help_text="Where the link leads.")
    kind = models.CharField(max_length=20, choices=Kind, help_text="The page that shows the link.")
    title = models.CharField(
        max_length=40, blank=True, help_text="What the link says. Empty: Open in CC&B, or whatever the system is."
    )
    url_pattern = models.CharField(
        "address pattern", max_length=500,
        help_text="Such as https://ccb.example/ouaf/cis.jsp?…&PKVALUE1={id}. Beside {id}, an account has {customer_id},"
        " a service agreement {account_id} and {premise_id}.",
    )  # fmt: skip
    is_active = models.BooleanField(
        "active", default=True, help_text="Whether pages show the link; a change shows within half a minute."
    )
    history = tracked()

    class Meta:
        verbose_name = "link to another system"
        verbose_name_plural = "links to other systems"
        ordering = ("system", "kind", "title")
        constraints = (
            models.UniqueConstraint(fields=("system", "kind", "title"), name="one_link_of_a_title_per_kind"),
            models.CheckConstraint(
                condition=models.Q(url_pattern__startswith="https://") | models.Q(url_pattern__startswith="http://"),
                name="a_link_leads_to_a_web_page",
            ),
        )

    def __str__(self) -> str:
        """The link in short, such as `Account: Open in CC&B`."""
        return f"{self.get_kind_display()}: {self.text}"

    @property
    def text(self) -> str:
        """What the link says."""
        return self.title or f"Open in {self.get_system_display()}"

    @property
    def placeholders(self) -> Mapping[str, str]:
        """The placeholders of this kind of record."""
        return self.PLACEHOLDERS.get(self.kind, {})

    def clean(self) -> None:
        """Raise ValidationError for a pattern that is no web address, or that has placeholders of another kind."""
        if problem := self._problem():
            raise ValidationError({"url_pattern": problem})

    def _problem(self) -> str:
        pattern = self.url_pattern
        if _NOT_IN_AN_ADDRESS.search(pattern):
            return "An address has no spaces, quotes, angle brackets or backslashes; write them as %20 and the like."
        if not _SERVER.match(pattern):
            return (
                "Begin with https:// or http:// and the name of the server, without a user or a placeholder in it,"
                " followed by a slash."
            )
        try:
            urlsplit(pattern).port  # noqa: B018 - reading it is what checks it
        except ValueError:
            return "The port behind the name of the server is none: give a number up to 65535."
        known = ", ".join(f"{{{name}}}" for name in self.placeholders)
        if re.search(r"[{}]", PLACEHOLDER.sub("", pattern)):
            return f"A brace stands alone. Placeholders are {known}; write other braces as %7B and %7D."
        names = PLACEHOLDER.findall(pattern)
        if unknown := [name for name in names if name not in self.placeholders]:
            return f"{{{unknown[0]}}} is no placeholder of this kind of record. There are {known}."
        return "" if names else f"Without a placeholder every record would lead to the same page. There are {known}."

    def address(self, values: Mapping[str, str]) -> str:
        """The address with a value for each placeholder, escaped.

        Raises KeyError where a value is missing.
        """
        return PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), self.url_pattern)
