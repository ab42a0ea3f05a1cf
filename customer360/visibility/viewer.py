"""The Viewer: the one place that knows what a person may see, for the length of one request."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ObjectDoesNotExist
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, JSONObject
from django.utils.text import capfirst

from customer360.models import Account, RowRule, User, VisibilityRule, VisibleModel
from customer360.visibility import scopes
from customer360.visibility.groups import Access, FieldGroup

MASK = "••••••"
"""What a masked value looks like, whatever its length."""

M = TypeVar("M", bound=Model)


class Viewer:
    """One person's rights. Roles and rules are read once, in one question to the database."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._access: dict[type[VisibleModel], dict[str, Access]] = {}

    @cached_property
    def _roles(self) -> list[Any]:
        """The person's roles; each with what it holds: visibility rules, row scopes and permissions."""
        rules = VisibilityRule.objects.filter(role=OuterRef("pk")).values_list(
            JSONObject(**{name: name for name in ("id", "group", "access", "model", "field")})
        )
        scopes_held = RowRule.objects.filter(role=OuterRef("pk")).values_list("scope")
        permissions = Permission.objects.filter(group=OuterRef("pk")).values_list(
            Concat("content_type__app_label", Value("."), "codename")
        )
        roles = Group.objects.filter(user=self.user).order_by("name")
        return list(
            roles.annotate(
                rules_held=ArraySubquery(rules),
                scopes_held=ArraySubquery(scopes_held),
                permissions_held=ArraySubquery(permissions),
            )
        )

    @cached_property
    def _rules(self) -> list[VisibilityRule]:
        if not self.user.is_active:
            return []
        return [VisibilityRule(role=role, **rule) for role in self._roles for rule in role.rules_held]

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the roles in force."""
        return tuple(role.name for role in self._roles)

    def holds(self, permission: str) -> bool:
        """Whether a role of this person holds the permission, such as `sync.steward`; a superuser holds every one.

        A permission opens a page, and what stands on it is still a matter of roles. Costs no question of its own, so
        that navigation may ask on every page; permissions given to a person directly do not count.
        """
        held = self.user.is_superuser or any(permission in role.permissions_held for role in self._roles)
        return self.user.is_active and held

    def access(self, model: type[VisibleModel]) -> dict[str, Access]:
        """The grade of access to every field and derived field of a model. A name that is not in it is hidden."""
        if model not in self._access:
            grades = {
                name: self._grade(model, group, name) for group, names in model.field_groups.items() for name in names
            }
            for name, parts in model.derived_fields.items():
                grades[name] = min(grades.get(part, Access.HIDDEN) for part in parts)
            self._access[model] = grades
        return self._access[model]

    def _grade(self, model: type[VisibleModel], group: str, field: str) -> Access:
        """Most specific rule within a role, highest access across roles."""
        decided: dict[int, tuple[int, Access]] = {}
        for rule in self._rules:
            if (rank := _rank(rule, model, group, field)) > decided.get(rule.role_id, (0, Access.HIDDEN))[0]:
                decided[rule.role_id] = rank, Access(rule.access)
        return max((access for _, access in decided.values()), default=Access.HIDDEN)

    def fields(self, model: type[VisibleModel], at_least: Access = Access.VIEW) -> tuple[str, ...]:
        """The names this person has at least that access to. Selecting by a field discloses it: ask for VIEW."""
        return tuple(name for name, access in self.access(model).items() if access >= at_least)

    def may(self, model: type[VisibleModel], *names: str, at_least: Access = Access.VIEW) -> bool:
        """Whether this person has at least that access to every one of the fields."""
        grades = self.access(model)
        return all(grades.get(name, Access.HIDDEN) >= at_least for name in names)

    def key_access(self, model: type[VisibleModel], name: str) -> Access:
        """The access to the bare value of a key. A foreign key's value is the other record's key, so it needs both."""
        access = self.access(model).get(name, Access.HIDDEN)
        related = model._meta.get_field(name).related_model
        if isinstance(related, type) and issubclass(related, VisibleModel):
            access = min(access, self.key_access(related, related._meta.pk.name))
        return access

    @cached_property
    def _account_conditions(self) -> list[Q] | None:
        """The conditions of all scopes; None means every row, an empty list means none."""
        if not self.user.is_active:
            return []
        conditions: list[Q] = []
        for name in sorted({scope for role in self._roles for scope in role.scopes_held}):
            if (scope := scopes.scope(name)) is None:
                continue
            condition = scope(self.user)
            if condition is None:
                return None
            conditions.append(condition)
        return conditions

    def records(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """The rows of the queryset that belong to an account in this person's scope.

        Raises ImproperlyConfigured for a model that does not say how its rows lead to an account.
        """
        path = getattr(queryset.model, "account_path", None)
        if path is None:
            raise ImproperlyConfigured(f"{queryset.model.__name__} has no account_path, so its rows are in no scope.")
        if (conditions := self._account_conditions) is None:
            return queryset
        if not conditions:
            return queryset.none()
        either = conditions[0]
        for condition in conditions[1:]:
            either |= condition
        accounts = Account.objects.filter(either)
        if not path:
            return queryset.filter(pk__in=accounts.values("pk"))
        return queryset.filter(_leads_to(queryset.model, (path,) if isinstance(path, str) else path, accounts))

    def see(self, record: VisibleModel, *, counted: Iterable[str] = ()) -> "VisibleRecord":
        """The record as this person may see it; `counted` names numbers that were annotated for this very viewer."""
        return VisibleRecord(record, self, {name: getattr(record, name) for name in counted})

    def see_all(self, records: Iterable[VisibleModel]) -> "list[VisibleRecord]":
        """The records as this person may see them."""
        return [self.see(record) for record in records]

    def explain(self, model: type[VisibleModel], field: str) -> str:
        """Why this person has the access they have to a field, in one sentence."""
        access = self.access(model).get(field, Access.HIDDEN).label.lower()
        groups = [group for group, names in model.field_groups.items() if field in names]
        if field in model.derived_fields:
            return f"{access}: {field} is as visible as the least visible of {', '.join(model.derived_fields[field])}"
        if not groups:
            return f"hidden: {model.__name__}.{field} is in no field group"
        named = [str(rule) for rule in self._rules if _rank(rule, model, groups[0], field)]
        if not named:
            return (
                f"hidden: no role of {self.user} ({', '.join(self.roles) or 'none'}) has a rule for {groups[0].value}"
            )
        return f"{access}: {'; '.join(named)}"


def _leads_to(model: type[Model], paths: tuple[str, ...], accounts: QuerySet[Account]) -> Q:
    """That the first of a row's paths that is not empty leads to one of the accounts."""
    ties: Mapping[str, Q] = getattr(model, "account_ties", {})
    reached, no_earlier_path = Q(), Q()
    for path in paths:
        linked = model._default_manager.filter(ties.get(path, Q()), pk=OuterRef("pk"), **{f"{path}__in": accounts})
        reached |= no_earlier_path & Q(Exists(linked))
        no_earlier_path &= Q(**{f"{path}__isnull": True})
    return reached


