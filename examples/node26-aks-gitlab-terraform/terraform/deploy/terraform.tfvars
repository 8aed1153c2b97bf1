service = "my-service"
