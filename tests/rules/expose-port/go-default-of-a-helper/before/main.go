package main

import (
	"log"
	"net/http"
	"os"
)

func envOr(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

func main() {
	log.Fatal(http.ListenAndServe("0.0.0.0:"+envOr("WEIR_PORT", "7431"), nil))
}