def _rank(rule: VisibilityRule, model: type[VisibleModel], group: str, field: str) -> int:
    """How closely a rule fits a field: 0 not at all, 1 its group, 2 its model, 3 the field itself."""
    if rule.model:
        if rule.model != model._meta.label:
            return 0
        if rule.field:
            return 3 if rule.field == field else 0
    return (2 if rule.model else 1) if rule.group == group else 0


class VisibleRecord:
    """A record as one person may see it: the only form in which mirrored data reaches a page, a file or an answer.

    A hidden field is an AttributeError, which a template renders as nothing; a masked one is a fixed mask; a related
    record comes wrapped. `get_<field>_display` is as visible as the field. `counted` holds numbers of what hangs on the
    record, each counted of what the viewer may see.
    """

    __slots__ = ("__record", "__viewer", "counted")

    def __init__(self, record: VisibleModel, viewer: Viewer, counted: Mapping[str, int] | None = None) -> None:
        self.__record = record
        self.__viewer = viewer
        self.counted = counted or {}

    def __getattr__(self, name: str) -> Any:
        model = type(self.__record)
        grades = self.__viewer.access(model)
        field = name
        if name.startswith("get_") and name.endswith("_display"):
            field = name[len("get_") : -len("_display")]
        if name == "pk":
            access = self.__viewer.key_access(model, model._meta.pk.name)
        elif name.endswith("_id") and name not in grades and name.removesuffix("_id") in grades:
            access = self.__viewer.key_access(model, name.removesuffix("_id"))
        else:
            access = grades.get(field, Access.HIDDEN)
        if access == Access.HIDDEN:
            raise AttributeError(f"{model.__name__}.{name} is hidden from {self.__viewer.user}")
        try:
            value = getattr(self.__record, name)
        except ObjectDoesNotExist as missing:
            # A reference between records of Salesforce may lead to one that is not here yet.
            if isinstance(missing, AttributeError):
                raise
            value = None
        if access == Access.MASKED:
            return MASK if value not in (None, "") else value
        if callable(value) and field != name:
            value = value()
        return self.__viewer.see(value) if isinstance(value, VisibleModel) else value

    def rows(self, *names: str) -> list[tuple[str, Any, str]]:
        """Label, value and help of each named field that is visible and holds something."""
        return [
            (label(type(self.__record), name), value, help_text(type(self.__record), name))
            for name in names
            if (value := getattr(self, name, None)) not in (None, "")
        ]

    def __str__(self) -> str:
        """The model's name: the key itself may be hidden."""
        return str(type(self.__record)._meta.verbose_name)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VisibleRecord) and self.__record == other._VisibleRecord__record

    def __hash__(self) -> int:
        return hash(self.__record)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("A visible record is one record; ask the viewer for records.")


def visible_models() -> list[type[VisibleModel]]:
    """Every model whose fields are shown by field group, of every app."""
    return [
        model for model in apps.get_models() if issubclass(model, VisibleModel) and not hasattr(model, "history_object")
    ]


def label(model: type[Model], name: str) -> str:
    """What a field is called on pages, in exports and in history: its verbose name, or a property's own name."""
    try:
        return str(capfirst(getattr(model._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return str(capfirst(name.replace("_", " ")))


def help_text(model: type[Model], name: str) -> str:
    """What a field means, in one sentence."""
    try:
        return str(getattr(model._meta.get_field(name), "help_text", ""))
    except FieldDoesNotExist:
        return (getattr(model, name).__doc__ or "").strip().partition("\n")[0]


def groups_of(model: type[VisibleModel], name: str) -> tuple[FieldGroup, ...]:
    """The field groups a field, or the parts of a derived field, belong to."""
    parts = model.derived_fields.get(name, (name,))
    return tuple(group for group, names in model.field_groups.items() if set(parts) & set(names))
