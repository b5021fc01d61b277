package main

import (
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

func metrics() string {
	if v := os.Getenv("METRICS_ADDR"); v != "" {
		return v
	}
	return ":9090"
}

func main() {
	addr := os.Getenv("METRICS_ADDR")
	if addr == "" {
		addr = ":9090"
	}
	go http.ListenAndServe(addr, nil)
	router := gin.Default()
	router.Run("0.0.0.0:7000")
}
