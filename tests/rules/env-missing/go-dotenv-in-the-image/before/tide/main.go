package main

import (
	"log"
	"net/http"
	"os"
	"github.com/joho/godotenv"
)

func main() {
	_ = godotenv.Load()
	if os.Getenv("TIDE_TABLE") == "" {
		log.Fatal("TIDE_TABLE is required")
	}
	http.ListenAndServe(":8210", nil)
}
