"""What is shipped comes under licences that let it be shipped: no GPL, no AGPL, none unknown."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

LOCKS = Path(__file__).parents[3] / "deploy" / "requirements"
NAMES = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE)
COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|GNU (Affero )?General Public", re.IGNORECASE)
LEAST_INSTALLED = 30


def licence_of(package: Distribution) -> str:
    """All that a package says of its licence."""
    told = package.metadata
    classifiers = [one for one in told.get_all("Classifier") or () if one.startswith("License")]
    # Some put the whole text there: its head names it.
    said = [told.get("License-Expression") or "", (told.get("License") or "")[:200], *classifiers]
    return "; ".join(one for one in said if one)


@pytest.mark.parametrize("extra", ["edge", "hub"])
def test_no_shipped_package_is_under_a_licence_that_would_bind_what_it_is_shipped_with(
    extra: str,
) -> None:
    licences = {}
    for name in NAMES.findall((LOCKS / f"{extra}.txt").read_text(encoding="utf-8")):
        try:
            licences[name] = licence_of(distribution(name))
        except PackageNotFoundError:
            # Of another platform.
            continue
    assert len(licences) > LEAST_INSTALLED
    assert {name: said for name, said in licences.items() if COPYLEFT.search(said)} == {}
    assert [name for name, said in licences.items() if not said] == []


@pytest.mark.parametrize(
    ("said", "is_copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("AGPLv3+", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_the_names_of_such_licences_are_known_and_the_lesser_one_is_none(
    said: str, *, is_copyleft: bool
) -> None:
    assert bool(COPYLEFT.search(said)) == is_copyleft
