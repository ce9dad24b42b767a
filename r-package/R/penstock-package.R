#' Serve 'plumber' APIs and models to real traffic
#'
#' [serve()] serves an unmodified plumber API, or a model, from a pool of R processes behind one HTTP address. [dev()]
#' does so during development, [test_client()] in tests. [doctor()] and [routes()] say what Penstock makes of an app,
#' [image()] and [deploy()] take it to production. [penstock()] runs any command of the command line.
#'
#' The gateway needs Node.js, or the executable that [install_runtime()] installs: see [find_runtime()].
#'
#' @name penstock-package
#' @aliases penstock-package
#' @docType package
#' @keywords internal
NULL
