# Converts what plumber's router returns to what the gateway sends, by the rules of httpuv 1.6 (rookCall() and
# listToResponse()). An R error in the router and an answer that is not a response are two different 500s.

text_500 <- function(text) {
  list(status = 500L, names = "Content-Type", values = "text/plain; charset=UTF-8", body = charToRaw(enc2utf8(text)))
}

router_failed <- function(e) {
  text_500(paste("ERROR:", conditionMessage(e), collapse = "\n"))
}

# Status, header names and values, and a body (raw, or NULL for none) or a file for the gateway to send.
http_response <- function(resp) {
  answer <- usual_response(resp)
  if (!is.null(answer)) return(answer)
  prepared <- tryCatch(list(headers = lapply(resp$headers, paste), owned = is_owned(resp$body)), error = identity)
  if (inherits(prepared, "error")) return(router_failed(prepared))
  tryCatch(
    checked_response(resp$status, prepared$headers, resp$body, prepared$owned),
    error = function(e) text_500("An exception occurred.")
  )
}

# Whether the file of a body is to be removed after it is sent.
is_owned <- function(body) {
  all(c("file", "owned") %in% names(body)) && isTRUE(as.logical(body$owned))
}

is_text <- function(x) is.character(x) && length(x) == 1L && !is.na(x)

# The fast way for the usual response: a status, headers that are single texts, and a body of one text or bytes. NULL
# for any other response.
usual_response <- function(resp) {
  if (!is.list(resp)) return(NULL)
  status <- resp$status
  headers <- resp$headers
  body <- resp$body
  if (!is.numeric(status) || length(status) != 1L || is.object(status) || !is.list(headers)) return(NULL)
  if (!is.null(names(body))) return(NULL)
  values <- character(length(headers))
  for (i in seq_along(headers)) {
    text <- headers[[i]]
    if (is.object(text) || !is_text(text)) return(NULL)
    values[[i]] <- text
  }
  names <- if (length(values)) names(headers) else character()
  answer <- list(status = as.integer(status), names = names, values = values)
  if (is_text(body)) answer$body <- charToRaw(body)
  else if (is.raw(body) && is.null(attributes(body))) answer$body <- body
  else if (!is.null(body)) return(NULL)
  answer
}

checked_response <- function(status, headers, body, owned = is_owned(body)) {
  if (!is.numeric(status) && !is.logical(status) || length(status) != 1L) stop("status is not a number")
  values <- vapply(headers, identity, "")
  answer <- list(
    status = as.integer(status),
    names = if (length(values)) names(values) else character(),
    values = as.vector(values)
  )
  if (inherits(body, "penstock_stream")) {
    answer$stream <- body
  } else if ("file" %in% names(body)) {
    answer$file <- normalizePath(body[["file"]], mustWork = FALSE)
    answer$owned <- owned
  } else if (is.character(body)) {
    # An empty vector is an error. Of several texts the first one is sent.
    answer$body <- charToRaw(body)
  } else if (!is.null(body)) {
    if (!typeof(body) %in% c("raw", "logical", "integer", "double", "complex")) stop("body is not raw")
    answer$body <- if (is.raw(body)) as.vector(body) else as.raw(body)
  }
  answer
}

# Returns a function that makes the same objects as PlumberResponse$new() without R6's work for each: the frame of its
# call is the environment that holds `self`, and its closures are the methods. Returns the generator's own function if
# the generator does more than plumber's did.
response_factory <- function(generator, namespace, prepare = identity) {
  known <- identical(body(generator$public_methods$initialize), quote({
    self$serializer <- serializer
  })) && is.null(generator$private_fields) && is.null(generator$private_methods) && is.null(generator$active) &&
    is.null(generator$inherit)
  if (!known) return(generator$new)
  methods <- generator$public_methods
  definitions <- lapply(methods, function(method) call("function", formals(method), body(method)))
  fields <- generator$public_fields[setdiff(names(generator$public_fields), "serializer")]
  members <- as.call(c(quote(list), definitions, lapply(fields, function(value) call("quote", value))))
  make <- function() NULL
  body(make) <- substitute({
    self <- build(members)
    self$.__enclos_env__ <- environment()
    self
  }, list(members = members, build = as_environment))
  environment(make) <- namespace
  make <- prepare(make)
  class <- c(generator$classname, "R6")
  locked <- lapply(names(methods), as.name)
  lock <- isTRUE(generator$lock_objects)
  function(serializer = namespace$serializer_json()) {
    self <- make()
    self$serializer <- serializer
    for (name in locked) lock_binding(name, self)
    class(self) <- class
    if (lock) lock_environment(self)
    self
  }
}
