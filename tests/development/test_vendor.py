"""The vendored files are those that `VENDOR.json` describes, and the sprite holds the icons that pages use."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from customer360.development import vendor
from customer360.development.home import PROJECT

FOLDERS = sorted(path.parent for root in (vendor.PORTAL, vendor.TESTS) for path in root.glob("*/VENDOR.json"))
SYMBOLS = re.findall(r'<symbol id="([a-z0-9-]+)"', vendor.ICONS.read_text())


def test_every_package_has_one_folder() -> None:
    assert {folder.name.rsplit("-", 1)[0] for folder in FOLDERS} == {package.short_name for package in vendor.PACKAGES}
    assert len(FOLDERS) == len(vendor.PACKAGES)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_files_are_the_described_ones_with_their_licence(folder: Path) -> None:
    facts = json.loads((folder / "VENDOR.json").read_text())
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    files.pop("VENDOR.json")
    assert files == facts["sha256"]
    assert "LICENSE" in files
    assert folder.name.endswith(f"-{facts['version']}")
    pinned = json.loads((PROJECT / "package.json").read_text())["devDependencies"]
    assert pinned[facts["package"]] == facts["version"]


def test_no_stylesheet_points_at_a_file_that_is_not_there() -> None:
    for stylesheet in vendor.PORTAL.glob("*/*.css"):
        text = stylesheet.read_text()
        assert "sourceMappingURL" not in text
        for name in re.findall(r"url\(\"?([^)\"#?]+)", text):
            if not name.startswith("data:"):
                assert (stylesheet.parent / name).exists(), name


def test_the_lock_of_npm_names_no_registry() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = [facts for name, facts in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in facts and "resolved" not in facts for facts in packages)


def test_the_sprite_holds_each_named_icon_once() -> None:
    assert SYMBOLS == vendor.ICON_NAMES
    assert len(set(SYMBOLS)) == len(SYMBOLS)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    used = {
        name
        for template in (PROJECT / "templates").rglob("*.html")
        for name in re.findall(r"icons\.svg(?:'|\")?\s*%?\}?#([a-z0-9-]+)", template.read_text())
    }
    assert used <= set(SYMBOLS)
