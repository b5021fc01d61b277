package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

func main() {
	r := chi.NewRouter()
	r.Route("/ledger", func(r chi.Router) {
		r.Get("/accounts/{id}", show)
	})
	http.ListenAndServe(":8080", r)
}

func show(w http.ResponseWriter, r *http.Request) {}
