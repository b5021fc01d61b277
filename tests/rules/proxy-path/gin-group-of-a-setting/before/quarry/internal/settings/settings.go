package settings

import "os"

type Settings struct{ Base string }

func Read() Settings {
	base := os.Getenv("BASE_PATH")
	if base == "" {
		base = "/api/quarry"
	}
	return Settings{Base: base}
}
