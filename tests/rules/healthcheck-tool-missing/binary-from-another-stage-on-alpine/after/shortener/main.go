package main

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

func main() {
	e := echo.New()
	e.GET("/health", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	e.GET("/:slug", func(c echo.Context) error { return c.Redirect(302, "https://example.org") })
	e.Logger.Fatal(e.Start(":1323"))
}
