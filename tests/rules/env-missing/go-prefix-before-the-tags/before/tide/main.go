package main

import (
	"log"
	"net/http"
	"github.com/kelseyhightower/envconfig"
)

type settings struct {
	Table string `envconfig:"TABLE" required:"true"`
}

func main() {
	var config settings
	if err := envconfig.Process("tide", &config); err != nil {
		log.Fatal(err)
	}
	http.ListenAndServe(":8210", nil)
}
