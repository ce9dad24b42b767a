# What is served: a path, or an R object that is written to a file first.

# The path of an app, as an argument of the command line. name: the name of a model that has none
app_argument <- function(app, name = "model") {
  if (is.character(app) && length(app) == 1L && !is.na(app)) return(path.expand(app))
  folder <- tempfile("penstock-app-")
  dir.create(folder)
  if (inherits(app, "Plumber")) {
    write_router(app, folder)
    return(folder)
  }
  if (!is.list(app) && !isS4(app)) {
    stop("`app` must be a path, a plumber router, or a model; not an object of class ",
         paste(class(app), collapse = "/"), call. = FALSE)
  }
  file <- file.path(folder, paste0(name, ".rds"))
  saveRDS(app, file)
  file
}

# A router is an R object: its functions, with the variables of this session that they may use.
write_router <- function(router, folder) {
  saveRDS(router, file.path(folder, "router.rds"))
  save(list = ls(globalenv(), all.names = TRUE), envir = globalenv(), file = file.path(folder, "globals.RData"))
  attached <- setdiff(rev(.packages()), c("base", "penstock"))
  writeLines(c(
    "# Written by penstock::serve() for a router of an R session.",
    "local({",
    "  folder <- getwd()",
    sprintf("  for (package in %s) library(package, character.only = TRUE)", deparse1(attached)),
    "  load(file.path(folder, \"globals.RData\"), envir = globalenv())",
    "  router <- readRDS(file.path(folder, \"router.rds\"))",
    sprintf("  setwd(%s)", deparse1(getwd())),
    "  router",
    "})"
  ), file.path(folder, "entrypoint.R"))
}

deparse1 <- function(value) paste(deparse(value, width.cutoff = 500L), collapse = " ")

# A model is named by the variable that holds it.
quote_name <- function(expression) if (is.name(expression)) as.character(expression) else "model"
