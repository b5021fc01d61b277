package main

import (
	"log"
	"net/http"
)

func main() {
	inner := http.NewServeMux()
	inner.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) {})
	outer := http.NewServeMux()
	outer.Handle("/ops/", http.StripPrefix("/ops", inner))
	outer.HandleFunc("/mussels", func(w http.ResponseWriter, r *http.Request) {})
	log.Fatal(http.ListenAndServe(":7460", outer))
}
