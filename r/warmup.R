# `#* @warmup [/path][?query] [JSON body]` above an endpoint: each worker runs this request before it serves, so that no
# client waits for R to load and compile what the handler needs.

# R compiles a function at its second call.
warmup_runs <- 3L

# The requests of a router and of the routers mounted on it: list(method, path, query, body, place) each.
warmup_requests <- function(router, mount = "") {
  private <- router$.__enclos_env__$private
  found <- list()
  endpoints <- unlist(private$ends, use.names = FALSE)
  lines <- vapply(endpoints, function(endpoint) c(endpoint$lines, NA_integer_)[1L], NA_integer_)
  for (line in unique(lines)) {
    # plumber makes an endpoint for each method and path above a function.
    own <- endpoints[lines %in% line]
    for (use in tag_uses(comment_at(line, private$lines), "warmup")) {
      found <- c(found, list(warmup_request(own, use, mount, private$filename)))
    }
  }
  for (path in names(private$mnts)) {
    inner <- private$mnts[[path]]
    if (inherits(inner, "Plumber")) found <- c(found, warmup_requests(inner, paste0(mount, sub("/$", "", path))))
  }
  found
}

# endpoints: those of one function
warmup_request <- function(endpoints, use, mount, file) {
  wrong <- function(...) stop_at(file, use$line, "@warmup ", use$text, ": ", ...)
  parts <- regmatches(use$text, regexec("^(/[^?[:space:]]*)?([?][^[:space:]]*)?[[:space:]]*([{[].*)?$", use$text))[[1L]]
  if (length(parts) == 0L) wrong("expected @warmup [/path][?query] [JSON body]")
  body <- parts[[4L]]
  if (nzchar(body) && !jsonlite::validate(body)) wrong("the body is not valid JSON")
  verbs <- unique(unlist(lapply(endpoints, function(endpoint) endpoint$verbs)))
  usual <- if (nzchar(body)) c("POST", "PUT", "PATCH", "DELETE") else c("GET", verbs)
  verbs <- intersect(usual, verbs)
  if (length(verbs) == 0L) wrong("a request with GET has no body; use ?name=value")
  method <- verbs[[1L]]
  paths <- unique(vapply(Filter(function(endpoint) method %in% endpoint$verbs, endpoints), function(one) one$path, ""))
  path <- parts[[2L]]
  if (!nzchar(path)) path <- paths[[1L]]
  if (grepl("<", path, fixed = TRUE)) {
    wrong("the path has parameters; name one, as in @warmup ", gsub("<[^>]*>", "1", path))
  }
  request <- list(REQUEST_METHOD = method, PATH_INFO = path)
  if (!any(vapply(endpoints, function(endpoint) endpoint$canServe(request), NA))) {
    wrong(path, " is not a path of this route, ", paste(paths, collapse = ", "))
  }
  list(method = method, path = paste0(mount, path), query = parts[[3L]], body = if (nzchar(body)) charToRaw(body),
       place = paste0(file, ":", use$line))
}

# The variables of a request, as the gateway sends them. `PENSTOCK_WARMUP` tells it from the requests of clients, which
# can't set variables of this name.
warmup_fields <- function(request, port) {
  headers <- c(host = paste0("127.0.0.1:", port), `user-agent` = "Penstock")
  if (!is.null(request$body)) {
    headers <- c(`content-length` = as.character(length(request$body)), `content-type` = "application/json", headers)
  }
  variables <- as.list(headers)
  names(variables) <- paste0("HTTP_", toupper(gsub("-", "_", names(headers), fixed = TRUE)))
  c(list(
    REQUEST_METHOD = request$method, SCRIPT_NAME = "", PATH_INFO = request$path, QUERY_STRING = request$query,
    rook.version = "1.1-0", rook.url_scheme = "http", SERVER_NAME = "127.0.0.1", SERVER_PORT = as.character(port),
    REMOTE_ADDR = "127.0.0.1", REMOTE_PORT = "0", HEADERS = headers, PENSTOCK_WARMUP = TRUE
  ), if (!is.null(request$body)) list(
    CONTENT_TYPE = headers[["content-type"]], CONTENT_LENGTH = headers[["content-length"]]
  ), variables)
}

# Runs the requests in plumber's own router, with the app's filters and hooks. One that fails is reported and costs the
# worker nothing else. Random numbers and the process are afterwards as before.
run_warmups <- function(router, requests, port) {
  restore_process <- process_keeper()
  seed <- get0(".Random.seed", globalenv(), inherits = FALSE)
  on.exit({
    restore_process()
    if (is.null(seed)) suppressWarnings(rm(".Random.seed", envir = globalenv()))
    else assign(".Random.seed", seed, globalenv())
  })
  for (request in requests) for (run in seq_len(warmup_runs)) {
    outcome <- tryCatch(settled(run_router_once(router, rook_request(warmup_fields(request, port), request$body))),
                        error = identity)
    fault <- if (inherits(outcome, "error")) conditionMessage(outcome)
    else if (outcome$status >= 400L) paste("status", outcome$status)
    if (is.null(fault)) next
    message("Warning: @warmup at ", request$place, " (", request$method, " ", request$path, ") failed: ", fault)
    break
  }
}

# The value of a promise; anything else as it is.
settled <- function(value) {
  if (!is_promise(value)) return(value)
  outcome <- NULL
  promises::then(value, function(value) outcome <<- list(value = value), function(e) outcome <<- list(error = e))
  while (is.null(outcome)) later::run_now(1)
  if (is.null(outcome$error)) outcome$value else stop(outcome$error)
}
