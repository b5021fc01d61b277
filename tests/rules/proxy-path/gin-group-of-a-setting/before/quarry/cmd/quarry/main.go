package main

import (
	"example.com/quarry/internal/settings"
	"github.com/gin-gonic/gin"
)

func main() {
	s := settings.Read()
	r := gin.Default()
	stones := r.Group(s.Base)
	stones.GET("/stones", list)
	inner := stones.Group("/inner")
	inner.GET("/stones/:id", show)
	r.Run(":8080")
}

func list(c *gin.Context) {}
func show(c *gin.Context) {}
