"""`make day-dates`: the tests of the day at moments that are hard on calendars, one after another.

Each moment's line says how it went; what failed stands above it. Exit 1 where any did.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from tests.any_day import MOMENTS

FOLDER = Path(__file__).parent


def play(at: str) -> bool:
    """Whether every test holds on a demonstration that begins then."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--maxfail=3"]
    command += [str(FOLDER), "--at", at]
    begins_s = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    passed = done.returncode == 0
    if not passed:
        print(done.stdout, done.stderr, sep="\n")
    took_s = time.monotonic() - begins_s
    print(f"{at} {'holds' if passed else 'FAILED'} after {took_s:.0f} s", flush=True)
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make day-dates")
    parser.add_argument("moments", nargs="*", default=MOMENTS, help="instead of the fourteen")
    results = [play(at) for at in parser.parse_args().moments]
    print(f"{sum(results)} of {len(results)} hold")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
