azd env get-values | Out-File -Encoding utf8 .env
