module example.org/mint

go 1.23
