"""What `make run` simulates, when it fills it, and how the portal is told."""

from pathlib import Path

import pytest

from customer360.development.home import Home
from customer360.development.options import Options
from customer360.development.simulated import Simulated
from sync.simulators.salesforce import server
from tests.development.test_run import free_port


class Manage:
    """Stands for `manage.py`: writes the file that a filling would, and remembers what was asked; may be cut short."""

    def __init__(self, interrupted_at: str = "") -> None:
        self.filled: list[str] = []
        self.interrupted_at = interrupted_at

    def __call__(self, *arguments: str) -> None:
        system = arguments[1]
        path = Path(arguments[arguments.index("--path") + 1])
        assert not path.exists(), "a filling begins with no file"
        path.touch()
        if system == self.interrupted_at:
            raise KeyboardInterrupt
        self.filled.append(system)


def filled(home: Home, *, interrupted_at: str = "", options: Options | None = None) -> list[str]:
    """What one more `make run` fills, in order."""
    manage = Manage(interrupted_at)
    try:
        Simulated(options or Options(accounts=40), home).fill(manage, lambda _: None)
    except KeyboardInterrupt:
        assert interrupted_at
    return manage.filled


def test_both_are_filled_once_and_salesforce_after_ccb_whose_customers_it_knows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert filled(home) == ["ccb", "salesforce"]
    assert filled(home) == []
    home.salesforce_data.unlink()
    assert filled(home) == ["salesforce"]


@pytest.mark.parametrize("system", ["ccb", "salesforce"])
def test_a_filling_that_was_interrupted_begins_anew(tmp_path: Path, system: str) -> None:
    home = Home(tmp_path)
    before = filled(home, interrupted_at=system)
    assert filled(home) == [each for each in ("ccb", "salesforce") if each not in before]
    assert filled(home) == []


def test_an_org_of_other_customers_is_made_anew_with_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    filled(home)
    home.ccb_data.unlink()
    assert filled(home, interrupted_at="ccb") == []
    assert filled(home) == ["ccb", "salesforce"]


def test_a_home_of_a_version_without_salesforce_keeps_its_ccb_and_gets_an_org(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.ccb_data.write_text("filled long ago")
    home.record(ccb={"accounts": 2000, "months": 26}, loaded="embedded")
    assert filled(home) == ["salesforce"]
    assert home.ccb_data.read_text() == "filled long ago"
    assert home.facts()["salesforce"] == {"accounts": 2000, "months": 26}


def test_beside_a_real_ccb_no_org_is_made_and_one_that_is_there_is_served(tmp_path: Path) -> None:
    home, options = Home(tmp_path), Options(simulates_ccb=False)
    assert Simulated(options, home).all == ()
    assert Simulated(options, home).environment() == {}
    home.salesforce_data.touch()
    assert [simulator.system for simulator in Simulated(options, home).all] == ["salesforce"]
    assert filled(home, options=options) == []


def test_beside_a_real_salesforce_no_org_is_made_nor_is_the_portal_told_of_one(tmp_path: Path) -> None:
    home, options = Home(tmp_path), Options(simulates_salesforce=False, ccb_port=15211)
    assert filled(home, options=options) == ["ccb"]
    assert Simulated(options, home).environment() == {"CCB_PORT": "15211"}


def test_what_the_portal_is_told_is_what_the_simulator_takes(tmp_path: Path) -> None:
    """Names, not contents: an environment holds no secret."""
    options = Options(salesforce_port=free_port())
    told = Simulated(options, Home(tmp_path)).environment()
    with server.Simulator(Home(tmp_path).salesforce_data, options.salesforce_port) as simulator:
        client = simulator.client
        assert told == {
            "CCB_PORT": "15210",
            "SALESFORCE_PORT": str(options.salesforce_port),
            "SALESFORCE_LOGIN_URL": simulator.url,
            "SALESFORCE_CONSUMER_KEY": client.consumer_key,
            "SALESFORCE_USER": client.username,
            "SALESFORCE_PRIVATE_KEY_FILE": str(client.key_file),
            "SALESFORCE_CONSUMER_SECRET_FILE": str(client.secret_file),
            "SALESFORCE_CA_FILE": simulator.ca_file,
            "SALESFORCE_PROXY": "",
        }
    home = Home(tmp_path)
    kept = {path.name for path in home.path.iterdir()}
    assert {"salesforce.sqlite3", "salesforce-ca.pem", "salesforce-client.secret"} <= kept
    home.remove()
    assert not home.path.exists(), "nothing that the simulator wrote is left"
