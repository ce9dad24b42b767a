\dontrun{
manifests("my-api", helm = "chart")
}
