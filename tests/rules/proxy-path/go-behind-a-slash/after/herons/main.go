package main

import (
	"log"
	"net/http"

	"github.com/gorilla/mux"
)

func main() {
	r := mux.NewRouter()
	api := r.PathPrefix("/api").Subrouter()
	api.HandleFunc("/nests/{id:[0-9]+}", nest).Methods("GET")
	api.HandleFunc("/nests", nests).Methods("GET", "POST")
	log.Fatal(http.ListenAndServe(":7340", r))
}

func nest(w http.ResponseWriter, r *http.Request) {}

func nests(w http.ResponseWriter, r *http.Request) {}
