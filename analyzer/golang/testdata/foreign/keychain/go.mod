module keychain.example/keychain

go 1.26
