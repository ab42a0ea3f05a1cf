"""`make lint`: runs every check to its end and names those that failed."""

import os
import secrets
import subprocess
import sys

from customer360.development.home import PROJECT

PYTHON = sys.executable


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and additional environment of each check."""
    development = {"DEBUG": "1"}
    # What a careful installation sets; the key is of this run alone.
    production = {"DEBUG": "0", "SECRET_KEY": secrets.token_urlsafe(64), "ALLOWED_HOSTS": "customer360.example"}
    manage = [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py"]
    return [
        ("ruff: rules", [PYTHON, "-m", "ruff", "check", "."], {}),
        ("ruff: format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."], {}),
        ("mypy", [PYTHON, "-m", "mypy"], development),
        ("djlint: template format", [PYTHON, "-m", "djlint", "templates", "--check", "--quiet"], {}),
        ("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"], development),
        ("deployment checks", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
    ]


def main() -> int:
    """Run the checks; return 1 if any failed."""
    failed = []
    for name, command, variables in checks():
        done = subprocess.run(  # noqa: S603
            command,
            cwd=PROJECT,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        print(f"{'failed' if done.returncode else 'ok':<8}{name}", flush=True)
        if done.returncode:
            failed.append(name)
            sys.stdout.buffer.write(done.stdout)
            sys.stdout.flush()
    if failed:
        print(f"\nFailed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
