module foreign.example/foreign

go 1.26

require keychain.example/keychain v0.1.0

replace keychain.example/keychain => ./keychain
