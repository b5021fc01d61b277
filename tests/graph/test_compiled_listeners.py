"""What Go, Rust, ASP.NET and Spring Boot programs bind, as they are really written."""

from __future__ import annotations

import pytest

from stackfix.graph.model import Witness
from tests.graph.compose_world import graph, named

GO = """
FROM golang:1.22 AS b
WORKDIR /s
COPY . .
RUN CGO_ENABLED=0 go build -o /bin/api %s
FROM scratch
COPY --from=b /bin/api /api
CMD ["/api"]
"""
RUST = """
FROM rust:1.79 AS b
WORKDIR /s
COPY . .
RUN cargo build --release
FROM debian:12-slim
COPY --from=b /s/target/release/api /usr/bin/api
CMD ["api"]
"""
DOTNET = 'FROM mcr.microsoft.com/dotnet/aspnet:%s\nWORKDIR /app\nCOPY out .\nENTRYPOINT ["dotnet", "Api.dll"]\n'
JAVA = 'FROM eclipse-temurin:21-jre\nCOPY target/api.jar /api.jar\nENTRYPOINT ["java", "-jar", "/api.jar"]\n'
MAIN = 'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\n%s\n'
Bound = list[tuple[int, str | None, Witness, str | None]]


def bound(files: dict[str, str], environment: str = "{}") -> Bound | None:
    """Port, host, witness and variable of each listener; None where they aren't known."""
    service = {"compose.yaml": f"services:\n  api: {{build: ./api, environment: {environment}}}\n"}
    world = graph({**service, **{f"api/{path}": text for path, text in files.items()}})
    found = world.listening(named(world, "api"))
    return [(e.port, e.host, e.witness, e.variable) for e in found.endpoints] if found.known else None


def go(main: str, environment: str = "{}", package: str = ".", **files: str) -> Bound | None:
    return bound({"Dockerfile": GO % package, "go.mod": "module api\n", "main.go": MAIN % main, **files}, environment)


