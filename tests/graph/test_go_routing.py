"""The routes of Go programs as their routers write them."""

from __future__ import annotations

import pytest

from stackfix.graph import go_routing
from tests.graph.compose_world import library

GIN = """
package main

import "github.com/gin-gonic/gin"

func main() {
	r := gin.Default()
	r.GET("/health", health)
	api := r.Group("/api")
	{
		api.GET("/items/:id", one)
		users.Register(api.Group("/users"))
	}
	r.Run()
}
"""
USERS = """
package users

import "github.com/gin-gonic/gin"

func Register(g *gin.RouterGroup) {
	g.POST("", add)
	g.GET("/:id/orders", orders)
}
"""
CHI = """
package main

func main() {
	r := chi.NewRouter()
	r.Use(middleware.Logger)
	r.Route("/v1", func(r chi.Router) {
		r.Get("/books", list)
		r.Route("/books/{id}", func(r chi.Router) {
			r.Delete("/", remove)
		})
	})
	r.Get("/ws", live)
	http.ListenAndServe(":8080", r)
}

func live(w http.ResponseWriter, r *http.Request) {
	conn, _ := upgrader.Upgrade(w, r, nil)
	defer conn.Close()
}
"""
MUX = """
package main

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tasks/{id}", show)
	mux.HandleFunc("/static/", files)
	s := &server{router: mux}
	s.routes()
	http.ListenAndServe(":8080", mux)
}
"""
GORILLA = """
package main

func main() {
	router := mux.NewRouter()
	v2 := router.PathPrefix("/v2").Subrouter()
	v2.HandleFunc("/teams/{id:[0-9]+}", team).Methods("GET")
	http.ListenAndServe(":8080", router)
}
"""
CASES: dict[str, tuple[dict[str, str], list[tuple[str, bool]], bool]] = {
    "gin with groups that go to another package": (
        {"main.go": GIN.replace('import "github', 'import "shop/users"\nimport "github'), "users/users.go": USERS},
        [
            ("/health", False), ("/api/items/{id}", False), ("/api/users", False), ("/api/users/{id}/orders", False),
        ], True,
    ),
    "chi with closures": (
        {"main.go": CHI}, [("/v1/books", False), ("/v1/books/{id}/", False), ("/ws", True)], True,
    ),
    "the standard mux": ({"main.go": MUX}, [("/tasks/{id}", False), ("/static/", False)], True),
    "gorilla": ({"main.go": GORILLA}, [("/v2/teams/{id}", False)], True),
}  # fmt: skip


@pytest.mark.parametrize(("files", "routes", "complete"), CASES.values(), ids=CASES.keys())
def test_routes(files: dict[str, str], routes: list[tuple[str, bool]], complete: bool) -> None:
    found = go_routing.routing(library({"go.mod": "module shop\n", **files}), "", "")
    assert found is not None
    assert [(r.path, r.websocket) for r in found.routes] == routes
    assert found.complete is complete


def test_what_a_route_takes() -> None:
    found = go_routing.routing(library({"go.mod": "module shop\n", "main.go": MUX}), "", "")
    assert found is not None
    assert found.serves("/tasks/7") is True
    assert found.serves("/static/a/b.css") is True
    assert found.serves("/tasks") is False


def test_a_router_from_nowhere_leaves_routes_open() -> None:
    for line in ('plugin.GET("/b", b)', 'r.GET(prefix+"/b", b)', 'r.Use(static.Serve("/", files))'):
        assert _served(line) is None


def _served(line: str) -> bool | None:
    source = f'package main\n\nfunc main() {{\n\tr := gin.New()\n\tr.GET("/a", a)\n\t{line}\n\tr.Run()\n}}\n'
    found = go_routing.routing(library({"go.mod": "module shop\n", "main.go": source}), "", "")
    assert found is not None
    return found.serves("/c")
