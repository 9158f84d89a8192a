"""The SKU gallery: a folder that a person can read, and what is recognised with it.

```
gallery/
  gallery.toml              which model made the vectors, and every picture's origin
  06901234567892/<sha>.jpg  reference pictures of one GTIN
  vectors.npz               one vector a picture, made anew when the model changes
```
A new SKU is one to five pictures; nothing is retrained. Recognition is a shortlist by cosine, then
SIFT where the margin is small, then acceptance, or *unknown*.
"""

import hashlib
import logging
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import tomli_w
from numpy.typing import NDArray

from device_profiles.failures import in_words
from device_profiles.files import UnreadableFile, read_gallery_list
from device_profiles.values.codes import parse_product_code
from device_profiles.values.gtin import InvalidGtin, parse_gtin
from vision_models.core.errors import UnusableGallery
from vision_models.core.frame import Image
from vision_models.naming.matching import (
    CANDIDATES,
    CROP_MATCH,
    PHOTO_MATCH,
    POINTS_BY_CHANCE,
    Candidate,
    Match,
    MatchSettings,
    answer,
)
from vision_models.naming.sift import Print, PrintReader, agreeing_points
from vision_models.networks.embedding import Embedder

log = logging.getLogger(__name__)

FORMAT = 1
KEPT_PX = 512
NO_VECTORS = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading damaged vectors raises; they are made anew then."""
LOOK_ALIKE_COSINE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an enrolment added, and which other SKUs look too much like it."""

    gtin: str
    added: int
    already_there: int
    look_alikes: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    gtin: str
    file: Path
    origin: str
    added_at: str


