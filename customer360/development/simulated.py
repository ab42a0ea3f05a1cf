"""CC&B and Salesforce as `make run` simulates them: each filled once, served while it runs, and made known."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from customer360.development.home import Home
from customer360.development.options import Options

# As what app, and for whom, the simulated org lets the portal in; the credentials lie beside its file.
CONSUMER_KEY = "3MVG9.Customer360.simulator"
USER = "customer360@utility.example"


@dataclass(frozen=True)
class Simulator:
    """A simulated system: its name for `manage.py simulator`, its title for people, its file, its port's variable."""

    system: str
    title: str
    data: Path
    variable: str
    port: int

    @property
    def serve(self) -> tuple[str, ...]:
        """The `manage.py` command that serves it until it is stopped."""
        return ("simulator", self.system, "serve", "--path", str(self.data), "--port", str(self.port))


class Simulated:
    """The systems that are simulated in a home, by the options.

    Salesforce is simulated beside a CC&B of one's own only where an org is there already: it would be made of the
    simulated customers.
    """

    def __init__(self, options: Options, home: Home) -> None:
        self.options, self.home = options, home
        self.ccb: Simulator | None = None
        self.salesforce: Simulator | None = None
        if options.simulates_ccb:
            self.ccb = Simulator("ccb", "CC&B simulator", home.ccb_data, "CCB_PORT", options.ccb_port)
        if options.simulates_salesforce and (options.simulates_ccb or home.salesforce_data.exists()):
            self.salesforce = Simulator(
                "salesforce", "Salesforce simulator", home.salesforce_data, "SALESFORCE_PORT", options.salesforce_port
            )

    @property
    def all(self) -> tuple[Simulator, ...]:
        """Those that run, CC&B first."""
        return tuple(simulator for simulator in (self.ccb, self.salesforce) if simulator)

    def environment(self) -> dict[str, str]:
        """The variables by which the portal reaches what is simulated; credentials are named by their files."""
        found = {simulator.variable: str(simulator.port) for simulator in self.all}
        if self.salesforce:
            data = self.salesforce.data
            found |= {
                "SALESFORCE_LOGIN_URL": f"https://127.0.0.1:{self.salesforce.port}",
                "SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
                "SALESFORCE_USER": USER,
                "SALESFORCE_PRIVATE_KEY_FILE": str(data.with_name(f"{data.stem}-client.pem")),
                "SALESFORCE_CONSUMER_SECRET_FILE": str(data.with_name(f"{data.stem}-client.secret")),
                "SALESFORCE_CA_FILE": str(data.with_name(f"{data.stem}-ca.pem")),
                # What leads out of the house does not lead to this machine.
                "SALESFORCE_PROXY": "",
            }
        return found

    def fill(self, manage: Callable[..., None], say: Callable[[str], None]) -> None:
        """Fill what is not filled yet, by `manage`, a `manage.py` command; a filling that was interrupted starts anew.

        Raises what `manage` raises.
        """
        if not self.ccb:
            return
        size = {"accounts": self.options.accounts, "months": self.options.months}
        filled = self.home.facts().get("ccb")
        if not (filled and self.ccb.data.exists()):
            self._begin_anew(self.ccb)
            say(f"Filling the CC&B simulator: {size['accounts']} accounts, {size['months']} months (once) ...")
            options = ("--accounts", str(size["accounts"]), "--months", str(size["months"]))
            manage("simulator", "ccb", "fill", "--path", str(self.ccb.data), *options)
            # An org that was made of other customers is made anew.
            self.home.record(ccb=size, salesforce=None)
        elif filled != size and self.options.size_was_given:
            say(
                f"  CC&B's simulated data keep their {filled['accounts']} accounts and {filled['months']} months; "
                "`make clean-data` removes them, to start over in another size."
            )
        if self.salesforce and not (self.home.facts().get("salesforce") and self.salesforce.data.exists()):
            self._begin_anew(self.salesforce)
            say("Filling the Salesforce simulator with CC&B's customers as sales people spell them (once) ...")
            paths = ("--path", str(self.salesforce.data), "--ccb", str(self.ccb.data))
            manage("simulator", "salesforce", "fill", *paths)
            self.home.record(salesforce=self.home.facts()["ccb"])

    def _begin_anew(self, simulator: Simulator) -> None:
        self.home.record(**{simulator.system: None})
        for leftover in simulator.data.parent.glob(f"{simulator.data.name}*"):
            leftover.unlink()
