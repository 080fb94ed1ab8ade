module example.org/reach

go 1.18
