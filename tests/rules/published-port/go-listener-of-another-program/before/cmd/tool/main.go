package main

import "net/http"

func main() { http.ListenAndServe(":8999", nil) }
