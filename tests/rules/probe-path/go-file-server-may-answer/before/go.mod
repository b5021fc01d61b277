module example.org/kites

go 1.23
