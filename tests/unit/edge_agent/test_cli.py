import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from aisle import build_app

RUN = CliRunner()
EXAMPLES = Path(__file__).parents[3] / "device_profiles" / "examples"


def told(*words: str) -> tuple[int, str]:
    answer = RUN.invoke(build_app("edge"), list(words))
    return answer.exit_code, answer.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("edge", "--profile", "none.toml", "--data", "d"), "no profile at none.toml"),
        (("count", "none.mp4", "--line", "0,0 1,1"), "no video file at none.mp4"),
        (("count", "none.mp4", "--line", "0,0"), "give two"),
        (("pos", "import", "x.csv", "--mapping", "none", "--data", "d"), "shipped ones:"),
        (
            ("pos", "import", "x.csv", "--mapping", "complete-journey", "--data", "d"),
            "no file x.csv",
        ),
        (("books", "none"), "no agent.db in none"),
        (("outbox", "list", "none"), "no agent.db in none"),
        (("outbox", "retry", "none"), "no agent.db in none"),
        (("outbox", "give-up", "none"), "no agent.db in none"),
        (("count", "words.mp4", "--line", "0,0 1,1"), "words.mp4 is no video that can be read"),
        (("count", "x", "--line", "0,0 1,1", "--zone", "0,0 1,1 0.5,0.5"), "has no area"),
        (
            ("edge", "--profile", str(EXAMPLES / "till.toml"), "--data", "d", "--hub", "hub1"),
            "--hub 'hub1' is no address; write https://HOST:PORT",
        ),
        (("edge", "--profile", "typo.toml", "--data", "d"), "devise_id: this name is not known"),
        (("books", "damaged"), "agent.db cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    Path("words.mp4").write_text("no film\n", encoding="utf-8")
    profile = (EXAMPLES / "till.toml").read_text(encoding="utf-8")
    Path("typo.toml").write_text(profile.replace("device_id", "devise_id"), encoding="utf-8")
    Path("damaged").mkdir()
    Path("damaged/agent.db").write_text("not SQLite, but long enough to be looked at\n" * 9)
    code, output = told(*words)
    assert not Path("d").exists()
    assert code == 1
    assert says in output
    assert output.startswith("aisle: ")
    assert output.count("\n") == 1


def test_an_import_says_what_it_booked_and_books_show_it(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
        "coupon_match_disc,transaction_timestamp\n"
        "1,367,11,900,2,3.98,0.5,0,0,2017-03-01 03:31:57\n"
        "1,367,11,901,1,0.999,0,0,0,2017-03-01 03:31:57\n",
        encoding="utf-8",
    )
    words = ["pos", "import", str(tmp_path / "r.csv"), "--mapping", "complete-journey"]
    code, output = told(*words, "--data", str(tmp_path / "d"), "--json")
    assert code == 0, output
    said = json.loads(output)
    assert (said["booked"], said["lines"], said["stores"]) == (1, 2, 1)
    code, output = told("books", str(tmp_path / "d" / "store-367-till"), "--json")
    books = json.loads(output)
    assert code == 0
    assert books["balanced"] is True
    assert books["lanes"][0]["waiting"] == 1
    assert books["tables"]["imported_receipt"] == 1
    assert books["oldest_waiting"][0]["kind"] == "receipt"
    assert told("outbox", "list", str(tmp_path / "d" / "store-367-till")) == (
        0,
        "nothing is put aside\n",
    )


def test_stores_write_the_chain_a_hub_can_load(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
        "coupon_match_disc,transaction_timestamp\n1,367,11,900,2,3.98,0,0,0,2017-03-01 03:31:57\n",
        encoding="utf-8",
    )
    words = ["pos", "stores", str(tmp_path / "r.csv"), "--mapping", "complete-journey", "--json"]
    words += ["--data", str(tmp_path / "d"), "--write-chain", str(tmp_path / "chain.json")]
    code, output = told(*words)
    assert code == 0, output
    assert json.loads(output)[0]["device"] == "store-367-till"
    chain = json.loads((tmp_path / "chain.json").read_text(encoding="utf-8"))
    assert chain["stores"][0]["devices"][0]["device_id"] == "store-367-till"


def test_an_import_to_a_hub_that_is_not_there_says_so_and_keeps_the_receipts(tmp_path: Path):
    test_stores_write_the_chain_a_hub_can_load(tmp_path)
    words = ["pos", "import", str(tmp_path / "r.csv"), "--mapping", "complete-journey"]
    words += ["--data", str(tmp_path / "d"), "--hub", "http://127.0.0.1:9"]
    code, output = told(*words)
    assert code == 1
    assert "no hub answers at http://127.0.0.1:9" in output
    code, output = told("books", str(tmp_path / "d" / "store-367-till"), "--json")
    assert json.loads(output)["lanes"][0]["waiting"] == 1


def test_a_count_prints_its_stable_shape(tmp_path: Path):
    film = cv2.VideoWriter(
        str(tmp_path / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (320, 240)
    )
    for _ in range(10):
        film.write(np.full((240, 320, 3), 127, dtype=np.uint8))
    film.release()
    code, output = told(
        "count",
        str(tmp_path / "a.avi"),
        "--line",
        "0,0.5 1,0.5",
        "--zone",
        "0,0 1,0 1,1",
        "--json",
    )
    assert code == 0, output
    said = json.loads(output)
    assert (said["in"], said["out"], said["frames"]) == (0, 0, 10)
    assert said["zones"] == {"zone-1": {"visits": 0, "dwell_s": []}}


def test_a_doctor_says_what_is_wrong_and_ends_with_it(tmp_path: Path):
    profile = str(EXAMPLES / "till.toml")
    code, output = told("edge", "doctor", "--profile", profile, "--data", str(tmp_path / "d"))
    assert (code, output.splitlines()[-1]) == (0, "all is well")
    words = ("edge", "doctor", "--profile", "none.toml", "--data", str(tmp_path / "d"), "--json")
    code, output = told(*words)
    (check,) = json.loads(output)["checks"]
    assert (code, check["what"], check["verdict"]) == (1, "profile", "wrong")
