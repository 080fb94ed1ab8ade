module example.org/requests

go 1.17
