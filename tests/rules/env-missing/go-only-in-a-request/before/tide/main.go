package main

import (
	"log"
	"net/http"
	"os"
)

func tides(writer http.ResponseWriter, request *http.Request) {
	if os.Getenv("TIDE_TABLE") == "" {
		panic("TIDE_TABLE is required")
	}
}

func main() {
	http.HandleFunc("/tides", tides)
	log.Println("up")
	http.ListenAndServe(":8210", nil)
}
