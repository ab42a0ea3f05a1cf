"""The house rules no reviewer should have to remember: who imports whom, how long a module is, where a page lives."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from customer360 import pages
from tests.scheduling import BY_TEST, SECONDS

ROOT = Path(settings.BASE_DIR)
ORDER = ("customer360", "hierarchy", "engagement", "audit", "sync")
"""Each app may import those before it, and itself."""

WIRING = {f"customer360/{name}.py" for name in ("settings", "urls", "celery", "wsgi", "asgi")}
"""Imports anything; is imported by nobody."""

LONGEST_MODULE = 350
LONGER_MODULES: dict[str, str] = {}
"""Path -> why it is one module though it is longer."""

PLAIN_SETTINGS_READERS = {
    "customer360/__init__.py": "Celery's own convention: the app is loaded whenever Django is",
}
"""Who imports wiring all the same, and why."""


@cache
def modules(folder: str = "") -> tuple[Path, ...]:
    """Every Python module of the project below a folder, migrations apart."""
    tops = [folder] if folder else [*ORDER, "tests"]
    found = [path for top in tops for path in (ROOT / top).rglob("*.py")]
    return tuple(sorted(path for path in found if "migrations" not in path.parts and "__pycache__" not in path.parts))


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The dotted names a module imports, those inside functions included; a relative import begins with a dot."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_what_stands_to_its_left(app: str) -> None:
    to_the_right = set(ORDER[ORDER.index(app) + 1 :])
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules(app)
        if name_of(path) not in WIRING
        for name in imports(path)
        if name.split(".")[0] in to_the_right
    ]
    assert wrong == []


def test_nobody_imports_the_wiring() -> None:
    wiring = {path.removesuffix(".py").replace("/", ".") for path in WIRING}
    wrong = [
        f"{name_of(path)} imports {name}"
        for app in ORDER
        for path in modules(app)
        if name_of(path) not in WIRING | PLAIN_SETTINGS_READERS.keys()
        for name in imports(path)
        if name in wiring or name.rpartition(".")[0] in wiring
    ]
    assert wrong == []


def test_imports_are_absolute_and_the_project_never_imports_its_tests() -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules()
        for name in imports(path)
        if name.startswith(".") or (name.split(".")[0] == "tests" and path.relative_to(ROOT).parts[0] != "tests")
    ]
    assert wrong == []


def test_the_rule_about_imports_bites() -> None:
    """The sync does import the core, so a wrong order of the apps would be found."""
    assert any(name.startswith("customer360.") for path in modules("sync") for name in imports(path))


def test_the_apps_are_installed_outermost_first() -> None:
    """The outer app's templates and commands come before the inner one's."""
    installed = [name for name in settings.INSTALLED_APPS if name in ORDER]
    assert installed == list(reversed(ORDER))
    assert {config.name for config in apps.get_app_configs()} >= set(ORDER)


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    too_long = {name: lines for name, lines in long.items() if lines > LONGEST_MODULE and name not in LONGER_MODULES}
    assert too_long == {}
    assert all(long.get(name, 0) > LONGEST_MODULE for name in LONGER_MODULES), "no exemption without need"


def test_every_file_of_tests_that_is_handed_out_first_exists() -> None:
    assert [name for name in {*SECONDS, *BY_TEST} if not (ROOT / name).is_file()] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        name_of(path)
        for app in ORDER
        for path in modules(app)
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_template_is_under_its_app_or_shared() -> None:
    shared = {"admin", "components"}
    at_the_top = {"base.html", "400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    folders = {path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.html")}
    wrong = [str(path) for path in folders if path.parts[0] not in shared | set(ORDER) and str(path) not in at_the_top]
    assert wrong == []
    assert [path for app in ORDER for path in (ROOT / app).rglob("*.html")] == [], "templates lie in templates/"


def test_every_panel_template_is_in_the_panels_folder_of_its_app() -> None:
    templates = [panel.template for panel in pages._panels.values()]
    assert templates and [name for name in templates if not re.fullmatch(r"\w+/panels/\w+\.html", name)] == []
    assert [name for name in templates if not (ROOT / "templates" / name).exists()] == []


def test_nothing_names_a_path_of_one_machine() -> None:
    """A clone runs anywhere: no module, page or script names a home directory or a folder beside the clone."""
    outside = re.compile(r"""(?<![\w.])/(?:home|root|Users|work)/\w|\.\./shared""")
    kinds = {".py", ".html", ".css", ".js", ".toml", ".md", ".txt", ".in", ".json", ".yml", ""}
    skipped = {"node_modules", "build", "vendor", "__pycache__"}
    wrong = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        ours = not skipped & set(parts) and (not parts[0].startswith(".") or parts[0] == ".ci")
        if ours and path.is_file() and path.suffix in kinds:
            wrong += [f"{name_of(path)}: {hit[0]}" for hit in outside.finditer(path.read_text(errors="replace"))]
    assert [line for line in wrong if not line.startswith("tests/test_architecture.py")] == []


def test_the_load_path_saves_no_row_by_itself() -> None:
    """The load is set-based: one statement for all rows, never one for each."""
    row_by_row = re.compile(r"\.(?:save|asave|full_clean|bulk_create|bulk_update|update_or_create|get_or_create)\(")
    create = re.compile(r"objects\.create\(")
    wrong = [
        f"{name_of(path)}: {hit[0]}"
        for path in (ROOT / "sync" / "load").rglob("*.py")
        for pattern in (row_by_row, create)
        for hit in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
    assert any((ROOT / "sync" / "load").rglob("*.py"))
