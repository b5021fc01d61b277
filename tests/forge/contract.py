"""What a forge's published description says of a request and its answer, and answers made to its measure.

The descriptions are trimmed by scripts/forge_contracts.py; tests/forge/contracts/README.md says where they are from.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import yaml

FOLDER = Path(__file__).parent / "contracts"
LONG_AGO = "2026-01-01T00:00:00Z"
FORMS = {"uri": "http://127.0.0.1/made/up", "date-time": LONG_AGO, "email": "nobody@example.com"}
NAMES: dict[type, str] = {str: "string", dict: "object", list: "array", int: "integer", bool: "boolean"}


class Broken(Exception):  # noqa: N818 - a sentence on what the description doesn't allow
    """A request or an answer that the forge's published description doesn't know."""


@cache
def contract(name: str) -> Contract:
    """The contract of a forge: github, gitlab, gitea."""
    if (by_hand := FOLDER / f"{name}.yaml").exists():
        return Contract(expanded(yaml.safe_load(by_hand.read_text("utf-8"))))
    return Contract(json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes())))


def expanded(said: dict[str, Any]) -> dict[str, Any]:
    """A contract written by hand, in the long form that the published ones have."""
    operations = {}
    for name, one in said["operations"].items():
        variables = [{"name": v, "in": "path", "required": True, "schema": {}} for v in re.findall(r"\{(\w+)\}", name)]
        query = [
            {"name": k, "in": "query", "required": False, "schema": long(v)} for k, v in one.get("query", {}).items()
        ]
        operations[name] = {
            "parameters": [*variables, *query],
            "body": long(one["body"]) if "body" in one else None,
            "body_required": "body" in one,
            "answers": {str(status): long(answer) for status, answer in one.items() if isinstance(status, int)},
        }
    return {**said, "operations": operations, "schemas": {name: long(one) for name, one in said["schemas"].items()}}


def long(said: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    """A schema of its short form."""
    if isinstance(said, list):
        return {"type": "array", "items": long(said[0])}
    if isinstance(said, dict):
        required = [name.removesuffix("!") for name in said if name.endswith("!")]
        known = {name.removesuffix("!"): long(one) for name, one in said.items()}
        return {"type": "object", "properties": known, "required": required}
    if said.endswith(" or null"):
        return {"anyOf": [long(said.removesuffix(" or null")), {"type": "null"}]}
    if "|" in said:
        return {"type": "string", "enum": said.split("|")}
    is_plain = said in {"string", "integer", "number", "boolean", "object"}
    return {"type": said} if is_plain else {"$ref": f"#/schemas/{said}"}


class Contract:
    """The operations of a description that are used, and the schemas that they speak in."""

    def __init__(self, said: dict[str, Any]) -> None:
        """Take what the script wrote."""
        self.version: str = said["version"]
        self._schemas: dict[str, Any] = said["schemas"]
        operations: dict[str, dict[str, Any]] = said["operations"]
        # Of two paths that fit, the one with more fixed words is meant.
        names = sorted(operations, key=lambda name: (-len(re.sub(r"\{\w+\}", "", name)), name))
        self._operations = [Operation(self, name, operations[name]) for name in names]

    def operation(self, method: str, path: str) -> Operation:
        """The operation that a request asks for."""
        for one in self._operations:
            if one.method == method and one.pattern.fullmatch(path):
                return one
        raise Broken(f"{method} {path}: no operation of the description that is used")

    def validator(self, schema: object) -> jsonschema.Draft202012Validator:
        """What checks values by a schema of this description."""
        return self._validator(json.dumps(schema))

    @cache  # noqa: B019 - a contract is kept for the whole run
    def _validator(self, schema: str) -> jsonschema.Draft202012Validator:
        return jsonschema.Draft202012Validator({"schemas": self._schemas, "allOf": [json.loads(schema)]})

    def filled(self, schema: Any, values: object) -> Any:  # noqa: ANN401 - JSON
        """An answer by the schema: the values, and where these don't say it, all that it demands made up."""
        flat = self.flat(schema, values)
        if isinstance(values, list) and isinstance(flat.get("items"), dict):
            return [self.filled(flat["items"], value) for value in values]
        if not isinstance(values, dict) or "properties" not in flat:
            return values
        made = {name: self._minimal(json.dumps(flat["properties"][name])) for name in flat.get("required", ())}
        known: dict[str, Any] = flat["properties"]
        return made | {name: self.filled(known.get(name, {}), value) for name, value in values.items()}

    @cache  # noqa: B019 - a contract is kept for the whole run
    def _minimal(self, schema: str) -> Any:  # noqa: ANN401 - JSON
        return self._made(json.loads(schema), nullable=True)

    def flat(self, schema: Any, value: object = None) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """A schema without references and alternatives: of these the first that isn't null and fits the value's type."""
        while True:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
            elif "allOf" in schema:
                parts = [self.flat(part, value) for part in schema["allOf"]]
                return {
                    "type": "object",
                    "properties": {k: v for part in parts for k, v in part.get("properties", {}).items()},
                    "required": [name for part in parts for name in part.get("required", ())],
                }
            elif "properties" not in schema and (choices := schema.get("anyOf") or schema.get("oneOf")):
                real = [one for one in choices if one.get("type") != "null"]
                schema = next((one for one in real if one.get("type") == NAMES.get(type(value))), real[0])
            else:
                return dict(schema)

    def _made(self, schema: Any, *, nullable: bool = False) -> Any:  # noqa: ANN401 - JSON
        """The least that a schema demands."""
        flat = self.flat(schema)
        kinds = flat.get("type", "object" if "properties" in flat else "string")
        if nullable and ("null" in kinds or {"type": "null"} in schema.get("anyOf", ())):
            return None
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if kind == "object":
            known = flat.get("properties", {})
            return {name: self._made(known[name], nullable=True) for name in flat.get("required", ())}
        if "enum" in flat:
            return flat["enum"][0]
        plain = {"array": [], "boolean": False, "integer": 1, "number": 1}
        return plain[kind] if kind in plain else FORMS.get(flat.get("format", ""), "made up")


