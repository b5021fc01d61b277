package main

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
)

func main() {
	app := fiber.New()
	app.Use(cors.New(cors.Config{
		AllowOrigins: "http://localhost:3000, http://localhost:8090",
		AllowHeaders: "Origin, Content-Type",
	}))
	app.Get("/notes", func(c *fiber.Ctx) error { return nil })
	app.Listen(":8200")
}