SOURCE, ENVIRONMENT = Witness.SOURCE, Witness.ENVIRONMENT
HELPER = 'func env(key, fallback string) string {\n\tif v := os.Getenv(key); v != "" {\n\t\treturn v\n\t}\n\treturn fallback\n}\n'
GO_CASES: dict[str, tuple[str, Bound]] = {
    "a constant": (
        'const addr = ":9090"\nfunc main() {\n\thttp.ListenAndServe(addr, nil)\n}', [(9090, None, SOURCE, None)],
    ),
    "a variable with a default": (
        ('func main() {\n\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "8080"\n\t}\n'
        '\thttp.ListenAndServe(":"+port, nil)\n}'),
        [(8080, None, SOURCE, "PORT")],
    ),
    "a default that a variable replaces": (
        ('func main() {\n\taddr := ":8081"\n\tif p := os.Getenv("PORT"); p != "" {\n\t\taddr = ":" + p\n\t}\n'
        "\tlog.Fatal(http.ListenAndServe(addr, nil))\n}"),
        [(8081, None, SOURCE, "PORT")],
    ),
    "a helper of its own": (
        HELPER + 'func main() {\n\tport := env("PORT", "7000")\n\thttp.ListenAndServe(fmt.Sprintf("0.0.0.0:%s", port), nil)\n}',
        [(7000, None, SOURCE, "PORT")],
    ),
    "a server": (
        ("func main() {\n\tport := 9100\n"
        '\tsrv := &http.Server{Addr: fmt.Sprintf(":%d", port), Handler: mux}\n\tsrv.ListenAndServe()\n}'),
        [(9100, None, SOURCE, None)],
    ),
    "gin by its own rules": (
        'import "github.com/gin-gonic/gin"\nfunc main() {\n\tr := gin.Default()\n\tr.Run()\n}',
        [(8080, None, SOURCE, "PORT")],
    ),
    "loopback": (
        'func main() {\n\tl, err := net.Listen("tcp", "127.0.0.1:50051")\n\ts.Serve(l)\n}',
        [(50051, "127.0.0.1", SOURCE, None)],
    ),
    "a flag": (
        'var addr = flag.String("addr", ":6060", "where to listen")\nfunc main() {\n\thttp.ListenAndServe(*addr, nil)\n}',
        [(6060, None, SOURCE, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), GO_CASES.values(), ids=GO_CASES.keys())
def test_a_go_program(source: str, expected: Bound) -> None:
    found = go(source)
    if expected[0][3] is None or expected[0][2] is not SOURCE:
        assert found == expected
    else:
        assert found is not None
        assert [(p, h, v) for p, h, _, v in found] == [(p, h, v) for p, h, _, v in expected]


def test_the_deployment_gives_a_go_program_its_port() -> None:
    assert go(GO_CASES["a variable with a default"][0], "{PORT: '9000'}") == [(9000, None, ENVIRONMENT, "PORT")]


def test_of_several_programs_the_one_that_is_built_counts() -> None:
    other = MAIN % 'func main() {\n\thttp.ListenAndServe(":1", nil)\n}'
    own = MAIN % 'func main() {\n\thttp.ListenAndServe(":8085", nil)\n}'
    files = {"cmd/api/main.go": own, "cmd/worker/main.go": other, "main.go": "package lib\n"}
    assert bound({"Dockerfile": GO % "./cmd/api", "go.mod": "module api\n", **files}) == [(8085, None, SOURCE, None)]


@pytest.mark.parametrize(
    "source",
    [
        "func main() {\n\thttp.ListenAndServe(cfg.Addr, nil)\n}",
        'func main() {\n\taddr := ":1"\n\tif x {\n\t\taddr = ":2"\n\t}\n\thttp.ListenAndServe(addr, nil)\n}',
        "func main() {\n\tsrv := &http.Server{Handler: mux}\n\tsrv.ListenAndServe()\n}",
    ],
)
def test_what_a_go_program_binds_is_unknown(source: str) -> None:
    assert go(source) is None


RUST_CASES: dict[str, tuple[str, list[tuple[int, str | None]]]] = {
    "an address of numbers": (
        "let addr = SocketAddr::from(([0, 0, 0, 0], 3000));\n    let l = tokio::net::TcpListener::bind(addr).await.unwrap();",
        [(3000, None)],
    ),
    "a variable of text": (
        ('let port = std::env::var("PORT").unwrap_or_else(|_| "8082".to_string());\n'
        '    let l = TcpListener::bind(format!("0.0.0.0:{port}")).await?;'),
        [(8082, None)],
    ),
    "a variable of a number": (
        ('let port: u16 = env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(8083);\n'
        '    let l = TcpListener::bind(&format!("127.0.0.1:{}", port)).await?;'),
        [(8083, "127.0.0.1")],
    ),
    "actix with a pair": (
        'const PORT: u16 = 8084;\n    HttpServer::new(f).bind(("0.0.0.0", PORT))?.run().await', [(8084, None)],
    ),
    "a text that is parsed": (
        'let addr: SocketAddr = "[::]:8086".parse().unwrap();\n    axum::Server::bind(&addr).serve(app).await', [(8086, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), RUST_CASES.values(), ids=RUST_CASES.keys())
def test_a_rust_program(source: str, expected: list[tuple[int, str | None]]) -> None:
    main = f"#[tokio::main]\nasync fn main() {{\n    {source}\n}}\n"
    found = bound({"Dockerfile": RUST, "Cargo.toml": '[package]\nname = "api"\n', "src/main.rs": main})
    assert found is not None
    assert [(port, host) for port, host, _, _ in found] == expected


def test_one_variable_says_the_whole_address() -> None:
    main = 'fn main() { let a = env::var("BIND").unwrap_or("127.0.0.1:7000".into()); TcpListener::bind(a); }\n'
    files = {"Dockerfile": RUST, "Cargo.toml": '[package]\nname = "api"\n', "src/main.rs": main}
    for environment, expected in (("{}", (7000, "127.0.0.1")), ("{BIND: '0.0.0.0:7001'}", (7001, None))):
        found = bound(files, environment)
        assert found is not None
        assert [(port, host) for port, host, _, _ in found] == [expected]


@pytest.mark.parametrize(
    ("version", "environment", "source", "expected"),
    [
        ("8.0", "{}", "app.Run();", [8080]),
        ("9.0-alpine", "{}", "app.Run();", [8080]),
        ("6.0", "{}", "app.Run();", [80]),
        ("8.0", "{ASPNETCORE_URLS: 'http://+:5001;http://*:5002'}", "app.Run();", [5001, 5002]),
        ("8.0", "{ASPNETCORE_HTTP_PORTS: '5003'}", "app.Run();", [5003]),
        ("8.0", "{}", 'app.Run("http://0.0.0.0:5000");', [5000]),
        ("8.0", "{}", 'app.Run("http://localhost:5000");', None),
        ("8.0", "{ASPNETCORE_URLS: 'http://+:1'}", 'builder.WebHost.UseUrls("http://*:5006");', [5006]),
        ("8.0", "{}", "builder.WebHost.ConfigureKestrel(o => {\n  o.ListenAnyIP(5007, l => {});\n});", [5007]),
        ("8.0", "{}", "builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(5000));", None),
        (
            "8.0",
            "{}",
            "builder.WebHost.ConfigureKestrel(o => {\n  o.Listen(IPAddress.Any, 5011);\n  o.ListenAnyIP(5012);\n});",
            [5011, 5012],
        ),
        ("8.0", "{}", "builder.WebHost.ConfigureKestrel(o => {\n  o.Listen(address, 5013);\n});", None),
        ("8.0", "{}", 'if (dev) {\n  builder.WebHost.UseUrls("http://*:5008");\n}', None),
        ("8.0", "{}", 'if (dev)\n  builder.WebHost.UseUrls("http://*:5009");', None),
        ("8.0", "{}", 'if (dev) { Log(); }\nbuilder.WebHost.UseUrls("http://*:5010");', [5010]),
    ],
)
def test_an_aspnet_program(version: str, environment: str, source: str, expected: list[int] | None) -> None:
    found = bound({"Dockerfile": DOTNET % version, "Program.cs": source, "out/Api.dll": ""}, environment)
    assert (None if found is None else [port for port, *_ in found]) == expected


SPRING_PROFILES = {"application.yml": "server:\n  port: 8084\n", "application-prod.yml": "server:\n  port: 8085\n"}
SPRING_DOCUMENTS = (
    "server:\n  port: 8087\n---\nspring.config.activate.on-profile: cloud\nserver.port: 8088\n---\n"
    "spring:\n  profiles: old\nserver:\n  port: 8089\n"
)


@pytest.mark.parametrize(
    ("settings", "environment", "expected"),
    [
        ({}, "{}", [8080]),
        ({"application.yml": "server:\n  port: 8081\n"}, "{}", [8081]),
        ({"application.yml": "server:\n  port: ${PORT:8082}\n"}, "{}", [8082]),
        ({"application.properties": "server.port=8083\n"}, "{}", [8083]),
        ({"application.properties": "server.port=8083\n"}, "{SERVER_PORT: '9000'}", [9000]),
        (SPRING_PROFILES, "{}", [8084]),
        (SPRING_PROFILES, "{SPRING_PROFILES_ACTIVE: prod}", [8085]),
        (SPRING_PROFILES, "{SPRING_PROFILES_ACTIVE: ''}", [8084]),
        (SPRING_PROFILES, "[SPRING_PROFILES_ACTIVE]", None),
        ({"application.yml": "server:\n  port: ${app.port}\napp.port: 8086\n"}, "{}", [8086]),
        ({"application.yml": "server.port: 0\n"}, "{}", None),
        ({"application.yml": "spring.config.import: 'configserver:'\n"}, "{}", None),
        ({"application.yml": SPRING_DOCUMENTS}, "{}", [8087]),
        ({"application.yml": SPRING_DOCUMENTS}, "{SPRING_PROFILES_ACTIVE: 'a,cloud'}", [8088]),
        ({"application.yml": SPRING_DOCUMENTS}, "{SPRING_PROFILES_ACTIVE: old}", [8089]),
        (
            {
                "application.properties": "spring.profiles.active=dev\n#---\nserver.port=1\n",
                "application-dev.properties": "server.port = ${PORT:${SERVICE_PORT:8090}}\n",
            },
            "{SERVICE_PORT: '8091'}",
            [8091],
        ),
        ({"application.yml": "server: {port: 1}\n", "application.properties": "server.port 8092\n"}, "{}", [8092]),
        ({"application.yml": "server: {port: 1}\n"}, "{SERVER_PORT: '', JAVA_TOOL_OPTIONS: -Xmx512m}", [1]),
        ({"application.yml": "server: {port: 1}\n"}, "{JAVA_TOOL_OPTIONS: -Dserver.port=2}", None),
    ],
)
def test_a_spring_program(settings: dict[str, str], environment: str, expected: list[int] | None) -> None:
    files = {f"src/main/resources/{name}": text for name, text in settings.items()}
    pom = "<artifactId>spring-boot-starter-web</artifactId>\n"
    found = bound({"Dockerfile": JAVA, "pom.xml": pom, "target/api.jar": "", **files}, environment)
    assert (None if found is None else [port for port, *_ in found]) == expected


LAYERS = (
    "FROM openjdk:17-jdk-slim AS cut\nWORKDIR /x\nARG JAR_FILE=target/*.jar\nCOPY ${JAR_FILE} app.jar\n"
    "RUN java -Djarmode=layertools -jar app.jar extract\nFROM openjdk:17-jdk-slim\nWORKDIR /x\n"
    "COPY --from=cut /x/dependencies/ ./\nCOPY --from=cut /x/application/ ./\n"
    'ENTRYPOINT ["java", "org.springframework.boot.loader.launch.JarLauncher"]\n'
)


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        (
            "FROM openjdk:17\nARG JAR_FILE=target/*.jar\nCOPY ${JAR_FILE} app.jar\nENTRYPOINT java -jar /app.jar\n",
            [7001],
        ),
        (LAYERS, [7001]),
        ("FROM maven:3-eclipse-temurin-21\nWORKDIR /a\nCOPY . .\nCMD mvn spring-boot:run\n", [7001]),
        (
            "FROM eclipse-temurin:21\nWORKDIR /a\nCOPY . .\nCMD ./mvnw -q spring-boot:run -Dspring-boot.run.profiles=x\n",
            None,
        ),
        ("FROM eclipse-temurin:21\nCOPY lib/other.jar /app.jar\nCMD java -jar /app.jar\n", None),
        (
            "FROM eclipse-temurin:21\nCOPY target/a.jar /app.jar\nCMD java -javaagent:/m.jar=9404:c -jar /app.jar\n",
            None,
        ),
        (
            "FROM eclipse-temurin:21\nCOPY target/a.jar /app.jar\nCMD java -Xmx1g -jar /app.jar --server.port=7002\n",
            [7002],
        ),
        (
            "FROM eclipse-temurin:21\nCOPY target/a.jar a.jar\nCOPY prod.yml config/application.yml\nCMD java -jar a.jar\n",
            None,
        ),
    ],
)
def test_the_jar_is_followed_to_its_module(dockerfile: str, expected: list[int] | None) -> None:
    pom = "<artifactId>spring-boot-starter-web</artifactId>\n"
    settings = {"src/main/resources/application.properties": "server.port=7001\n", "prod.yml": "server.port: 1\n"}
    found = bound({"Dockerfile": dockerfile, "pom.xml": pom, "mvnw": "", **settings})
    assert (None if found is None else [port for port, *_ in found]) == expected
