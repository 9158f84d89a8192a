"""`make bench`: every benchmark, one after the other. Each prints JSON on its last line."""

import subprocess
import sys

BENCHMARKS = ("vision.bench_vision", "link.bench_sync")

if __name__ == "__main__":
    for name in BENCHMARKS:
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *sys.argv[1:]], check=True)
