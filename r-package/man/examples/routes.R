\dontrun{
routes("plumber.R")
}
