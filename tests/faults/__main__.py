"""The long forms, with figures: `python -m tests.faults [pytest's own arguments]`.

FAULT_KILLS=50 and the like shorten one of them (sizes.py).
"""

import os
import subprocess
import sys
from pathlib import Path

from tests import rig, services

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    if trouble := rig.missing():
        print(f"Not run: {trouble}")
        return 1
    command = [sys.executable, "-m", "pytest", "-q", "-m", "deployment", "tests/faults"]
    around = services.embedded(os.environ) | {"FAULTS": "long"}
    return subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, env=around).returncode


if __name__ == "__main__":
    sys.exit(main())
