"""`python -m tests.fuzz --requests N`: so many odd requests, and how many of them gave 5xx."""

import argparse
import json
import random
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.stage.odd.fuzzed_hub import fuzzed_hub
from tests.stage.odd.strange_requests import requests


def main() -> None:
    """Asks, and prints one line of JSON; ends with 1 where a request gave 5xx."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given_options = asked.parse_args()
    warnings.simplefilter("ignore")
    answers: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder, fuzzed_hub(Path(folder)) as hub:

        @seed(given_options.seed)
        @settings(
            max_examples=given_options.requests,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def tried(data: st.DataObject) -> None:
            request = data.draw(requests(hub.known, hub.keys))
            answer = hub.ask(request)
            is_fault = answer.is_fault(request)
            answers[5 if is_fault else min(answer.status // 100, 4)] += 1
            if is_fault:
                print(request, answer.body[:500])
            if answers.total() % 10_000 == 0:
                print(dict(answers), flush=True)

        tried()
    told = {f"{hundreds}xx": count for hundreds, count in sorted(answers.items())}
    print(json.dumps({"seed": given_options.seed, "requests": answers.total(), **told}))
    raise SystemExit(1 if answers[5] else 0)


if __name__ == "__main__":
    main()
