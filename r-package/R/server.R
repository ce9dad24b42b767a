# Servers in the foreground and in the background.

serve_app <- function(app, flags, background, open, name) {
  path <- app_argument(app, name)
  if (background) {
    server <- start_server(path, flags)
    if (isTRUE(open)) open_page(server$url)
    return(server)
  }
  run_server("serve", path, flags, open)
}

dev_app <- function(app, flags, open) run_server("dev", app_argument(app), flags, open)

run_server <- function(command, path, flags, open) {
  opened <- !isTRUE(open)
  on_line <- function(line) {
    url <- listening_url(line)
    if (opened || is.null(url)) return()
    opened <<- TRUE
    open_page(url)
  }
  if (!any(grepl("^--log-format", flags))) flags <- c(flags, "--log-format", "pretty")
  finish(run_words(c(command, path, flags), on_line))
}

# NULL for other lines.
listening_url <- function(line) {
  found <- regmatches(line, regexec("Listening on (https?://[^ ,]+)", line))[[1L]]
  if (length(found)) found[[2L]]
}

# flags: of `penstock serve`
# Returns once the server listens.
start_server <- function(path, flags, timeout = 120) {
  log <- tempfile("penstock-", fileext = ".log")
  if (!any(grepl("^--log-format", flags))) flags <- c(flags, "--log-format", "json")
  process <- start_process(c("serve", path, flags), stdout = log, stderr = "2>&1")
  server <- new_server(process, log)
  until <- Sys.time() + timeout
  while (process$is_alive() && Sys.time() < until) {
    listening <- events_of(log, "listening")
    if (length(listening)) {
      server$url <- listening[[1L]]$url
      server$admin_url <- listening[[1L]]$adminUrl
      return(server)
    }
    process$wait(50L)
  }
  output <- paste(readLines(log, warn = FALSE), collapse = "\n")
  server$stop()
  stop("the server did not start:\n", output, call. = FALSE)
}

# The parsed entries of a JSON log with this event. The last line may be incomplete.
events_of <- function(log, event) {
  lines <- grep(paste0("\"event\":\"", event, "\""), readLines(log, warn = FALSE), fixed = TRUE, value = TRUE)
  entries <- lapply(lines, function(line) tryCatch(jsonlite::fromJSON(line), error = function(e) NULL))
  Filter(Negate(is.null), entries)
}

#' A server in the background
#'
#' What [serve()] returns with `background = TRUE`. The server ends with the R session, or when nothing refers to this
#' object any more.
#'
#' @section Members:
#' - `url`: the address of the API, such as `http://127.0.0.1:8000`
#' - `admin_url`: the address of the dashboard, `/metrics` and `/status`
#' - `logs(n = Inf)`: the last lines of the log, as a data frame with the columns `time`, `level`, `event` and `message`
#' - `is_running()`: whether it runs
#' - `stop()`: finishes the requests that run, then ends. It waits until the server has ended.
#'
#' @name penstock_server
#' @examples
#' \dontrun{
#' server <- serve("plumber.R", background = TRUE, port = 0)
#' server$url
#' tail(server$logs())
#' server$stop()
#' }
NULL

new_server <- function(process, log) {
  server <- new.env(parent = emptyenv())
  server$url <- NULL
  server$admin_url <- NULL
  server$log_file <- log
  server$is_running <- function() process$is_alive()
  server$logs <- function(n = Inf) log_table(log, n)
  server$stop <- function() {
    if (process$is_alive()) {
      process$signal(tools::SIGTERM)
      process$wait(60000L)
    }
    process$kill_tree()
    invisible(server)
  }
  reg.finalizer(server, function(server) process$kill_tree(), onexit = TRUE)
  structure(server, class = "penstock_server")
}

# Output that is not of the log, such as that of a failed start, has no time and no level.
log_table <- function(log, n) {
  lines <- readLines(log, warn = FALSE)
  entries <- lapply(utils::tail(lines, n), function(line) {
    entry <- tryCatch(jsonlite::fromJSON(line), error = function(e) list(msg = line))
    text <- function(name) if (is.null(entry[[name]])) NA_character_ else as.character(entry[[name]])[[1L]]
    message <- if (identical(entry$event, "request")) {
      paste(entry$method, entry$path, entry$status, paste0(entry$durationMs, " ms"))
    } else {
      text("msg")
    }
    data.frame(time = text("time"), level = text("level"), event = text("event"), message = message)
  })
  table <- do.call(rbind, c(list(data.frame(
    time = character(), level = character(), event = character(), message = character()
  )), entries))
  table$time <- as.POSIXct(table$time, format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
  table
}

#' @export
print.penstock_server <- function(x, ...) {
  cat("<Penstock server ", if (x$is_running()) paste("at", x$url) else "(stopped)", ">\n", sep = "")
  invisible(x)
}
