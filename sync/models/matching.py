"""Which record of Salesforce is which of CC&B: the proposals, the decisions about them, and how far each object is."""

from collections.abc import Mapping

from django.apps import AppConfig
from django.apps.registry import Apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from customer360.models import User
from customer360.models.base import KeyField, tracked
from customer360.models.salesforce import SalesforceKeyField


class MatchObject(models.TextChoices):
    """The objects of Salesforce whose records are matched, in the order in which it is done."""

    ACCOUNTS = "accounts", "Accounts"
    CUSTOMERS = "customers", "Customers"
    CONTACTS = "contacts", "Contacts"


class Match(models.Model):
    """One record of Salesforce that came without a link: what it seems to be in CC&B, and what was decided.

    An open one is scored anew by every matching; a decided one is only touched by persons, and by what happens to the
    record itself: a merge hands its link over, a removal gives it back.
    """

    class State(models.TextChoices):
        """How the record stands. `gone`: the record itself is gone from Salesforce, and nothing is to be decided."""

        OPEN = "open", "To decide"
        LINKED = "linked", "Linked"
        CREATE_LATER = "create later", "Create later"
        IGNORED = "ignored", "Ignored"
        GONE = "gone", "Gone from Salesforce"

    class Method(models.TextChoices):
        """What the proposal, or the link, goes by."""

        SAID = "said", "The ID that Salesforce holds"
        FIELD = "field", "The compared field"
        LIKENESS = "likeness", "Name and address"
        MERGE = "merge", "A merge in Salesforce"
        PERSON = "person", "A person's choice"

    DECIDED = (State.LINKED, State.CREATE_LATER, State.IGNORED)

    object = models.CharField(max_length=10, choices=MatchObject)
    salesforce_id = SalesforceKeyField(help_text="The record in Salesforce.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    candidate = KeyField(
        max_length=10, null=True, blank=True, help_text="The key in CC&B that fits best; of a linked one, its link."
    )
    others = ArrayField(KeyField(max_length=10), default=list, help_text="The keys that fit next best, the best first.")
    method = models.CharField(max_length=10, choices=Method, blank=True)
    score = models.PositiveSmallIntegerField(default=0, help_text="0 to 100; 100 is kept for what leaves no doubt.")
    is_exact = models.BooleanField(
        "exact", default=False, help_text="Equal in name and address, and the only one of both sides."
    )
    findings = ArrayField(
        models.CharField(max_length=20), default=list, help_text="What speaks for it and against it, as codes."
    )
    decided_by = models.CharField(max_length=150, blank=True, help_text="Who decided; empty: the machine, or nobody.")
    decided_at = models.DateTimeField(null=True, blank=True)
    run = models.UUIDField(null=True, blank=True, help_text="The matching that proposed or linked it.")

    class Meta:
        ordering = ("object", "id")
        verbose_name_plural = "matches"
        constraints = (models.UniqueConstraint(fields=("object", "salesforce_id"), name="one_match_per_record"),)
        indexes = (
            models.Index(fields=("object", "state", "is_exact", "-score"), name="matches_to_list"),
            models.Index(fields=("object", "candidate"), name="matches_of_candidate"),
        )

    def __str__(self) -> str:
        """Object and number: a key may be hidden."""
        return f"{self.object} {self.pk}"

    @property
    def is_decided(self) -> bool:
        """Whether somebody, or the machine, decided about it."""
        return self.state in self.DECIDED


class MatchDecision(models.Model):
    """One decision about a match, with what stood before it. Nothing is taken out of this log: undoing adds a line."""

    class Kind(models.TextChoices):
        """What was decided, or happened to the record."""

        LINK = "link", "Linked"
        CREATE_LATER = "create later", "To be created later"
        IGNORE = "ignore", "Ignored"
        UNDO = "undo", "Undone"
        MERGED = "merged", "Handed over by a merge"
        GONE = "gone", "Given back, as the record is gone"
        BACK = "back", "Opened, as the record came back"

    append_only = True

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=12, choices=Kind)
    key = KeyField(max_length=10, null=True, help_text="The key in CC&B that it is about.")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who decided; empty: the machine."
    )
    made_at = models.DateTimeField()
    before = models.JSONField(help_text="The match as it stood before, and the link of its record.")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        """What was decided, and of which match."""
        return f"{self.kind}: {self.match_id}"


