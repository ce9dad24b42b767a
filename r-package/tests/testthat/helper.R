# Tests start the real gateway, with real R workers.
skip_without_runtime <- function() {
  skip_if_not_installed("plumber")
  tryCatch(find_runtime(), error = function(e) skip("there is no Node.js"))
}

# The folder of an app, which is removed with the test.
app_folder <- function(..., env = parent.frame()) {
  folder <- withr::local_tempdir(.local_envir = env)
  writeLines(c(...), file.path(folder, "plumber.R"))
  folder
}
