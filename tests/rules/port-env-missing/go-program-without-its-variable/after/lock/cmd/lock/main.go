package main

import (
	"net/http"
	"os"
)

func main() {
	port := os.Getenv("LOCK_PORT")
	if port == "" {
		port = "8500"
	}
	http.ListenAndServe(":"+port, nil)
}
