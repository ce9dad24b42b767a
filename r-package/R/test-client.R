#' Test an API
#'
#' Serves an app for the duration of a test, on a free port, and returns functions that send requests to it. The server
#' ends with the test. When R fails with an error in a handler, its message and calls are part of the response, and of
#' what [print()] shows.
#'
#' @inheritParams serve
#' @param ... More arguments of [serve()], such as `workers = 1`.
#' @param .local_envir The server ends when this environment does, which by default is that of the calling function or
#'   test.
#' @return A list:
#'   - `get(path, query, headers)`, `head()`, `delete()`, `options()` send a request without a body. `query` is a list.
#'   - `post(path, json, body, form, files, query, headers)`, `put()`, `patch()` send one with a body: `json` is any R
#'     object, `form` and `files` are lists (`files`: of paths), `body` is a text or raw.
#'   - `request(method, path, …)` sends any request.
#'   - `url`, `server` (a [penstock_server]) and `stop()`.
#'
#'   The functions return a response with `status`, `headers` (a list with names in lower case), `body` (raw), `text()`,
#'   `json()` and `error`: NULL, or the `message`, `call` and `calls` of an R error.
#' @examples
#' \dontrun{
#' test_that("the API greets", {
#'   client <- test_client("plumber.R")
#'   response <- client$get("/hello", query = list(name = "you"))
#'   expect_equal(response$status, 200)
#'   expect_equal(response$json(), "hello, you")
#' })
#' }
#' @export
test_client <- function(app = ".", ..., .local_envir = parent.frame()) {
  server <- start_server(app_argument(app, quote_name(substitute(app))), client_flags(list(...)))
  withr::defer(server$stop(), envir = .local_envir)
  request <- function(method, path, ...) send_request(server, method, path, ...)
  of <- function(method) function(path = "/", ...) request(method, path, ...)
  list(
    get = of("GET"), head = of("HEAD"), delete = of("DELETE"), options = of("OPTIONS"), post = of("POST"),
    put = of("PUT"), patch = of("PATCH"), request = request, url = server$url, server = server, stop = server$stop
  )
}

# Ports are free ones unless the test asks for others.
client_flags <- function(given) {
  unknown <- setdiff(names(given), names(formals(serve)))
  if (length(unknown)) stop("unknown arguments: ", paste(unknown, collapse = ", "), call. = FALSE)
  flag_words(utils::modifyList(list(port = 0, admin_port = 0), given))
}

send_request <- function(server, method, path, json, body, form, files, query = NULL, headers = NULL) {
  handle <- curl::new_handle(customrequest = method, nobody = method == "HEAD", failonerror = FALSE)
  headers <- as.list(headers)
  if (!missing(json)) {
    body <- jsonlite::toJSON(json, auto_unbox = TRUE, digits = NA, null = "null")
    if (!any(tolower(names(headers)) == "content-type")) headers$`Content-Type` <- "application/json"
  }
  if (!missing(json) || !missing(body)) {
    content <- if (is.raw(body)) body else charToRaw(enc2utf8(as.character(body)))
    curl::handle_setopt(handle, postfields = content, postfieldsize = length(content))
  } else if (!missing(files)) {
    parts <- c(lapply(files, curl::form_file), if (!missing(form)) lapply(form, as.character))
    curl::handle_setform(handle, .list = parts)
  } else if (!missing(form)) {
    content <- charToRaw(query_text(form))
    if (!any(tolower(names(headers)) == "content-type")) headers$`Content-Type` <- "application/x-www-form-urlencoded"
    curl::handle_setopt(handle, postfields = content, postfieldsize = length(content))
  }
  curl::handle_setheaders(handle, .list = headers)
  url <- paste0(server$url, path, if (length(query)) paste0("?", query_text(query)))
  response_of(server, curl::curl_fetch_memory(url, handle))
}

query_text <- function(values) {
  encode <- function(text) curl::curl_escape(enc2utf8(as.character(text)))
  paste0(encode(rep(names(values), lengths(values))), "=", encode(unlist(values)), collapse = "&")
}

response_of <- function(server, fetched) {
  response <- list(
    status = fetched$status_code,
    headers = curl::parse_headers_list(fetched$headers),
    body = fetched$content,
    text = function() {
      text <- rawToChar(fetched$content)
      Encoding(text) <- "UTF-8"
      text
    },
    json = function(...) jsonlite::fromJSON(rawToChar(fetched$content), ...)
  )
  if (response$status >= 500L) response$error <- error_of(server, response$headers$`x-request-id`)
  structure(response, class = "penstock_response")
}

# The R error of a request, from the log. The request's own entry comes after it.
error_of <- function(server, id) {
  if (is.null(id)) return(NULL)
  is_its <- function(entry) identical(entry$requestId, id)
  until <- Sys.time() + 5
  while (!length(Filter(is_its, events_of(server$log_file, "request"))) && Sys.time() < until) Sys.sleep(0.01)
  found <- Filter(is_its, events_of(server$log_file, "r-error"))
  if (length(found)) found[[1L]][c("message", "call", "calls")]
}

#' @export
print.penstock_response <- function(x, ...) {
  cat("<Response ", x$status, ", ", length(x$body), " bytes>\n", sep = "")
  if (length(x$body)) cat(substr(x$text(), 1L, 1000L), "\n", sep = "")
  if (!is.null(x$error)) {
    cat("Error in ", x$error$call, ": ", x$error$message, "\n", sep = "")
    cat(paste0("  ", x$error$calls), sep = "\n")
  }
  invisible(x)
}
