package main

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

func main() {
	e := echo.New()
	e.GET("/api/items", func(c echo.Context) error { return c.JSON(http.StatusOK, []string{}) })
	e.GET("/api/items/:id", func(c echo.Context) error { return c.JSON(http.StatusOK, c.Param("id")) })
	e.Logger.Fatal(e.Start(":8080"))
}