class Gallery:
    """An opened gallery. One user at a time; opening is cheap, prints are read when needed."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self.path = path
        self._embedder = embedder
        self._prints = PrintReader()
        self._references: list[_Reference] = []
        self._vectors: NDArray[np.float32] = np.zeros((0, embedder.size), np.float32)
        self._read_prints: dict[Path, Print] = {}
        self._names: list[str] = []
        self._places: NDArray[np.intp] = np.zeros(0, np.intp)

    @classmethod
    def open(cls, path: Path, embedder: Embedder) -> "Gallery":
        """The gallery in the folder `path`. Vectors of another model are made anew.

        Raises UnusableGallery if there is none, or if it is damaged.
        """
        if not (path / "gallery.toml").is_file():
            raise UnusableGallery(
                f"no gallery in {path}; make one with"
                f" aisle sku enroll --gallery {path} --gtin GTIN IMAGE…"
            )
        gallery = cls(path, embedder)
        gallery._load()
        return gallery

    @classmethod
    def open_or_make(cls, path: Path, embedder: Embedder) -> "Gallery":
        """The gallery in the folder `path`, which may be new. Raises UnusableGallery."""
        if (path / "gallery.toml").is_file():
            return cls.open(path, embedder)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UnusableGallery(f"{path} is neither a gallery nor an empty folder")
        return cls(path, embedder)

    @property
    def model(self) -> str:
        """Short name of the weights that made the vectors."""
        return self._embedder.version

    @property
    def gtins(self) -> tuple[str, ...]:
        """Every enrolled GTIN, ascending."""
        return tuple(sorted({reference.gtin for reference in self._references}))

    def enroll(self, gtin: str, pictures: Sequence[tuple[str, Image]], at: datetime) -> Enrolment:
        """Add reference pictures, given with the name of where each came from.

        Raises UnusableGallery for a wrong GTIN or a folder that cannot be written; nothing is
        half added.
        """
        try:
            gtin = parse_product_code(gtin)
        except InvalidGtin as error:
            raise UnusableGallery(str(error)) from error
        fresh: list[tuple[_Reference, bytes, Image]] = []
        known = {reference.file.name for reference in self._references if reference.gtin == gtin}
        for origin, picture in pictures:
            raw = _encoded(picture)
            name = f"{hashlib.sha256(raw).hexdigest()[:16]}.jpg"
            if name not in known:
                known.add(name)
                file = Path(gtin) / name
                added_at = at.isoformat(timespec="seconds")
                kept = _Reference(gtin=gtin, file=file, origin=origin, added_at=added_at)
                # The vector is that of the kept file, so that making it anew changes nothing.
                fresh.append((kept, raw, _decoded(raw)))
        alike: tuple[Candidate, ...] = ()
        if fresh:
            vectors = self._embedder.embed([p for _, _, p in fresh], PHOTO_MATCH.views)
            alike = self._look_alikes(gtin, vectors)
            self._add(fresh, vectors)
        return Enrolment(
            gtin=gtin,
            added=len(fresh),
            already_there=len(pictures) - len(fresh),
            look_alikes=alike,
        )

    def renew(self) -> int:
        """Keeps the vectors of this model in the folder; how many pictures they are of.

        Raises UnusableGallery if it cannot be written.
        """
        try:
            self._save()
        except OSError as error:
            raise UnusableGallery(
                f"cannot write the gallery {self.path}: {in_words(error)}"
            ) from error
        return len(self._references)

    def match(
        self,
        pictures: Sequence[Image],
        *,
        expected: Sequence[str | None] | None = None,
        how: MatchSettings = PHOTO_MATCH,
    ) -> list[Match]:
        """What each picture of one product shows. `expected` is the planogram's GTIN for each:
        it settles a near tie, and never overrules what is seen.

        Raises UnusableGallery if nothing is enrolled.
        """
        if not self._references:
            raise UnusableGallery(f"the gallery {self.path} is empty; enrol a SKU first")
        if not pictures:
            return []
        wanted = expected or [None] * len(pictures)
        cosines = self._embedder.embed(pictures, how.views) @ self._vectors.T
        return [
            self._judge(picture, row, prior, how)
            for picture, row, prior in zip(pictures, cosines, wanted, strict=True)
        ]

    def pictures(self) -> Iterator[tuple[str, Image]]:
        """Every reference picture with its GTIN. Raises UnusableGallery if one cannot be read."""
        for reference in self._references:
            yield reference.gtin, self._picture(reference.file)

    def _judge(
        self, picture: Image, cosines: NDArray[np.float32], prior: str | None, limits: MatchSettings
    ) -> Match:
        ranked = self._best_per_gtin(cosines, max(limits.looked_at + 1, CANDIDATES))
        margin = ranked[0].score - ranked[1].score if len(ranked) > 1 else 1.0
        is_planned = ranked[0].gtin == prior
        if ranked[0].score < limits.hopeless_cosine:
            return replace(
                answer(ranked, ranked[0], margin, limits, is_planned=is_planned), accepted=None
            )
        # What stands where it is planned needs no further proof than being the best by a little.
        if margin >= (limits.least_lead if is_planned else limits.clear_margin):
            return answer(ranked, ranked[0], margin, limits, is_planned=is_planned)
        return self._second_look(picture, ranked, prior, limits)

    def _second_look(
        self, picture: Image, ranked: list[Candidate], prior: str | None, limits: MatchSettings
    ) -> Match:
        """Settle a small margin by geometry, and a tie by what is planned there."""
        seen = self._prints.read(picture)
        reach = ranked[0].score - limits.near_margin
        near = [one for one in ranked[: limits.looked_at] if one.score >= reach]
        points = {one.gtin: self._points(seen, one.gtin) for one in near}

        def standing(one: Candidate) -> float:
            beyond = max(0, points.get(one.gtin, 0) - POINTS_BY_CHANCE)
            return one.score + limits.print_weight * float(np.log1p(beyond))

        anew = sorted(ranked[: limits.looked_at + 1], key=lambda one: (-standing(one), one.gtin))
        tied = [one for one in anew if standing(anew[0]) - standing(one) < limits.least_lead]
        first = next((one for one in tied if one.gtin == prior), anew[0])
        rest = max((standing(one) for one in anew if one is not first), default=0.0)
        ahead = [first, *(one for one in anew if one is not first)]
        shown = [Candidate(one.gtin, round(min(1.0, standing(one)), 4)) for one in ahead]
        lead = standing(first) - rest if len(anew) > 1 else 1.0
        return answer(shown, first, lead, limits, is_planned=first.gtin == prior)

    def agreeing_points(self, picture: Image, gtin: str) -> int:
        """How many points of print on `picture` agree with the best reference of `gtin`, up to
        POINTS_BY_CHANCE of them by chance."""
        return self._points(self._prints.read(picture), gtin)

    def without(self, gtin: str) -> "Gallery":
        """The same gallery as if `gtin` had never been enrolled; for measuring, not for enrolling.

        Raises UnusableGallery if nothing else is enrolled.
        """
        kept = [n for n, reference in enumerate(self._references) if reference.gtin != gtin]
        if not kept:
            raise UnusableGallery(f"the gallery {self.path} holds nothing but {gtin}")
        other = Gallery(self.path, self._embedder)
        other._references = [self._references[n] for n in kept]
        other._vectors = self._vectors[kept]
        other._read_prints = self._read_prints
        return other

    def _points(self, seen: Print, gtin: str) -> int:
        return max(
            agreeing_points(seen, self._print_of(reference.file))
            for reference in self._references
            if reference.gtin == gtin
        )

    def _print_of(self, file: Path) -> Print:
        if file not in self._read_prints:
            self._read_prints[file] = self._prints.read(self._picture(file))
        return self._read_prints[file]

    def _best_per_gtin(
        self, cosines: NDArray[np.float32], most: int | None = None
    ) -> list[Candidate]:
        """The SKUs, or the first `most` of them, by the cosine (n,) of their best reference."""
        names, places = self._by_gtin()
        best = np.zeros(len(names), np.float32)
        np.maximum.at(best, places, cosines)
        # Names ascend and the sort is stable: equal cosines stand in the order of their names.
        first = np.argsort(-best, kind="stable")[:most]
        return [Candidate(names[n], round(min(1.0, float(best[n])), 4)) for n in first]

    def _by_gtin(self) -> tuple[list[str], NDArray[np.intp]]:
        """Every GTIN, ascending, and for each reference the place of its GTIN among them."""
        if len(self._places) != len(self._references):
            gtins = [reference.gtin for reference in self._references]
            self._names = sorted(set(gtins))
            place = {name: at for at, name in enumerate(self._names)}
            self._places = np.array([place[gtin] for gtin in gtins], np.intp)
        return self._names, self._places

    def _look_alikes(self, gtin: str, vectors: NDArray[np.float32]) -> tuple[Candidate, ...]:
        if not self._references:
            return ()
        cosines = (vectors @ self._vectors.T).max(axis=0)
        return tuple(
            candidate
            for candidate in self._best_per_gtin(cosines)
            if candidate.gtin != gtin and candidate.score >= LOOK_ALIKE_COSINE
        )

    # --- on disk ---------------------------------------------------------------------------------

    def _add(
        self, fresh: list[tuple[_Reference, bytes, Image]], vectors: NDArray[np.float32]
    ) -> None:
        try:
            for reference, raw, _ in fresh:
                (self.path / reference.gtin).mkdir(parents=True, exist_ok=True)
                (self.path / reference.file).write_bytes(raw)
            self._references += [reference for reference, _, _ in fresh]
            self._vectors = np.vstack([self._vectors, vectors])
            self._save()
        except OSError as error:
            raise UnusableGallery(
                f"cannot write the gallery {self.path}: {in_words(error)}"
            ) from error

    def _save(self) -> None:
        words = {
            "format": FORMAT,
            "model": self._embedder.version,
            "picture": [
                {
                    "gtin": reference.gtin,
                    "file": reference.file.as_posix(),
                    # A file's name need not be text; the list must be.
                    "origin": reference.origin.encode(errors="replace").decode(),
                    "added_at": reference.added_at,
                }
                for reference in self._references
            ],
        }
        vectors = self.path / "vectors.new.npz"
        np.savez(vectors, vectors=self._vectors)
        vectors.replace(self.path / "vectors.npz")
        # The list of pictures is replaced last: a picture is enrolled once it stands there.
        new = self.path / "gallery.toml.new"
        new.write_text(tomli_w.dumps(words), encoding="utf-8")
        new.replace(self.path / "gallery.toml")

    def _load(self) -> None:
        try:
            words = read_gallery_list(self.path)
            if int(words["format"]) > FORMAT:
                raise UnusableGallery(
                    f"gallery {self.path} has format {words['format']}, this program knows"
                    f" {FORMAT}; upgrade AisleOS"
                )
            self._references = [
                _Reference(
                    gtin=parse_gtin(one["gtin"]),
                    file=Path(one["file"]),
                    origin=str(one["origin"]),
                    added_at=str(one["added_at"]),
                )
                for one in words.get("picture", [])
            ]
        except UnreadableFile as error:
            raise UnusableGallery(f"gallery {self.path} is damaged: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UnusableGallery(f"gallery {self.path} is damaged: {in_words(error)}") from error
        made_by = str(words.get("model", ""))
        if made_by != self.model and self._references:
            log.warning(
                "gallery %s was made by model %s; vectors of its %d pictures are made anew by %s at"
                " every opening, until: aisle sku renew --gallery %s",
                self.path,
                made_by,
                len(self._references),
                self.model,
                self.path,
                extra={"action": "gallery"},
            )
        self._vectors = self._stored_vectors(made_by)

    def _stored_vectors(self, model: str) -> NDArray[np.float32]:
        if model == self._embedder.version:
            try:
                with (self.path / "vectors.npz").open("rb") as file, np.load(file) as kept:
                    stored = kept["vectors"]
            except NO_VECTORS:
                stored = np.zeros((0, 0), np.float32)
            if stored.shape == (len(self._references), self._embedder.size):
                return np.asarray(stored, np.float32)
        return self._vectors_anew()

    def _vectors_anew(self) -> NDArray[np.float32]:
        """Vectors by this model; another model's are of no use."""
        if not self._references:
            return self._vectors
        pictures = [self._picture(one.file) for one in self._references]
        return self._embedder.embed(pictures, PHOTO_MATCH.views)

    def _picture(self, file: Path) -> Image:
        try:
            return _decoded((self.path / file).read_bytes())
        except (OSError, ValueError, UnusableGallery) as error:
            raise UnusableGallery(
                f"gallery {self.path}: picture {file} cannot be read; enrol its GTIN again"
            ) from error


def match_crops(
    gallery: Gallery | None,
    crops: Sequence[Image],
    expected: Sequence[str | None] | None = None,
    how: MatchSettings = CROP_MATCH,
) -> list[Match]:
    """What each crop round one product shows; without a gallery nothing is known."""
    if gallery is None:
        return [Match(candidates=(), accepted=None)] * len(crops)
    return gallery.match(crops, expected=expected, how=how)


def _encoded(picture: Image) -> bytes:
    shrink = min(1.0, KEPT_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    is_done, raw = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 92])
    if not is_done:
        raise UnusableGallery("a reference picture cannot be stored as JPEG")
    return raw.tobytes()


def _decoded(raw: bytes) -> Image:
    picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise UnusableGallery("a reference picture is damaged")
    return np.asarray(picture, dtype=np.uint8)
