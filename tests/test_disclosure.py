"""Nobody is told what their role may not see: every address, every role, every field, its history and its relatives."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from customer360.models import Account
from customer360.pages import Drawn
from customer360.visibility.groups import Access
from customer360.visibility.surfaces.admin import VisibleModelAdmin
from customer360.visibility.viewer import Viewer, visible_models
from tests.disclosure.walk import Address, addresses, raw_records, readable, tokens, walk
from tests.disclosure.world import ONLY_IN_HISTORY, World, make_world, may_view, user_of

ROLES = ("rep", "manager", "executive", "auditor", "administrator")

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Two customers' worlds in markers."""
    return make_world()


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


@pytest.mark.parametrize("role", ROLES)
def test_no_address_discloses_what_the_role_may_not_see(client: Client, world: World, role: str) -> None:
    """Walked as a superuser with that role: Django's permissions open every admin page and must open nothing on it."""
    found = walk(sign_in(client, role, world, is_staff=True, is_superuser=True), role, world)
    assert found == []


@pytest.mark.parametrize("role", ROLES)
def test_no_page_discloses_anything_to_an_ordinary_user(client: Client, world: World, role: str) -> None:
    found = walk(sign_in(client, role, world), role, world, pages="portal")
    assert found == []


def test_nobody_signed_in_is_told_nothing(client: Client, world: World) -> None:
    assert walk(client, "administrator", world) == []


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
