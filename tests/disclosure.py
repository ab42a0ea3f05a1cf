"""A world in which every value is a marker, the table of what each role may see of it, and a walk over every address.

Text markers are runs of one Yi syllable, of which each field of each record has its own; numbers have seven digits of
their own; dates have a year of their own between 1601 and 1899. None occurs on a page by chance, whatever the format.
Flags and codes with choices cannot be marked.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlencode

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from guardian.shortcuts import assign_perm

from customer360.models import User, VisibleModel
from customer360.roles import ROLES
from customer360.visibility.groups import Access
from customer360.visibility.viewer import VisibleRecord
from sync.models import Bookmark, RejectedRow, SyncRun
from tests import factories

UNUSED = "꒎"
"""A syllable that marks nothing: a search for it finds nothing."""

# A record that is marked removed or archived is not on its pages, so these are planted in history alone.
ONLY_IN_HISTORY = {"removed_at", "archived_at"}


# Pages that read no query string but, at most, where to go next.
ANSWERS_TO_NO_QUERY = {"home", "sign-in", "sign-out", "health"}


@dataclass(frozen=True)
class Marker:
    """One planted value: of which record and field, and the token by which it is found in any rendering."""

    record: VisibleModel | None
    field: str
    token: str
    value: Any
    is_past: bool

    def __str__(self) -> str:
        model = type(self.record).__name__ if self.record else "RejectedRow"
        return f"{model}.{self.field}{' (history)' if self.is_past else ''} as {self.token}"


@dataclass
class World:
    """Two customers' worlds: what is `granted` to the manager, and what is not. Markers by token."""

    markers: dict[str, Marker] = field(default_factory=dict)
    granted: list[VisibleModel] = field(default_factory=list)
    others: list[VisibleModel] = field(default_factory=list)
    _syllables: Iterator[str] = field(default_factory=lambda: map(chr, range(0xA000, 0xA48D)))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7_310_317, 1_013))
    _years: Iterator[int] = field(default_factory=lambda: iter(range(1601, 1900)))

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
    world = World()
    for records in (world.granted, world.others):
        customer = factories.make_customer(person_id=world.key())
        contact = factories.make_customer("Whitfield,Dana", person_id=world.key())
        account = factories.make_account(customer, account_id=world.key())
        contact_role = factories.make_account_customer(account, contact)
        summary = factories.make_summary(account)
        premise = factories.make_premise(premise_id=world.key())
        agreement = factories.make_agreement(account, premise, service_agreement_id=world.key())
        bill = factories.make_transaction(agreement, ft_id=world.key(12))
        records += [customer, contact, account, contact_role, account.customer_roles.get(is_main=True), summary, premise]
        records += [agreement, bill]
        for record in records:
            if isinstance(record.pk, str) and not record._meta.pk.is_relation:
                world.markers[record.pk[0]] = Marker(record, record._meta.pk.name, record.pk[0], record.pk, False)
            if hasattr(type(record), "history"):
                world.plant(record, is_past=True)
            world.plant(record, is_past=False)
    _plant_rejected_row(world)
    return world


def _plant_rejected_row(world: World) -> None:
    """A rejected row whose key and reason anyone who runs the sync may know, and whose values nobody may."""
    token = next(world._syllables)
    world.markers[token] = Marker(None, "raw", token, token * 8, False)
    run = SyncRun.objects.create(stream="customers", mode=SyncRun.Mode.FULL, business_date=factories.TODAY)
    Bookmark.objects.create(stream="customers", last_run=run)
    RejectedRow.objects.create(
        stream="customers", record_key="3000000001", field="name", reason=RejectedRow.Reason.TOO_LONG,
        detail="The name is longer than 254 characters.", raw={"person_id": "3000000001", "name": token * 8},
        fingerprint=token * 8, first_run=run.pk, first_seen_at=datetime(2026, 11, 24, tzinfo=UTC),
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


@dataclass(frozen=True)
class Address:
    """One URL pattern: its route from the root, and its name with namespaces where it has one."""

    route: str
    name: str
    parameters: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        """Whether it belongs to Django admin."""
        return self.route.startswith("admin/")

    @property
    def model(self) -> type[models.Model] | None:
        """The model an admin page is about."""
        for model in admin.site._registry:
            if self.route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
                return model
        return None

    @property
    def selects(self) -> bool:
        """Whether the page may answer to a search or a filter. A new page without parameters is taken to do so."""
        if self.is_admin:
            return self.name.endswith(("_changelist", ":autocomplete"))
        return not self.parameters and self.name not in ANSWERS_TO_NO_QUERY

    def urls(self, world: World) -> list[str]:
        """The paths to ask for, with every value that each parameter can take in this world.

        Raises KeyError for a parameter that nobody has said the values of.
        """
        choices = [[(name, value) for value in values_of(name, self.model, world)] for name in self.parameters]
        return [self._path(dict(chosen)) for chosen in itertools.product(*choices)]

    def _path(self, chosen: dict[str, Any]) -> str:
        if self.name and not self.name.endswith(":"):
            return reverse(self.name, kwargs=chosen or None)
        path = re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)\$?", lambda m: quote(str(chosen[m[1] or m[2]])), self.route)
        return f"/{path}"


