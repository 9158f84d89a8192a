"""What a device still lacks, in plain steps: what is right, what is not, what to do."""

from cloud_hub.boards.devices.first_steps import Need, StepRow
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words


def steps_panel(rows: tuple[StepRow, ...], reader: Reader) -> Markup | None:
    """The steps; nothing where there are none to show."""
    if not rows:
        return None
    words = reader.words
    left = sum(not row.is_done for row in rows)
    note = words("ready") if left == 0 else words("{n} left to do", n=left)
    drawn = [
        el(
            "li",
            el("b", "✓ " if row.is_done else "✗ ", aria_hidden="true"),
            _said(row, words),
            el("small", " ", age(row.at, reader)) if row.at is not None else None,
            el("p", _todo(row, words), class_="hint") if not row.is_done else None,
            class_="step-done" if row.is_done else "step-left",
            data_step=row.step.value,
            data_done="yes" if row.is_done else "no",
        )
        for row in rows
    ]
    return panel(words("Put up and ready"), el("ul", drawn, class_="setup-steps"), note=note)


def _said(row: StepRow, words: Words) -> str:
    if row.step is Need.SLOTS:
        return words("{done} of {of} slots visible", done=row.done or 0, of=row.of or 0)
    right, not_yet = {
        Need.CLAIM: (words("Claimed"), words("Not claimed yet")),
        Need.LINK: (words("Connected"), words("Not connected")),
        Need.CLOCK: (words("Its clock is right"), words("Its clock is not to be trusted yet")),
        Need.PHOTO: (words("The last photo is clear"), words("No clear photo yet")),
        Need.SENSORS: (words("Its sensors are read"), words("No temperature was read lately")),
        Need.PRICES: (words("It has its price list"), words("It has no price list, or an old one")),
        Need.ALARMS: (words("No alarm stands"), words("An alarm stands")),
    }[row.step]
    said = right if row.is_done else not_yet
    return f"{said}: {row.detail}" if row.detail and not row.is_done else said


def _todo(row: StepRow, words: Words) -> str:
    match row.step:
        case Need.CLAIM:
            return words("Make a claim code and run aisle edge claim on the device.")
        case Need.LINK:
            return words("Check its power and network; run aisle edge doctor on it.")
        case Need.CLOCK:
            return words("Let the machine take its time from the network.")
        case Need.PHOTO:
            return words("Take a photo now; see to the light, the lens and where it looks.")
        case Need.SLOTS if not row.of:
            return words("Its fixture has no plan: load one.")
        case Need.SLOTS:
            return words(
                "Hidden: {slots}. Turn the camera, or take away what stands there.",
                slots=row.detail,
            )
        case Need.SENSORS:
            return words("Have it test itself: each sensor says what is wrong.")
        case Need.PRICES:
            return words("Publish a price list for it, or wait until it has fetched it.")
    return words("See its alarms below.")
