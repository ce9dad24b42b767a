# The profile of an R process under `penstock dev --debug`. An interactive R takes no commands from a file, so .First(),
# which R calls when it is ready, runs the worker. Before, this does what R would have done with the user's profile.
local({
  own <- Sys.getenv("PENSTOCK_WORKER_PROFILE")
  Sys.unsetenv(c("PENSTOCK_WORKER_PROFILE", "R_PROFILE_USER"))
  if (nzchar(own)) Sys.setenv(R_PROFILE_USER = own)
  profile <- Find(file.exists, c(own[nzchar(own)], ".Rprofile", "~/.Rprofile"))
  if (!is.null(profile)) sys.source(profile, envir = globalenv())
  first <- get0(".First", globalenv(), mode = "function", inherits = FALSE)
  worker <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L])
  assign(".First", function() {
    rm(".First", envir = globalenv())
    if (!is.null(first)) first()
    sys.source(worker, envir = globalenv())
  }, envir = globalenv())
})
