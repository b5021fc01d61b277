package web

import "github.com/gin-gonic/gin"

func Register(g *gin.RouterGroup) {
	g.GET("/:id", show)
	g.POST("/:id/entries", add)
}

func show(c *gin.Context) {}
func add(c *gin.Context)  {}
