"""What the real tools say of a file: None where they take it, or where none of them is its judge."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import check_jsonschema
import crossplane
import dockerfile
import jsonschema
import kubernetes_validate
import yaml


def complaint(name: str, data: bytes, scratch: Path) -> str | None:
    """The first complaint about a file of that name with those contents."""
    base = name.rpartition("/")[2]
    if base.endswith(".py"):
        return _python(data)
    if base.startswith("Dockerfile") or base.endswith(".dockerfile"):
        return _dockerfile(data)
    if base.endswith(".sh"):
        return _shell(data, scratch)
    if base.endswith((".yml", ".yaml")):
        return _yaml(data)
    if base.endswith(".conf"):
        return _nginx(data, scratch)
    return None


def _python(data: bytes) -> str | None:
    try:
        compile(data, "case.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return str(error)
    return None


def _dockerfile(data: bytes) -> str | None:
    try:
        dockerfile.parse_string(data.decode("utf-8").removeprefix("\ufeff"))
    except dockerfile.GoParseError as error:
        return str(error)
    return None


def _shell(data: bytes, scratch: Path) -> str | None:
    path = scratch / "case.sh"
    path.write_bytes(data)
    program = Path(sys.executable).parent / "shellcheck"
    judged = subprocess.run([program, "--severity=error", path], capture_output=True, text=True, check=False)
    return judged.stdout or None


def _yaml(data: bytes) -> str | None:
    try:
        documents = [d for d in yaml.safe_load_all(data.decode("utf-8")) if isinstance(d, dict)]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return str(error)
    for document in documents:
        if "apiVersion" in document and "kind" in document:
            found = _kubernetes(document)
        elif "services" in document:
            found = _compose(document)
        else:
            found = None
        if found is not None:
            return found
    return None


def _kubernetes(document: dict[str, Any]) -> str | None:
    try:
        kubernetes_validate.validate(document, "1.31", strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error)
    except kubernetes_validate.SchemaNotFoundError:
        return None  # a custom resource
    return None


def _compose(document: dict[str, Any]) -> str | None:
    error = next(iter(jsonschema.Draft7Validator(_compose_schema()).iter_errors(document)), None)
    return None if error is None else error.message


@cache
def _compose_schema() -> dict[str, Any]:
    folder = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    found = json.loads((folder / "compose-spec.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def _nginx(data: bytes, scratch: Path) -> str | None:
    """What crossplane says of contexts and arity; real nginx judges the examples in tests/e2e."""
    text = data.decode("utf-8")
    whole = text if re.search(r"^\s*events\b", text, re.MULTILINE) else f"events {{}}\nhttp {{\n{text}\n}}\n"
    path = scratch / "case.conf"
    path.write_text(whole, "utf-8")
    parsed = crossplane.parse(str(path), single=True)
    return None if parsed["status"] == "ok" else str(parsed["errors"])
