"""What `deploy/` holds is valid, and clean under stackfix itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from stackfix.bot.app import Setting, app
from stackfix.cli import main
from tests.bot.sending import Kept, get

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def documents(path: Path) -> list[dict[str, object]]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """As much of the project as the image is made of."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    (tmp_path / "src" / "stackfix").mkdir(parents=True)
    (tmp_path / "src" / "stackfix" / "__init__.py").write_text('"""The package."""\n')
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(DEPLOY.parent / name, tmp_path / name)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "add", "-A"], check=True)
    return tmp_path


def test_stackfix_finds_nothing_wrong_here(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for root in (DEPLOY, project):
        code = main([str(root), "--preview", "--output-format", "json", "--no-cache"])
        said = json.loads(capsys.readouterr().out)
        assert [(one["rule"], one["message"]) for one in said["findings"]] == []
        assert said["summary"]["files"] >= 8
        assert code == 0


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_kubernetes_own(path: Path) -> None:
    for document in documents(path):
        if document["kind"] != "Kustomization":
            kubernetes_validate.validate(document, "1.31", strict=True)


def test_the_kustomization_names_every_manifest() -> None:
    (kustomization,) = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    named = kustomization["resources"]
    assert isinstance(named, list)
    assert sorted(named) == [path.name for path in MANIFESTS if path.name != "kustomization.yaml"]


def test_the_compose_file_is_as_its_specification_has_it() -> None:
    words = ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_has_nothing_to_say_of_the_image() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_the_example_of_an_environment_holds_no_value() -> None:
    lines = (DEPLOY / "bot.env.example").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not re.fullmatch(r"#.*|[A-Z][A-Z0-9_]*=", line)] == []


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined] # the standard library's way to share
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_image_is_healthy_while_the_bot_answers() -> None:
    health, words = (
        json.loads(re.findall(pattern, (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)[0])
        for pattern in (r"^    CMD (\[.+\])$", r"^CMD (\[.+\])$")
    )
    found = re.search(r"http://127\.0\.0\.1:(\d+)(/[a-z]+)", health[-1])
    assert found is not None
    assert found[1] == words[words.index("--port") + 1], "where the bot listens"
    assert get(app(Setting({}, Kept())), found[2]).status_code == 200
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        told = [word.replace(found[1], str(server.server_port)) for word in health[1:]]
        codes = []
        for status in (200, 503):
            server.status = status  # type: ignore[attr-defined] # the standard library's way to share
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            codes.append(subprocess.run([sys.executable, *told], capture_output=True, check=False).returncode)
            thread.join()
    assert (health[0], codes) == ("python", [0, 1])


def test_the_image_gets_what_the_package_is_made_of() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    sources = {word for words in copied for word in words.split()}
    assert sources == {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert all((DEPLOY.parent / source).exists() for source in sources)
