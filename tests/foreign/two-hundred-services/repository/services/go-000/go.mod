module github.com/acme/platform-services/services/go-000

go 1.27
