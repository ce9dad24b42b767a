\dontrun{
deploy("my-api", pods = "2..10")
}
