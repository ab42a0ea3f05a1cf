"""`make lock`: resolves the .in files to hash-pinned locks that hold for Python 3.11, 3.12 and 3.13.

The resolver is uv, in an environment of its own under build/. No address of a package index gets into the locks.
"""

import shutil
import subprocess
import sys
import venv

from customer360.development.home import PROJECT

UV = "uv==0.13.9"
OLDEST_PYTHON = "3.11"
LOCKS = ("requirements", "requirements-dev")
HEADER = """\
# Written by `make lock` from {name}.in: every version is pinned and every file is known by its hash.
"""


def main() -> int:
    """Write both locks; with the argument `--upgrade`, to the newest versions that the .in files allow."""
    tools = PROJECT / "build" / "lock"
    shutil.rmtree(tools, ignore_errors=True)
    venv.create(tools, with_pip=True)
    pip = [str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]
    subprocess.run(pip, check=True)  # noqa: S603
    for name in LOCKS:
        lock = PROJECT / f"{name}.txt"
        command = [str(tools / "bin" / "uv"), "pip", "compile", f"{name}.in", "--output-file", lock.name, "--quiet"]
        command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", *sys.argv[1:]]
        if name != LOCKS[0]:
            command += ["--constraint", f"{LOCKS[0]}.txt"]
        subprocess.run(command, cwd=PROJECT, check=True)  # noqa: S603
        pins = lock.read_text()
        lock.write_text(HEADER.format(name=name) + pins.removeprefix(HEADER.format(name=name)))
        print(f"{lock.name}: {pins.count('==')} packages")
    shutil.rmtree(tools)
    return 0


if __name__ == "__main__":
    sys.exit(main())
