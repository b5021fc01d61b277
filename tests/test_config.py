from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import stackfix
from stackfix import config, globs
from stackfix.config import Invalid, load
from stackfix.findings import Location, Severity
from stackfix.spans import Span
from tests.checkouts import write

SCHEMA = json.loads((Path(stackfix.__file__).parent / "schemas" / "configuration.json").read_text())

PORTS = 'stackfix.toml:2: ports.a must be a number from 1 to 65535, or published and container port as in "8080:8000"'
WHOLE = """\
select = ["ports", "unknown-host"]
ignore = ["url-port"]
exclude = ["legacy/**", "*.test.yml"]

[per-file-ignores]
"k8s/**" = ["names"]

[severity]
url-port = "info"

[ports]
backend = 8000
"web app" = 3_000

[names]
old-backend = 'backend'

[origins]
production = [
  "https://app.example.com",  # the front end
  "http://localhost:3000",
]

[environment]
production = ["docker-compose.prod.yml", "k8s/production"]

[bot]
labels = ["wiring"]
"""


def place(text: str) -> Location:
    """Where a value is written in the whole example."""
    start = WHOLE.index(text)
    return Location("stackfix.toml", Span(start, start + len(text)))


def test_every_key_is_read_checked_and_placed(tmp_path: Path) -> None:
    write(tmp_path, {"stackfix.toml": WHOLE})
    found = load(tmp_path)
    assert found.select == {"ports", "unknown-host"}
    assert found.ignore == {"url-port"}
    assert found.exclude == ("legacy/**", "*.test.yml")
    assert found.per_file_ignores == (("k8s/**", frozenset({"names"})),)
    assert found.severity == {"url-port": Severity.INFO}
    policy = found.policy
    assert {name: (s.value, s.location) for name, s in policy.ports.items()} == {
        "backend": (8000, place("8000")),
        "web app": (3000, place("3_000")),
    }
    assert policy.names["old-backend"].value == "backend"
    assert policy.names["old-backend"].location == place("'backend'")
    assert [origin.value for origin in policy.origins] == ["https://app.example.com", "http://localhost:3000"]
    assert policy.origins[1].location == place('"http://localhost:3000"')
    assert policy.production == ("docker-compose.prod.yml", "k8s/production")
    assert found.bot.labels == ("wiring",)
    assert found.files == (str(tmp_path / "stackfix.toml"),)
    jsonschema.validate(tomllib.loads(WHOLE), SCHEMA)


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path) == config.Config()
    assert load(tmp_path).excluded is None


def test_pyproject_counts_where_there_is_no_file_of_our_own(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[project]\nname = 'x'\n\n[tool.stackfix.ports]\nbackend = 1\n"})
    found = load(tmp_path)
    assert found.policy.ports["backend"].value == 1
    assert found.policy.ports["backend"].location is not None
    assert found.policy.ports["backend"].location.path == "pyproject.toml"
    write(tmp_path, {"stackfix.toml": "[ports]\nbackend = 2\n"})
    assert load(tmp_path).policy.ports["backend"].value == 2


@pytest.mark.parametrize("contents", ["[tool.other]\nx = 1\n", "not = = toml", b"\xff\xfe"])
def test_a_pyproject_that_isnt_about_us_is_left_alone(tmp_path: Path, contents: str | bytes) -> None:
    write(tmp_path, {"pyproject.toml": contents})
    assert load(tmp_path) == config.Config()


def test_nothing_above_the_root_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"stackfix.toml": "[ports]\nbackend = 1\n", "pyproject.toml": "[tool.stackfix]\nx = 1\n"})
    (tmp_path / "root").mkdir()
    assert load(tmp_path / "root") == config.Config()


