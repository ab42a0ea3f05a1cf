"""requirements.txt and requirements-dev.txt: complete, hashed, explained."""

import re

import pytest

from customer360.development.home import PROJECT

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; .+?)? \\$")
NEED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z]+\])?\s*[^#]*(#.*)?$")


def pins(name: str) -> dict[str, str]:
    """Package -> version of a lock."""
    found = map(PIN.match, (PROJECT / name).read_text().splitlines())
    return {match[1]: match[2] for match in found if match}


def needs(name: str) -> dict[str, str]:
    """Package -> reason of a list of direct needs."""
    lines = (PROJECT / name).read_text().splitlines()
    found = [NEED.match(line) for line in lines if line and line[0] not in "#-"]
    return {match[1].lower().replace("_", "-"): match[2] or "" for match in found if match}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_direct_need_has_a_reason_and_is_locked(name: str) -> None:
    wanted = needs(f"{name}.in")
    assert wanted
    assert [package for package, reason in wanted.items() if len(reason) < 10] == []
    assert wanted.keys() - pins(f"{name}.txt").keys() == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (PROJECT / name).read_text()
    entries = re.split(r"\n(?=[a-z])", text)[1:]
    assert len(entries) == len(pins(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"https?://|--index|--find-links|--trusted", text) is None


def test_the_tools_are_tested_with_the_versions_that_run() -> None:
    run, tools = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {package: tools.get(package) for package in run} == run
