module example.org/urchin

go 1.23
