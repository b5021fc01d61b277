package main

import (
	"net/http"

	"github.com/caarlos0/env/v9"
)

type settings struct {
	Port string `env:"HTTP_PORT" env-default:"8083"`
}

func main() {
	cfg := &settings{}
	if err := env.Parse(cfg); err != nil {
		panic(err)
	}
	_ = http.ListenAndServe(":"+cfg.Port, nil)
}
