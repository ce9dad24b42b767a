#' Add Penstock to a project
#'
#' Writes `penstock.yaml`, a `Dockerfile` with its `.dockerignore`, and a GitHub workflow that tests the app, builds and
#' pushes its image, and deploys it. A file that exists is kept, unless you agree to replace it.
#'
#' @param path The app's folder.
#' @param dockerfile,workflow Whether to write them.
#' @return Invisibly, the files that were written.
#' @examples
#' \dontrun{
#' use_penstock()
#' }
#' @export
use_penstock <- function(path = ".", dockerfile = TRUE, workflow = TRUE) {
  stopifnot(dir.exists(path))
  written <- use_template("penstock.yaml", file.path(path, "penstock.yaml"))
  if (dockerfile && may_write(file.path(path, "Dockerfile"))) {
    finish(run_words(c("image", path, "--write", "--force")))
    written <- c(written, file.path(path, c("Dockerfile", ".dockerignore")))
  }
  if (workflow) written <- c(written, use_template("workflow.yaml", file.path(path, ".github/workflows/penstock.yaml")))
  invisible(written)
}

# Returns the path of what was written.
use_template <- function(name, target) {
  if (!may_write(target)) return(character())
  dir.create(dirname(target), recursive = TRUE, showWarnings = FALSE)
  file.copy(system.file("templates", name, package = "penstock", mustWork = TRUE), target, overwrite = TRUE)
  message("Wrote ", target)
  target
}

may_write <- function(target) {
  if (!file.exists(target)) return(TRUE)
  replace <- interactive() && isTRUE(utils::askYesNo(paste0("Replace ", target, "?"), default = FALSE))
  if (!replace) message("Kept ", target)
  replace
}

# RStudio's project template.
project_template <- function(path, ...) {
  dir.create(path, recursive = TRUE, showWarnings = FALSE)
  use_template("plumber.R", file.path(path, "plumber.R"))
  use_template("test-api.R", file.path(path, "tests", "test-api.R"))
  use_penstock(path, dockerfile = FALSE)
}
