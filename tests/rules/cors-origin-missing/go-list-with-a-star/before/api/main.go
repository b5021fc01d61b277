package main

import (
	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

func main() {
	r := gin.Default()
	r.Use(cors.New(cors.Config{AllowOrigins: []string{"http://localhost:*"}, AllowWildcard: true}))
	r.GET("/notes", func(c *gin.Context) {})
	r.Run(":8200")
}
