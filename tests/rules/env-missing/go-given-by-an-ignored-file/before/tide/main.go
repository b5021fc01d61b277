package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	if os.Getenv("TIDE_TABLE") == "" {
		log.Fatal("TIDE_TABLE is required")
	}
	http.ListenAndServe(":8210", nil)
}
