"""The two database roles: the owner migrates and flushes, the app role runs and cannot rewrite what is append-only."""

from collections.abc import Iterator

from django.apps import AppConfig, apps
from django.db import connections, models
from psycopg import sql

APPEND_ONLY = "append_only"
"""A model whose class attribute of this name is true is a log: the app role may add to it and read it, no more."""


def append_only_tables() -> Iterator[str]:
    """The tables of history and logs."""
    for model in apps.get_models(include_auto_created=True):
        if is_append_only(model):
            yield model._meta.db_table


def is_append_only(model: type[models.Model]) -> bool:
    """Whether a model is history or a log."""
    return bool(getattr(model, APPEND_ONLY, False)) or hasattr(model, "history_object")


def grant_rights(app_config: AppConfig, using: str, **kwargs: object) -> None:
    """Give the app role its rights on every table, after each migration.

    Does nothing where both roles are the same user, as on a small installation that forgoes the separation.
    """
    if app_config.name != "customer360" or using != "owner":
        return
    app_role = connections["default"].settings_dict["USER"]
    if not app_role or app_role == connections["owner"].settings_dict["USER"]:
        return
    role = sql.Identifier(app_role)
    with connections["owner"].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=role))
        for table in append_only_tables():
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=role
                )
            )
