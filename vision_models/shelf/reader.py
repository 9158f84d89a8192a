"""Reading a shelf: a photo of a fixture → what stands at the front of each slot.

With a calibrated view the fixture's front is flattened and read slot by slot; a chest freezer, seen
from above, basket by basket (vision_models/baskets.py). Without one, the
product detector finds boxes anywhere in the photo; with a plan, the rows they stand in are aligned
with its rows. Either way the crops are recognised with the gallery, and what is not recognised is
*unknown*, never the nearest guess.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureKind, FixtureProfile, PlanogramProfile
from vision_models.core.damage import Part, is_filled, is_lost
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.pictures import Decoded
from vision_models.naming.gallery import Gallery, match_crops
from vision_models.naming.matching import POINTS_BY_CHANCE, Match
from vision_models.networks.detector import Detector
from vision_models.shelf.anywhere import AnywhereReader
from vision_models.shelf.calibration import Flattened, flatten
from vision_models.shelf.chests.baskets import BasketReader, is_empty
from vision_models.shelf.emptiness import Filling, Look, ReadingSettings, SlotJudge
from vision_models.shelf.quality import Measures, Quality, judge_measures, judge_picture, measure
from vision_models.shelf.reading import Box, ShelfReading, facing_of
from vision_models.shelf.standing import compliance_of

LEAST_PROOF = 12
"""So many agreeing points prove a product that was not recognised at first. Measured on rendered
coolers: 15 and more where that was right; up to 10, once 22, where it was another one of its make.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    slot_id: str
    place: tuple[int, int]
    box: Box
    crop: Image
    planned: str | None


