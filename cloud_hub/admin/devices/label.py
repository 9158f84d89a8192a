"""A claim code as it is shown once: text, QR code, and a label to print."""

import segno

from cloud_hub.admin.devices.actions import kind_name
from cloud_hub.admin.devices.view import DeviceEdit
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader


def qr_code(text: str, label: str) -> Markup:
    """The text as a QR code, drawn in black on white whatever the theme."""
    # Nothing of the text stands in the picture's own markup: only where its squares are.
    svg = segno.make(text, error="m").svg_inline(dark="#000", light="#fff", omitsize=True)
    return el("div", Markup(svg), class_="qr", role="img", aria_label=label)


def claim_label(view: DeviceEdit, code: str, reader: Reader) -> Markup:
    """The label: what is printed and stuck to the device, with the code beside it."""
    words, device = reader.words, view.device
    store = view.places.stores.get(device.sheet.store_id)
    return el(
        "section",
        el(
            "div",
            qr_code(code, words("Claim code of {device}", device=device.device_id)),
            el(
                "div",
                el("strong", words.of(device.sheet.name)),
                el("p", words.of(store) if store is not None else device.sheet.store_id),
                el("p", kind_name(device.sheet.kind, words)),
                el("code", device.device_id),
            ),
            class_="label-face",
        ),
        el(
            "div",
            el("p", words("On the device, once:")),
            el("code", f"aisle edge claim {code} --data DIR", class_="claim-code letter-id"),
            el(
                "p",
                words("Who has this code gets in as this device. It ends with the first use."),
                class_="quiet",
            ),
            el("button", words("Print the label"), type="button", class_="button", data_print=True),
            class_="label-words",
        ),
        class_="panel claim-label",
    )
