package main

import (
	"fmt"
	"net/http"

	"github.com/kelseyhightower/envconfig"
)

type config struct {
	HTTPPort int `envconfig:"HTTP_PORT" default:"8080"`
	Gates    int `envconfig:"GATES" default:"2"`
}

func main() {
	var c config
	envconfig.MustProcess("sluice", &c)
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	http.ListenAndServe(fmt.Sprintf(":%d", c.HTTPPort), mux)
}
