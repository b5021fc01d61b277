module example.org/notes

go 1.22

require github.com/gofiber/fiber/v2 v1.0.0
