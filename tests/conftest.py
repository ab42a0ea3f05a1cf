"""PostgreSQL and Valkey of the tests' own, one test database behind both database roles, and clients signed in by role.

The servers start before Django reads its settings, which take everything from the environment. Therefore pytest's own
configuration names no settings module. TEST_DATABASE_URL (the app role) and TEST_DATABASE_OWNER_URL (a role that may
create databases), given together, name a PostgreSQL of yours instead; TEST_REDIS_URL a Redis.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django
import pytest
from hypothesis import settings as hypothesis_settings

from customer360.development.services import services
from tests.scheduling import LongFirst, long_first

# `make verify` runs under this profile: property tests draw other examples each time, and many more of them.
hypothesis_settings.register_profile("deep", max_examples=1000, deadline=None)

YOUR_SERVICES = {
    "DATABASE_URL": "TEST_DATABASE_URL",
    "DATABASE_OWNER_URL": "TEST_DATABASE_OWNER_URL",
    "REDIS_URL": "TEST_REDIS_URL",
}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the services that are not given, and point the settings at them; each worker of xdist has its own."""
    if config.getoption("numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        # This process only hands the tests out. The workers inherit its environment, before their services run.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        return
    stack = ExitStack()
    config.add_cleanup(stack.close)
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="customer360-tests-")))
    (home / "staticfiles").mkdir()
    given = {name: os.environ[yours] for name, yours in YOUR_SERVICES.items() if yours in os.environ}
    if len(given.keys() & {"DATABASE_URL", "DATABASE_OWNER_URL"}) == 1:
        raise pytest.UsageError("Set TEST_DATABASE_URL and TEST_DATABASE_OWNER_URL together, or neither.")
    urls = {} if given.keys() == YOUR_SERVICES.keys() else stack.enter_context(services(home))
    os.environ |= urls | given
    os.environ |= {"DEBUG": "1", "CUSTOMER360_HOME": str(home), "DJANGO_SETTINGS_MODULE": "customer360.settings"}
    # A test moves the sources and looks at once.
    os.environ["SOURCES_KEPT_FOR_SECONDS"] = "0"
    django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongFirst:
    """Long files first."""
    return LongFirst(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test that really commits use the owner's connection: only the owner may empty the tables after it."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        wanted = dict(marker.kwargs) if marker else {}
        commits = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if (commits or wanted.get("transaction")) and "databases" not in wanted:
            wanted |= {"transaction": True, "databases": ["default", "owner"]}
            item.add_marker(pytest.mark.django_db(**wanted), append=False)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = long_first(items)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """One database, made and migrated by the owner; the tests run in it as the app role."""
    from django.conf import settings
    from django.db import connections

    # Tests sign in often; a slow password hash would be most of their time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    owner, app = connections["owner"], connections["default"]
    given_name = owner.settings_dict["NAME"]
    owner.settings_dict["TEST"]["NAME"] = f"test_{given_name}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with django_db_blocker.unblock():
        # Before the migration: what it calls forth at its end writes as the app role.
        app.close()
        app.creation.set_as_test_mirror({"NAME": owner.settings_dict["TEST"]["NAME"]})
        owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        # One database under two names is emptied once after a test that commits.
        owner.settings_dict["TEST"]["MIRROR"] = "default"
        yield
        # A browser's last request, or a process that a test killed, may still hold a session.
        with app.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        app.close()
        owner.creation.destroy_test_db(given_name, verbosity=0)


@pytest.fixture(scope="session")
def keep_rows(django_db_setup: None, django_db_blocker: Any) -> Callable[[], AbstractContextManager[None]]:
    """`with keep_rows():` in a fixture of wider scope: rows made in it are there for every test, and gone after it.

    They lie in one transaction; what a test does of its own is rolled back to where the fixture yielded.
    """
    from django.db import transaction

    @contextmanager
    def kept() -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return kept


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What a test leaves in the cache is no other test's business: its rows are rolled back, the cache is not."""
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def client_as(client: Any, db: None) -> Callable[..., Any]:
    """`client_as("rep")`: the test client, signed in as a new user of that role."""
    from tests.factories import make_user

    def sign_in(role: str | None, **values: Any) -> Any:
        client.force_login(make_user(role=role, **values), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
