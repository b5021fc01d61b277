package main

import (
	"net/http"

	"github.com/gorilla/handlers"
	"github.com/gorilla/mux"
)

func main() {
	r := mux.NewRouter()
	r.HandleFunc("/notes", func(w http.ResponseWriter, r *http.Request) {})
	origins := handlers.AllowedOrigins([]string{"http://localhost:3000"})
	http.ListenAndServe(":8200", handlers.CORS(origins)(r))
}