def test_a_file_that_is_named_comes_in_place_of_the_roots_own(tmp_path: Path) -> None:
    write(tmp_path, {"root/stackfix.toml": "[ports]\na = 1\n", "other.toml": "[ports]\nb = 2\n"})
    found = load(tmp_path / "root", str(tmp_path / "other.toml"))
    assert {name: s.value for name, s in found.policy.ports.items()} == {"b": 2}
    assert found.policy.ports["b"].location is None, "a finding can't point outside the root"
    write(tmp_path, {"root/ci/pyproject.toml": "[tool.stackfix.ports]\nc = 3\n"})
    inside = load(tmp_path / "root", str(tmp_path / "root" / "ci" / "pyproject.toml")).policy.ports["c"].location
    assert inside is not None
    assert inside.path == "ci/pyproject.toml"


def test_an_extended_file_holds_where_the_nearer_one_is_silent(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "stackfix.toml": "extends = 'conf/base.toml'\nignore = ['url-port']\n[ports]\na = 1\n",
            "conf/base.toml": "extends = 'more.toml'\nignore = ['names']\n[ports]\na = 9\nb = 2\n",
            "conf/more.toml": "extends = 'recommended'\nselect = ['ports']\n",
        },
    )
    found = load(tmp_path)
    assert {name: s.value for name, s in found.policy.ports.items()} == {"a": 1, "b": 2}
    assert found.ignore == {"url-port"}
    assert found.select == {"ports"}
    location = found.policy.ports["b"].location
    assert location is not None
    assert location.path == "conf/base.toml"
    assert [os.path.basename(file) for file in found.files] == ["stackfix.toml", "base.toml", "more.toml"]  # noqa: PTH119


def test_a_pair_of_ports_is_the_published_one_and_the_container_s(tmp_path: Path) -> None:
    write(tmp_path, {"stackfix.toml": "[ports]\nweb = '8080:80'\nworker = 9000\n"})
    policy = load(tmp_path, settings=["ports.api=9001:8000"]).policy
    assert {name: s.value for name, s in policy.ports.items()} == {"web": 80, "worker": 9000, "api": 8000}
    assert {name: s.value for name, s in policy.published.items()} == {"web": 8080, "api": 9001}
    jsonschema.validate({"ports": {"web": "8080:80", "worker": 9000}}, SCHEMA)


@pytest.mark.parametrize("written", ["8080:", ":80", "8080:80:80", "0:80", "8080:70000", "8080-80"])
def test_half_a_pair_of_ports_is_refused(tmp_path: Path, written: str) -> None:
    write(tmp_path, {"stackfix.toml": f"[ports]\na = '{written}'\n"})
    with pytest.raises(Invalid) as caught:
        load(tmp_path)
    assert str(caught.value) == PORTS


