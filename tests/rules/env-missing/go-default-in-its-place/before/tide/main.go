package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	table := os.Getenv("TIDE_TABLE")
	if table == "" {
		table = "north"
	}
	if table == "" {
		log.Fatal("no table")
	}
	http.ListenAndServe(":8210", nil)
}
