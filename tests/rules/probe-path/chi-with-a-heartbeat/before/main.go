package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func main() {
	r := chi.NewRouter()
	r.Use(middleware.Heartbeat("/heart"))
	r.Mount("/deep", deep())
	http.ListenAndServe(":7320", r)
}

func deep() http.Handler {
	r := chi.NewRouter()
	r.Get("/status", func(w http.ResponseWriter, r *http.Request) {})
	return r
}