def values_of(parameter: str, model: type[models.Model] | None, world: World) -> list[Any]:
    """The values to walk a URL parameter with. A parameter that is not here fails the walk: say here what it takes."""
    accounts = [record.pk for record in world.records if record._meta.model_name == "account"]
    if parameter == "object_id" and model is not None:
        keys = [record.pk for record in world.of(model)]
        return keys or list(model._default_manager.values_list("pk", flat=True)[:1]) or ["1"]
    return {
        "account_id": accounts,
        "object_id": accounts,
        "content_type_id": [ContentType.objects.get_by_natural_key("customer360", "account").pk],
        "app_label": sorted({model._meta.app_label for model in admin.site._registry}),
        "id": [User.objects.values_list("pk", flat=True).first()],
        "url": ["nowhere/"],
    }[parameter]


def addresses(resolver: URLResolver | None = None, route: str = "", names: str = "") -> Iterator[Address]:
    """Every URL pattern of the portal, admin included."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here, names + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            parameters = re.findall(r"<(?:\w+:)?(\w+)>", here.replace("?P<", "<"))
            yield Address(here, names + (pattern.name or ""), tuple(parameters))


def probes(address: Address, hidden: Iterable[Marker]) -> Iterator[tuple[str, str, str]]:
    """Query strings that would find a record by a hidden value, each with its twin that can find nothing, and the token."""
    asked: set[tuple[type[models.Model], str]] = set()
    for marker in hidden:
        if marker.is_past or marker.record is None or (type(marker.record), marker.field) in asked:
            continue
        asked.add((type(marker.record), marker.field))
        text, nothing = str(marker.value), _like(marker)
        mine = address.model is type(marker.record)
        if mine or not address.is_admin:
            yield urlencode({"q": text}), urlencode({"q": nothing}), marker.token
        if mine:
            for lookup in ("", "__gte"):
                name = f"{marker.field}{lookup}"
                yield urlencode({name: text}), urlencode({name: nothing}), marker.token


def _like(marker: Marker) -> str:
    """A value of the marker's kind that no record has."""
    if marker.token.isascii():
        return str(marker.value).replace(marker.token, "9" * len(marker.token))
    return UNUSED * len(marker.value)


def readable(body: str) -> str:
    """The text of an answer with every escape undone, and digits ungrouped."""
    plain = unescape(unquote(body))
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), plain)
    return re.sub(r"(?<=\d),(?=\d{3})", "", plain)


def tokens(text: str) -> set[str]:
    """Every syllable, seven-digit number and year of the markers' kind in a text."""
    return set(re.findall(r"[\uA000-\uA48C]|(?<!\d)\d{7}(?=\D|$)|(?<!\d)1[678]\d\d(?!\d)", text))


def comparable(body: str, asked: str) -> str:
    """An answer without what differs by nature: the form token, and the echo of what was asked."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", readable(body))
    return text.replace(asked, "(asked)").replace(asked[:1] * 12, "(asked)")


def raw_records(value: Any, depth: int = 0) -> Iterator[VisibleModel]:
    """The bare records that a template could reach from a context value."""
    if isinstance(value, VisibleModel):
        yield value
    elif isinstance(value, VisibleRecord | HttpRequest | User | str) or depth > 6:
        return
    elif isinstance(value, dict):
        for part in value.values():
            yield from raw_records(part, depth + 1)
    elif isinstance(value, list | tuple | set | models.QuerySet):
        for part in value:
            yield from raw_records(part, depth + 1)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from raw_records(getattr(value, part.name), depth + 1)


def walk(client: Client, role: str, world: World, *, pages: str = "all", stop: bool = False) -> list[str]:
    """Ask every address as `role`, and return what was disclosed that the role may not see, in words.

    `pages` is "portal", "admin" or "all"; `stop` ends the walk at the first disclosure.
    """
    hidden = {token: marker for token, marker in world.markers.items() if not may_view(role, world, marker)}
    found: list[str] = []
    for address in addresses():
        if pages not in ("all", "admin" if address.is_admin else "portal"):
            continue
        for url in address.urls(world):
            found += [f"{url}: {what}" for what in _disclosed(client.get(url), url, hidden, address)]
            if address.selects:
                found += _probe(client, url, address, hidden)
            if stop and found:
                return found
    return found


def _probe(client: Client, url: str, address: Address, hidden: dict[str, Marker]) -> Iterator[str]:
    """Ask one address by hidden values, and compare with the answers to values that no record has."""
    answers: dict[str, tuple[int, str]] = {}
    for query, twin, asked in probes(address, hidden.values()):
        response = client.get(f"{url}?{query}")
        for what in _disclosed(response, url + query, hidden, address):
            yield f"{url}?{unquote(query)}: {what}"
        if twin not in answers:
            answers[twin] = _plain(client.get(f"{url}?{twin}"), twin)
        if _plain(response, query) != answers[twin]:
            yield f"{url}?{unquote(query)}: the answer tells that there is {hidden[asked]}"


def _plain(response: Any, query: str) -> tuple[int, str]:
    asked = unquote(query.partition("=")[2])
    return response.status_code, comparable(response.content.decode(), asked)


def _disclosed(response: Any, asked: str, hidden: dict[str, Marker], address: Address) -> Iterator[str]:
    """The hidden markers in an answer, but for an echo of the question; and bare records in the context of a page."""
    text = readable("\n".join([*(f"{name}: {value}" for name, value in response.items()), response.content.decode()]))
    for token in sorted(tokens(text) & hidden.keys() - tokens(readable(asked))):
        yield str(hidden[token])
    if not address.is_admin and response.context is not None:
        for layer in response.context:
            for record in raw_records(layer.flatten() if hasattr(layer, "flatten") else layer):
                yield f"the template could read a bare {type(record).__name__}"
