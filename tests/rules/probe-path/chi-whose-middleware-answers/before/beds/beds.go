package beds

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// Register adds the routes.
func Register(r chi.Router) {
	r.Get("/beds/{name}", one)
}

func one(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(chi.URLParam(r, "name"))
}
