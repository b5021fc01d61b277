package main

import (
	"log"
	"net/http"
	"os"
)

func check() {
	if os.Getenv("SKIP") != "" {
		return
	}
	if os.Getenv("TIDE_TABLE") == "" {
		log.Fatal("TIDE_TABLE is required")
	}
}

func main() {
	check()
	http.ListenAndServe(":8210", nil)
}
