"""The graph as a picture: what leads where, and which finding breaks what, before and after the repair."""

from __future__ import annotations

from stackfix import engine
from stackfix.policy import Policy
from stackfix.selection import Selection
from stackfix.wiring import Kind, Wiring
from tests.graph.compose_world import library

API = {
    "api/Dockerfile": """
        FROM python:3.12
        COPY main.py .
        CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
        """,
    "api/main.py": """
        from fastapi import FastAPI

        app = FastAPI()
        """,
}


def drawn(files: dict[str, str], *, unshown: frozenset[str] = frozenset()) -> tuple[list[str], list[str]]:
    """The wires before and after all repairs, and the components with faults, each a line."""
    found = library(files)
    outcome = engine.run(found.tree, found.sources, engine.Request(Policy(), Selection(ignore=unshown), wired=True))
    assert outcome.wiring is not None
    return lines(outcome.wiring.before), lines(outcome.wiring.after)


def lines(wiring: Wiring) -> list[str]:
    names = {node.key: f"({node.name})" if node.kind is not Kind.COMPONENT else node.name for node in wiring.nodes}
    assert {end for wire in wiring.wires for end in (wire.start, wire.end)} <= names.keys()
    wires = [
        f"{names[w.start]} -> {names[w.end]} {w.label}{''.join(f' !{f.rule}' for f in w.faults if f.grave)}"
        for w in wiring.wires
    ]
    ill = [f"{node.name}: {fault.rule}" for node in wiring.nodes for fault in node.faults if fault.grave]
    return [*wires, *ill]


def compose(text: str) -> dict[str, str]:
    return {"compose.yml": text, **API}


def test_a_reference_to_a_published_port_is_broken_and_then_met() -> None:
    before, after = drawn(
        compose("""
        services:
          api:
            build: ./api
            ports: ["9100:8000"]
          web:
            image: example/web:1
            environment:
              API_URL: http://api:9100
        """)
    )
    assert before == ["(host) -> api 9100 → 8000", "web -> api API_URL :9100 !host-port-inside-network"]
    assert after == ["(host) -> api 9100 → 8000", "web -> api API_URL :8000"]


def test_each_wire_bears_its_own_findings() -> None:
    before, after = drawn(
        compose("""
        services:
          api:
            build: ./api
          stock:
            build: ./api
            command: uvicorn main:app --host 0.0.0.0 --port 8100
          web:
            image: example/web:1
            environment:
              API_URL: http://api:9000
              STOCK_URL: http://stock:9100
        """)
    )
    assert before == ["web -> api API_URL :9000 !url-port", "web -> stock STOCK_URL :9100 !url-port"]
    assert after == ["web -> api API_URL :8000", "web -> stock STOCK_URL :8100"]


def test_a_program_on_another_port_than_everybody_asks_breaks_what_leads_to_it() -> None:
    files = {
        "compose.yml": """
            services:
              api:
                build: ./api
                ports: ["8000:8000"]
              web:
                image: example/web:1
                environment:
                  API_URL: http://api:8000
            """,
        **API,
        "api/Dockerfile": 'FROM python:3.12\nCOPY main.py .\nCMD ["python", "main.py"]\n',
        "api/main.py": """
            import os

            import uvicorn
            from fastapi import FastAPI

            app = FastAPI()
            uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "7000")))
            """,
    }
    before, after = drawn(files)
    assert before == [
        "(host) -> api 8000 !port-env-missing",
        "web -> api API_URL :8000 !port-env-missing",
        "api: port-env-missing",
    ]
    assert after == ["(host) -> api 8000", "web -> api API_URL :8000"]


def test_a_hidden_finding_breaks_nothing() -> None:
    files = compose("""
        services:
          api:
            build: ./api
            ports: ["9100:8000"]
          web:
            image: example/web:1
            environment:
              API_URL: http://api:9100
        """)
    before, _ = drawn(files, unshown=frozenset({"host-port-inside-network"}))
    assert before[-1] == "web -> api API_URL :9100"


def test_a_name_that_nothing_answers_to_is_drawn_where_a_finding_says_so() -> None:
    before, after = drawn(
        compose("""
        services:
          api-server:
            build: ./api
          web:
            image: example/web:1
            environment:
              API_URL: http://api_server:8000
              OTHER_URL: http://elsewhere.example.org:8000
        """)
    )
    assert before == ["web -> (api_server) API_URL :8000 !unknown-host"]
    assert after == ["web -> api-server API_URL :8000"]


