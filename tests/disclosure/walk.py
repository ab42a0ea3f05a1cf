"""A walk over every address of the portal, admin included, as one role: what do the answers disclose?"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from customer360.models import Account, Customer, Premise, ServiceAgreement, User, VisibleModel
from customer360.visibility.viewer import VisibleRecord, visible_models
from sync.matching.objects import OBJECTS
from sync.models import SyncRun
from tests.disclosure.world import Marker, World, may_view

UNUSED = "꒎"
"""A syllable that marks nothing: a search for it finds nothing."""

# Pages that read no query string but, at most, where to go next; or a name that tells nothing of a customer.
ANSWERS_TO_NO_QUERY = {"home", "sign-in", "sign-out", "health", "sync", "sync-rejected", "sync-rejected-rows"}

# Pages of which the query string shows another part: every part is asked for.
PARTS = {
    "sync-rejected": ("?ignored=1", "?page=2", "?page=3"),
    "matches": tuple(
        f"?object={each.object}&{part}"
        for each in OBJECTS
        for part in ("", "kind=exact", "kind=doubtful", "kind=none", "state=linked", "state=ignored", "page=2")
    ),
    "account": (
        "?tab=bills", "?tab=payments", "?tab=transactions", "?tab=transactions&page=2", "?notes=all", "?notes=2",
        "?premises=all", "?ended=all", "?people=all", "?cases=all", "?activity=all", "?alerts=all", "?note=1",
    ),
    "customer": ("?tab=main", "?tab=others", "?page=2&served=2", "?notes=all"),
    "premise": ("?tab=ended", "?page=2", "?notes=all"),
    "service-agreement": ("?page=2",),
}  # fmt: skip


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

        Raises LookupError for a parameter that nobody has said the values of.
        """
        try:
            choices = [[(name, value) for value in values_of(name, self.model, world)] for name in self.parameters]
        except KeyError as parameter:
            raise LookupError(f"Say in values_of() which values {parameter} of {self.route} takes.") from parameter
        paths = [self._path(dict(chosen)) for chosen in itertools.product(*choices)]
        return [path + part for path in paths for part in ("", *PARTS.get(self.name, ()))]

    def _path(self, chosen: dict[str, Any]) -> str:
        if self.name and not self.name.endswith(":"):
            return reverse(self.name, kwargs=chosen or None)
        parameter = r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)\$?"
        return "/" + re.sub(parameter, lambda found: quote(str(chosen[found[1] or found[2]])), self.route)


