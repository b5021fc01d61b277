"""What a compiled Go program binds: from the step that builds it to the call that listens."""

from __future__ import annotations

import pytest

from tests.graph.compose_world import graph, named

DOCKERFILE = """\
FROM golang:1.23-alpine AS build
WORKDIR /src
COPY go.mod ./
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -X main.version=${VERSION}" -o /out/ferry ./cmd/ferry

FROM alpine:3.20
COPY --from=build /out/ferry /usr/local/bin/ferry
CMD ["ferry"]
"""
HEAD = 'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n\t"os"\n)\n\n'
OR_ELSE = """
func getOr(key, fallback string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return fallback
}
"""
MAINS: dict[str, tuple[str, list[tuple[int, str | None]]]] = {
    "a literal": ('func main() { http.ListenAndServe(":7001", nil) }', [(7001, None)]),
    "a variable and what stands in for it": (
        """
        func main() {
            port := os.Getenv("PORT")
            if port == "" {
                port = "7002"
            }
            http.ListenAndServe(":"+port, nil)
        }""", [(7002, "PORT")],
    ),
    "a default that a variable stands over": (
        """
        func main() {
            addr := ":7003"
            if p := os.Getenv("FERRY_PORT"); p != "" {
                addr = ":" + p
            }
            http.ListenAndServe(addr, nil)
        }""", [(7003, "FERRY_PORT")],
    ),
    "a default that a port stands over": (
        """
        func main() {
            port := "7003"
            if p, ok := os.LookupEnv("FERRY_PORT"); ok {
                port = p
            }
            http.ListenAndServe("0.0.0.0:"+port, nil)
        }""", [(7003, "FERRY_PORT")],
    ),
    "a helper's default": (
        'func main() { http.ListenAndServe(fmt.Sprintf(":%s", getOr("HTTP_PORT", "7004")), nil) }' + OR_ELSE,
        [(7004, "HTTP_PORT")],
    ),
    "a server's address through a function": (
        """
        func main() { serve(getOr("PORT", "7005")) }

        func serve(port string) {
            srv := &http.Server{
                Addr:    ":" + port,
                Handler: nil,
            }
            srv.ListenAndServe()
        }""" + OR_ELSE, [(7005, "PORT")],
    ),
    "a flag": (
        """
        var addr = flag.String("addr", ":7006", "where to listen")

        func main() {
            flag.Parse()
            http.ListenAndServe(*addr, nil)
        }""", [(7006, None)],
    ),
    "a helper that fills a variable": (
        """
        func main() {
            var port string
            mustMap(&port, "PORT")
            lis, _ := net.Listen("tcp", net.JoinHostPort("", port))
            _ = lis
        }

        func mustMap(target *string, key string) {
            *target = os.Getenv(key)
        }""", [],
    ),
    "gin's own default": (
        """
        func main() {
            r := gin.Default()
            r.Run()
        }""", [(8080, "PORT")],
    ),
    "two listeners": (
        """
        func main() {
            go http.ListenAndServe(":9190", nil)
            http.ListenAndServe(":7007", nil)
        }""", [(9190, None), (7007, None)],
    ),
    "a field of settings": (
        """
        type Config struct {
            Port     string
            Database Database
        }

        type Database struct {
            Port string
        }

        func load() *Config {
            return &Config{Port: getOr("PORT", "7008"), Database: Database{Port: getOr("DB_PORT", "5432")}}
        }

        func main() {
            cfg := load()
            http.ListenAndServe(":"+cfg.Port, nil)
        }""" + OR_ELSE, [(7008, "PORT")],
    ),
    "a field by its tag": (
        """
        type Config struct {
            Listen struct{}
            Port int `env:"SERVER_PORT" envDefault:"7009"`
        }

        func main() {
            var cfg Config
            env.Parse(&cfg)
            http.ListenAndServe(fmt.Sprintf(":%d", cfg.Port), nil)
        }""", [(7009, "SERVER_PORT")],
    ),
    "envconfig's prefix": (
        """
        type Config struct {
            Port int `envconfig:"PORT" default:"7010"`
        }

        func main() {
            var cfg Config
            envconfig.MustProcess("ferry", &cfg)
            http.ListenAndServe(fmt.Sprintf(":%d", cfg.Port), nil)
        }""", [(7010, "FERRY_PORT")],
    ),
    "viper's default": (
        """
        func main() {
            viper.SetDefault("server.port", 7011)
            viper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
            viper.AutomaticEnv()
            http.ListenAndServe(":"+viper.GetString("server.port"), nil)
        }""", [(7011, "SERVER_PORT")],
    ),
    "a file that viper reads": (
        """
        func main() {
            viper.SetDefault("port", 7012)
            viper.AutomaticEnv()
            viper.ReadInConfig()
            http.ListenAndServe(":"+viper.GetString("port"), nil)
        }""", [],
    ),
    "a comment and a string": (
        """
        // http.ListenAndServe(":7013", nil)
        const hint = "run with http.ListenAndServe(\\":7014\\", nil)"

        func main() { http.ListenAndServe(":7015", nil) }""", [(7015, None)],
    ),
    "an address that another package gives": (
        "func main() { http.ListenAndServe(settings.Address(), nil) }", [],
    ),
    "a function that is called twice": (
        """
        func main() {
            go serve("7016")
            serve("7017")
        }

        func serve(port string) { http.ListenAndServe(":"+port, nil) }""", [],
    ),
    "a method of that name on something else": (
        """
        func main() {
            worker.Start("nightly")
            http.ListenAndServe(":7018", nil)
        }""", [(7018, None)],
    ),
}  # fmt: skip


