"""Languages and frameworks by their manifests; the one literal port of a Go or Rust program."""

from __future__ import annotations

import pytest

from stackfix.graph.framework import Language, framework, literal_listener
from tests.graph.script_world import library, written


@pytest.mark.parametrize(
    ("path", "text", "language", "name", "port"),
    [
        ("a/package.json", '{"dependencies": {"next": "14", "react": "18"}}', Language.JAVASCRIPT, "next", 3000),
        ("a/package.json", '{"devDependencies": {"vite": "5"}}', Language.JAVASCRIPT, "vite", 5173),
        ("a/package.json", '{"dependencies": {"left-pad": "1"}}', Language.JAVASCRIPT, None, None),
        ("a/requirements.txt", "uvicorn\nFastAPI[all]>=0.1\n", Language.PYTHON, "fastapi", 8000),
        ("a/requirements.txt", "# flask\nflask-cors\n", Language.PYTHON, None, None),
        ("a/pyproject.toml", '[project]\ndependencies = ["django>=4"]\n', Language.PYTHON, "django", 8000),
        ("a/go.mod", "module x\nrequire github.com/gin-gonic/gin v1.9.1\n", Language.GO, "gin", 8080),
        ("a/Cargo.toml", '[dependencies]\naxum = "0.7"\n', Language.RUST, "axum", None),
        ("a/pom.xml", "<artifactId>spring-boot-starter-web</artifactId>", Language.JAVA, "spring-boot", 8080),
        ("a/build.gradle.kts", 'plugins { id("io.quarkus") }', Language.JAVA, "quarkus", 8080),
        ("a/Gemfile", 'gem "rails", "~> 7"\n', Language.RUBY, "rails", 3000),
    ],
)
def test_manifests(path: str, text: str, language: Language, name: str | None, port: int | None) -> None:
    found = framework(library({path: text}), "a")
    assert found is not None
    assert (found.language, found.name, found.default_port, found.manifest) == (language, name, port, path)


def test_a_folder_of_two_languages_or_of_none_is_unknown() -> None:
    assert framework(library({"a/go.mod": "module x", "a/package.json": "{}"}), "a") is None
    assert framework(library({"a/b/go.mod": "module x"}), "a") is None


GO = {"go.mod": "module x\n"}
RUST = {"Cargo.toml": "[package]\n"}


@pytest.mark.parametrize(
    ("source", "port", "host", "name"),
    [
        ('package main\nfunc main() { http.ListenAndServe(":8080", nil) }', 8080, "", "net/http"),
        (
            'package main\nfunc main() { log.Fatal(http.ListenAndServe("127.0.0.1:8080", r)) }',
            8080,
            "127.0.0.1",
            "net/http",
        ),
        ('package main\nfunc main() { r := gin.Default(); r.Run(":9000") }', 9000, "", "gin"),
        ('package main\nfunc main() { e := echo.New()\n e.Logger.Fatal(e.Start("0.0.0.0:1323")) }', 1323, "", "echo"),
        (
            'package main\nfunc main() { app := fiber.New(); app.Listen(":3000") // app.Listen(":1")\n }',
            3000,
            "",
            "fiber",
        ),
        (
            'package main\nvar u = "http://a//b"\nfunc main() { http.ListenAndServe(":8080", nil) }',
            8080,
            "",
            "net/http",
        ),
    ],
)
def test_a_go_program_with_one_listener(source: str, port: int, host: str, name: str) -> None:
    files = {**GO, "main.go": source}
    found = literal_listener(library(files), "")
    assert found is not None
    assert (found.port, found.host, found.framework) == (port, host, name)
    assert written(files, found.port_text) == str(port)


@pytest.mark.parametrize(
    "files",
    [
        {"main.go": "package main\nfunc main() { http.ListenAndServe(addr, nil) }"},
        {"main.go": 'package main\nfunc main() { http.ListenAndServe(":1000", nil); http.ListenAndServe(":2000", nil) }'},
        {"main.go": 'package main\nfunc main() { http.ListenAndServe(":1000", nil) }', "b/b.go": "package b\nfunc f() { net.Listen(a, c) }"},
        {"lib.go": 'package lib\nfunc F() { http.ListenAndServe(":1000", nil) }'},
        {"main.go": 'package main\n// http.ListenAndServe(":1000", nil)\nfunc main() {}'},
        {"main.go": 'package main\nfunc main() { job.Run(":1000") }'},
        {"main_test.go": 'package main\nfunc main() { http.ListenAndServe(":1000", nil) }'},
    ],
)  # fmt: skip
def test_a_go_program_whose_port_is_not_certain(files: dict[str, str]) -> None:
    assert literal_listener(library({**GO, **files}), "") is None


@pytest.mark.parametrize(
    ("source", "port", "host", "name"),
    [
        ('use axum::Router;\nasync fn main() { let l = TcpListener::bind("0.0.0.0:3000").await; }', 3000, "", "axum"),
        ('use actix_web::App;\nasync fn main() { HttpServer::new(f).bind(("127.0.0.1", 8080)) }', 8080, "127.0.0.1", "actix-web"),
        ('use actix_web::App;\nasync fn main() { HttpServer::new(f).bind("0.0.0.0:8081")?.run() }', 8081, "", "actix-web"),
    ],
)  # fmt: skip
def test_a_rust_program_with_one_listener(source: str, port: int, host: str, name: str) -> None:
    files = {**RUST, "src/main.rs": source}
    found = literal_listener(library(files), "")
    assert found is not None
    assert (found.port, found.host, found.framework) == (port, host, name)
    assert written(files, found.port_text) == str(port)


@pytest.mark.parametrize(
    "source",
    [
        "async fn main() { let l = TcpListener::bind(addr).await; }",
        'async fn main() { TcpListener::bind("0.0.0.0:3000"); TcpListener::bind("0.0.0.0:3001"); }',
        'fn serve() { TcpListener::bind("0.0.0.0:3000"); }',
        'fn main() { /* TcpListener::bind("0.0.0.0:3000") */ }',
    ],
)
def test_a_rust_program_whose_port_is_not_certain(source: str) -> None:
    assert literal_listener(library({**RUST, "src/main.rs": source}), "") is None