COMPARED_FIELDS = {
    MatchObject.ACCOUNTS: ("account_number", "said_account_id", "name"),
    MatchObject.CUSTOMERS: ("said_person_id", "full_name", "name", "email"),
    MatchObject.CONTACTS: ("said_person_id", "email"),
}
"""The fields of each object in which a site may keep a key of CC&B, or another unique value of it."""

CCB_FIELDS = {
    MatchObject.ACCOUNTS: ("account_id",),
    MatchObject.CUSTOMERS: ("person_id", "email"),
    MatchObject.CONTACTS: ("person_id", "email"),
}
"""What a compared field is compared with."""


class MatchSetting(models.Model):
    """How the records of one object are matched."""

    object = models.CharField(max_length=10, choices=MatchObject, primary_key=True)
    salesforce_field = models.CharField(
        "field in Salesforce", max_length=40, blank=True,
        help_text="Our name of the field in which Salesforce's users write CC&B's key; empty: none.",
    )  # fmt: skip
    ccb_field = models.CharField(
        "compared with", max_length=40, blank=True, help_text="The field of CC&B that it is compared with."
    )
    digits_only = models.BooleanField(
        default=True, help_text="Compare the digits alone, without leading zeros: 042-186 is 42186."
    )
    least_score = models.PositiveSmallIntegerField(
        default=50, validators=(MaxValueValidator(99),), help_text="What scores less is not proposed: 0 to 99."
    )
    link_exact = models.BooleanField(
        "link exact ones without a person", default=False,
        help_text="Exact proposals are linked by the machine, and may be undone. Otherwise a person links them.",
    )  # fmt: skip
    history = tracked()

    class Meta:
        ordering = ("object",)
        verbose_name = "matching rule"

    def __str__(self) -> str:
        """The object."""
        return str(MatchObject(self.object).label)

    def clean(self) -> None:
        """Both compared fields, or neither, and only those that the object has.

        Raises ValidationError, with a sentence.
        """
        if bool(self.salesforce_field) != bool(self.ccb_field):
            raise ValidationError("Name both fields that are compared, or neither.")
        for name, allowed in (("salesforce_field", COMPARED_FIELDS), ("ccb_field", CCB_FIELDS)):
            value, names = getattr(self, name), allowed[MatchObject(self.object)]
            if value and value not in names:
                raise ValidationError({name: f"Choose one of: {', '.join(names)}."})


class MatchProgress(models.Model):
    """How far the matching of one object is: when it last ran, and whether a steward closed it."""

    object = models.CharField(max_length=10, choices=MatchObject, primary_key=True)
    matched_at = models.DateTimeField(null=True, blank=True, help_text="When matching last ran over loaded records.")
    run = models.UUIDField(null=True, blank=True)
    seen = models.CharField(max_length=64, blank=True, help_text="Fingerprint of what the last matching went by.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    history = tracked()

    class Meta:
        ordering = ("object",)
        verbose_name = "progress of matching"
        verbose_name_plural = "progress of matching"

    def __str__(self) -> str:
        """The object."""
        return str(MatchObject(self.object).label)


DELIVERED: dict[MatchObject, dict[str, str]] = {
    MatchObject.ACCOUNTS: {"salesforce_field": "account_number", "ccb_field": "account_id"},
    MatchObject.CUSTOMERS: {},
    MatchObject.CONTACTS: {},
}
"""The rules that a new installation begins with."""


def install(app_config: AppConfig, using: str, apps: Apps | None = None, **kwargs: object) -> None:
    """Put rule and progress of objects that have none yet; what a site set stays."""
    if using != "owner" or (apps and not _has_settings(apps)):
        return
    _add(MatchSetting, DELIVERED, using)
    _add(MatchProgress, {name: {} for name in MatchObject}, using)


def _add(model: type[models.Model], delivered: Mapping[MatchObject, dict[str, str]], using: str) -> None:
    history = model.history.model  # type: ignore[attr-defined]
    present = set(model._default_manager.using(using).values_list("object", flat=True))
    new = [model(object=name, **given) for name, given in delivered.items() if name not in present]
    # The owner writes both: at this moment the app role may have no rights on the new tables.
    model._default_manager.using(using).bulk_create(new)
    names = [field.attname for field in model._meta.concrete_fields]
    history.objects.using(using).bulk_create(
        history(**{name: getattr(row, name) for name in names}, history_type="+", history_date=timezone.now())
        for row in new
    )


def _has_settings(apps: Apps) -> bool:
    """Whether the migrations that were run went as far as these tables."""
    try:
        apps.get_model("sync", "MatchProgress")
    except LookupError:
        return False
    return True