def test_settings_of_the_command_line_come_last(tmp_path: Path) -> None:
    write(tmp_path, {"stackfix.toml": "select = ['ports']\n[ports]\nbackend = 1\nother = 2\n"})
    settings = (
        "ports.backend=8000",
        "names.old.svc=new",
        "select=names, url-port",
        "origins.production=https://a.example,https://b.example:8443",
        'environment.production=["prod/**"]',
        "severity.url-port=warning",
        "per-file-ignores.*.yml=ports",
    )
    found = load(tmp_path, settings=settings)
    assert {name: s.value for name, s in found.policy.ports.items()} == {"backend": 8000, "other": 2}
    assert found.policy.ports["backend"].location is None
    assert found.policy.names["old.svc"].value == "new"
    assert found.select == {"names", "url-port"}
    assert [origin.value for origin in found.policy.origins] == ["https://a.example", "https://b.example:8443"]
    assert found.policy.production == ("prod/**",)
    assert found.severity == {"url-port": Severity.WARNING}
    assert found.per_file_ignores == (("*.yml", frozenset({"ports"})),)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("slect = []\n", "stackfix.toml:1: no key is called 'slect'; did you mean 'select'?"),
        ("\n\n[port]\na = 1\n", "stackfix.toml:4: no key is called 'port'; did you mean 'ports'?"),
        (
            "[origins]\nprodction = []\n",
            "stackfix.toml:2: no key is called 'origins.prodction'; did you mean 'production'?",
        ),
        (
            "select = ['url-prot']\n",
            "stackfix.toml:1: no rule or family is called 'url-prot'; did you mean 'url-port'?",
        ),
        (
            "select = [\n 'ports',\n 3,\n]\n",
            "stackfix.toml:3: a choice of rules must be a list of strings, and 3 is none",
        ),
        ("ignore = 'ports'\n", "stackfix.toml:1: a choice of rules must be a list of strings"),
        ("exclude = 'x'\n", "stackfix.toml:1: exclude must be a list of strings"),
        ("[ports]\na = '8000'\n", PORTS),
        ("[ports]\na = 70000\n", PORTS),
        ("[ports]\na = true\n", PORTS),
        ("[ports]\na.b = 1\n", PORTS),
        ("ports = 1\n", "stackfix.toml:1: ports must be a table, as in [ports]"),
        ("[names]\na = ''\n", 'stackfix.toml:2: names.a must be the name to use instead, as in a = "backend"'),
        (
            "[severity]\nurl-port = 'high'\n",
            "stackfix.toml:2: the severity of url-port must be one of error, warning, info",
        ),
        ("[severity]\nurl-prot = 'info'\n", "stackfix.toml:2: no rule is called 'url-prot'; did you mean 'url-port'?"),
        (
            "[origins]\nproduction = ['https://a.example/']\n",
            "stackfix.toml:2: 'https://a.example/' is no origin: write scheme and host, with no path and no slash at the end",
        ),
        ("extends = 'none'\n", "stackfix.toml:1: 'none' is no file here and no preset; there are recommended"),
        (
            "extends = 'recomended'\n",
            "stackfix.toml:1: 'recomended' is no file here and no preset; did you mean 'recommended'?",
        ),
        ("extends = ['a']\n", "stackfix.toml:1: extends must be the name of a preset or a file"),
        ("extends = 'stackfix.toml'\n", "stackfix.toml: it extends itself: take one extends out"),
        ("a = 1\nb = = 2\n", "stackfix.toml:2: not TOML: invalid value"),
        (b"a = '\xff'\n", "stackfix.toml: not UTF-8 (byte 5)"),
    ],
)
def test_what_cant_be_meant_is_told_in_one_line_with_the_place(
    tmp_path: Path, written: str | bytes, complaint: str
) -> None:
    write(tmp_path, {"stackfix.toml": written})
    with pytest.raises(Invalid) as caught:
        load(tmp_path)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    "written",
    [
        "slect = []",
        "[ports]\na = '8000'",
        "[ports]\na = 70000",
        "[origins]\nproduction = ['x']",
        "exclude = 'x'",
        "[severity]\na = 'high'",
    ],
)
def test_the_schema_refuses_what_we_refuse(tmp_path: Path, written: str) -> None:
    write(tmp_path, {"stackfix.toml": written})
    with pytest.raises(Invalid):
        load(tmp_path)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(written), SCHEMA)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("ports", "--set ports: write it as key=value"),
        ("=1", "--set =1: write it as key=value"),
        ("ports.=1", "--set ports.=1: write it as key=value"),
        ("prots.a=1", "--set prots.a=1: no key is called 'prots'; did you mean 'ports'?"),
        ("ports.a=x", PORTS.replace("stackfix.toml:2", "--set ports.a=x")),
        ("ports=1", "--set ports=1: ports must be a table, as in [ports]"),
        (
            "select=nothing",
            "--set select=nothing: no rule or family is called 'nothing'; `stackfix rules` names them all",
        ),
    ],
)
def test_a_wrong_setting_is_told_as_it_was_typed(tmp_path: Path, setting: str, complaint: str) -> None:
    with pytest.raises(Invalid) as caught:
        load(tmp_path, settings=[setting])
    assert str(caught.value) == complaint


def test_files_that_cant_be_read_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nowhere\.toml: it went away"):
        load(tmp_path, str(tmp_path / "nowhere.toml"))
    os.mkfifo(tmp_path / "stackfix.toml")
    with pytest.raises(Invalid, match=r"stackfix\.toml: not a plain file"):
        load(tmp_path)


def test_a_folder_of_that_name_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "stackfix.toml").mkdir()
    with pytest.raises(Invalid, match=r"^stackfix\.toml: not a plain file$"):
        load(tmp_path)


