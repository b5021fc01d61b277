package main

import (
	"net/http"

	"github.com/spf13/viper"
)

func main() {
	viper.SetDefault("port", "7000")
	viper.AutomaticEnv()
	viper.AddConfigPath("/etc/heron")
	_ = viper.ReadInConfig()
	http.ListenAndServe(":"+viper.GetString("port"), nil)
}
