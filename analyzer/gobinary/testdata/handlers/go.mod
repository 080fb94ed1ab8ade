module example.org/handlers

go 1.17
