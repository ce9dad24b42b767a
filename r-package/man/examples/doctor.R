\dontrun{
doctor("plumber.R")
}
