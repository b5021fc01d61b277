package settings

import (
	"log"
	"os"
)

// MustGet ends the process where nothing is given.
func MustGet(key string) string {
	value := os.Getenv(key)
	if value == "" {
		log.Fatalf("%s is not set", key)
	}
	return value
}

// Get falls back.
func Get(key, fallback string) string {
	if value, ok := os.LookupEnv(key); ok {
		return value
	}
	return fallback
}
