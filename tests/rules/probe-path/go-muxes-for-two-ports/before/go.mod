module example.org/mussel

go 1.23
