module example.org/pilot

go 1.23

require github.com/spf13/viper v1.19.0
