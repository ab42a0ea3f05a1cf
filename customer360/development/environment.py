"""Makes the virtual environment and installs the hash-pinned packages into it.

Runs as a script under the machine's own Python, before any package is there, so it uses the standard library alone and
stays readable to versions older than those it accepts: they must be able to say what is missing. With `--dev` the
tools for testing and checking are installed too.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(PROJECT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.json")
# requirements-dev.txt holds everything in requirements.txt at the same versions.
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}


class Missing(Exception):
    """Something the machine lacks; the text is one sentence for a person."""


def main(arguments):
    """Bring `.venv` up to date with the lock; return the exit code."""
    kind = "dev" if "--dev" in arguments else "run"
    try:
        if not fits(VENV_PYTHON):
            make_environment()
        install(kind)
    except Missing as missing:
        sys.stderr.write("Customer360: %s\n" % missing)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def fits(python):
    """Whether the command is a Python of a version we run on."""
    check = "import sys; sys.exit(not %r <= sys.version_info[:2] <= %r)" % (OLDEST, NEWEST)
    return succeeds([python, "-c", check])


def succeeds(command):
    """Whether the command can be run and ends well; its output is dropped."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_environment():
    """Make `.venv` with the first fitting Python: the one that runs this script, or a python3.N on the path."""
    versions = ["python3.%d" % minor for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    fitting = [python for python in [sys.executable, *versions] if fits(python)]
    if not fitting:
        raise Missing(
            "Python 3.11, 3.12 or 3.13 is needed and this machine offers %d.%d: install one, "
            "or name it with `make run PYTHON=/path/to/python3.13`." % sys.version_info[:2]
        )
    complete = [python for python in fitting if succeeds([python, "-c", "import ensurepip, venv"])]
    if not complete:
        raise Missing(
            "Python's venv module is missing: install the package python3-venv "
            "(Debian, Ubuntu: `apt-get install python3-venv`), then run this again."
        )
    print("Making the virtual environment .venv ...")
    sys.stdout.flush()
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([complete[0], "-m", "venv", VENV]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Missing("The virtual environment %s could not be made; the reason is in the lines above." % VENV)


def install(kind):
    """Install the locked packages unless the stamp says that these very locks are installed."""
    wanted = {name: fingerprint(lock) for name, lock in LOCKS.items()}
    stamp = read_stamp()
    if stamp.get(kind) == wanted[kind]:
        return
    lock = os.path.join(PROJECT, LOCKS[kind])
    print("Installing the packages of %s into .venv (about a minute, once) ..." % LOCKS[kind])
    sys.stdout.flush()
    command = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    if subprocess.call([*command, "--only-binary=:all:", "--require-hashes", "-r", lock]) != 0:
        raise Missing(
            "The packages of %s could not all be installed (pip's reason is above): "
            "check the network and run this again; what is installed stays." % LOCKS[kind]
        )
    installed = wanted if kind == "dev" else {"run": wanted["run"]}
    with open(STAMP, "w") as output:
        json.dump(installed, output)


def fingerprint(lock):
    """The hash of a lock file."""
    with open(os.path.join(PROJECT, lock), "rb") as source:
        return hashlib.sha256(source.read()).hexdigest()


def read_stamp():
    """Which locks are installed: kind -> hash."""
    try:
        with open(STAMP) as source:
            return json.load(source)
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
