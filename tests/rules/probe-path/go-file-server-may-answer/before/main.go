package main

import (
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) {})
	http.Handle("/", http.FileServer(http.Dir("/srv/kites")))
	log.Fatal(http.ListenAndServe(":7310", nil))
}
