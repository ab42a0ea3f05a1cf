"""Nobody is told what their role may not see: every address, every role, every field, its history and its relatives."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from customer360.models import Account
from customer360.pages import Drawn
from customer360.visibility.groups import Access
from customer360.visibility.surfaces.admin import VisibleModelAdmin
from customer360.visibility.viewer import Viewer, visible_models
from tests.disclosure.walk import Address, addresses, probes, raw_records, readable, relations_to, tokens, walk
from tests.disclosure.world import ONLY_IN_HISTORY, World, make_world, may_view, user_of

ROLES = ("rep", "manager", "executive", "auditor", "administrator")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(keep_rows: Callable[[], AbstractContextManager[None]]) -> Iterator[World]:
    """Two customers' worlds in markers, which no test changes."""
    with keep_rows():
        yield make_world()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are the point here; their log lines would be most of the time."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def sign_in(client: Client, role: str, world: World, **values: Any) -> Client:
    """The client as a new user of the role."""
    client.force_login(user_of(role, world, **values), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("pages", ["admin", "portal"])
@pytest.mark.parametrize("role", ROLES)
def test_no_address_discloses_what_the_role_may_not_see(client: Client, world: World, role: str, pages: str) -> None:
    """Walked as a superuser with that role: Django's permissions open every admin page and must open nothing on it."""
    found = walk(sign_in(client, role, world, is_staff=True, is_superuser=True), role, world, pages=pages)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_relation_discloses_any_field_that_the_role_may_not_see(client: Client, world: World, role: str) -> None:
    """Every field on behalf of every relation, where the walk above asks for each field on behalf of one."""
    signed_in = sign_in(client, role, world, is_staff=True, is_superuser=True)
    assert walk(signed_in, role, world, pages="admin", all_pairs=True) == []


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=[] if role == "rep" else [pytest.mark.slow]) for role in ROLES]
)
def test_no_page_discloses_anything_to_an_ordinary_user(client: Client, world: World, role: str) -> None:
    found = walk(sign_in(client, role, world), role, world, pages="portal")
    assert found == []


def test_nobody_signed_in_is_told_nothing(client: Client, world: World) -> None:
    assert walk(client, "administrator", world) == []


@pytest.mark.parametrize("role", ROLES)
def test_autocompletion_is_asked_for_every_hidden_field_and_on_behalf_of_every_relation(
    world: World, role: str
) -> None:
    """Otherwise the walk, which asks for no field on behalf of all relations but the first, would leave one out."""
    (address,) = (address for address in addresses() if address.name == "admin:autocomplete")
    hidden = [marker for marker in world.markers.values() if not may_view(role, world, marker)]
    asked = [(parse_qs(query), token) for query, _, token in probes(address, hidden)]
    reached = {(query["app_label"][0], query["model_name"][0], query["field_name"][0]) for query, _ in asked}
    found = {(type(world.markers[token].record), world.markers[token].field) for _, token in asked}
    present = {(type(each.record), each.field) for each in hidden if each.record and not each.is_past}
    relations = {model: relations_to(model) for model, _ in present}
    assert found == {(model, field) for model, field in present if relations[model]}
    assert reached == {
        (source._meta.app_label, source._meta.model_name, name) for held in relations.values() for source, name in held
    }


def test_every_visible_model_is_in_the_world_with_every_group_of_fields(world: World) -> None:
    """A model or a field added later fails here until the world holds it, so that the walk cannot miss it."""
    planted = {(type(marker.record), marker.field) for marker in world.markers.values()}
    # What leads to no account, as a fiscal year, is about no customer and cannot be read through a Viewer at all.
    for model in (model for model in visible_models() if model.account_path is not None):
        assert world.of(model), f"make_world() has no {model.__name__}"
        unmarked = {
            column.name
            for column in model._meta.concrete_fields
            if not column.is_relation and not column.choices and (model, column.name) not in planted
        }
        kinds = {column.name: column.get_internal_type() for column in model._meta.concrete_fields}
        unmarkable = {name for name, kind in kinds.items() if kind in ("BooleanField", "BigAutoField")}
        assert unmarked <= unmarkable | ONLY_IN_HISTORY


@pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
def test_the_walk_reaches_everything_that_the_role_may_see(client: Client, world: World, role: str) -> None:
    """Otherwise finding nothing would prove nothing."""
    sign_in(client, role, world, is_staff=True, is_superuser=True)
    wanted = {token for token, marker in world.markers.items() if may_view(role, world, marker)}
    told: set[str] = set()
    for address in addresses():
        tells_all = address.name.endswith(("_change", "_history")) or address.name == "sync-rejected"
        for url in address.urls(world) if tells_all else ():
            told |= tokens(readable(client.get(url).content.decode()))
    missing = [str(world.markers[token]) for token in sorted(wanted - told)]
    assert missing == [] and len(wanted) > 100


def test_the_account_page_tells_the_rep_the_balance_and_not_the_credit_review(client: Client, world: World) -> None:
    account = world.of(Account)[0]
    body = readable(sign_in(client, "rep", world).get(f"/accounts/{account.pk}").content.decode())
    told = tokens(body)
    assert str(int(account.summary.balance)) in told
    assert str(account.credit_review_date.year) not in told


def test_a_record_out_of_scope_is_not_found(client: Client, world: World) -> None:
    granted, other = world.of(Account)
    sign_in(client, "manager", world, is_staff=True, is_superuser=True)
    for page in ("/accounts/{}", "/admin/customer360/account/{}/change/", "/admin/customer360/account/{}/history/"):
        assert client.get(page.format(granted.pk)).status_code == 200
        assert client.get(page.format(other.pk)).status_code == 404


def test_the_walk_finds_a_bare_record_however_deep_it_lies(world: World) -> None:
    account = world.of(Account)[0]
    seen = Viewer(user_of("rep", world)).see(account)
    assert list(raw_records({"panels": [Drawn(panel=None, rows={"rows": (account,)})]})) == [account]  # type: ignore[arg-type]
    assert list(raw_records({"panels": [Drawn(panel=None, rows=[seen])]})) == []  # type: ignore[arg-type]


def test_an_address_whose_parameter_nobody_knows_fails_the_walk(world: World) -> None:
    with pytest.raises(LookupError, match="shoe_size"):
        Address("shoes/<int:shoe_size>", "shoe", ("shoe_size",)).urls(world)


def grant_every_field(self: Viewer, model: type) -> dict[str, Access]:
    """What a broken Viewer would say."""
    names = [name for group in model.field_groups.values() for name in group]
    return dict.fromkeys([*names, *model.derived_fields], Access.VIEW)


@pytest.fixture(params=["fields", "rows", "rules"])
def sabotage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A weakened Viewer, and the role to which it discloses something."""
    match request.param:
        case "fields":
            monkeypatch.setattr(Viewer, "access", grant_every_field)
            yield "executive"
        case "rows":
            monkeypatch.setattr(Viewer, "records", lambda self, queryset: queryset)
            yield "manager"
        case "rules":
            monkeypatch.setattr(Viewer, "_grade", lambda self, model, group, name: Access.VIEW)
            yield "rep"


@pytest.mark.parametrize("pages", ["portal", "admin"])
def test_the_walk_finds_a_weakened_viewer(client: Client, world: World, sabotage: str, pages: str) -> None:
    sign_in(client, sabotage, world, is_staff=pages == "admin", is_superuser=pages == "admin")
    assert walk(client, sabotage, world, pages=pages, stop=True)


def test_the_walk_finds_a_filter_that_answers_by_a_hidden_field(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock admin selects by any field of the model: nothing hidden is printed, yet the number of rows tells."""
    monkeypatch.setattr(VisibleModelAdmin, "lookup_allowed", lambda self, lookup, value, request: True)
    sign_in(client, "executive", world, is_staff=True, is_superuser=True)
    found = walk(client, "executive", world, pages="admin", stop=True)
    assert any("the answer tells" in line for line in found)
