package main

import (
	"log"
	"net/http"
	"github.com/caarlos0/env/v11"
)

type settings struct {
	Table  string `env:"TIDE_TABLE,required"`
	Period int    `env:"LAMP_PERIOD" envDefault:"30"`
	Pier   string `env:"PIER"`
}

func main() {
	var config settings
	if err := env.Parse(&config); err != nil {
		log.Fatal(err)
	}
	http.ListenAndServe(":8210", nil)
}
