# RStudio and Positron.

# Shows the documentation of an API beside the console where there is a viewer, otherwise in the browser.
open_page <- function(url) {
  page <- paste0(sub("0.0.0.0", "127.0.0.1", url, fixed = TRUE), "/__docs__/")
  viewer <- getOption("viewer")
  if (is.function(viewer)) viewer(page) else utils::browseURL(page)
  invisible(page)
}

# The addin "Serve with Penstock" serves the file in the editor, or the project, in a terminal of its own, so that the
# console stays free.
serve_addin <- function() {
  if (!requireNamespace("rstudioapi", quietly = TRUE)) stop("the addin needs the package rstudioapi", call. = FALSE)
  context <- rstudioapi::getSourceEditorContext()
  file <- if (is.null(context)) "" else context$path
  app <- if (grepl("[.](r|R)$", file)) file else rstudioapi::getActiveProject()
  if (is.null(app)) app <- getwd()
  rstudioapi::documentSaveAll()
  code <- sprintf("penstock::dev(%s, open = FALSE)", deparse1(app))
  if (rstudioapi::hasFun("terminalExecute")) {
    rstudioapi::terminalExecute(paste(shQuote(file.path(R.home("bin"), "Rscript")), "-e", shQuote(code)))
  } else {
    start_server(app, character())
  }
}
