"""What every mirrored model has: a mark for records gone from their source, field groups, and history."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from simple_history.models import HistoricalRecords

from customer360.changes import Origin, current_change
from customer360.visibility.groups import FieldGroup


def current_origin() -> str:
    """The system that is changing data now, as a history row's default."""
    return current_change().origin


def current_run_id() -> UUID | None:
    """The run that is changing data now, as a history row's default."""
    return current_change().run_id


class ChangeStamp(models.Model):
    """The columns that every history row has beside simple-history's own.

    They are stamped by their defaults, which holds for single saves and for simple-history's bulk helpers alike.
    """

    origin = models.CharField(max_length=10, choices=Origin, default=current_origin)
    run_id = models.UUIDField(null=True, blank=True, default=current_run_id)

    class Meta:
        abstract = True


class History(HistoricalRecords):
    """simple-history's records with the indexes that are read, and no more: a load writes as many rows here as there.

    One serves the history of a record, one the changes a person made (a sync run makes most, and is no person), one
    what changed lately.
    """

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        """The model's fields, none of them indexed for itself."""
        fields = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False
        return fields

    def get_extra_fields(self, model: type[models.Model], fields: dict[str, models.Field]) -> dict[str, Any]:
        """simple-history's own fields, the user's not indexed for itself."""
        extra = super().get_extra_fields(model, fields)
        extra["history_user"].db_index = False
        return extra

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """simple-history's options with our indexes."""
        by_a_person = models.Q(history_user__isnull=False)
        name = model._meta.model_name
        return super().get_meta_options(model) | {
            "indexes": (
                models.Index(fields=(model._meta.pk.name, "history_date"), name=f"{name}_history"),
                models.Index(fields=("history_user", "history_date"), condition=by_a_person, name=f"{name}_by_user"),
                BrinIndex(fields=("history_date",), name=f"{name}_lately"),
            )
        }


def tracked() -> HistoricalRecords:
    """History for one model. Its user reference has no constraint: users are deactivated, never deleted.

    Lines are numbered in 64 bits: a large utility's history grows past two thousand million of them.
    """
    return History(bases=[ChangeStamp], user_db_constraint=False, history_id_field=models.BigAutoField())


class KeyField(models.CharField):
    """A key that another system gave, kept as its text and compared byte by byte (collation `C`).

    One index then finds keys whole and by how they begin. Django adds a second one for beginnings to every `varchar`,
    at a cost to each row written; the type spelled out in full goes without.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"db_collation": "C"})

    def db_type(self, connection: Any) -> str:
        """`character varying(n)`."""
        return f"character varying({self.max_length})"


class VisibleModel(models.Model):
    """A model whose fields are shown by field group. A field in no group is hidden from everybody.

    `field_groups` puts every concrete field into exactly one group. `derived_fields` names the properties a page may
    show and the fields each is made of: a property is as visible as the least visible of its parts.
    `account_path` is the lookup from this model to Account (an empty text for Account itself), by which rows in scope
    are found; a model that has none cannot be read through a Viewer. Several lookups are tried in their order, and the
    first that is not empty decides: a row that names an account is never reached around it. All but the last are
    references that the row itself holds.
    `account_ties` says for a path what must hold of the rows on it, such as that the tie is not gone from its source.
    `account_column` is the database column that holds the account's id, for models that summaries are made of.
    """

    field_groups: ClassVar[dict[FieldGroup, tuple[str, ...]]] = {}
    derived_fields: ClassVar[dict[str, tuple[str, ...]]] = {}
    account_path: ClassVar[str | tuple[str, ...] | None] = None
    account_ties: ClassVar[Mapping[str, models.Q]] = {}
    account_column: ClassVar[str | None] = None

    class Meta:
        abstract = True

    def __repr__(self) -> str:
        """The model and the key alone: a traceback or a log line never holds a customer's data."""
        return f"<{type(self).__name__} {self.pk}>"

    def __str__(self) -> str:
        """The key alone, for the same reason."""
        return str(self.pk)


class MirroredModel(VisibleModel):
    """A record of another system. A record gone from its source is marked, never deleted.

    A reference says `db_index=False`, and the model's Meta declares the one index that following it needs.
    """

    removed_at = models.DateTimeField(
        "removed", null=True, blank=True, help_text="When the record was found to be gone from its source system."
    )

    class Meta:
        abstract = True


class MirroredAddress(models.Model):
    """A postal address as CC&B keeps it: four lines, city, county, state, postal code, country."""

    address1 = models.CharField(
        "address", max_length=254, blank=True, null=True, help_text="First line of the address."
    )
    address2 = models.CharField("address line 2", max_length=254, blank=True, null=True, help_text="Second line.")
    address3 = models.CharField("address line 3", max_length=254, blank=True, null=True, help_text="Third line.")
    address4 = models.CharField("address line 4", max_length=254, blank=True, null=True, help_text="Fourth line.")
    city = models.CharField(max_length=90, blank=True, null=True, help_text="City.")
    county = models.CharField(max_length=90, blank=True, null=True, help_text="County.")
    state = models.CharField(max_length=6, blank=True, null=True, help_text="State or province.")
    postal_code = models.CharField(max_length=12, blank=True, null=True, help_text="ZIP or postal code.")
    country = models.CharField(max_length=3, blank=True, null=True, help_text="Country code.")

    ADDRESS_FIELDS: ClassVar[tuple[str, ...]] = (
        "address1", "address2", "address3", "address4", "city", "county", "state", "postal_code", "country",
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def street(self) -> str:
        """The address lines that hold something, in one line."""
        return ", ".join(line for line in (self.address1, self.address2, self.address3, self.address4) if line)

    @property
    def town(self) -> str:
        """City, state and postal code in one line."""
        return " ".join(part for part in (self.city, self.state, self.postal_code) if part)

    @property
    def address(self) -> str:
        """The whole address in one line, as an envelope would have it."""
        return ", ".join(part for part in (self.street, self.town) if part)


class SalesforceAddress(models.Model):
    """A postal address as Salesforce keeps it: one text for the street, words for state and country."""

    street = models.CharField(max_length=255, null=True, blank=True, help_text="Street, with line breaks.")
    city = models.CharField(max_length=90, null=True, blank=True, help_text="City.")
    state = models.CharField(max_length=80, null=True, blank=True, help_text="State or province.")
    postal_code = models.CharField(max_length=20, null=True, blank=True, help_text="ZIP or postal code.")
    country = models.CharField(max_length=80, null=True, blank=True, help_text="Country.")

    ADDRESS_FIELDS: ClassVar[tuple[str, ...]] = ("street", "city", "state", "postal_code", "country")

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """The whole address in one line."""
        street = " ".join((self.street or "").split())
        town = " ".join(part for part in (self.city, self.state, self.postal_code) if part)
        return ", ".join(part for part in (street, town) if part)
