module example.org/shoal

go 1.23
