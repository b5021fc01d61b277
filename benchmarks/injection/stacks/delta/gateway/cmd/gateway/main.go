package main

import (
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"

	"example.org/delta/gateway/internal/levels"
)

func main() {
	router := chi.NewRouter()
	router.Get("/alive", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	router.Route("/v1", func(r chi.Router) {
		levels.New(os.Getenv("LEVELS_URL")).Register(r)
	})
	log.Fatal(http.ListenAndServe(":8700", router))
}
