"""What a person counted on a clip of a line, beside what the device did."""

from cloud_hub.boards.footfall.floor import HandCount
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader


def hand_count(hand: HandCount | None, reader: Reader) -> Markup | None:
    """ "counted by hand: 97.4 % on 15 min, Thu 12 Nov"."""
    if hand is None or hand.accuracy is None:
        return None
    words = reader.words
    said = words(
        "counted by hand: {share} on {minutes} min, {day}",
        share=words.percent(hand.accuracy, 1),
        minutes=words.number(hand.minutes),
        day=words.day(hand.day),
    )
    more = words(
        "{hand} crossings by hand; missed {missed}, too many {surplus}",
        hand=words.number(hand.hand),
        missed=words.number(hand.missed),
        surplus=words.number(hand.surplus),
    )
    return el("small", said, title=more, class_="quiet hand-count")
