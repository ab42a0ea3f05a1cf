"""`make run`: starts all that Customer360 needs on this machine, and stops all of it again."""

import contextlib
import http.client
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from customer360.development import given, postgres, valkey
from customer360.development.errors import DevelopmentError
from customer360.development.home import PROJECT, Home
from customer360.development.options import Options
from customer360.development.processes import (
    Child,
    accepts_connections,
    last_lines,
    port_is_free,
    run_step,
    start,
    wait_until,
)
from customer360.development.simulated import Simulated

LOGINS = ("rep", "manager", "steward", "executive", "auditor", "admin")
PASSWORD = "customer360"  # noqa: S105 - the demo's, refused by the portal unless DEBUG is on
MANAGE = (sys.executable, "manage.py")
SYSTEMS = {"ccb": "CC&B", "salesforce": "Salesforce"}


class Interrupted(Exception):
    """Somebody asked us to stop before everything ran."""


class Launcher:
    """One `make run`, from the first check to the last process stopped."""

    def __init__(self, options: Options, home: Home) -> None:
        self.options = options
        self.home = home
        self.simulated = Simulated(options, home)
        self.environment: dict[str, str] = {}
        self.children: list[Child] = []
        self.requests_to_stop = 0

    def run(self) -> None:
        """Start everything, wait until somebody stops it or a service dies, stop everything in reverse order.

        Raises:
            DevelopmentError: something is missing, in use or has died.
            Interrupted: a signal came before everything ran.
        """
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, self._request_stop)
        with self.home.lock(), contextlib.ExitStack() as stack:
            self._check_ports()
            self._check_given_services()
            stack.callback(self._say, "Stopped.")
            self.environment = self._services(stack)
            stack.enter_context(self.home.environment(self._recorded()))
            self._prepare_database()
            self.simulated.fill(self._manage, self._say)
            self._serve_simulators(stack)
            self._first_sync()
            web = self._start(stack, "Web server", "web", self._web_command())
            self._wait_for(web, self._web_answers)
            celery = (sys.executable, "-m", "celery", "-A", "customer360")
            self._start(stack, "Worker", "worker", (*celery, "worker", "--concurrency=2", "--loglevel=info"))
            scheduler = "--scheduler=django_celery_beat.schedulers:DatabaseScheduler"
            self._start(stack, "Scheduler", "beat", (*celery, "beat", scheduler, "--pidfile=", "--loglevel=info"))
            self._announce()
            self._watch()
            self._say("\nStopping ...")

    def _check_ports(self) -> None:
        ports = {"PORT": self.options.port} | {each.variable: each.port for each in self.simulated.all}
        for name, port in ports.items():
            if not port_is_free(port):
                raise DevelopmentError(
                    f"Port {port} is in use by another program and nothing was started: "
                    f"stop that program, or choose another port with `make run {name}={port + 1}`."
                )

    def _check_given_services(self) -> None:
        """What a person runs must answer by now: nothing of ours could start it, or do without it."""
        if self.options.database_url:
            for variable in ("DATABASE_OWNER_URL", "DATABASE_URL"):
                given.check_database(variable, os.environ[variable])
        if self.options.redis_url:
            given.check_broker("REDIS_URL", self.options.redis_url)

    def _services(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Start the embedded services that no variable names; return the environment of the portal's processes."""
        environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
        environment |= {
            "DEBUG": "1",
            "PYTHONUNBUFFERED": "1",
            "CUSTOMER360_HOME": str(self.home.path),
            **self.simulated.environment(),
        }
        environment.setdefault("SECRET_KEY", self.home.secret_key())
        if not self.options.database_url:
            with self._step("PostgreSQL (embedded)"):
                database = postgres.Server(self.home.path)
                stack.callback(database.stop)
                self.children.append(database.start().child)
            environment["DATABASE_URL"] = database.url(postgres.APP_ROLE)
            environment["DATABASE_OWNER_URL"] = database.url(postgres.OWNER_ROLE)
        if not self.options.redis_url:
            with self._step("Valkey (embedded)"):
                broker = valkey.Server(self.home.path)
                stack.callback(broker.stop)
                self.children.append(broker.start().child)
            environment["REDIS_URL"] = broker.url
        return environment

    def _recorded(self) -> Mapping[str, str]:
        names = ("DEBUG", "SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CUSTOMER360_HOME")
        return {name: self.environment[name] for name in (*names, *self.simulated.environment())}

    def _prepare_database(self) -> None:
        with self._step("Database tables"):
            self._manage("migrate", "--noinput", quiet=True)
        with self._step("Roles, rules and demo users"):
            self._manage("demo", quiet=True)

    def _serve_simulators(self, stack: contextlib.ExitStack) -> None:
        """Start what is simulated, all at once, and wait until each listens."""
        started = {}
        for simulator in self.simulated.all:
            log = f"{simulator.system}-simulator"
            started[simulator] = self._start(stack, simulator.title, log, (*MANAGE, *simulator.serve))
        for simulator, child in started.items():
            self._wait_for(child, partial(accepts_connections, simulator.port))

    def _first_sync(self) -> None:
        """Load each system once into each database; later runs leave that to the schedules.

        A Salesforce of one's own is left to them from the start, and to whoever has tested its connection.
        """
        place = "embedded" if not self.options.database_url else self.options.database_name
        loaded = {"loaded": "ccb"} | ({"salesforce_loaded": "salesforce"} if self.simulated.salesforce else {})
        facts = self.home.facts()
        missing = {fact: system for fact, system in loaded.items() if facts.get(fact) != place}
        if not missing:
            return
        names = " and ".join(SYSTEMS[system] for system in missing.values())
        self._say(f"Loading {names} into Customer360 for the first time (once) ...")
        self._manage("sync", *missing.values())
        if self.simulated.salesforce:
            self._say("Matching Salesforce's records with CC&B's ...")
            self._manage("match")
        with self._step("The demo users' customers"):
            self._manage("demo", "--grants", quiet=True)
        self.home.record(**dict.fromkeys(missing, place))

    def _manage(self, *arguments: str, quiet: bool = False) -> None:
        """Run one `manage.py` command to its end."""
        log = self.home.logs / f"{arguments[0]}.log" if quiet else None
        code = run_step(
            (*MANAGE, *arguments),
            environment=self.environment,
            directory=PROJECT,
            quiet_log=log,
            interrupted=self._stop_requested,
        )
        self._leave_if_asked()
        self._complain_about_the_dead()
        if code:
            command = itertools.takewhile(lambda argument: not argument.startswith("--path"), arguments)
            where = f"its output is in {log}.{last_lines(log)}" if log else "its reason is in the lines above"
            raise DevelopmentError(
                f"`manage.py {' '.join(command)}` failed with exit code {code}; the data so far are kept; {where}"
            )

    def _start(self, stack: contextlib.ExitStack, name: str, log: str, command: tuple[str, ...]) -> Child:
        """Start a process that runs until the end."""
        child = start(name, command, log=self.home.logs / f"{log}.log", environment=self.environment, directory=PROJECT)
        stack.callback(child.stop, hurry=lambda: self.requests_to_stop > 1)
        self.children.append(child)
        self._leave_if_asked()
        return child

    def _wait_for(self, child: Child, answers: Callable[[], bool]) -> None:
        """Wait until a process answers, and say how long that took."""
        with self._step(child.name):
            wait_until(answers, child, timeout=60, interrupted=self._stop_requested)

    def _web_command(self) -> tuple[str, ...]:
        address = f"127.0.0.1:{self.options.port}"
        workers = ("--worker-class=gthread", "--workers=2", "--threads=4", "--no-control-socket")
        return (sys.executable, "-m", "gunicorn", "customer360.wsgi", f"--bind={address}", *workers)

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=20)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        while not self._stop_requested():
            self._complain_about_the_dead()
            time.sleep(0.2)

    def _complain_about_the_dead(self) -> None:
        for child in self.children:
            if not child.alive:
                raise DevelopmentError(f"{child.obituary()}\n    All the rest was stopped; `make run` starts it again.")

    def _request_stop(self, _signal_number: int, _frame: object) -> None:
        self.requests_to_stop += 1

    def _stop_requested(self) -> bool:
        return self.requests_to_stop > 0

    def _leave_if_asked(self) -> None:
        if self._stop_requested():
            raise Interrupted

    def _announce(self) -> None:
        self._say(f"\nReady: http://127.0.0.1:{self.options.port}")
        self._say(f"Log in as {', '.join(LOGINS)}; the password of each is {PASSWORD}")
        self._say(f"Logs: {self._short(self.home.logs)}   Stop: Ctrl-C")

    @contextlib.contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._leave_if_asked()
        self._say(f"  {what:<32}{time.monotonic() - began:5.1f} s")

    @staticmethod
    def _short(path: Path) -> str:
        return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)

    @staticmethod
    def _say(text: str) -> None:
        # The reader may be gone, as when a terminal window is closed: stopping must go on all the same.
        with contextlib.suppress(OSError):
            print(text, flush=True)


def main() -> int:
    """Run until stopped; return the exit code: 0 stopped by a person, 1 with one sentence about what went wrong."""
    try:
        Launcher(Options.from_environment(os.environ), Home.from_environment(os.environ)).run()
    except DevelopmentError as error:
        with contextlib.suppress(OSError):
            print(f"Customer360: {error}", file=sys.stderr, flush=True)
        return 1
    except Interrupted:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