def test_the_roots_own_configuration_doesnt_lead_out_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"outside.toml": "[ports]\na = 1\n", "root/stackfix.toml": "extends = '../outside.toml'\n"})
    with pytest.raises(Invalid, match="leads out of"):
        load(tmp_path / "root")
    (tmp_path / "root" / "stackfix.toml").unlink()
    (tmp_path / "root" / "stackfix.toml").symlink_to("../outside.toml")
    with pytest.raises(Invalid, match="leads out of"):
        load(tmp_path / "root")
    found = load(tmp_path / "root", str(tmp_path / "root" / "stackfix.toml"))
    assert found.policy.ports["a"].value == 1


def test_a_selection_takes_the_command_line_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"stackfix.toml": WHOLE})
    found = load(tmp_path)
    plain = found.selection()
    assert plain.select == {"ports", "unknown-host"}
    assert plain.severities == {"url-port": Severity.INFO}
    assert [(matches("k8s/a.yml"), matches("a.yml"), rules) for matches, rules in plain.per_file_ignores] == [
        (True, False, frozenset({"names"}))
    ]
    typed = found.selection(select=["names,url-port"], ignore=["ports"], preview=True, only="a.yml")
    assert typed.select == {"names", "url-port"}
    assert typed.ignore == {"url-port", "ports"}
    assert typed.preview
    assert typed.only == "a.yml"


# --- globs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "named", "others"),
    [
        ("legacy", ["legacy", "legacy/a/b", "x/legacy/c"], ["legacy2", "x/legacy.yml"]),
        ("legacy/", ["legacy/a", "x/legacy/a"], ["alegacy/a"]),
        ("*.test.yml", ["a.test.yml", "x/b.test.yml"], ["a.test.yaml", "test.yml"]),
        ("k8s/*.yml", ["k8s/a.yml"], ["k8s/x/a.yml", "x/k8s/a.yml"]),
        ("k8s/**", ["k8s", "k8s/a", "k8s/a/b"], ["x/k8s/a", "k8s2/a"]),
        ("**/tests/**", ["tests/a", "x/y/tests/a/b"], ["tests2/a"]),
        ("a/**/b.yml", ["a/b.yml", "a/x/y/b.yml"], ["a/xb.yml", "b.yml"]),
        ("./a?c", ["abc"], ["a/c", "abbc"]),
        ("v[0-9].yml", ["v1.yml"], ["vx.yml", "v.yml"]),
        ("v[!0-9].yml", ["vx.yml"], ["v1.yml", "v/.yml"]),
        ("a+(b).yml", ["a+(b).yml"], ["aab.yml"]),
        ("[", ["["], ["x"]),
    ],
)
def test_globs_name_files_folders_and_what_lies_in_them(glob: str, named: list[str], others: list[str]) -> None:
    matches = globs.matcher([glob])
    assert matches is not None
    assert [path for path in (*named, *others) if matches(path)] == named


def test_any_of_several_globs_is_enough_and_none_is_no_matcher() -> None:
    matches = globs.matcher(["a", "*.b"])
    assert matches is not None
    assert matches("x/a/y")
    assert matches("c.b")
    assert not matches("c")
    assert globs.matcher([]) is None
    assert [char for char in "+,-./0" if globs.matcher(["[+--]"])(char)] == ["+", ",", "-"]  # type: ignore[misc]  # there is a glob
    assert [char for char in ",-.0" if globs.matcher(["[--.]"])(char)] == ["-", "."]  # type: ignore[misc]  # there is a glob


@example("[b-a]", "[b-a]")
@example("[!]", "x")
@example("[?--]", "")
@example("[!--a]", "")
@example("[&&||~~--]", "")
@given(st.text(alphabet="ab*?[]!/.\\^-", max_size=12), st.text(alphabet="ab/.", max_size=8))
def test_no_glob_is_an_error(glob: str, path: str) -> None:
    matches = globs.matcher([glob])
    assert matches is not None
    assert matches(path) in {True, False}
