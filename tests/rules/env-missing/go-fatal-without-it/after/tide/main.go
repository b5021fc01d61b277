package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	table := os.Getenv("TIDE_TABLE")
	if table == "" {
		log.Fatal("TIDE_TABLE is required")
	}
	http.ListenAndServe(":8210", nil)
}
