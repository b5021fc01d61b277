package main

import (
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
)

func main() {
	prefix := os.Getenv("BASE_PATH")
	r := chi.NewRouter()
	r.Route(prefix, func(r chi.Router) {
		r.Get("/stones", list)
	})
	http.ListenAndServe(":8080", r)
}

func list(w http.ResponseWriter, r *http.Request) {}
