package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"example.org/kelp/beds"
)

func main() {
	router := chi.NewRouter()
	router.Use(middleware.RequestID, middleware.Heartbeat("/pulse/ping"))
	router.Route("/v2", func(r chi.Router) { beds.Register(r) })
	http.ListenAndServe(":7420", router)
}
