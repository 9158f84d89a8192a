"""Power cuts while a device is enrolled, while its certificate is renewed, and while the hub's
authority is made or rotated: no half certificate, no claim code that is lost for ever, nothing
acknowledged lost, and the next start works."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509

from cloud_hub.core.keys.authority import Authority, open_authority
from cloud_hub.core.keys.certificates import certificate_pem
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from sync.core.failpoints import Failpoint
from sync.link.credentials import FILE_NAME, SECRET_FILE
from sync.link.trust.identity import keep_identity, new_request, validity
from tests.chaos.trust.tls_shop import CHAIN, KILLED, TlsHub, TlsTill
from tests.stage.restoring.drill import aisle, done, until
from tests.stage.servers import mosquitto_path

pytestmark = [pytest.mark.chaos, pytest.mark.needs_mosquitto]

OF_AN_ENROLMENT = (
    Failpoint.ENROL_MID_PROPOSAL,
    Failpoint.ENROL_BEFORE_ASKING,
    Failpoint.ENROL_BEFORE_READING,
    Failpoint.ENROL_BEFORE_KEEPING,
    Failpoint.ENROL_MID_IDENTITY,
    Failpoint.ENROL_BEFORE_CREDENTIALS,
    Failpoint.ENROL_MID_CREDENTIALS,
    Failpoint.ENROL_BEFORE_CODE,
)
UNHEARD = OF_AN_ENROLMENT[:2]
"""Where the hub was not asked yet."""
OF_A_CLAIM_AT_THE_HUB = (Failpoint.CLAIM_BEFORE_COMMIT, Failpoint.CLAIM_BEFORE_ANSWER)
OF_A_RENEWAL = (
    Failpoint.RENEW_BEFORE_ASKING,
    Failpoint.RENEW_BEFORE_KEEPING,
    Failpoint.RENEW_MID_IDENTITY,
    Failpoint.RENEW_BEFORE_ROOTS,
)
OF_A_RENEWAL_AT_THE_HUB = (
    Failpoint.CERTIFICATE_BEFORE_COMMIT,
    Failpoint.CERTIFICATE_BEFORE_ANSWER,
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsHub]:
    """A hub at work for all tests of this file; each takes a till of its own."""
    mosquitto_path()
    made = TlsHub(tmp_path_factory.mktemp("trust") / "hub", stores=16)
    with made.running():
        yield made


NUMBERS = count(1)


@pytest.fixture
def till(tmp_path: Path) -> TlsTill:
    return TlsTill(tmp_path / "till", f"s{next(NUMBERS):02}-till")


def sell_and_arrive(hub: TlsHub, till: TlsTill) -> None:
    """The till's next start works: it sells, and every sale is in the hub's books."""
    with till.running():
        till.sell(3)
        until(lambda: hub.received(till.device) == till.sold and hub.balances())


@pytest.mark.parametrize("point", OF_AN_ENROLMENT, ids=str)
def test_a_claim_code_is_good_again_after_a_power_cut_at_each_point_of_an_enrolment(
    hub: TlsHub, till: TlsTill, tmp_path: Path, point: Failpoint
) -> None:
    code = hub.claim_code(till.device)
    assert till.claim(code, point).returncode == KILLED
    till.cut_tails()
    till.assert_nothing_is_half(hub.url)
    proposed = till.data / SECRET_FILE
    said = proposed.read_text() if proposed.exists() else None
    thief = TlsTill(tmp_path / "thief", till.device)
    if point not in UNHEARD:
        assert "was claimed at" in thief.claim(code).stderr, "the code is its own, and no other's"
    assert till.claim(code).returncode == 0
    assert said in (None, proposed.read_text()), "the same again is answered again"
    assert validity(till.data) is not None
    sell_and_arrive(hub, till)


def due(authority: Authority, till: TlsTill) -> None:
    """The till has a certificate of which nine tenths are over."""
    request = new_request(till.device)
    key = x509.load_pem_x509_csr(request.csr.encode()).public_key()
    past = datetime.now(UTC) - timedelta(days=330)
    made = authority.for_device(CHAIN, till.device, key, past)
    keep_identity(till.data, request, certificate_pem(made))


def is_renewed(till: TlsTill) -> bool:
    kept = validity(till.data)
    return kept is not None and kept.ends_at > datetime.now(UTC) + timedelta(days=300)


@pytest.mark.parametrize("point", OF_A_RENEWAL, ids=str)
def test_a_certificate_is_renewed_after_a_power_cut_at_each_point_of_it(
    hub: TlsHub, till: TlsTill, point: Failpoint
) -> None:
    assert till.claim(hub.claim_code(till.device)).returncode == 0
    authority = open_authority(HubSettings(data_dir=hub.folder))
    due(authority, till)
    if point is Failpoint.RENEW_BEFORE_ROOTS:
        done("hub", "ca", "rotate", "--data", hub.folder)
    with till.running(point) as dying:
        until(lambda: till.sells() or dying.poll() is not None)
        until(lambda: dying.poll() is not None)
        assert dying.returncode == KILLED
    till.cut_tails()
    till.assert_nothing_is_half(hub.url)
    assert is_renewed(till) is (point is Failpoint.RENEW_BEFORE_ROOTS)
    with till.running():
        till.sell(3)
        until(lambda: is_renewed(till))
        until(lambda: hub.received(till.device) == till.sold and hub.balances())
        roots = open_authority(HubSettings(data_dir=hub.folder)).roots_pem
        until(lambda: roots in (till.data / FILE_NAME).read_text().replace("\\n", "\n"))


@pytest.mark.parametrize("point", OF_A_CLAIM_AT_THE_HUB, ids=str)
def test_a_claim_code_is_good_again_after_a_power_cut_at_the_hub(
    tmp_path: Path, till: TlsTill, point: Failpoint
) -> None:
    mosquitto_path()
    hub = TlsHub(tmp_path / "hub", stores=20)
    with hub.running(point) as dying:
        code = hub.claim_code(till.device)
        lost = till.claim(code)
        assert lost.returncode == 1
        assert "no hub answers" in lost.stderr
        assert len(lost.stderr.splitlines()) == 1, lost.stderr
        until(lambda: dying.poll() is not None)
        assert dying.returncode == KILLED
    with hub.running():
        assert till.claim(code).returncode == 0
        sell_and_arrive(hub, till)


@pytest.mark.parametrize("point", OF_A_RENEWAL_AT_THE_HUB, ids=str)
def test_a_certificate_is_renewed_after_a_power_cut_at_the_hub(
    tmp_path: Path, till: TlsTill, point: Failpoint
) -> None:
    mosquitto_path()
    hub = TlsHub(tmp_path / "hub", stores=20)
    with hub.running(point) as dying:
        assert till.claim(hub.claim_code(till.device)).returncode == 0
        due(open_authority(HubSettings(data_dir=hub.folder)), till)
        with till.running():
            till.sell(2)
            until(lambda: dying.poll() is not None)
            assert dying.returncode == KILLED
            till.sell(2)
            till.assert_nothing_is_half(hub.url)
            with hub.running():
                until(lambda: is_renewed(till))
                until(lambda: hub.received(till.device) == till.sold and hub.balances())


def authority_at(folder: Path) -> Authority:
    return open_authority(HubSettings(data_dir=folder))


def test_an_authority_is_whole_after_a_power_cut_while_it_is_made_or_rotated(
    tmp_path: Path,
) -> None:
    folder, now = tmp_path / "hub", datetime.now(UTC)
    place = ("--data", folder)
    first = Failpoint.AUTHORITY_BEFORE_ROOT
    assert aisle("hub", "ca", "init", *place, failpoint=first).returncode == KILLED
    key = (folder / "authority" / "ca-key.pem").read_bytes()
    done("hub", "ca", "init", *place)
    assert (folder / "authority" / "ca-key.pem").read_bytes() == key
    open_database(HubSettings(data_dir=folder).database_url).close()
    load_secrets(folder)
    before = authority_at(folder)
    before.keep_own(("localhost",), now)

    rotating = Failpoint.ROTATION_BEFORE_ROOTS
    assert aisle("hub", "ca", "rotate", *place, failpoint=rotating).returncode == KILLED
    assert authority_at(folder).roots_pem == before.roots_pem
    done("hub", "ca", "rotate", *place)
    both = authority_at(folder)
    assert [both.roots_pem.endswith(before.roots_pem), len(both.issuers)] == [True, 2]

    ending = ("hub", "ca", "rotate", "--finish", *place)
    forgetting = Failpoint.ROTATION_BEFORE_FORGETTING
    assert aisle(*ending, failpoint=forgetting).returncode == KILLED
    after = authority_at(folder)
    assert len(after.issuers) == 1
    assert after.keep_own(("localhost",), now) == ["server.pem", "hub.pem"]
    done("hub", "ca", "rotate", *place)
    done("hub", "ca", "rotate", "--finish", *place)
    assert not (folder / "authority" / "ca-key-former.pem").exists()


def test_a_hub_whose_first_start_is_cut_between_key_and_certificate_starts(tmp_path: Path) -> None:
    mosquitto_path()
    hub = TlsHub(tmp_path / "hub")
    with hub.started(Failpoint.AUTHORITY_MID_PAIR) as dying:
        until(lambda: dying.poll() is not None)
        assert dying.returncode == KILLED
    own = hub.folder / "authority"
    assert (own / "server-key.pem").exists()
    assert not (own / "server.pem").exists()
    till = TlsTill(tmp_path / "till")
    with hub.running():
        assert till.claim(hub.claim_code(till.device)).returncode == 0