class ShelfReader:
    """Reads photos of shelves. `gallery` None: everything is unknown."""

    def __init__(
        self,
        gallery: Gallery | None,
        detector: Detector | None = None,
        settings: ReadingSettings | None = None,
    ) -> None:
        self.gallery = gallery
        self.detector = detector
        self.settings = settings or ReadingSettings()
        self._judge = SlotJudge(self.settings)
        self._baskets = BasketReader(gallery, self._judge)
        self._anywhere = AnywhereReader(gallery, detector, self._judge)
        self.model = (
            f"sku-{gallery.model} gallery-{len(gallery.gtins)}" if gallery else "no-gallery"
        )

    def read(
        self,
        picture: Image | Decoded,
        *,
        view: ShelfView | None = None,
        fixture: FixtureProfile | None = None,
        planogram: PlanogramProfile | None = None,
        when_empty: Mapping[str, Look] | None = None,
    ) -> ShelfReading:
        """What a picture shows, or what is left of it in a damaged file. With `view` and `fixture`
        slot by slot, else wherever a product is, by slots where `planogram` has some. `when_empty`
        is what `look_at_empty` gave.

        Raises UnusablePicture if the picture is tiny, or if neither a calibrated view nor a
        detector is at hand; UnusableModel if a model fails.
        """
        started_s = time.perf_counter()
        found = picture if isinstance(picture, Decoded) else Decoded(image=picture)
        image = found.image
        measures = measure(image, found.lost)
        quality = judge_measures(measures)
        is_lost_anywhere = bool(found.complaint) and not found.lost
        if quality is Quality.CLEAR and _has_nothing_to_hide(measures, fixture, planogram):
            is_lost_anywhere = True
        if is_lost_anywhere:
            quality = Quality.DAMAGED
        if quality is not Quality.CLEAR:
            reading = ShelfReading(quality=quality, hidden_slots=_slot_ids(fixture, planogram))
        elif view is not None and fixture is not None and _is_chest(fixture):
            reading = self._read_baskets(image, view, fixture, planogram, measures.lost)
        elif view is not None and view.corners is not None and fixture is not None:
            slots = self._cut(flatten(image, view), fixture, planogram)
            reading = self._read_slots(slots, measures, planogram, when_empty or {})
        else:
            reading = self._anywhere.read(image, measures, planogram)
        took_ms = (time.perf_counter() - started_s) * 1000
        return replace(reading, lost=measures.lost, model=self.model, took_ms=took_ms)

    def look_at_empty(
        self, image: Image, view: ShelfView, fixture: FixtureProfile
    ) -> dict[str, Look]:
        """How each slot looks with nothing in it, from a picture of the empty shelf: before a
        coloured or patterned back wall, a gap is told by that alone. Raises UnusablePicture."""
        quality = judge_picture(image)
        if quality in (Quality.DARK, Quality.GLARE, Quality.DAMAGED):
            raise UnusablePicture(f"the picture of the empty shelf is {quality}; take another one")
        slots = self._cut(flatten(image, view), fixture, None)
        return {slot.slot_id: self._judge.look(slot.crop) for slot in slots}

    # --- with a calibrated view ------------------------------------------------------------------

    def _read_slots(
        self,
        slots: Sequence[_Slot],
        measures: Measures,
        planogram: PlanogramProfile | None,
        when_empty: Mapping[str, Look],
    ) -> ShelfReading:
        lost = [slot for slot in slots if is_lost(slot.box, measures.lost)]
        taken = [slot for slot in slots if slot not in lost]
        if not taken:
            return _hidden(Quality.DAMAGED, slots)
        hidden = [slot for slot in taken if self._judge.is_burnt(slot.crop)]
        judged = [slot for slot in taken if slot not in hidden]
        matches = match_crops(
            self.gallery,
            [self._judge.without_wall(slot.crop) for slot in judged],
            expected=[slot.planned for slot in judged],
        )
        matches = [self._proven(*each) for each in zip(judged, matches, strict=True)]
        known = [
            self._judge.outline(slot.crop)
            for slot, match in zip(judged, matches, strict=True)
            if match.accepted is not None
        ]
        soft = self._judge.softness(known, len(taken), measures)
        if soft is not None:
            return _hidden(soft, slots)
        full, empty = [], []
        for slot, match in zip(judged, matches, strict=True):
            filling = self._judge.filling(
                slot.crop, when_empty.get(slot.slot_id), is_recognised=match.accepted is not None
            )
            if filling is Filling.FULL:
                full.append((slot, match))
            elif filling is Filling.EMPTY:
                empty.append(slot)
            else:
                hidden.append(slot)
        full = self._looked_at_lower(full)
        # One hidden slot is a gap that neighbours peep into; a hand hides more than one.
        behind_hand = [slot for slot in hidden if _is_beside(slot, hidden)]
        covered = [
            slot for slot, match in full if match.accepted is None and _is_beside(slot, behind_hand)
        ]
        facings = [
            facing_of(slot.box, match, slot.slot_id) for slot, match in full if slot not in covered
        ]
        # What was lost may have spoilt the slot beside it: no gap is told there.
        doubtful = [slot for slot in empty if _is_beside(slot, lost) or is_filled(slot.crop)]
        empty = [slot for slot in empty if slot not in doubtful]
        unseen = tuple(slot.slot_id for slot in (*hidden, *covered, *lost, *doubtful))
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            empty_slots=tuple(slot.slot_id for slot in empty if slot.planned or not planogram),
            hidden_slots=unseen,
            compliance=compliance_of(planogram, facings, unseen).share if planogram else None,
        )

    def _proven(self, slot: _Slot, match: Match) -> Match:
        """`match`, unknown where it names something else than is planned whose print is not there:
        a deviation is told to people, and colours alone make look-alikes."""
        is_deviation = slot.planned is not None and match.accepted != slot.planned
        if self.gallery is None or match.accepted is None or not is_deviation:
            return match
        points = self.gallery.agreeing_points(slot.crop, match.accepted)
        if points > POINTS_BY_CHANCE:
            return match
        return replace(match, accepted=None)

    def _looked_at_lower(self, full: list[tuple[_Slot, Match]]) -> list[tuple[_Slot, Match]]:
        """`full` slots with the unrecognised ones looked at again without their upper part, which
        no reference of a low pack shows. Believed only with the print as proof: whoever looks often
        enough finds a look-alike for every stranger."""
        settled, gallery = list(full), self.gallery
        if gallery is None:
            return settled
        for share in self.settings.above_low_packs:
            doubtful = [n for n, (_, match) in enumerate(settled) if match.accepted is None]
            slots = [settled[n][0] for n in doubtful]
            crops = [slot.crop[int(share * slot.crop.shape[0]) :] for slot in slots]
            again = match_crops(gallery, crops, expected=[slot.planned for slot in slots])
            for n, slot, crop, match in zip(doubtful, slots, crops, again, strict=True):
                named = match.accepted
                if named and gallery.agreeing_points(crop, named) >= LEAST_PROOF:
                    settled[n] = (slot, match)
        return settled

    def _cut(
        self, flat: Flattened, fixture: FixtureProfile, planogram: PlanogramProfile | None
    ) -> list[_Slot]:
        height, width = flat.front.shape[:2]
        across, down = width / fixture.columns, height / fixture.rows
        edge = self.settings.margin
        slots = []
        for row in range(fixture.rows):
            for column in range(fixture.columns):
                slot_id = fixture.slot_id(row + 1, column + 1)
                x1, x2 = (column + edge) * across, (column + 1 - edge) * across
                y1, y2 = (row + edge) * down, (row + 1 - edge) * down
                slots.append(
                    _Slot(
                        slot_id=slot_id,
                        place=(row, column),
                        box=flat.box_in_picture(x1, y1, x2, y2),
                        crop=flat.front[int(y1) : int(y2), int(x1) : int(x2)],
                        planned=planogram.product_in(slot_id) if planogram else None,
                    )
                )
        return slots

    def _read_baskets(
        self,
        image: Image,
        view: ShelfView,
        fixture: FixtureProfile,
        planogram: PlanogramProfile | None,
        lost: Sequence[Part],
    ) -> ShelfReading:
        facings, baskets = self._baskets.read(image, view, fixture, lost)
        planned = {slot.slot_id for slot in planogram.slots} if planogram else None
        hidden = tuple(basket.basket_id for basket in baskets if basket.filled is None)
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            empty_slots=tuple(
                basket.basket_id
                for basket in baskets
                if is_empty(basket) and (planned is None or basket.basket_id in planned)
            ),
            hidden_slots=hidden,
            baskets=tuple(baskets),
            compliance=compliance_of(planogram, facings, hidden).share if planogram else None,
        )


