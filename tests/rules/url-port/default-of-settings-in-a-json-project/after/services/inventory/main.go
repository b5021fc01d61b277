package main

import (
	"log"

	"github.com/gofiber/fiber/v2"
)

func main() {
	app := fiber.New()
	app.Post("/reserve", func(c *fiber.Ctx) error { return c.SendStatus(204) })
	log.Fatal(app.Listen(":8080"))
}
