"""Which build makes which image."""

from __future__ import annotations

import pytest

from tests.graph.compose_world import graph

DOCKERFILE = "FROM scratch\n"
BUILT = "services:\n  api: {image: 'example.org/shop/api:1.2', build: ./api}\n"


def tied(files: dict[str, str], image: str) -> str | None:
    """The Dockerfile of the build that makes an image."""
    made = graph(files).ties.build(image)
    return None if made is None else made.dockerfile


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("example.org/shop/api:1.2", True),
        ("example.org/shop/api:other", True),
        ("example.org/shop/api@sha256:00", True),
        ("api", True),
        ("api:latest", True),
        ("other.org/shop/api", False),
        ("shop/api", False),
        ("example.org/shop/web", False),
        ("apis", False),
    ],
)
def test_an_image_is_known_by_its_name(image: str, found: bool) -> None:
    files = {"compose.yaml": BUILT, "api/Dockerfile": DOCKERFILE}
    assert tied(files, image) == ("api/Dockerfile" if found else None)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("build.sh", "#!/bin/sh\ndocker build -t example.org/shop/web:1 ./web\n"),
        ("Makefile", "build:\n\tdocker build -t example.org/shop/web:1 -f web/Dockerfile web\n"),
    ],
)
def test_scripts_and_makefiles_build_too(path: str, text: str) -> None:
    assert tied({path: text, "web/Dockerfile": DOCKERFILE}, "example.org/shop/web:2") == "web/Dockerfile"


def test_a_name_that_two_builds_claim_ties_nothing() -> None:
    files = {
        "a/compose.yaml": "services:\n  x: {image: shop, build: .}\n",
        "b/compose.yaml": "services:\n  x: {image: shop, build: .}\n",
        "a/Dockerfile": DOCKERFILE,
        "b/Dockerfile": DOCKERFILE,
    }
    assert tied(files, "shop") is None


def test_file_names_tie_nothing() -> None:
    assert tied({"api/Dockerfile": DOCKERFILE}, "api") is None


def test_an_image_that_another_service_builds_is_that_build() -> None:
    world = graph(
        {
            "compose.yaml": "services:\n  web: {image: shop, build: ./web}\n  worker: {image: 'shop:latest', command: work}\n",
            "web/Dockerfile": DOCKERFILE,
        }
    )
    assert len(world.components) == 1
