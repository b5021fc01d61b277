package main

import (
	"log"
	"net/http"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{}

func feed(w http.ResponseWriter, r *http.Request) {
	connection, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer connection.Close()
}

func main() {
	http.HandleFunc("/feed", feed)
	log.Fatal(http.ListenAndServe(":7360", nil))
}