class Operation:
    """One call of the description."""

    def __init__(self, contract: Contract, name: str, said: dict[str, Any]) -> None:
        """Take its name, METHOD /path/{variable}, and what is said of it."""
        self.name = name
        self.method, self.template = name.split(" ")
        self._contract = contract
        self._said = said

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path, each variable as a group."""
        parts = re.split(r"\{(\w+)\}", self.template)
        return re.compile("".join(f"(?P<{p}>[^/]+)" if n % 2 else re.escape(p) for n, p in enumerate(parts)))

    def check_request(self, path: str, query: dict[str, list[str]], body: object) -> dict[str, str]:
        """The variables of the path. Broken where the request isn't as the description has it."""
        matched = self.pattern.fullmatch(path)
        assert matched is not None
        variables = {name: unquote(value) for name, value in matched.groupdict().items()}
        self._check_query(query, variables)
        self._check_body(body)
        return variables

    def check_answer(self, status: int, body: object) -> None:
        """Broken where an answer isn't one that the description has."""
        if str(status) not in self._said["answers"]:
            raise Broken(f"{self.name}: the description has no answer {status}")
        if (schema := self._said["answers"][str(status)]) is not None:
            self._hold(schema, body, f"answer {status}")

    def answer(self, status: int, values: object) -> Any:  # noqa: ANN401 - JSON
        """The answer of a status with the values that are known."""
        schema = self._said["answers"][str(status)]
        return self._contract.filled(schema, values)

    def _check_query(self, query: dict[str, list[str]], variables: dict[str, str]) -> None:
        known = {one["name"].removesuffix("[]"): one for one in self._said["parameters"]}
        for name, one in known.items():
            given = [variables[name]] if name in variables else query.get(name, query.get(f"{name}[]", []))
            if one["required"] and not given:
                raise Broken(f"{self.name}: {name} is missing")
            is_list = one["schema"].get("type") == "array"
            for value in given:
                self._hold(one["schema"]["items"] if is_list else one["schema"], read(one["schema"], value), name)
        if unknown := {name.removesuffix("[]") for name in query} - known.keys():
            raise Broken(f"{self.name}: no such parameter: {', '.join(sorted(unknown))}")

    def _check_body(self, body: object) -> None:
        schema = self._said["body"]
        if body is None:
            if self._said["body_required"]:
                raise Broken(f"{self.name}: a body is needed")
            return
        if schema is None:
            raise Broken(f"{self.name}: takes no body")
        self._hold(schema, body, "body")
        self._check_words(schema, body, "body")

    def _check_words(self, schema: Any, body: object, where: str) -> None:  # noqa: ANN401 - JSON
        """Broken on a word that the description doesn't know: a forge would pass over it in silence."""
        flat = self._contract.flat(schema)
        if isinstance(body, list) and isinstance(flat.get("items"), dict):
            for one in body:
                self._check_words(flat["items"], one, f"{where}[]")
        if not isinstance(body, dict) or "properties" not in flat:
            return
        if unknown := body.keys() - flat["properties"].keys():
            raise Broken(f"{self.name}: {where} has no {', '.join(sorted(unknown))}")
        for name, value in body.items():
            self._check_words(flat["properties"][name], value, f"{where}.{name}")

    def _hold(self, schema: object, value: object, where: str) -> None:
        problem = jsonschema.exceptions.best_match(self._contract.validator(schema).iter_errors(value))
        if problem is not None:
            place = "".join(f"[{step!r}]" for step in problem.absolute_path)
            raise Broken(f"{self.name}: {where}{place}: {problem.message[:300]}")


def read(schema: dict[str, Any], value: str) -> object:
    """A value of a query as its schema means it."""
    kinds = schema.get("items", schema).get("type", "string")
    if "integer" in kinds and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "boolean" in kinds and value in {"true", "false"}:
        return value == "true"
    return value
