package main

import (
	"log"
	"net/http"
	"strings"
)

type front struct{ rest *http.ServeMux }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.RequestURI, "/up") {
		return
	}
	f.rest.ServeHTTP(w, r)
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {})
	log.Fatal(http.ListenAndServe(":7450", &front{rest: mux}))
}
