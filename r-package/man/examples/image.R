\dontrun{
image("my-api", tag = "registry.example.com/my-api:1")
}
