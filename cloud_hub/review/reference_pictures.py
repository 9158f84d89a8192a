"""Pictures of one product alone, which stand beside questions: kept by GTIN, newest shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.core.media_store import Pictures
from cloud_hub.review.tables import ReferencePicture
from device_profiles.failures import in_words
from device_profiles.files import read_gallery_list
from device_profiles.values.codes import parse_product_code
from device_profiles.values.gtin import InvalidGtin
from device_profiles.values.picture_size import MOST_PIXELS, is_huge, size_by_header

KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""How the files begin that a browser shows."""
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPicture:
    """A picture of one product alone, as somebody gives it: the bytes of a JPEG or PNG, and where
    they come from."""

    tenant_id: str
    gtin: str
    data: bytes
    origin: str
    given_by: str


def add_reference(session: Session, pictures: Pictures, given: GivenPicture, now: datetime) -> str:
    """Keeps a reference picture; its SHA-256. The same twice changes nothing.

    Raises Refused for a wrong GTIN, a file that is neither JPEG nor PNG, or one that
    is too large, in bytes or unpacked.
    """
    try:
        gtin = parse_product_code(given.gtin)
    except InvalidGtin as error:
        raise Refused(str(error), status=422) from error
    kind = next((kind for start, kind in KINDS.items() if given.data.startswith(start)), None)
    if kind is None:
        raise Refused("a reference picture is JPEG or PNG", status=422)
    if len(given.data) > LARGEST_BYTES:
        raise Refused(f"a reference picture has at most {LARGEST_BYTES} bytes", status=413)
    size = size_by_header(given.data)
    if size is not None and is_huge(size):
        raise Refused(
            f"the picture is {size[0]}×{size[1]} px; a reference picture has at most"
            f" {MOST_PIXELS / 1e6:.0f} megapixels",
            status=413,
        )
    digest = pictures.put(given.data)
    if session.get(ReferencePicture, (given.tenant_id, gtin, digest)) is None:
        session.add(
            ReferencePicture(
                tenant_id=given.tenant_id,
                gtin=gtin,
                sha256=digest,
                media_type=kind,
                origin=given.origin,
                added_at=now,
                added_by=given.given_by,
            )
        )
        session.flush()
    return digest


def gallery_pictures(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """GTIN, origin and bytes of the first picture of every product of a gallery's folder.

    Raises UnusableData if it is none.
    """
    try:
        words = read_gallery_list(folder)
        first = {str(one["gtin"]): one for one in reversed(words.get("picture", []))}
        for gtin, one in sorted(first.items()):
            yield gtin, str(one["origin"]), (folder / str(one["file"])).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableData(
            f"{folder} is no gallery that can be read ({in_words(error)}); make one with"
            " aisle sku enroll"
        ) from error
