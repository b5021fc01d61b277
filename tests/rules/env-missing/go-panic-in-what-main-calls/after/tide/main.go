package main

import (
	"log"
	"net/http"
	"os"
)

type settings struct {
	table string
}

func load() settings {
	table, ok := os.LookupEnv("TIDE_TABLE")
	if !ok {
		panic("no TIDE_TABLE")
	}
	return settings{table: table}
}

func main() {
	log.Println(load().table)
	log.Println(os.Args)
	http.ListenAndServe(":8210", nil)
}
