"""A pull request's body: what it says, what it never says, and how long it may be."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stackfix import cli
from stackfix.edits import Create, Delete, Fix, SetMode
from stackfix.findings import Anchor, Applicability, Finding, Remedy, Rule, Severity
from stackfix.outcome import Outcome, Proof, Reported, Status
from stackfix.report import markdown
from stackfix.report.markdown import Body
from stackfix.report.places import Places
from stackfix.report.withheld import withhold
from stackfix.wiring import Fault, Kind, Node, Repaired, Wire, Wiring
from tests.checkouts import BROKEN, repository
from tests.report.conftest import FILES, RULE, at, fix, is_secret
from tests.report.hostile import HOSTILE
from tests.report.test_markup import ACTIVE, MARKDOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from markdown_it.token import Token

PROOF = Proof(1, still=True, gone=frozenset({"f1"}))
NODES = (Node("web", Kind.COMPONENT, "web"), Node("api", Kind.COMPONENT, "api"))
FINDING = Finding(RULE, "", at("main.py", b"8000"), Anchor("main.py", "python"), "8000")
WIRING = Repaired(
    Wiring(NODES, (Wire("w", "web", "api", "API :5000", faults=(Fault("f1", "proxy-port"),)),)),
    Wiring(NODES, (Wire("w", "web", "api", "API :8000"),)),
)


def told(outcome: Outcome, places: Places, limit: int = markdown.LIMIT) -> str:
    return markdown.render(Body.of(outcome, places), limit)


def everything(tokens: list[Token]) -> list[Token]:
    return [found for token in tokens for found in (token, *(token.children or ()))]


def test_a_repaired_fault_is_told_in_full(outcome: Callable[..., Outcome], places: Places) -> None:
    found = replace(outcome(status=Status.FIXED), proof=PROOF, wiring=WIRING)
    assert told(found, places) == (
        "stackfix read this repository's deployment wiring as one graph, and found 1 place where it doesn't hold.\n"
        "All of it is repaired here.\n"
        "\n"
        "## What breaks today\n"
        "\n"
        "### 1. nginx sends to `api:5000`, but api binds 8000\n"
        "\n"
        "`nginx.conf:3` · `proxy-port` · error\n"
        "\n"
        "```text\n"
        "nginx.conf:3  sent to 5000\n"
        "  3 |     proxy_pass http://api:5000;\n"
        "main.py:1  the app binds 8000\n"
        "  1 | run(app, port=8000)\n"
        "```\n"
        "\n"
        "**Why it breaks.** The connection is refused, and nginx answers 502 Bad Gateway.\n"
        "\n"
        "**The change:** set the port to 8000\n"
        "\n"
        "```diff\n"
        "--- a/nginx.conf\n"
        "+++ b/nginx.conf\n"
        "@@ -1,4 +1,4 @@\n"
        " # größe\n"
        " location / {\n"
        "-    proxy_pass http://api:5000;\n"
        "+    proxy_pass http://api:8000;\n"
        " }\n"
        "```\n"
        "\n"
        "## The wiring\n"
        "\n"
        "What these findings touch, with its direct neighbours; what is red is broken.\n"
        "\n"
        "### Before\n"
        "\n"
        "```mermaid\n"
        "flowchart LR\n"
        '    n0["web"]\n'
        '    n1["api"]\n'
        '    n0 --x|"✗ API :5000"| n1\n'
        "    linkStyle 0 stroke:#d1242f,stroke-width:3px,color:#d1242f\n"
        "```\n"
        "\n"
        "### After\n"
        "\n"
        "```mermaid\n"
        "flowchart LR\n"
        '    n0["web"]\n'
        '    n1["api"]\n'
        '    n0 -->|"API :8000"| n1\n'
        "```\n"
        "\n"
        "## How it was verified\n"
        "\n"
        "After the repair, the whole repository was read and judged anew, by every rule, from its bytes:\n"
        "\n"
        "- **gone**: the finding is not found any more\n"
        "- **parses**: every file that could be read before can be read after\n"
        "- **nothing caused**: nothing that met before has stopped meeting\n"
        "- **second look**: made once more, the repair changes nothing\n"
        "- **nothing but the repair**: all bytes outside the edits are as they were: comments, quotes, indentation, line endings\n"
        "\n"
        "Nothing of the repository was run for this: what builds and starts is for its own tests to say.\n"
        "\n"
        "<details><summary>How to silence it</summary>\n"
        "\n"
        "Where it is meant to be so, say why in a comment alone on the line above it:\n"
        "\n"
        "```text\n"
        "nginx.conf:  # stackfix: ignore[proxy-port] why it is right\n"
        "```\n"
        "\n"
        "or in `stackfix.toml`, for a file or everywhere:\n"
        "\n"
        "```toml\n"
        'ignore = ["proxy-port"]\n'
        "\n"
        "[per-file-ignores]\n"
        '"/nginx.conf" = ["proxy-port"]\n'
        "```\n"
        "\n"
        "</details>\n"
    )


# --- only what was proved --------------------------------------------------------------------------------------------


def test_nothing_is_verified_where_nothing_was_made(outcome: Callable[..., Outcome], places: Places) -> None:
    assert "verified" not in told(outcome(status=Status.FIXED), places)
    assert "verified" not in told(replace(outcome(fix=None), proof=PROOF), places)
    still = Proof(0, still=True, gone=frozenset())
    assert "verified" not in told(replace(outcome(), proof=still), places)


def test_a_report_says_what_it_made_in_memory(outcome: Callable[..., Outcome], places: Places) -> None:
    assert "The repairs were made in memory, and" in told(replace(outcome(), proof=PROOF), places)
    gone = replace(PROOF, gone=frozenset())
    assert "- **gone**: 0 of these 1 findings are not found any more\n" in told(replace(outcome(), proof=gone), places)


def test_a_run_that_did_not_come_to_rest_does_not_say_so(outcome: Callable[..., Outcome], places: Places) -> None:
    restless = replace(outcome(status=Status.FIXED), proof=replace(PROOF, still=False))
    assert "second look" not in told(restless, places)


# --- fates -----------------------------------------------------------------------------------------------------------


def test_nothing_wrong_is_one_line(places: Places) -> None:
    assert told(Outcome((), proof=PROOF, wiring=WIRING), places) == (
        "stackfix found nothing wrong: every reference that it can judge meets what it names.\n"
    )


def test_what_is_left_says_why(outcome: Callable[..., Outcome], places: Places) -> None:
    left = told(outcome(status=Status.LEFT, reason="it needs a person's decision"), places)
    assert "**Left:** it needs a person's decision\n" in left
    assert "repaired here" not in left
    assert "**No fix:** an anchor shares it\n" in told(
        outcome(fix=None, status=Status.REFUSED, reason="an anchor shares it"), places
    )


def test_choices_are_each_shown_with_their_change(outcome: Callable[..., Outcome], places: Places) -> None:
    manual = Fix(Applicability.MANUAL, "two sides disagree", ())
    found = told(outcome(fix=manual, choices=(fix("nginx.conf", b"5000", b"8000"),)), places)
    assert "**By hand:** two sides disagree\n\nEither: set the port to 8000\n\n```diff\n" in found


def test_an_unsafe_change_is_called_one(outcome: Callable[..., Outcome], places: Places) -> None:
    unsafe = fix("nginx.conf", b"5000", b"8000", Applicability.UNSAFE)
    assert "**The change** (a person should decide): set the port" in told(outcome(fix=unsafe), places)


def test_what_came_to_light_and_was_repaired_says_how(outcome: Callable[..., Outcome], places: Places) -> None:
    plain = outcome(fix=None, status=Status.FIXED)
    remedy = Remedy(Applicability.SAFE, "use api:8000")
    one = replace(plain.reported[0], finding=replace(plain.reported[0].finding, remedy=remedy))
    assert "**The change:** use `api:8000`\n" in told(replace(plain, reported=(one,)), places)


def test_new_removed_and_made_executable(outcome: Callable[..., Outcome], places: Places) -> None:
    edits = (Create("a", b"one\n" * 100), Delete("b"), SetMode("c", executable=True))
    found = told(outcome(fix=Fix(Applicability.SAFE, "make it", edits)), places)
    assert "```diff\n--- /dev/null\n+++ b/a\n+one\n" in found
    assert found.count("+one\n") == 78
    assert "… 22 more lines\n```\n" in found
    assert "```diff\n--- a/b\n+++ /dev/null\n```\n" in found
    assert "```diff\n--- a/c\n+++ b/c\nold mode 100644\nnew mode 100755\n```\n" in found


def test_a_fix_of_many_files_is_cut(outcome: Callable[..., Outcome], places: Places) -> None:
    def shown(count: int) -> str:
        edits = tuple(Create(f"{number:02}", b"one\n" * 30) for number in range(count))
        return told(outcome(fix=Fix(Applicability.SAFE, "make it", edits)), places)

    assert shown(30).count("```diff") == 10
    assert "… 24 more lines\n" in shown(10)
    assert "And so in" not in shown(10)
    assert "\nAnd so in `10`, `11`.\n" in shown(12)
    assert "`19` and 10 more files.\n" in shown(30)


def test_a_place_leads_to_its_line(outcome: Callable[..., Outcome], places: Places) -> None:
    body = replace(Body.of(outcome(), places), link=lambda path, at: f"https://forge.example/a b/<{path}>#L{at}")
    assert "[`nginx.conf:3`](<https://forge.example/a%20b/%3Cnginx.conf%3E#L3>) · " in markdown.render(body)


def test_a_sentence_has_an_end(outcome: Callable[..., Outcome], places: Places) -> None:
    one = outcome().reported[0]
    found = told(Outcome((replace(one, finding=replace(one.finding, message="so " * 500)),)), places)
    assert "so so …\n" in found
    assert found.count("so ") < 200


def test_many_other_ends_are_counted(outcome: Callable[..., Outcome], places: Places) -> None:
    one = outcome().reported[0]
    many = tuple(replace(at("main.py", b"8000"), path=f"{number}.py") for number in range(9))
    found = told(Outcome((replace(one, finding=replace(one.finding, evidence=many)),)), places)
    assert "5.py:1\n" in found
    assert "6.py:1\n" not in found
    assert "\nand 3 more places\n```" in found


def test_ends_on_one_line_are_shown_together(outcome: Callable[..., Outcome], places: Places) -> None:
    one = outcome().reported[0]
    ends = (
        at("main.py", b"8000", "binds 8000"),
        at("main.py", b"run", "starts it"),
        at("main.py", b"port", "starts it"),
    )
    found = told(Outcome((replace(one, finding=replace(one.finding, evidence=ends)),)), places)
    assert "main.py:1  binds 8000; starts it\n  1 | run(app, port=8000)\n```" in found


def test_a_rule_that_is_in_no_catalogue_has_no_reason(outcome: Callable[..., Outcome], places: Places) -> None:
    one = outcome().reported[0]
    rule = Rule("unused-suppression", one.finding.rule.family, Severity.INFO, "")
    found = told(Outcome((replace(one, finding=replace(one.finding, rule=rule)),)), places)
    assert "Why" not in found


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_no_secret_is_told(outcome: Callable[..., Outcome], places: Places) -> None:
    found = outcome(at(".env", b"hunter2", "used here"), fix=fix(".env", b"5000", b"8000"))
    body = told(found, places)
    assert "hunter2" not in body
    assert ".env:1  used here\n  1 | (not shown: this line holds a secret)\n" in body
    assert "@@ -2,1 +2,1 @@\n-PORT=5000\n+PORT=8000\n" in body
    written = told(outcome(fix=fix(".env", b"hunter2", b"hunter3")), places)
    assert "hunter" not in written
    assert "-(a line with a secret, not shown)\n+(a line with a secret, not shown)\n PORT=5000\n" in written
    withheld = told(outcome(withheld="what it writes is a secret"), places)
    assert "*Not shown: what it writes is a secret.*" in withheld
    assert "diff" not in withheld


def test_a_secret_in_words_or_in_the_wiring_is_masked(outcome: Callable[..., Outcome], places: Places) -> None:
    one = outcome(reason="password=hunter2").reported[0]
    finding = replace(one.finding, message="password=hunter2 is read", location=at("main.py", b"run", "token: hunter2"))
    secret = "postgres://app:hunter2@db"
    drawn = Wiring(
        (Node("web", Kind.COMPONENT, secret, says=secret, faults=(Fault("f1", "x"),)), NODES[1]),
        (Wire("w", "web", "api", secret),),
    )
    told_of = withhold(Outcome((replace(one, finding=finding),), wiring=Repaired(drawn, drawn)), FILES.get)
    assert "hunter2" not in told(Outcome((replace(one, finding=finding),)), places)
    assert "hunter2" not in told(told_of, places)
    assert "app" in told(told_of, places)
    port = Wiring(NODES, (Wire("w", "web", "api", "proxy_pass :5000", faults=(Fault("f1", "x"),)),))
    drawn_port = withhold(Outcome((one,), wiring=Repaired(port, port)), FILES.get)
    assert "proxy_pass :5000" in told(drawn_port, places)


# --- hostile repositories --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_repository_is_only_shown(name: str) -> None:
    lines = name.encode("utf-8") + b"\n5000\n"
    place = replace(at("main.py", b"8000"), path=name, note=name)
    files = {name: lines, "main.py": FILES["main.py"]}
    places = Places(files.get, is_secret)
    edit = Fix(Applicability.SAFE, name, (Create(name, lines),))
    finding = replace(FINDING, message=f"{name} is {name}", location=place, evidence=(place,))
    reported = Reported(finding, "f1", edit, (replace(edit, applicability=Applicability.MANUAL),), Status.LEFT, name)
    nodes = (Node("web", Kind.COMPONENT, name, name, name, (Fault("f1", name),)), NODES[1])
    wiring = Wiring(nodes, (Wire("w", "web", "api", name),))
    body = told(Outcome((reported,), proof=PROOF, wiring=Repaired(wiring, wiring)), places)
    tokens = everything(MARKDOWN.parse(body))
    assert {t.type for t in tokens} & {"link_open", "image", "html_inline", "s_open", "table_open"} == set()
    blocks = [t.content.strip() for t in tokens if t.type == "html_block"]
    assert blocks == ["<details><summary>How to silence it</summary>", "</details>"]
    assert [t.content for t in tokens if t.type == "text" and ACTIVE.search(t.content)] == []
    headings = [t.tag for t in tokens if t.type == "heading_open"]
    assert headings == ["h2", "h3", "h2", "h3", "h2"][: len(headings)]
    assert [t.info for t in tokens if t.type == "fence"] == ["text", "diff", "diff", "mermaid", "text", "toml"]
    assert "\x1b" not in body
    assert "\u202e" not in body


# --- length ----------------------------------------------------------------------------------------------------------


def test_a_long_body_leaves_out_whole_findings_and_says_how_many(
    outcome: Callable[..., Outcome], places: Places
) -> None:
    found = replace(outcome(status=Status.FIXED), proof=PROOF, wiring=WIRING)
    many = replace(found, reported=found.reported * 200)
    body = told(many, places)
    assert markdown.size(body) <= markdown.LIMIT
    shown = body.count("\n### ") - 2
    assert 50 < shown < 200
    assert f"*{200 - shown} more findings not shown here, since the text would be too long.*\n" in body
    assert body.count("```") % 2 == 0
    assert body.endswith("</details>\n")


@pytest.mark.parametrize("limit", [*range(400, 4000, 97)])
def test_any_limit_is_kept(outcome: Callable[..., Outcome], places: Places, limit: int) -> None:
    found = replace(outcome(status=Status.FIXED), proof=PROOF, wiring=WIRING)
    body = told(replace(found, reported=found.reported * 3), places, limit)
    assert markdown.size(body) <= limit
    assert body.count("```") % 2 == 0
    assert body.endswith("\n")


def test_what_lies_past_the_basic_plane_counts_twice() -> None:
    assert markdown.size("a😀") == 3


# --- how to silence it -----------------------------------------------------------------------------------------------


def silenced(body: str) -> str:
    """The configuration that a body proposes."""
    (found,) = [token for token in MARKDOWN.parse(body) if token.info == "toml"]
    return found.content


@pytest.mark.parametrize("part", ["ignore", "per-file-ignores"])
def test_what_it_says_silences_it(part: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    root = repository(tmp_path / "site", BROKEN)
    body = run([str(root), "--output-format", "markdown"], capsysbinary)[1]
    whole = silenced(body)
    everywhere, _, in_a_file = whole.partition("\n\n")
    (root / "stackfix.toml").write_text(everywhere if part == "ignore" else in_a_file, "utf-8")
    assert run([str(root)], capsysbinary)[0] == 0
    (root / "stackfix.toml").unlink()
    (comment,) = [line.partition(":  ")[2] for line in body.splitlines() if line.startswith("compose.yml:  #")]
    text = BROKEN["compose.yml"].replace("      API_URL", f"      {comment}\n      API_URL")
    (root / "compose.yml").write_text(text, "utf-8")
    assert run([str(root)], capsysbinary)[0] == 0


@pytest.mark.parametrize("path", ["a*b.yml", 'a"b.yml', "[x]/compose.yml", "a\nb", "x" * 200])
def test_a_path_that_is_a_glob_is_not_configured(path: str, places: Places) -> None:
    finding = replace(FINDING, location=replace(FINDING.location, path=path))
    found = silenced(told(Outcome((Reported(finding, "f1"),)), places))
    assert tomllib.loads(found) == {"ignore": ["proxy-port"]}


# --- through the command ---------------------------------------------------------------------------------------------


def run(words: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> tuple[int, str, str]:
    code = cli.main(words)
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_the_command_writes_it_to_stdout(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    root = repository(tmp_path / "site", BROKEN)
    words = [str(root), "--output-format", "markdown"]
    code, body, said = run(words, capsysbinary)
    assert (code, said) == (1, "")
    assert '    n1 --x|"✗ API_URL :9100"| n0\n' in body
    assert '    n1 -->|"API_URL :8000"| n0\n' in body
    assert "-      API_URL: http://api:9100  # the way in\n+      API_URL: http://api:8000  # the way in\n" in body
    assert "hunter2" not in body
    assert run(words, capsysbinary)[1] == body, "two equal runs give equal bytes"


def test_a_dry_run_writes_it_to_a_file(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    root = repository(tmp_path / "site", BROKEN)
    words = [str(root), "--dry-run", "--output-format", "markdown"]
    code, _, said = run(words, capsysbinary)
    assert code == 2
    assert said.count("\n") == 1
    code, patch, _ = run([*words, "--output", str(tmp_path / "body.md")], capsysbinary)
    assert code == 1
    assert patch.startswith("diff --git")
    assert "All of it is repaired here.\n" in (tmp_path / "body.md").read_text("utf-8")


def test_an_ordinary_run_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackfix.engine._wiring", lambda _state: pytest.fail("nobody asked for a picture"))
    root = repository(tmp_path / "site", BROKEN)
    assert cli.main([str(root), "--no-cache"]) == 1
