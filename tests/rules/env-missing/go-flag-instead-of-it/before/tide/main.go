package main

import (
	"flag"
	"log"
	"net/http"
	"os"
)

func main() {
	table := os.Getenv("TIDE_TABLE")
	flag.StringVar(&table, "table", table, "tides")
	flag.Parse()
	if table == "" {
		log.Fatal("no table")
	}
	http.ListenAndServe(":8210", nil)
}
