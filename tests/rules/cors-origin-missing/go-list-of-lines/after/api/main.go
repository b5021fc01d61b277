package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
)

func main() {
	r := chi.NewRouter()
	r.Use(cors.Handler(cors.Options{
		// Pages that may call.
		AllowedOrigins: []string{
			"http://localhost:3000",
			"https://notes.example.org",
			"http://localhost:8090",
		},
		AllowCredentials: true,
	}))
	r.Get("/notes", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe(":8200", r)
}
