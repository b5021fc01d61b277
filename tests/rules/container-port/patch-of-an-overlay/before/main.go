package main

import (
	"fmt"
	"net/http"
)

func main() {
	port := 9100
	srv := &http.Server{Addr: fmt.Sprintf(":%d", port)}
	srv.ListenAndServe()
}
