package main

import (
	"log"
	"net/http"
	_ "net/http/pprof"
)

func main() {
	http.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {})
	log.Fatal(http.ListenAndServe(":7440", nil))
}
