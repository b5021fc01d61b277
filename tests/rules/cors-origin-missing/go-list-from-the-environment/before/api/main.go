package main

import (
	"os"
	"strings"

	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

func main() {
	r := gin.Default()
	r.Use(cors.New(cors.Config{AllowOrigins: strings.Split(os.Getenv("ORIGINS"), ",")}))
	r.GET("/notes", func(c *gin.Context) {})
	r.Run(":8200")
}
