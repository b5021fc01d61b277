module example.org/sluice

require github.com/kelseyhightower/envconfig v1.4.0
