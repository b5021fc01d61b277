package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	counts := redis.NewClient(&redis.Options{Addr: os.Getenv("REDIS_ADDR")})
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := counts.Ping(r.Context()).Err(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	http.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, counts.Incr(r.Context(), "count").Val())
	})
	log.Fatal(http.ListenAndServe(":9000", nil))
}
