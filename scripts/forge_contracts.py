"""Makes tests/forge/contracts/NAME.json.gz anew: what a forge's published description says of the calls that are used.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python scripts/forge_contracts.py github package/generated/api.github.com.json

Tests can't fetch it: a fresh machine has no npm. Kept of the description are the operations of OPERATIONS with what
they refer to, without the prose, in one form for OpenAPI 3 and Swagger 2: parameters, body and answers as JSON
schemas. `nullable` becomes a type. Where each comes from, and under which licence, is in contracts/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parent.parent / "tests" / "forge" / "contracts"

PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "title", "default", "deprecated"}

OPERATIONS = {
    "github": """
        GET /app
        GET /app/installations
        POST /app/installations/{installation_id}/access_tokens
        GET /installation/repositories
        GET /orgs/{org}/installation
        GET /orgs/{org}/repos
        GET /repos/{owner}/{repo}
        POST /repos/{owner}/{repo}/check-runs
        PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
        GET /repos/{owner}/{repo}/collaborators/{username}/permission
        GET /repos/{owner}/{repo}/commits/{ref}/check-runs
        GET /repos/{owner}/{repo}/commits/{ref}/statuses
        GET /repos/{owner}/{repo}/installation
        GET /repos/{owner}/{repo}/issues
        POST /repos/{owner}/{repo}/issues
        GET /repos/{owner}/{repo}/issues/{issue_number}
        PATCH /repos/{owner}/{repo}/issues/{issue_number}
        POST /repos/{owner}/{repo}/issues/{issue_number}/assignees
        GET /repos/{owner}/{repo}/issues/{issue_number}/comments
        POST /repos/{owner}/{repo}/issues/{issue_number}/comments
        POST /repos/{owner}/{repo}/issues/{issue_number}/labels
        GET /repos/{owner}/{repo}/pulls
        POST /repos/{owner}/{repo}/pulls
        GET /repos/{owner}/{repo}/pulls/{pull_number}
        PATCH /repos/{owner}/{repo}/pulls/{pull_number}
        GET /repos/{owner}/{repo}/pulls/{pull_number}/comments
        GET /repos/{owner}/{repo}/pulls/{pull_number}/files
        POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
        POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews
        POST /repos/{owner}/{repo}/statuses/{sha}
        GET /search/repositories
        GET /user
        GET /user/repos
        GET /users/{username}/installation
        GET /users/{username}/repos
    """,
}


def main() -> int:
    """Write one contract; 1 where the description lacks an operation."""
    options = argparse.ArgumentParser(description="Trim a forge's published description to what is used of it.")
    options.add_argument("name", choices=sorted(OPERATIONS))
    options.add_argument("description", type=Path, help="the published description, as JSON")
    given = options.parse_args()
    published = json.loads(given.description.read_text("utf-8"))
    wanted = OPERATIONS[given.name].split("\n")
    names = [line.strip() for line in wanted if line.strip()]
    missing = [name for name in names if operation(published, name) is None]
    if missing:
        print("not in the description:", *missing, sep="\n  ")
        return 1
    made = contract(published, names)
    target = CONTRACTS / f"{given.name}.json.gz"
    packed = json.dumps(made, sort_keys=True, separators=(",", ":")).encode()
    target.write_bytes(gzip.compress(packed, 9, mtime=0))
    print(f"{target}: {len(names)} operations, {len(made['schemas'])} schemas, {len(packed):,} bytes")
    return 0


def operation(published: dict[str, Any], name: str) -> dict[str, Any] | None:
    """An operation of the description, with the parameters of its path, by its method and path."""
    method, path = name.split(" ")
    item = published["paths"].get(path, {})
    found = item.get(method.lower())
    return (
        None if found is None else {**found, "parameters": [*item.get("parameters", ()), *found.get("parameters", ())]}
    )


def contract(published: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The contract: operations and the schemas that they reach."""
    reader = Reader(published)
    operations = {name: reader.operation(operation(published, name) or {}) for name in names}
    return {"version": published["info"]["version"], "operations": operations, "schemas": reader.schemas()}


class Reader:
    """One description, and which of its schemas have been asked for."""

    def __init__(self, published: dict[str, Any]) -> None:
        """Take the description as it was read."""
        self._published = published
        self._wanted: list[str] = []

    def operation(self, said: dict[str, Any]) -> dict[str, Any]:
        """Parameters, body and answers of an operation, as schemas."""
        parameters = [self._resolved(one) for one in said["parameters"]]
        body = self._resolved(said.get("requestBody", {}))
        schema = self._content(body)
        for one in parameters:
            if one["in"] == "body":
                schema, body = self.schema(one["schema"]), {"required": one.get("required", False)}
        answers = {status: self._content(self._resolved(one)) for status, one in said["responses"].items()}
        return {
            "parameters": [self._parameter(one) for one in parameters if one["in"] in {"path", "query"}],
            "body": schema,
            "body_required": body.get("required", False),
            "answers": answers,
        }

    def schemas(self) -> dict[str, Any]:
        """All schemas that were asked for, and that these ask for."""
        done: dict[str, Any] = {}
        while self._wanted:
            name = self._wanted.pop()
            if name not in done:
                done[name] = self.schema(self._resolved({"$ref": name}))
        return {short(name): schema for name, schema in done.items()}

    def schema(self, said: object) -> Any:  # noqa: ANN401 - a JSON schema
        """A schema of JSON Schema's own words, without prose."""
        if isinstance(said, list):
            return [self.schema(one) for one in said]
        if not isinstance(said, dict):
            return said
        if "$ref" in said:
            self._wanted.append(said["$ref"])
            return {"$ref": f"#/schemas/{short(said['$ref'])}"}
        kept = {
            key: {name: self.schema(one) for name, one in value.items()} if key == "properties" else self.schema(value)
            for key, value in said.items()
            if key == "properties" or not (key in PROSE or key.startswith("x-") or key == "nullable")
        }
        return or_null(kept) if said.get("nullable") or said.get("x-nullable") else kept

    def _parameter(self, said: dict[str, Any]) -> dict[str, Any]:
        bare = {key: value for key, value in said.items() if key not in {"name", "in", "required", "schema", "style"}}
        schema = self.schema(said.get("schema", bare))
        return {"name": said["name"], "in": said["in"], "required": said.get("required", False), "schema": schema}

    def _content(self, said: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON schema
        """The schema of a body or an answer; None where it has none."""
        if "schema" in said:
            return self.schema(said["schema"])
        for kind, content in said.get("content", {}).items():
            if re.fullmatch(r"application/(.*\+)?json", kind):
                return self.schema(content.get("schema", {}))
        return None

    def _resolved(self, said: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in said:
            found: Any = self._published
            for step in said["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            said = found
        return said


def short(reference: str) -> str:
    """The name of a schema by itself."""
    return reference.rpartition("/")[2]


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or null."""
    if isinstance(schema.get("type"), str):
        widened = {**schema, "type": [schema["type"], "null"]}
        if "enum" in schema:
            widened["enum"] = [*(one for one in schema["enum"] if one is not None), None]
        return widened
    return {"anyOf": [schema, {"type": "null"}]}


if __name__ == "__main__":
    sys.exit(main())