def values_of(parameter: str, model: type[models.Model] | None, world: World) -> list[Any]:
    """The values to walk a URL parameter with. A parameter that is not here fails the walk: say here what it takes."""
    accounts = [account.pk for account in world.of(Account)]
    if parameter == "object_id" and model is not None:
        keys = [record.pk for record in world.of(model)]
        return keys or list(model._default_manager.values_list("pk", flat=True)[:1]) or ["1"]
    return {
        "account_id": accounts,
        "person_id": [customer.pk for customer in world.of(Customer)],
        "premise_id": [premise.pk for premise in world.of(Premise)],
        "service_agreement_id": [agreement.pk for agreement in world.of(ServiceAgreement)],
        "object_id": accounts,
        "content_type_id": [ContentType.objects.get_by_natural_key("customer360", "account").pk],
        "app_label": sorted({model._meta.app_label for model in admin.site._registry}),
        "id": [User.objects.values_list("pk", flat=True).first()],
        "url": ["nowhere/"],
        "run_id": list(SyncRun.objects.values_list("pk", flat=True)),
        "stream": ["ccb.customers", "customers"],
        "match_object": ["accounts", "customers", "contacts", "nothing"],
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


def probes(address: Address, hidden: Iterable[Marker], *, all_pairs: bool = False) -> Iterator[tuple[str, str, str]]:
    """Query strings that find a record by a hidden value, each with a twin that finds nothing, and the token."""
    asked: dict[type[models.Model], set[str]] = {}
    for marker in hidden:
        if marker.is_past or marker.record is None or marker.field in asked.setdefault(type(marker.record), set()):
            continue
        number = len(asked[type(marker.record)])
        asked[type(marker.record)].add(marker.field)
        for parameters in _selections(address, marker, None if all_pairs else number):
            name = list(parameters)[-1]
            twin = parameters | {name: _like(marker)}
            yield urlencode(parameters), urlencode(twin), marker.token


def _selections(address: Address, marker: Marker, number: int | None) -> Iterator[dict[str, str]]:
    """The ways in which the address might select by the marker; what is searched for comes last.

    `number` counts the fields of the marker's model. Autocompletion finds the records of a model on behalf of every
    relation to it: each field is asked for on behalf of one, the first on behalf of all; each on behalf of all without
    a number.
    """
    model, text = type(marker.record), str(marker.value)
    if address.name == "admin:autocomplete":
        relations = relations_to(model)
        for source, name in relations if not number else relations[number % max(len(relations), 1) :][:1]:
            names = {"app_label": source._meta.app_label, "model_name": source._meta.model_name or ""}
            yield names | {"field_name": name, "term": text}
    elif address.model is model:
        lookup = "exact" if marker.token.isascii() else "startswith"
        yield from ({"q": text}, {f"{marker.field}__{lookup}": text})
    elif address.name == "matches":
        # It searches the records of one object, by what either side of them might hold.
        yield from ({"object": str(each.object), "q": text} for each in OBJECTS if model in (each.model, each.target))
    elif not address.is_admin:
        yield {"q": text}


def relations_to(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """The relations of visible models to a model: the model that has it, and its name."""
    return [
        (source, column.name)
        for source in visible_models()
        for column in source._meta.concrete_fields
        if column.related_model is model
    ]


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
    return set(re.findall(r"[\uA000-\uA48C]|(?<!\d)\d{7}(?=\D|$)|(?<![0-9A-Za-z])1[678]\d\d(?![0-9A-Za-z])", text))


def without_form_token(body: str) -> str:
    """An answer without its form token: random letters and digits, in which a year may stand by chance."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)


def comparable(body: str, asked: str) -> str:
    """An answer without what differs by nature: the form token, and the echo of what was asked."""
    text = without_form_token(readable(body))
    return text.replace(asked, "(asked)").replace(asked.replace(" ", "+"), "(asked)")


def raw_records(value: Any, depth: int = 0, met: dict[int, tuple[int, Any]] | None = None) -> Iterator[VisibleModel]:
    """The bare records that a template could reach from a context value.

    `met` holds what was looked at already, and how deep it lay, by identity: the layers of a context share nearly
    everything, and what was met as near to the top leads to nothing new. Holding a value keeps its identity its own.
    """
    met = {} if met is None else met
    if depth >= met.get(id(value), (depth + 1,))[0]:
        return
    met[id(value)] = (depth, value)
    if isinstance(value, VisibleModel):
        yield value
    elif isinstance(value, VisibleRecord | HttpRequest | User | str) or depth > 6:
        return
    elif isinstance(value, dict):
        for part in value.values():
            yield from raw_records(part, depth + 1, met)
    elif isinstance(value, list | tuple | set | models.QuerySet):
        for part in value:
            yield from raw_records(part, depth + 1, met)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from raw_records(getattr(value, part.name), depth + 1, met)


def walk(
    client: Client, role: str, world: World, *, pages: str = "all", stop: bool = False, all_pairs: bool = False
) -> list[str]:
    """Ask every address as `role`, and return what was disclosed that the role may not see, in words.

    `pages` is "portal", "admin" or "all"; `stop` ends the walk at the first disclosure; `all_pairs` asks for every
    field on behalf of every relation (see `_selections`).
    """
    hidden = {token: marker for token, marker in world.markers.items() if not may_view(role, world, marker)}
    found: list[str] = []
    for address in addresses():
        if pages not in ("all", "admin" if address.is_admin else "portal"):
            continue
        for url in address.urls(world):
            found += [f"{url}: {what}" for what in _disclosed(client.get(url), url, hidden, address)]
            if address.selects and "?" not in url:
                found += _probe(client, url, address, hidden, all_pairs)
            if stop and found:
                return found
    return found


def _probe(client: Client, url: str, address: Address, hidden: dict[str, Marker], all_pairs: bool) -> Iterator[str]:
    """Ask one address by hidden values, and compare with the answers to values that no record has."""
    answers: dict[str, tuple[int, str]] = {}
    for query, twin, asked in probes(address, hidden.values(), all_pairs=all_pairs):
        response = client.get(f"{url}?{query}")
        for what in _disclosed(response, url + query, hidden, address):
            yield f"{url}?{unquote(query)}: {what}"
        if twin not in answers:
            answers[twin] = _plain(client.get(f"{url}?{twin}"), twin)
        if _plain(response, query) != answers[twin]:
            yield f"{url}?{unquote(query)}: the answer tells that there is {hidden[asked]}"


def _plain(response: Any, query: str) -> tuple[int, str]:
    asked = parse_qsl(query)[-1][1]
    return response.status_code, comparable(response.content.decode(), asked)


def _disclosed(response: Any, asked: str, hidden: dict[str, Marker], address: Address) -> Iterator[str]:
    """The hidden markers in an answer, but for an echo of the question; and bare records in the context of a page."""
    headers = (f"{name}: {value}" for name, value in response.items())
    text = readable("\n".join([*headers, without_form_token(response.content.decode())]))
    for token in sorted(tokens(text) & hidden.keys() - tokens(readable(asked))):
        yield str(hidden[token])
    if not address.is_admin and response.context is not None:
        met: dict[int, tuple[int, Any]] = {}
        for layer in response.context:
            for record in raw_records(layer.flatten() if hasattr(layer, "flatten") else layer, met=met):
                yield f"the template could read a bare {type(record).__name__}"
