package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	for _, name := range []string{"LAMP_PERIOD", "TIDE_TABLE"} {
		if os.Getenv(name) == "" {
			log.Fatalf("%s is not set", name)
		}
	}
	http.ListenAndServe(":8210", nil)
}
