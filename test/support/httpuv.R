# Runs an app on httpuv as its framework's documentation does: Rscript httpuv.R APP PORT
arguments <- commandArgs(trailingOnly = TRUE)
file <- arguments[1]
port <- as.integer(arguments[2])
setwd(dirname(file))
if (any(grepl("^#\\* @", readLines(file)))) {
  plumber2::api_run(plumber2::api(file, port = port), showcase = FALSE)
} else {
  Sys.setenv(APP_PORT = port)
  app <- source(file)$value
  if (inherits(app, "Fire")) {
    app$port <- port
    app$ignite(block = TRUE, showcase = FALSE)
  }
}
