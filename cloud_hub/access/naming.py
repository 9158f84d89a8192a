"""What goods and brands are called to one viewer."""

import hmac

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.text import Said, Text
from cloud_hub.master_data.chain import Chain
from device_profiles.names import Names

_OTHER = Text("Other {letter}")
_UNKNOWN = Text("Other")


class Naming:
    """What goods and brands are called to one viewer. To a brand, a rival on a fixture that the
    brand does not own is "Other A". The letter stays with the rival throughout the chain and for
    good, and tells nothing of it: each reader has letters of its own, drawn by the chain's secret;
    brands that come later get the later ones."""

    def __init__(self, viewer: Viewer, chain: Chain) -> None:
        self._brand_id = viewer.brand_id
        self._is_brand = viewer.brand_id is not None
        self._chain = chain
        self._letters = _letters(chain, viewer.brand_id) if viewer.brand_id is not None else {}

    def hides(self, brand_id: str, owner_brand_id: str | None) -> bool:
        """Whether the brand must not be named on a fixture of that owner."""
        return self._is_brand and brand_id != self._brand_id and owner_brand_id != self._brand_id

    def hides_pictures(self, owner_brand_id: str | None) -> bool:
        """Whether pictures of a fixture of that owner would name whom the viewer must not see."""
        return self._is_brand and owner_brand_id != self._brand_id

    def brand(self, brand_id: str, owner_brand_id: str | None) -> Said:
        """What the brand is called on a fixture of that owner."""
        if self.hides(brand_id, owner_brand_id):
            letter = self._letters.get(brand_id, "?")
            return _OTHER.filled(letter=letter)
        return self._chain.brands.get(brand_id, Names.same(brand_id))

    def product(self, gtin: str, owner_brand_id: str | None) -> Said:
        """What the product is called on a fixture of that owner."""
        product = self._chain.products.get(gtin)
        if product is None:
            return _UNKNOWN if self._is_brand else self._chain.product_name(gtin)
        if self.hides(product.brand_id, owner_brand_id):
            return self.brand(product.brand_id, owner_brand_id)
        return product.name

    def gtin(self, gtin: str, owner_brand_id: str | None) -> str:
        """The product's number; empty where the product must not be named."""
        product = self._chain.products.get(gtin)
        hidden = product is None or self.hides(product.brand_id, owner_brand_id)
        return "" if self._is_brand and hidden else gtin


def _letters(chain: Chain, reader: str) -> dict[str, str]:
    """The letter of every rival of the brand that reads."""

    def drawn(brand_id: str) -> tuple[int, bytes]:
        said = f"{len(reader)}/{reader}/{brand_id}".encode()
        return chain.joined[brand_id], hmac.digest(chain.naming_key.encode(), said, "sha256")

    rivals = sorted((each for each in chain.brands if each != reader), key=drawn)
    return {brand_id: _letter(number) for number, brand_id in enumerate(rivals)}


def _letter(number: int) -> str:
    """A, B … Z, AA, AB …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
