package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	table := os.Getenv("TIDE_TABLE")
	if table == "" {
		log.Println("TIDE_TABLE is not set")
	}
	http.ListenAndServe(":8210", nil)
}
