"""Two customers' worlds in which every value is a marker, and the table of what each role may see of them.

Text markers are runs of one Yi syllable, of which each field of each record has its own; numbers have seven digits of
their own; dates have a year of their own between 1601 and 1899. None occurs on a page by chance, whatever the format.
Flags and codes with choices cannot be marked.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone
from guardian.shortcuts import assign_perm

from customer360.models import LinkPattern, User, VisibleModel
from customer360.roles import ROLES
from customer360.visibility.groups import Access
from sync.matching.objects import OBJECTS
from sync.matching.wording import TEXTS
from sync.models import Bookmark, Match, RejectedRow, SyncRun
from sync.streams import STREAMS
from tests import factories

# A record that is marked removed or archived is not on its pages, so these are planted in history alone.
ONLY_IN_HISTORY = {"removed_at", "archived_at"}

# The addresses of runs stand on pages: a random one would look like a year now and then.
RUNS = (UUID("aaaaaaaa-aaaa-4aaa-aaaa-aaaaaaaaaaaa"), UUID("bbbbbbbb-bbbb-4bbb-bbbb-bbbbbbbbbbbb"))


@dataclass(frozen=True)
class Marker:
    """One planted value: of which record and field, and the token by which it is found in any rendering."""

    record: VisibleModel | None
    field: str
    token: str
    value: Any
    is_past: bool
    is_rejected: bool = False

    def __str__(self) -> str:
        model = type(self.record).__name__ if self.record else "RejectedRow"
        return f"{model}.{self.field}{self.where} as {self.token}"

    @property
    def where(self) -> str:
        """Where the value is, if not in the record itself."""
        return " (history)" if self.is_past else " (rejected row)" if self.is_rejected else ""


def _let_no_number_look_like_a_year() -> None:
    """Let the rows of the world be numbered from 2000 on: their numbers stand in links and beside check boxes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(nextval(named.sequence))
            FROM (SELECT format('%I.%I', schemaname, sequencename)::regclass AS sequence, last_value FROM pg_sequences)
                 AS named,
                 generate_series(COALESCE(last_value, 0), 2000)
            WHERE has_sequence_privilege(named.sequence, 'USAGE')
            """
        )


@dataclass
class World:
    """Two customers' worlds: what is `granted` to the manager, and what is not. Markers by token."""

    markers: dict[str, Marker] = field(default_factory=dict)
    granted: list[VisibleModel] = field(default_factory=list)
    others: list[VisibleModel] = field(default_factory=list)
    _syllables: Iterator[str] = field(default_factory=lambda: map(chr, range(0xA000, 0xA48D)))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7_310_317, 1_013))
    # A form shows the seconds that CC&B may take, 1800, which would look like a year.
    _years: Iterator[int] = field(default_factory=lambda: (year for year in range(1601, 1900) if year != 1800))

    @property
    def records(self) -> list[VisibleModel]:
        """Every record of both worlds."""
        return self.granted + self.others

    def of(self, model: type[models.Model]) -> list[Any]:
        """The records of a model."""
        return [record for record in self.records if type(record) is model]

    def plant(self, record: VisibleModel, is_past: bool) -> None:
        """Give every field that can hold one a marker, and save. What was planted before is history from then on."""
        for column in record._meta.concrete_fields:
            if column.is_relation or column.primary_key or (column.name in ONLY_IN_HISTORY and not is_past):
                continue
            if (made := self._value(column)) is not None:
                token, value = made
                setattr(record, column.name, value)
                self.markers[token] = Marker(record, column.name, token, value, is_past)
        for name in ONLY_IN_HISTORY - (ONLY_IN_HISTORY if is_past else set()):
            if hasattr(record, name):
                setattr(record, name, None)
        record.save()

    def forget(self, record: VisibleModel, *fields: str) -> None:
        """Drop the present markers of those fields of a record, which no longer holds them."""
        for token, marker in list(self.markers.items()):
            if marker.record is record and marker.field in fields and not marker.is_past:
                del self.markers[token]

    def key(self, digits: int = 10) -> str:
        """A key that is a marker; `plant_key` says whose."""
        return next(self._syllables) * digits

    def _value(self, column: models.Field) -> tuple[str, Any] | None:
        match column:
            case models.CharField() | models.TextField() if not column.choices:
                token = next(self._syllables)
                return token, token * min(column.max_length or 12, 12)
            case models.DecimalField():
                number = next(self._numbers)
                return str(number), Decimal(number) + Decimal("0.37")
            case models.IntegerField() if not column.choices:
                number = next(self._numbers)
                return str(number), number
            case models.DateTimeField():
                year = next(self._years)
                return str(year), datetime(year, 5, 17, 12, tzinfo=UTC)
            case models.DateField():
                year = next(self._years)
                return str(year), date(year, 5, 17)
        return None


