"""The house's own rules: names, rooms, sizes. Only what house.md refuses is a test; its targets are not."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

from stackfix import catalogue

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "stackfix"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(p for p in (ROOT / "tests").rglob("*.py") if not p.is_relative_to(ROOT / "tests" / "rules"))
LONGEST_FUNCTION, LONGEST_MODULE = 50, 400


def called(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_lines(text: str) -> int:
    """Lines that are neither blank, comment nor docstring."""
    documented = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documented |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    used = {line for t in tokens if t.type not in skipped for line in range(t.start[0], t.end[0] + 1)}
    return len(used - documented)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=called)
def test_no_function_is_long(path: Path) -> None:
    long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]
    assert not long, f"more than {LONGEST_FUNCTION} lines"


@pytest.mark.parametrize("path", SOURCES, ids=called)
def test_no_module_is_long(path: Path) -> None:
    assert code_lines(path.read_text("utf-8")) <= LONGEST_MODULE


@pytest.mark.parametrize("path", SOURCES, ids=called)
def test_every_public_name_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "the module says what it holds"
    public = [
        node
        for parent in ast.walk(tree)
        if isinstance(parent, ast.Module | ast.ClassDef) and not getattr(parent, "name", "").startswith("_")
        for node in parent.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", SOURCES, ids=called)
def test_no_code_is_commented_out(path: Path) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    comments = [t.string.lstrip("#: ") for t in tokens if t.type == tokenize.COMMENT]
    assert [text for text in comments if looks_like_code(text)] == []


def looks_like_code(text: str) -> bool:
    if not re.match(
        r"(from \w[\w.]* import |import \w|return\b|def \w+\(|[\w.\[\]]+ = |[\w.]+\(.*\)$|if .*:$|for .* in .*:$)", text
    ):
        return False
    try:
        ast.parse(text + ("\n    pass" if text.endswith(":") else ""))
    except SyntaxError:
        return False
    return True


def test_there_is_as_much_test_as_product() -> None:
    product = sum(code_lines(path.read_text("utf-8")) for path in SOURCES)
    tests = sum(code_lines(path.read_text("utf-8")) for path in TESTS)
    cases = sum(path.read_bytes().count(b"\n") for path in (ROOT / "tests" / "rules").rglob("*") if path.is_file())
    assert tests + cases >= product


def test_no_room_without_a_purpose() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler"}
    assert [called(p) for p in (*SOURCES, *TESTS) if vague & set(p.relative_to(ROOT).with_suffix("").parts)] == []


@pytest.mark.parametrize("rule", catalogue.ids())
def test_one_name_everywhere(rule: str) -> None:
    assert catalogue.detector(rule).rule.id == rule
    assert (ROOT / "tests" / "rules" / rule).is_dir(), "its cases"
    assert (ROOT / "docs" / "rules" / f"{rule}.md").is_file(), "its page (make pages)"


def test_the_pages_of_the_rules_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("rule_pages", ROOT / "scripts" / "rule_pages.py")
    assert spec is not None
    assert spec.loader is not None
    rule_pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rule_pages)
    assert [called(path) for path in rule_pages.stale()] == [], "make pages"


def test_every_room_is_in_the_plan_and_every_planned_room_is_there() -> None:
    plan = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    cells = [line.split("|")[1] for line in plan.splitlines() if line.startswith("| `")]
    planned = {name.strip("/") for cell in cells for name in re.findall(r"`([\w/.]+)`", cell)}
    there = {p.name for p in PACKAGE.iterdir() if p.name not in {"__init__.py", "__pycache__", "py.typed"}}
    assert planned == there


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_paths_named_in_documents_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_a_kind_of_repair_has_a_fixer_of_its_name() -> None:
    kinds = {p.stem for p in (PACKAGE / "repairs").glob("*.py")} - {"__init__"}
    done = {p.stem for p in (PACKAGE / "fixers").glob("*/*.py")} - {"__init__"}
    assert sorted(kinds - done) == []


def test_git_ignores_no_file_of_a_case() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--", "tests/rules", "examples"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    left_out = [line for line in listed.stdout.splitlines() if "__pycache__" not in line]
    assert left_out == [], "git add -f them: their own ignore rules leave them out of the repository"
