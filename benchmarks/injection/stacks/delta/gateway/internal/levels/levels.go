// Package levels asks for the level of each arm of the river.
package levels

import (
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// Levels asks one service.
type Levels struct {
	url string
}

// New asks the service at an address.
func New(url string) *Levels {
	return &Levels{url: url}
}

// Register adds the routes.
func (l *Levels) Register(r chi.Router) {
	r.Get("/arms/{arm}", l.one)
	r.Get("/arms", l.all)
}

func (l *Levels) one(w http.ResponseWriter, r *http.Request) {
	l.ask(w, "/levels/"+chi.URLParam(r, "arm"))
}

func (l *Levels) all(w http.ResponseWriter, r *http.Request) {
	l.ask(w, "/levels")
}

func (l *Levels) ask(w http.ResponseWriter, path string) {
	answer, err := http.Get(l.url + path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	io.Copy(w, answer.Body)
}
