# Runs an API the way plumber's documentation does: Rscript plumber.R APP PORT
arguments <- commandArgs(trailingOnly = TRUE)
app <- arguments[1]
pr <- if (dir.exists(app)) plumber::plumb(dir = app) else plumber::plumb(file = app)
pr$run(port = as.integer(arguments[2]))