def test_a_lost_name_is_one_for_a_deployment_and_a_container_s_own_for_each() -> None:
    services = "".join(
        f"""
  {name}:
    build: ./api
    environment:
      API_URL: http://api_server:8000
      DATABASE_URL: postgresql://shop@localhost:5432/shop
"""
        for name in ("web", "mobile")
    )
    text = f"""
services:
  api-server:
    build: ./api
  db:
    image: postgres:16
    environment: {{POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_HOST_AUTH_METHOD: trust}}
{services}
"""
    found = library(compose(text))
    wiring = engine.run(found.tree, found.sources, engine.Request(Policy(), Selection(), wired=True)).wiring
    assert wiring is not None
    assert [node.name for node in wiring.before.nodes if node.kind is Kind.LOST] == [
        "api_server",
        "localhost",
        "localhost",
    ]


def test_what_a_container_asks_of_itself_is_drawn_where_nothing_is_there() -> None:
    before, after = drawn(
        compose("""
        services:
          db:
            image: postgres:16
            environment: {POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_HOST_AUTH_METHOD: trust}
          web:
            build: ./api
            environment:
              DATABASE_URL: postgresql://shop@localhost:5432/shop
        """)
    )
    assert before == ["web -> (localhost) DATABASE_URL :5432 !localhost-in-container"]
    assert after[0] == "web -> db DATABASE_URL :5432"


def test_waits_say_what_they_wait_for() -> None:
    before, after = drawn(
        compose("""
        services:
          db:
            image: postgres:16
            environment: {POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_HOST_AUTH_METHOD: trust}
            healthcheck: {test: [CMD, pg_isready], interval: 5s}
          api:
            build: ./api
            environment:
              DATABASE_URL: postgresql://shop@db:5432/shop
            depends_on: [db]
        """)
    )
    assert before[:2] == ["api -> db DATABASE_URL :5432", "api -> db waits until it is started !depends-on-health"]
    assert after[:2] == ["api -> db DATABASE_URL :5432", "api -> db waits until it is healthy"]


def test_what_is_wrong_inside_a_component_stands_on_it() -> None:
    files = compose("services:\n  api:\n    build: ./api\n")
    files["api/Dockerfile"] = files["api/Dockerfile"].replace("main:app", "mian:app")
    before, after = drawn(files)
    assert before == ["api: missing-entrypoint"]
    assert after == []


def test_a_program_that_no_deployment_runs_is_drawn_where_it_is_at_fault() -> None:
    source = """
        import asyncio
        from contextlib import asynccontextmanager

        import httpx
        from fastapi import FastAPI


        async def refresh() -> None:
            while True:
                async with httpx.AsyncClient() as client:
                    await client.get("http://prices.example.org")
                await asyncio.sleep(60)


        @asynccontextmanager
        async def lifespan(app: FastAPI):
            asyncio.create_task(refresh())
            yield


        app = FastAPI(lifespan=lifespan)
        """
    before, after = drawn({"api/main.py": source, "api/requirements.txt": "fastapi\nuvicorn\n"})
    assert before == ["api/main.py: unobserved-task"]
    assert after == []


DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop-api}
    spec:
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          containers:
          - name: api
            image: shop/api:1
            ports: [{containerPort: 8000}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: api}
    spec:
      selector: {app: api}
      ports: [{port: 80, targetPort: 8080}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop}
    spec:
      rules:
      - http:
          paths:
          - path: /api
            pathType: Prefix
            backend: {service: {name: BACKEND, port: {number: 80}}}
    """
BUILD = "docker build -t shop/api:1 api\n"


def test_an_ingress_leads_through_a_service_to_its_pods() -> None:
    files = {"k8s/api.yml": DEPLOYMENT.replace("BACKEND", "api"), "build.sh": BUILD, **API}
    before, after = drawn(files, unshown=frozenset({"healthcheck-missing", "script-not-executable"}))
    assert before == ["(Ingress) -> (api) /api :80", "(api) -> shop-api 80 → 8080 !service-target-port"]
    assert after == ["(Ingress) -> (api) /api :80", "(api) -> shop-api 80 → 8000"]


def test_an_ingress_to_no_service_leads_to_a_name() -> None:
    text = DEPLOYMENT.replace("BACKEND", "apis").replace("targetPort: 8080", "targetPort: 8000")
    before, after = drawn({"k8s/api.yml": text, "build.sh": BUILD, **API})
    assert before[:2] == ["(Ingress) -> (apis) /api :80 !ingress-service", "(api) -> shop-api 80 → 8000"]
    assert after[:2] == ["(Ingress) -> (api) /api :80", "(api) -> shop-api 80 → 8000"]


def test_equal_wires_are_one() -> None:
    before, _ = drawn(
        compose("""
        services:
          api:
            build: ./api
          web:
            image: example/web:1
            environment:
              API_URLS: http://api:8000/a,http://api:8000/b
              API_URL: http://api:8000
        """)
    )
    assert before == ["web -> api API_URLS :8000", "web -> api API_URL :8000"]