def _hidden(quality: Quality, slots: Sequence[_Slot]) -> ShelfReading:
    """A picture that says nothing of any slot."""
    return ShelfReading(quality=quality, hidden_slots=tuple(slot.slot_id for slot in slots))


def _has_nothing_to_hide(
    measures: Measures, fixture: FixtureProfile | None, planogram: PlanogramProfile | None
) -> bool:
    """Whether there is damage, and no slot that could be called hidden for it."""
    is_planned = fixture is not None or planogram is not None
    return bool(measures.lost) and is_planned and not _slot_ids(fixture, planogram)


def _is_beside(slot: _Slot, others: Sequence[_Slot]) -> bool:
    """Whether `slot` touches one of `others`: a hand that hides one covers a part of the next."""
    row, column = slot.place
    return any(
        other is not slot and abs(row - other.place[0]) <= 1 and abs(column - other.place[1]) <= 1
        for other in others
    )


def _is_chest(fixture: FixtureProfile) -> bool:
    return fixture.kind is FixtureKind.COOLER_CHEST


def _slot_ids(
    fixture: FixtureProfile | None, planogram: PlanogramProfile | None
) -> tuple[str, ...]:
    if fixture is None:
        return tuple(slot.slot_id for slot in planogram.slots) if planogram else ()
    return tuple(
        fixture.slot_id(row, column)
        for row in range(1, fixture.rows + 1)
        for column in range(1, fixture.columns + 1)
    )
