#' Serve the folder of a `_server.yml`
#'
#' For programs that know the convention of `_server.yml`, a file with `engine: penstock` in the folder of an app.
#'
#' @param settings Path of the `_server.yml`.
#' @param host,port Where to listen. NULL: as `penstock.yaml` says, or the default.
#' @param ... More arguments of [serve()].
#' @return As [serve()].
#' @examples
#' \dontrun{
#' launch_server("_server.yml", host = "0.0.0.0", port = 8080)
#' }
#' @export
launch_server <- function(settings, host = NULL, port = NULL, ...) {
  serve(dirname(settings), host = host, port = port, ..., open = FALSE)
}