def make_world() -> World:
    """Both worlds with all their markers, and rejected rows that hold customers' values."""
    _let_no_number_look_like_a_year()
    world = World()
    for records in (world.granted, world.others):
        customer = factories.make_customer(person_id=world.key())
        contact = factories.make_customer("Whitfield,Dana", person_id=world.key())
        account = factories.make_account(customer, account_id=world.key())
        factories.make_account_customer(account, contact)
        summary = factories.make_summary(account)
        premise = factories.make_premise(premise_id=world.key())
        agreement = factories.make_agreement(account, premise, service_agreement_id=world.key())
        point = factories.make_service_point(premise, service_point_id=world.key())
        link = factories.make_point_link(agreement, point, link_id=world.key())
        meter = factories.make_meter(point, installation_id=world.key(12))
        read = factories.make_meter_read(meter, installation_id=world.key(12))
        use, use_now = (factories.make_use(agreement) for _ in range(2))
        charge = factories.make_transaction(agreement, ft_id=world.key(12))
        bill, bill_now = (factories.make_bill(account, bill_id=world.key(12)) for _ in range(2))
        payment = factories.make_payment(account, payment_id=world.key(12))
        tender = factories.make_tender(payment, tender_id=world.key(12))
        event = factories.make_match_event(account, match_event_id=world.key(12))
        note = factories.make_note(account, note_id=world.key(), customer=customer, premise=premise)
        personal = factories.make_note(None, note_id=world.key(), customer=contact)
        alert, alert_now = (factories.make_alert(account) for _ in range(2))
        in_salesforce = factories.make_salesforce_account(account, salesforce_id=world.key(18))
        of_salesforce = factories.make_salesforce_customer(customer, salesforce_id=world.key(18))
        human = factories.make_contact(in_salesforce, salesforce_id=world.key(18))
        case = factories.make_case(in_salesforce, salesforce_id=world.key(18))
        call = factories.make_interaction(in_salesforce)
        mailing = factories.make_mailing()
        recipient = factories.make_mailing_recipient(mailing, human)
        enterprise = factories.make_node()
        division = factories.make_node(parent=enterprise)
        placement = factories.make_placement(account, division)
        records += [
            customer, contact, account, *account.customer_roles.all(), summary, premise, agreement, point, link,
            meter, read, use, use_now, charge,
            bill, bill_now, payment, tender, event, note, personal, alert, alert_now,
            in_salesforce, of_salesforce, human, case, call, mailing, recipient, enterprise, division, placement,
        ]  # fmt: skip
        for record in records:
            if isinstance(record.pk, str) and not record._meta.pk.is_relation:
                world.markers[record.pk[0]] = Marker(record, record._meta.pk.name, record.pk[0], record.pk, False)
            if hasattr(type(record), "history"):
                world.plant(record, is_past=True)
            world.plant(record, is_past=False)
        # The chart shows bills of these years, and the page alerts that hold today: planted dates are neither.
        type(bill_now).objects.filter(pk=bill_now.pk).update(bill_date=timezone.localdate())
        type(alert_now).objects.filter(pk=alert_now.pk).update(end_date=None)
        # So does the chart of use, of the agreement's unit and of what is whole.
        shown = {
            "end_date": timezone.localdate(), "start_date": timezone.localdate(), "unit": agreement.use_unit,
            "time_of_use": "-", "quantity_kind": "-",
        }  # fmt: skip
        type(use_now).objects.filter(pk=use_now.pk).update(**shown, is_estimated=True)
        for record in (bill_now, alert_now):
            world.forget(record, "bill_date", "end_date")
        # A payment leads to its tenders by their event.
        type(tender).objects.filter(pk=tender.pk).update(event_id=payment.event_id)
        world.forget(tender, "event_id")
        world.forget(use_now, *shown)
    for kind, placeholders in LinkPattern.PLACEHOLDERS.items():
        keys = "/".join(f"{{{name}}}" for name in placeholders)
        for path in {"{id}", keys}:
            LinkPattern.objects.create(kind=kind, title=path, url_pattern=f"https://ccb.example/{path}")
    _plant_matches(world)
    _plant_rejected_row(world)
    _plant_rejected_values(world)
    return world


