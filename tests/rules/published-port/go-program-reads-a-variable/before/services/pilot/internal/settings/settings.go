package settings

import "github.com/spf13/viper"

// Settings are what the program is told.
type Settings struct {
	Port  int    `mapstructure:"PILOT_PORT"`
	Level string `mapstructure:"PILOT_LOG"`
	Store Store
}

// Store is where pilots are kept.
type Store struct {
	Port int `mapstructure:"STORE_PORT"`
}

func Load() (*Settings, error) {
	v := viper.New()
	v.SetDefault("PILOT_PORT", 9180)
	v.SetDefault("STORE_PORT", 5432)
	v.AutomaticEnv()
	var found Settings
	if err := v.Unmarshal(&found); err != nil {
		return nil, err
	}
	return &found, nil
}
