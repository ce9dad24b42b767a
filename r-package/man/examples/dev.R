\dontrun{
dev("plumber.R")
}
