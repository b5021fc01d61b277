package main

import (
	"net/http"

	"github.com/example/checks"
	"github.com/go-chi/chi/v5"
)

func main() {
	r := chi.NewRouter()
	r.Get("/live", func(w http.ResponseWriter, r *http.Request) {})
	checks.Register(r)
	http.ListenAndServe(":7430", r)
}
