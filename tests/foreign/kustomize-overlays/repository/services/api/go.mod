module github.com/acme/shop/api

go 1.27
