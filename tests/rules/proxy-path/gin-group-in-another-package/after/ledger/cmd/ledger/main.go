package main

import (
	"example.com/ledger/internal/web"
	"github.com/gin-gonic/gin"
)

func main() {
	r := gin.Default()
	web.Register(r.Group("/accounts"))
	r.Run(":8080")
}
