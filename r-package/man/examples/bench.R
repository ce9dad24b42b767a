\dontrun{
bench("plumber.R", path = "hello")
}
