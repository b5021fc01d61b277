module example.org/anemone

go 1.23
