"""The bench runs, and what it says about exact facts holds. How fast it was is for `make bench`, never for a test."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a quick run wrote, by name."""
    output = tmp_path_factory.mktemp("bench") / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--output", str(output)],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    listed = json.loads(output.read_text())
    assert len({figure["name"] for figure in listed}) == len(listed)
    return {figure["name"]: figure for figure in listed}


def test_every_figure_has_a_positive_or_zero_value_and_a_unit(figures: dict[str, dict[str, Any]]) -> None:
    for figure in figures.values():
        assert {"name", "value", "unit", "baseline", "minimum", "target"} <= figure.keys()
        assert figure["value"] >= 0
        assert figure["unit"]


def test_the_promised_ratios_are_measured_with_their_bounds(figures: dict[str, dict[str, Any]]) -> None:
    bounds = {name: (figure["minimum"], figure["target"]) for name, figure in figures.items() if figure["target"]}
    assert bounds == {
        "mirror load, unchanged": (1.2, 2.0),
        "mirror load, 1 % changed": (1.2, 2.0),
        "mirror load, 100 % changed": (0.6, 0.85),
        "mirror load, 1 % changed, against the ORM": (100, 250),
        "second run: write-ahead log": (2, 1),
        "client memory, 20,000 rows": (512, 256),
    }


def test_a_second_run_writes_no_row_and_no_history(figures: dict[str, dict[str, Any]]) -> None:
    assert figures["second run: rows written"]["value"] == 0
    assert figures["second run: history rows written"]["value"] == 0
