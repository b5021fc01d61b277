module example.org/coral

go 1.23

require github.com/go-chi/chi/v5 v5.1.0

require github.com/example/checks v1.4.0
