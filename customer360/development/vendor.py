"""`make vendor`: copies the front-end files we use, with their licences, from npm into the repository.

Versions and integrity are pinned by package.json and package-lock.json; no package's install script is run. Each folder
gets a `VENDOR.json` with version, licence and the SHA-256 of each file, which a test holds against the files.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from customer360.development.home import PROJECT

PORTAL = PROJECT / "static" / "vendor"
TESTS = PROJECT / "tests" / "vendor"
ICONS = PROJECT / "static" / "icons.svg"
# Bootstrap Icons by name; the sprite holds these and no others.
ICON_NAMES = (  # noqa: SIM905
    "search clock-history person-circle people building buildings diagram-3 calendar3 bar-chart-line arrow-repeat "
    "moon-stars sun telephone envelope geo-alt lightning-charge-fill fire droplet-fill lightbulb "
    "exclamation-triangle-fill exclamation-octagon-fill info-circle-fill check-circle-fill check-lg box-arrow-up-right "
    "clipboard plus-lg three-dots chevron-right chevron-down chevron-up download printer funnel chat-left-text "
    "journal-text briefcase credit-card receipt arrow-up-right arrow-down-right star-fill shield-check megaphone "
    "calendar-event envelope-paper list question-circle phone-vibrate house-door gear lock x-lg bookmark sliders "
    "dash-lg speedometer2 pin-angle-fill "
).split()
INTER_SUBSETS = ("latin-ext", "latin")


@dataclass(frozen=True)
class Package:
    """One npm package: the folder it goes to (with its version), and what is taken from it."""

    name: str
    folder: Path
    short_name: str
    files: tuple[str, ...]


PACKAGES = (
    Package("bootstrap", PORTAL, "bootstrap", ("dist/css/bootstrap.min.css", "LICENSE")),
    Package(
        "@fontsource-variable/inter",
        PORTAL,
        "inter",
        (*(f"files/inter-{subset}-wght-normal.woff2" for subset in INTER_SUBSETS), "LICENSE"),
    ),
    Package("bootstrap-icons", PORTAL, "bootstrap-icons", ("LICENSE",)),
    Package("axe-core", TESTS, "axe-core", ("axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt")),
)


def main() -> int:
    """Install the pinned packages, copy, and remove what earlier versions left; return the exit code."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write(
            "Customer360: npm is missing: install Node.js (the package npm) to renew the vendored files.\n"
        )
        return 1
    subprocess.run(  # noqa: S603
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=PROJECT, check=True
    )
    modules = PROJECT / "node_modules"
    for folder in (PORTAL, TESTS):
        shutil.rmtree(folder, ignore_errors=True)
    for package in PACKAGES:
        target = copy(package, modules)
        if package.short_name == "inter":
            (target / "inter.css").write_text(inter_stylesheet(modules / package.name / "wght.css"))
        describe(package, target, json.loads((modules / package.name / "package.json").read_text()))
        print(target.relative_to(PROJECT))
    ICONS.write_text(sprite(modules / "bootstrap-icons" / "icons"))
    print(f"{ICONS.relative_to(PROJECT)}: {len(ICON_NAMES)} icons")
    shutil.rmtree(modules)
    return 0


def copy(package: Package, modules: Path) -> Path:
    """Copy the package's files into a folder of its name and version; return the folder."""
    source = modules / package.name
    version = json.loads((source / "package.json").read_text())["version"]
    target = package.folder / f"{package.short_name}-{version}"
    target.mkdir(parents=True)
    for name in package.files:
        content = (source / name).read_bytes()
        if name.endswith(".css"):  # the source map is not copied, and a browser would ask for it
            content = re.sub(rb"/\*# sourceMappingURL=.*?\*/\s*", b"", content)
        (target / Path(name).name).write_bytes(content)
    return target


def describe(package: Package, target: Path, manifest: dict[str, str]) -> None:
    """Write `VENDOR.json` beside the files."""
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(target.iterdir())}
    facts = {"package": package.name, "version": manifest["version"], "licence": manifest["license"], "sha256": hashes}
    (target / "VENDOR.json").write_text(json.dumps(facts, indent=2) + "\n")


def inter_stylesheet(source: Path) -> str:
    """The `@font-face` rules of the subsets we ship, under the family name `Inter`."""
    rules = re.findall(r"@font-face \{.*?\}", source.read_text(), re.DOTALL)
    ours = [rule for rule in rules if any(f"inter-{subset}-wght" in rule for subset in INTER_SUBSETS)]
    text = "\n".join(ours).replace("'Inter Variable'", '"Inter"').replace("'woff2-variations'", '"woff2"')
    return re.sub(r"url\(\./files/(.*?)\)", r'url("\1")', text) + "\n"


def sprite(icons: Path) -> str:
    """One SVG with a `<symbol>` for each icon, to be used as `<use href="icons.svg#name">`."""
    symbols = []
    for name in ICON_NAMES:
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", (icons / f"{name}.svg").read_text(), re.DOTALL)
        if drawing is None:
            raise ValueError(f"the icon {name} is no SVG drawing")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{drawing[1].strip()}</symbol>')
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
