module example.com/gauge

go 1.22
