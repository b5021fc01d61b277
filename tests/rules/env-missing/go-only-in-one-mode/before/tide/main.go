package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	if os.Getenv("MODE") == "sea" {
		if os.Getenv("TIDE_TABLE") == "" {
			log.Fatal("TIDE_TABLE is required")
		}
	}
	if os.Getenv("PIER") == "" && os.Getenv("MODE") != "" {
		log.Fatal("PIER is required")
	}
	http.ListenAndServe(":8210", nil)
}
