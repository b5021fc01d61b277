package main

import (
	"log"

	"github.com/gin-gonic/gin"
)

const addr = ":9090"

func main() {
	r := gin.Default()
	r.GET("/accounts", func(c *gin.Context) { c.JSON(200, gin.H{}) })
	if err := r.Run(addr); err != nil {
		log.Fatal(err)
	}
}
