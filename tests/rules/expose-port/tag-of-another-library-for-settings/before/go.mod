module example.com/ferry

go 1.22

require github.com/caarlos0/env/v9 v9.0.0
