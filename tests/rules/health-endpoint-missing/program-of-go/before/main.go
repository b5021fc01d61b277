package main

import "github.com/gin-gonic/gin"

func main() {
	pier := gin.Default()
	pier.GET("/boats", func(c *gin.Context) { c.JSON(200, nil) })
	pier.Run(":4400")
}
