"""Has a package we pin a known fault? Exit code 1 if so; NOBODY_KNOWS if its data could not be had.

The last line printed is the verdict.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NOBODY_KNOWS = 75  # EX_TEMPFAIL: not a fault of ours
TIME_LIMIT = 180  # seconds
# The requirements are hashed and complete, so nothing needs to be resolved or installed to ask.
COMMAND = ["pip-audit", "--requirement=requirements.txt", "--require-hashes", "--disable-pip"]
COMMAND += ["--timeout=10", "--format=json", "--progress-spinner=off"]


def ask() -> list[dict[str, Any]]:
    """What pip-audit says of each package. Raises OSError with the reason when it says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "audit.json"
        command = [*COMMAND, f"--output={answer}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
        if not answer.exists():
            raise OSError(f"pip-audit gave no answer: {done.stderr.strip().splitlines()[-1:]}")
        return list(json.loads(answer.read_text())["dependencies"])


def main() -> int:
    try:
        packages = ask()
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return NOBODY_KNOWS
    known = [package for package in packages if "vulns" in package]
    faults = [(package, fault) for package in known for fault in package["vulns"]]
    for package, fault in faults:
        mended = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {fault['id']}, mended in {mended}")
    print(f"{len(known)} of {len(packages)} packages are known to the advisory service; {len(faults)} known faults")
    if not known:
        return NOBODY_KNOWS
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