def bound(files: dict[str, str], service: str = "{build: .}") -> tuple[list[tuple[int, str | None]], bool]:
    """Each port with the variable that decides it, and whether they are all known."""
    found = {
        "compose.yaml": f"services:\n  ferry: {service}\n",
        "Dockerfile": DOCKERFILE,
        "go.mod": "module ex.org/ferry\n",
    }
    world = graph(found | files)
    listening = world.listening(named(world, "ferry"))
    return [(e.port, e.variable) for e in listening.endpoints], listening.known


@pytest.mark.parametrize(("main", "expected"), MAINS.values(), ids=MAINS.keys())
def test_what_main_listens_on(main: str, expected: list[tuple[int, str | None]]) -> None:
    source = HEAD + "\n".join(line.removeprefix("        ") for line in main.splitlines())
    assert bound({"cmd/ferry/main.go": source}) == (expected, bool(expected))


def test_what_the_deployment_gives() -> None:
    main = HEAD + 'func main() { http.ListenAndServe(":"+getOr("PORT", "7020"), nil) }\n' + OR_ELSE
    assert bound({"cmd/ferry/main.go": main}, "{build: ., environment: {PORT: '7021'}}") == ([(7021, "PORT")], True)


def test_a_whole_address_that_the_deployment_gives() -> None:
    main = HEAD + 'func main() { http.ListenAndServe(getOr("ADDR", ":7022"), nil) }\n' + OR_ELSE
    assert bound({"cmd/ferry/main.go": main}, "{build: ., environment: {ADDR: ':7023'}}") == ([(7023, None)], True)


def test_only_what_main_imports() -> None:
    files = {
        "cmd/ferry/main.go": 'package main\n\nimport (\n\t"ex.org/ferry/internal/web"\n)\n\nfunc main() { web.Serve() }\n',
        "internal/web/web.go": 'package web\n\nfunc Serve() { http.ListenAndServe(":7024", nil) }\n',
        "internal/unused/unused.go": 'package unused\n\nfunc Serve() { http.ListenAndServe(":7025", nil) }\n',
        "cmd/tool/main.go": 'package main\n\nfunc main() { http.ListenAndServe(":7026", nil) }\n',
    }
    assert bound(files) == ([(7024, None)], True)


def test_a_module_below_the_context() -> None:
    dockerfile = """\
        FROM golang:1.23 AS build
        WORKDIR /app
        COPY server/go.mod ./server/
        WORKDIR /app/server
        COPY server/ ./
        RUN cd cmd && go build -o ../ferry .

        FROM debian:12-slim
        WORKDIR /opt
        COPY --from=build /app/server/ferry ./run-ferry
        ENTRYPOINT ["./run-ferry"]
        """
    files = {
        "Dockerfile": dockerfile,
        "go.mod": "module ex.org/other\n",
        "server/go.mod": "module ex.org/server\n",
        "server/cmd/main.go": 'package main\n\nfunc main() { http.ListenAndServe("127.0.0.1:7027", nil) }\n',
    }
    assert bound(files) == ([(7027, None)], True)


@pytest.mark.parametrize("command", ['["ferry", "--port", "9000"]', '["sh", "-c", "ferry serve"]', '["other"]'])
def test_arguments_decide(command: str) -> None:
    main = HEAD + 'func main() { http.ListenAndServe(":7028", nil) }\n'
    assert bound({"cmd/ferry/main.go": main}, f"{{build: ., command: {command}}}") == ([], False)
