package main

import (
	"fmt"
	"net/http"

	"example.org/pilot/internal/settings"
)

func main() {
	cfg, err := settings.Load()
	if err != nil {
		panic(err)
	}
	server := &http.Server{
		Addr:    fmt.Sprintf(":%d", cfg.Port),
		Handler: http.NewServeMux(),
	}
	if err := server.ListenAndServe(); err != nil {
		panic(err)
	}
}