def _plant_matches(world: World) -> None:
    """For each record of Salesforce a match that proposes what it is in its own world, and after that in the other.

    Everything speaks for it, and against it.
    """
    for matched in OBJECTS:
        for record in world.of(matched.model):
            own, other = (world.granted, world.others) if record in world.granted else (world.others, world.granted)
            key, further = (next(each.pk for each in side if type(each) is matched.target) for side in (own, other))
            Match.objects.create(
                object=matched.object, salesforce_id=record.pk, candidate=key, others=[further], findings=list(TEXTS),
                is_exact=record in world.others,
            )  # fmt: skip


def _plant_rejected_row(world: World) -> None:
    """A rejected row whose key and reason anyone who runs the sync may know, and whose values nobody may."""
    token = next(world._syllables)
    world.markers[token] = Marker(None, "raw", token, token * 8, False)
    run = SyncRun.objects.create(id=RUNS[0], stream="customers", mode=SyncRun.Mode.FULL, business_date=factories.TODAY)
    Bookmark.objects.create(stream="customers", last_run=run)
    RejectedRow.objects.create(
        stream="customers", record_key="3000000001", field="name", reason=RejectedRow.Reason.TOO_LONG,
        detail="The name is longer than 254 characters.", raw={"person_id": "3000000001", "name": token * 8},
        fingerprint=token * 8, first_run=run.pk, first_seen_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip


def _plant_rejected_values(world: World) -> None:
    """For a record of each stream in both worlds a rejected row with other values for it, as visible as its own are."""
    run = SyncRun.objects.create(
        id=RUNS[1], stream="ccb.customers", mode=SyncRun.Mode.FULL, business_date=factories.TODAY
    )
    for number, (stream, records) in enumerate(itertools.product(STREAMS, (world.granted, world.others))):
        if (record := next((record for record in records if type(record) is stream.model), None)) is None:
            continue
        raw = {}
        for column in (stream.model_field(line.ours) for line in stream.fields):
            is_key = column.primary_key or column.name in stream.key
            made = None if column.is_relation or is_key else world._value(column)
            token, value = made or (None, getattr(record, column.attname))
            raw[column.column] = None if value is None else str(value)
            if token:
                world.markers[token] = Marker(record, column.name, token, value, False, is_rejected=True)
        RejectedRow.objects.create(
            stream=stream.name, record_key=f"row {number}", reason=RejectedRow.Reason.NO_KEY, detail="It has no key.",
            raw=raw, fingerprint=str(number), first_run=run.pk, first_seen_at=datetime(2026, 11, 24, tzinfo=UTC),
        )  # fmt: skip


def may_view(role_name: str, world: World, marker: Marker) -> bool:
    """Whether the delivered role may see the value, by the delivered table alone and not by the Viewer under test."""
    role = next(role for role in ROLES if role.name == role_name)
    in_scope = "all" in role.scopes or ("granted" in role.scopes and marker.record in world.granted)
    if marker.record is None or not in_scope:
        return False
    groups = [group for group, names in marker.record.field_groups.items() if marker.field in names]
    return role.access.get(groups[0], Access.HIDDEN) >= Access.VIEW


def user_of(role: str, world: World, **values: Any) -> User:
    """A user of that role; a manager is granted the first world's customers."""
    user = factories.make_user(role=role, **values)
    if role == "manager":
        for record in world.granted:
            if record._meta.model_name == "customer":
                assign_perm("customer360.view_customer", user, record)
    return user
