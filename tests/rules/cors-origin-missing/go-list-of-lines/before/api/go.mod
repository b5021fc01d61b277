module example.org/notes

go 1.22

require github.com/go-chi/chi/v5 v1.0.0
