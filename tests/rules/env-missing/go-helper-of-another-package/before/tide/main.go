package main

import (
	"net/http"
	"example.com/tide/internal/settings"
)

func main() {
	config := struct {
		Table  string
		Period string
	}{
		Table:  settings.MustGet("TIDE_TABLE"),
		Period: settings.Get("LAMP_PERIOD", "30"),
	}
	_ = config
	http.ListenAndServe(":8210", nil)
}
