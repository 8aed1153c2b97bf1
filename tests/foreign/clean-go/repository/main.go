package main

import "net/http"

func main() {
	http.HandleFunc("/", echo)
	http.HandleFunc("/healthz", ok)
	http.HandleFunc("/readyz", ok)
	http.ListenAndServe(":8080", nil)
}
