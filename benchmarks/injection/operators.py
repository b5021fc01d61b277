"""All operators, by family of rules. The facts that make a break decidable are those of the stacks in `stacks/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.injection.breaks import Break, Removal, Swap
from benchmarks.injection.composed import COMPOSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.injection.healthy import Stack

COMPOSE = r"(.*/)?(docker-)?compose[^/]*\.ya?ml"
CLUSTER = r"(k8s|base|overlays)/.*\.yaml"
NGINX = r".*\.conf|base/front\.yaml"
IMAGE = r"(.*/)?(Dockerfile|[^/]*\.Dockerfile)"
SCRIPT = r".*\.sh|Makefile|\.github/.*"
OVERRIDDEN = (("quarry", "Dockerfile"), ("lagoon", "tides.Dockerfile"))
"""Images that every deployment gives a command of its own: what their own says breaks nothing."""

PROBE = r"(?:httpGet|tcpSocket):(?:[^}\n]*\{[^}\n]*|\n(?:\s+path:.*\n)?\s+)"


def other_port(port: str) -> str:
    """A port that no stack speaks of."""
    return str(int(port) + 7)


def a_letter_less(name: str) -> str:
    """A slip of the hand: the name without its last letter."""
    return name[:-1]


def a_letter_more(name: str) -> str:
    """A slip of the hand: the last letter twice."""
    return name + name[-1]


PORTS = (
    Swap("EXPOSE of another port", ("expose-port",), IMAGE, r"^EXPOSE (?P<it>\d+)", other_port),
    Swap(
        "publish another port of the container",
        ("published-port", "kafka-advertised-listeners"),
        COMPOSE,
        r"(?:- |\[)[\"']?(?:127\.0\.0\.1:)?\d+:(?P<it>\d+)(?=[\"'\s])",
        other_port,
    ),
    Swap(
        "expose another port of the container",
        ("published-port",),
        COMPOSE,
        r"expose:(?: \[|\n +- \")(?P<it>\d+)",
        other_port,
    ),
    Swap("declare another containerPort", ("container-port",), CLUSTER, r"containerPort: (?P<it>\d+)", other_port),
    Swap("target another port", ("service-target-port",), CLUSTER, r"targetPort: (?P<it>\d+)", other_port),
    Swap(
        "target a port by another name", ("service-target-port",), CLUSTER, r"targetPort: (?P<it>[a-z]+)", a_letter_more
    ),
    Swap("probe another port", ("probe-port",), CLUSTER, PROBE + r"port: (?P<it>\d+)", other_port),
    Swap("probe a port by another name", ("probe-port",), CLUSTER, PROBE + r"port: (?P<it>[a-z]+)", a_letter_more),
    Swap(
        "check health on another port",
        ("probe-port",),
        f"{COMPOSE}|{IMAGE}",
        r"(?:test:|HEALTHCHECK).*http://localhost:(?P<it>\d+)",
        other_port,
    ),
    Swap("proxy to another port", ("proxy-port",), NGINX, r"proxy_pass http://\w+:(?P<it>\d+)", other_port),
    Swap("an upstream on another port", ("proxy-port",), NGINX, r"server \w+:(?P<it>\d+);", other_port),
    Swap(
        "an address with another port",
        ("url-port",),
        f"{COMPOSE}|k8s/config.yaml",
        r"(?:URL|ADDR)\b.*[/@ ](?!localhost)[a-z]+:(?P<it>\d+)",
        other_port,
        but="postgresql|mongodb",
    ),
    Swap("a port variable with another port", ("url-port",), COMPOSE, r"MEMORY_PORT: \"(?P<it>\d+)", other_port),
    Swap(
        "the published port inside the network",
        ("host-port-inside-network",),
        "docker-compose.yml",
        r"http://stock:(?P<it>7000)",
        "7001",
        ("orchard",),
    ),
    Swap(
        "two services on one port of the host",
        ("duplicate-host-port",),
        COMPOSE,
        r"'(?P<it>7001):7000|\"(?P<other>8001):8000",
        "5000",
        ("orchard",),
        unique=False,
        by_hand=True,
    ),
    Swap(
        "the port variable isn't set",
        ("port-env-missing",),
        COMPOSE,
        r"PORT: 3000, |    environment:\n      - PORT=7000\n",
        "",
        unique=False,
    ),
    Swap(
        "listen on loopback alone",
        ("loopback-bind",),
        f"{IMAGE}|{COMPOSE}|.*\\.(py|js|sh)|base/tides.yaml",
        r"(?P<it>0\.0\.0\.0)(?!:9|:2)",
        "127.0.0.1",
        apart=OVERRIDDEN,
    ),
)

NAMES = (
    Swap(
        "a host by another name: a suffix",
        ("unknown-host",),
        f"{COMPOSE}|base/kustomization.yaml|k8s/config.yaml",
        r"(?:URL|ADDR|HOST)\b(?:=|: \"?)(?:[\w+]+://(?:[^@/\s]+@)?)?(?!localhost|https?:)(?P<it>[a-z]+)(?=[:\n/])",
        lambda name: f"{name}-service",
    ),
    Swap(
        "a host by another name: a prefix",
        ("unknown-host",),
        COMPOSE,
        r"(?:URL|ADDR|HOST)\b(?:=|: \"?)(?:[\w+]+://(?:[^@/\s]+@)?)?(?!localhost|https?:)(?P<it>[a-z]+)(?=[:\n/])",
        lambda name: f"our-{name}",
    ),
    Swap(
        "nginx asks a host by another name",
        ("unknown-host", "upstream-missing"),
        NGINX,
        r"proxy_pass http://(?P<it>\w+):|server (?P<other>\w+):\d+;",
        lambda name: f"{name}-app",
        but="^server",
    ),
    Swap(
        "an upstream's server by another name",
        ("unknown-host",),
        NGINX,
        r"server (?P<it>\w+):\d+;",
        lambda name: f"{name}-app",
    ),
    Swap(
        "a sibling at localhost",
        ("localhost-in-container",),
        COMPOSE,
        r"(?:URL|HOST)\b(?:=|: \"?)(?:[\w+]+://(?:[^@/\s]+@)?)?(?!localhost|https?:)(?P<it>[a-z]+)(?=[:\n/])",
        "localhost",
    ),
    Swap(
        "no network in common",
        ("no-shared-network",),
        COMPOSE,
        r"networks: \[front(?P<it>, back)\]",
        "",
        ("ferry",),
    ),
    Swap(
        "a default that names nothing",
        ("env-default-drift",),
        r"tiles/tiles/web\.py",
        r"http://(?P<it>colours):8600",
        "palette",
    ),
    Swap(
        "an Ingress to another Service",
        ("ingress-service",),
        CLUSTER,
        r"service:(?: \{|\s+)name: (?P<it>\w+)",
        lambda name: f"{name}-svc",
    ),
    Swap(
        "an Ingress to another port",
        ("ingress-service",),
        CLUSTER,
        r"number: (?P<it>\d+)",
        "8080",
    ),
    Swap(
        "a selector that selects nothing",
        ("service-selector",),
        CLUSTER,
        r"kind: Service\n(?:.*\n){1,4}?  selector:(?: \{|\n    )app: (?P<it>\w+)",
        lambda name: f"{name}-app",
    ),
    Swap(
        "depends on nothing",
        ("dependency-unknown",),
        COMPOSE,
        r"depends_on:\s*\n\s+(?:- )?(?P<it>\w+)",
        lambda name: f"{name}-service",
    ),
    Swap(
        "scales nothing",
        ("dependency-unknown",),
        CLUSTER,
        r"scaleTargetRef:\n.*\n.*\n    name: (?P<it>\w+)",
        lambda name: f"{name}-deployment",
    ),
    Swap("claims nothing", ("dependency-unknown",), CLUSTER, r"claimName: (?P<it>[\w-]+)", a_letter_less),
    Swap("runs as nobody", ("dependency-unknown",), CLUSTER, r"serviceAccountName: (?P<it>\w+)", a_letter_more),
    Swap(
        "lets nobody in",
        ("dependency-unknown",),
        r"base/network\.yaml",
        r"matchLabels:\n +app: (?P<it>\w+)",
        a_letter_more,
    ),
    Swap(
        "a script in another namespace",
        ("namespace-mismatch",),
        SCRIPT,
        r"-n (?P<it>tally|lagoon-test)\b",
        lambda name: f"{name}-live",
    ),
)

IMAGES = (
    Swap(
        "starts a module that isn't there",
        ("missing-entrypoint",),
        f"{IMAGE}|{COMPOSE}|.*\\.sh|base/tides.yaml",
        r"(?P<it>[\w.]+):(?:app|application)\b",
        lambda name: f"{name}_old",
        apart=OVERRIDDEN,
    ),
    Swap(
        "starts a file that isn't there",
        ("missing-entrypoint",),
        IMAGE,
        r"\[\"(?:python|node)\", \"(?P<it>\w+)\.(?:py|js)\"\]",
        "launch",
    ),
    Swap(
        "starts a script that isn't there",
        ("missing-entrypoint", "copy-incomplete"),
        IMAGE,
        r"(?:CMD|ENTRYPOINT) \[\"/(?P<it>start|entrypoint)\.sh\"",
        "launch",
        unique=False,
        by_hand=True,
    ),
    Swap(
        "serves an object that isn't there",
        ("missing-app-object",),
        f"{IMAGE}|{COMPOSE}|.*\\.sh|base/tides.yaml",
        r"\w:(?P<it>app|application)\b",
        "server",
        apart=OVERRIDDEN,
    ),
    Swap(
        "runs a module as a file",
        ("module-not-importable",),
        IMAGE,
        r"\"-m\", \"receiver\.main\"",
        '"receiver/main.py"',
        ("signal",),
    ),
    Swap(
        "copies from where it was",
        ("missing-copy-source",),
        IMAGE,
        r"^COPY (?:--chmod=755 )?(?P<it>nginx\.conf|docker/start\.sh|entrypoint\.sh|stock/server\.py|server\.js"
        r"|main\.py) ",
        lambda path: f"old/{path}",
    ),
    Swap(
        "copies a list that isn't there",
        ("missing-requirements",),
        IMAGE,
        r"^COPY (?:\w+/)?(?P<it>requirements\.txt) ",
        "requirements-prod.txt",
        unique=False,
        by_hand=True,
    ),
    Swap(
        "the readme isn't copied",
        ("copy-incomplete",),
        IMAGE,
        r"COPY pyproject\.toml(?P<it> README\.md)",
        "",
        unique=False,
    ),
    Swap(
        "the lock file isn't copied",
        ("copy-incomplete", "missing-lock-file"),
        IMAGE,
        r"COPY package\.json(?P<it> package-lock\.json)",
        "",
        unique=False,
    ),
    Swap(
        "the entry script isn't copied",
        ("copy-incomplete", "missing-entrypoint"),
        IMAGE,
        r"^COPY .*(?:start|entrypoint)\.sh .*\n(?:RUN chmod .*\n)?",
        "",
        unique=False,
    ),
    Removal("no lock file", ("missing-lock-file", "missing-requirements"), r"(.*/)?package-lock\.json"),
    Removal("no list of requirements", ("missing-requirements",), r"(.*/)?requirements\.txt", by_hand=True),
    Removal(
        "no Dockerfile", ("missing-dockerfile", "missing-build-context", "script-path-missing"), IMAGE, by_hand=True
    ),
    Swap(
        "builds a folder that isn't there",
        ("missing-build-context",),
        COMPOSE,
        r"(?:build|context): (?:\./)?(?P<it>\w+)\b",
        lambda name: f"services/{name}",
    ),
    Swap(
        "builds by a Dockerfile that isn't there",
        ("missing-build-context",),
        COMPOSE,
        r"dockerfile: (?P<it>docker/)",
        "",
    ),
    Swap(
        "a file of secrets in the image",
        ("secret-in-image",),
        IMAGE,
        r"^EXPOSE",
        "COPY .env ./\nEXPOSE",
        ("ferry", "signal", "mosaic"),
        unique=False,
    ),
    Swap("bash on Alpine", ("missing-interpreter",), r"tiles/entrypoint\.sh", r"^#!/bin/(?P<it>sh)", "bash"),
    Swap(
        "no run bit",
        ("script-not-executable",),
        IMAGE,
        r"^COPY (?P<it>--chmod=755 )|^RUN chmod \+x /start\.sh\n",
        "",
        ("mosaic",),
    ),
    Swap(
        "no run bit, by a step",
        ("script-not-executable",),
        IMAGE,
        r"^RUN chmod \+x /start\.sh\n",
        "",
        unique=False,
    ),
)

BROWSER = (
    Swap(
        "no handshake",
        ("websocket-headers",),
        NGINX,
        r" {8}proxy_http_version 1\.1;\n {8}proxy_set_header Upgrade .*\n {8}proxy_set_header Connection .*\n",
        "",
        unique=False,
    ),
    Swap(
        "half a handshake",
        ("websocket-headers",),
        NGINX,
        r" {8}proxy_(?:http_version 1\.1|set_header (?:Upgrade|Connection)).*\n",
        "",
        unique=False,
    ),
    Swap(
        "no location for the WebSocket",
        ("websocket-route-missing",),
        NGINX,
        r" {4}location /ws/ \{\n(?: {8}.*\n)+ {4}\}\n\n",
        "",
        unique=False,
    ),
    Swap(
        "no location for the API",
        ("api-route-missing",),
        r"web/nginx\.conf",
        r" {4}location /api/ \{\n(?: {8}.*\n)+ {4}\}\n\n",
        "",
        unique=False,
    ),
    Swap(
        "the Host isn't handed on",
        ("proxy-headers",),
        NGINX,
        r" {8}proxy_set_header (?:Host|X-Forwarded-For) .*\n",
        "",
        ("mosaic",),
        unique=False,
    ),
    Swap(
        "includes what isn't there",
        ("nginx-include-missing",),
        NGINX,
        r"include /etc/nginx/(?P<it>)proxy\.inc",
        "shared/",
    ),
    Swap(
        "a slash too many",
        ("proxy-path",),
        NGINX,
        r"proxy_pass http://api:8000(?P<it>);",
        "/",
        ("ferry",),
    ),
    Swap("a slash too few", ("proxy-path",), NGINX, r"proxy_pass http://tides:80(?P<it>/);", "", ("lagoon",)),
    Swap(
        "calls a path that nothing serves",
        ("api-call-unserved",),
        r"web/src/calls\.ts",
        r"\"/api/(?P<it>\w+)\"",
        a_letter_less,
    ),
    Swap(
        "the base brings the prefix, too",
        ("api-prefix-doubled",),
        COMPOSE,
        r"VITE_LAMP_URL: http://localhost:8001(?P<it>)$",
        "/api",
    ),
    Swap("another base", ("asset-base",), r"web/vite\.config\.ts", r"base: \"/(?P<it>)\"", "app/"),
    Swap(
        "no fallback for pages",
        ("spa-fallback",),
        NGINX,
        r" {8}try_files .*\n",
        "",
    ),
    Swap(
        "a container's address in the page",
        ("hardcoded-api-url",),
        r"web/src/calls\.ts",
        r"\"(?P<it>)/api/\w+\"",
        "http://api:8000",
    ),
    Swap(
        "another origin",
        ("cors-origin-missing",),
        COMPOSE,
        r"CORS_ORIGINS: (?P<it>http://localhost:3000)$",
        "http://localhost:5173",
        wanted="http://localhost:5173,http://localhost:3000",
    ),
    Swap(
        "every origin, with cookies",
        ("cors-wildcard",),
        COMPOSE,
        r"CORS_ORIGINS: (?P<it>http://localhost:3000)$",
        '"*"',
        unique=False,
        by_hand=True,
    ),
    Swap(
        "a pattern in a literal list",
        ("cors-pattern",),
        r"lamp/main\.py",
        r"allow_origins=(?P<it>.*),$",
        '["https://*.example.org"]',
        unique=False,
        by_hand=True,
    ),
    Swap(
        "no build argument",
        ("frontend-build-arg",),
        r"page/Dockerfile",
        r"ARG VITE_LAMP_URL\nENV .*\n",
        "",
        unique=False,
    ),
    Swap(
        "a build's variable at run time",
        ("build-variable-at-run-time",),
        COMPOSE,
        r"    build:\n      context: page\n      args:\n(?P<value> {8}VITE.*\n)",
        r"    build:\n      context: page\n    environment:\n  \g<value>",
        unique=False,
    ),
    Swap(
        "an upstream by another name",
        ("upstream-missing",),
        NGINX,
        r"proxy_pass http://(?P<it>\w+);",
        lambda name: name.replace("_", "-"),
        ("heron",),
    ),
    Swap(
        "a certificate elsewhere",
        ("tls-file-missing",),
        NGINX,
        r"ssl_certificate(?:_key)? +/etc/nginx/(?P<it>certs)/",
        "tls",
        unique=False,
        by_hand=True,
    ),
)

ENVIRONMENT = (
    Swap(
        "a variable isn't given",
        ("env-missing",),
        COMPOSE,
        r"^ +(?:- )?(?:STOCK_URL|REDIS_URL|DATABASE_URL|STORE_URL|MEMORY_HOST)[=:].*\n",
        "",
        unique=False,
    ),
    Swap(
        "a variable under another name",
        ("env-typo",),
        COMPOSE,
        r"^ +(?:- )?(?P<it>DB_NAME|STOCK_URL|REDIS_URL|DATABASE_URL|STORE_URL|MEMORY_HOST|DB_HOST)[=:]",
        a_letter_more,
    ),
    Swap(
        "letters exchanged in a variable",
        ("env-typo",),
        f"{COMPOSE}|.*\\.env",
        r"^ *(?:- )?(?P<it>DB_NAME|STOCK_URL|REDIS_URL|STORE_URL|MEMORY_HOST|PAGE_SIZE|CURRENCY)[=:]",
        lambda name: name[:1] + name[2] + name[1] + name[3:],
    ),
    Swap(
        "nothing gives a variable of Compose",
        ("env-undefined",),
        r"\.env\.example",
        r"^SESSION_KEY.*\n",
        "SESSION_TIMEOUT=60\n",
        unique=False,
        by_hand=True,
        places=("docker-compose.yml",),
    ),
    Swap(
        "an env_file that isn't there",
        ("env-file-missing",),
        COMPOSE,
        r"- (?P<it>config/shop)\.env",
        "config/shop.local",
        unique=False,
    ),
    Swap(
        "mounts what isn't there",
        ("mount-source-missing",),
        COMPOSE,
        r"\./(?P<it>db|gate|nginx)/[\w.]+:",
        "config",
    ),
    Swap(
        "settings by another name",
        ("config-ref-missing",),
        CLUSTER,
        r"configMap(?:Key)?Ref:(?: \{|\n +)name: (?P<it>[\w-]+)",
        a_letter_less,
    ),
    Swap(
        "a key by another name",
        ("config-ref-missing",),
        CLUSTER,
        r"key: (?P<it>REDIS_ADDR)\b",
        a_letter_less,
    ),
    Swap(
        "a Secret by another name",
        ("config-ref-missing",),
        CLUSTER,
        r"secretKeyRef: \{name: (?P<it>[\w-]+)",
        a_letter_more,
    ),
)

DATA = (
    Swap(
        "a database on another port",
        ("database-port",),
        f"{COMPOSE}|base/kustomization.yaml",
        r"(?:postgresql|mongodb).*[/@](?!localhost)[a-z]+:(?P<it>\d+)",
        other_port,
    ),
    Swap(
        "a database's port variable with another port",
        ("database-port",),
        COMPOSE,
        r"(?<=DB_PORT=)\d+|(?<=POSTGRES_PORT: \")\d+",
        other_port,
    ),
    Swap("another engine's port", ("database-port",), COMPOSE, r"postgresql.*@db:(?P<it>5432)", "3306"),
    Swap("another database", ("database-credentials",), COMPOSE, r"@db:5432/(?P<it>ferry)\b", a_letter_more),
    Swap("another database, apart", ("database-credentials",), COMPOSE, r"(?<=DB_NAME=)orchard", a_letter_more),
    Swap("another user", ("database-credentials",), COMPOSE, r"asyncpg://(?P<it>ferry):", a_letter_more),
    Swap(
        "another engine's scheme",
        ("database-scheme",),
        f"{COMPOSE}|base/kustomization.yaml",
        r"(?P<it>postgresql\+asyncpg|postgresql)://",
        "mysql",
        unique=False,
        by_hand=True,
    ),
    Swap(
        "advertises localhost to containers",
        ("kafka-advertised-listeners",),
        COMPOSE,
        r"INSIDE://(?P<it>kafka):9092",
        "localhost",
    ),
    Swap(
        "advertises a container to the host",
        ("kafka-advertised-listeners",),
        COMPOSE,
        r"OUTSIDE://(?P<it>localhost):29092",
        "kafka",
    ),
    Swap(
        "advertises another port",
        ("kafka-advertised-listeners",),
        COMPOSE,
        r"(?:INSIDE://kafka|OUTSIDE://localhost):(?P<it>\d+)",
        other_port,
    ),
    Swap(
        "advertises another broker's name",
        ("kafka-advertised-listeners",),
        COMPOSE,
        r"INSIDE://(?P<it>kafka):9092",
        "broker",
    ),
    Swap(
        "begins at another listener",
        ("kafka-bootstrap",),
        COMPOSE,
        r"BOOTSTRAP_SERVERS: kafka:(?P<it>9092)",
        "29092",
    ),
    Swap(
        "begins at localhost",
        ("kafka-bootstrap",),
        COMPOSE,
        r"BOOTSTRAP_SERVERS: (?P<it>kafka:9092)",
        "localhost:29092",
    ),
    Swap("begins at no listener", ("kafka-bootstrap",), COMPOSE, r"BOOTSTRAP_SERVERS: kafka:(?P<it>9092)", "9099"),
    Swap(
        "the broker asks itself elsewhere",
        ("kafka-bootstrap",),
        COMPOSE,
        r"--bootstrap-server localhost:(?P<it>9092)",
        "9099",
    ),
    Swap(
        "no protocol for a listener",
        ("kafka-listener-map",),
        COMPOSE,
        r"(?:MAP: |,)(?P<it>(?:IN|OUT)SIDE:PLAINTEXT,)",
        "",
        unique=False,
    ),
    Swap(
        "the brokers' listener isn't one",
        ("kafka-listener-map",),
        COMPOSE,
        r"INTER_BROKER_LISTENER_NAME: (?P<it>INSIDE)",
        "INSIDES",
    ),
)

HEALTH = (
    Swap(
        "doesn't wait for health",
        ("depends-on-health",),
        COMPOSE,
        r"(?<=depends_on:\n)(?: {6}(?P<first>\w+):\n {8}condition: service_healthy\n)(?! {6}\w)",
        r"      - \g<first>\n",
    ),
    Swap(
        "no health check of a store",
        ("healthcheck-missing",),
        COMPOSE,
        r" {4}healthcheck:\n {6}test:.*(?:pg_isready|redis-cli|mysqladmin|pg_isready).*\n {6}interval:.*\n",
        "",
        unique=False,
    ),
    Swap(
        "curl on a slim image",
        ("healthcheck-tool-missing",),
        COMPOSE,
        r"\[\"CMD\", \"python\", \"-c\", \"import urllib\.request; urllib\.request\.urlopen\('(?P<url>[^']+)'\)\"\]",
        r'["CMD", "curl", "-f", "\g<url>"]',
    ),
    Swap(
        "the checks' tool isn't installed",
        ("healthcheck-tool-missing",),
        IMAGE,
        r"^RUN apk add --no-cache curl\n|^RUN apt-get update(?:.*\\\n)+.*\n\n",
        "",
        unique=False,
    ),
    Swap(
        "asks for a path that isn't served",
        ("probe-path",),
        f"{COMPOSE}|{IMAGE}|k8s/.*",
        r"(?:http://localhost:\d+(?:/api|/birds)?/|path: /)(?P<it>health|healthz|up|ready|live)\b",
        lambda path: "status" if path != "live" else "livez",
    ),
    Swap(
        "asks for a path, and two others are served",
        ("probe-path",),
        r"base/tides\.yaml",
        r"path: /(?P<it>ready|live)\b",
        "status",
        unique=False,
        by_hand=True,
    ),
    Swap(
        "a health route that looks at nothing",
        ("shallow-health",),
        r"ferry/api/main\.py|api/ferry/main\.py",
        r" {4}async with engine\.connect\(\) as connection:\n {8}await connection\.execute.*\n {4}await cache.*\n",
        "",
        unique=False,
    ),
    Swap(
        "waits on the event loop",
        ("blocking-client-in-async",),
        r"receiver/receiver/receiving\.py",
        r"await asyncio\.to_thread\(Consumer, SETTINGS\)",
        "Consumer(SETTINGS)",
    ),
    Swap(
        "polls on the event loop",
        ("blocking-client-in-async",),
        r"receiver/receiver/receiving\.py",
        r"await asyncio\.to_thread\(consumer\.poll, 1\.0\)",
        "consumer.poll(1.0)",
    ),
    Swap(
        "a task that nobody keeps",
        ("unobserved-task",),
        r"receiver/receiver/main\.py",
        r"    task = asyncio\.create_task\(receive\(\)\)\n    tasks.*\n    task.*\n    yield\n    task\.cancel\(\)\n",
        "    asyncio.create_task(receive())\n    yield\n",
        unique=False,
    ),
    Swap(
        "no restart policy",
        ("restart-policy",),
        r"docker-compose\.prod\.yml",
        r"  tiles:\n    restart: unless-stopped\n",
        "",
        unique=False,
        places=("docker-compose.yml", "docker-compose.prod.yml"),
    ),
)

SCRIPTS = (
    Swap(
        "a manifest isn't applied",
        ("manifest-not-applied",),
        r"scripts/deploy\.sh",
        r"kubectl apply -f k8s/(?:namespace|config)\.yaml\n",
        "",
        unique=False,
    ),
    Swap(
        "names a manifest where it isn't",
        ("script-path-missing",),
        SCRIPT,
        r"-f (?P<it>k8s)/",
        "manifests",
    ),
    Swap(
        "names a Compose file where it isn't",
        ("script-path-missing",),
        SCRIPT,
        r"-f (?P<it>)docker-compose\.",
        "compose/",
    ),
    Swap(
        "names a Dockerfile where it isn't",
        ("script-path-missing",),
        SCRIPT,
        r"-f (?P<it>)(?:tiles/)?Dockerfile",
        "docker/",
    ),
    Swap(
        "goes on after a failure",
        ("script-strict-mode",),
        r"scripts/(deploy|release)\.sh|deploy\.sh",
        r"^set -eu.*\n",
        "",
        unique=False,
    ),
)

OPERATORS: tuple[Swap | Removal, ...] = (
    *PORTS,
    *NAMES,
    *IMAGES,
    *BROWSER,
    *ENVIRONMENT,
    *DATA,
    *HEALTH,
    *SCRIPTS,
)


def breaks(stack: Stack) -> Iterator[Break]:
    """Every break of a stack, by every operator."""
    for operator in OPERATORS:
        yield from operator.breaks(stack)
    for made in COMPOSED:
        yield from made(stack)
