# Repairs of plumber that only R can do. Each is off unless the user has switched it on: see src/config/repair-names.ts.

# Changes plumber's own functions. Runs before the app is loaded, because loading copies them into its routers.
repair_plumber <- function(names) {
  plumber <- asNamespace("plumber")
  if (any(c("bodies", "types") %in% names)) {
    replace_binding("defaultErrorHandler", plumber, with_faults(plumber$defaultErrorHandler))
  }
  if ("bodies" %in% names) replace_binding("parse_raw", plumber, with_reason(plumber$parse_raw))
  if ("parts" %in% names) replace_binding("parse_raw", plumber, with_text_parts(plumber$parse_raw))
}

# Changes the endpoints of a router and of those that are mounted on it. outer: the routers that it is mounted in
repair_endpoints <- function(router, names, outer = list()) {
  outer <- c(outer, list(router))
  for (endpoint in unlist(router$endpoints, use.names = FALSE)) {
    if ("bodies" %in% names) require_parser(endpoint, router)
    if ("types" %in% names) convert_arguments(endpoint)
  }
  for (mounted in router$mounts) {
    if (inherits(mounted, "Plumber") && !any(vapply(outer, identical, NA, mounted))) {
      repair_endpoints(mounted, names, outer)
    }
  }
}

# A request that cannot be served as it is: an error, which plumber's own error handler answers in the gateway's format,
# and the app's own as it likes. code: see src/errors.ts
stop_for_request <- function(code, detail) {
  stop(structure(class = c("request_fault", "error", "condition"), list(message = detail, call = NULL, code = code)))
}

# The gateway makes the client's response of it: see src/lanes/repairs/request-fault.ts.
with_faults <- function(make_handler) {
  force(make_handler)
  serializer <- plumber::serializer_content_type("application/vnd.penstock.fault", function(fault) {
    paste0(fault$code, "\n", enc2utf8(fault$message))
  })
  function() {
    handle <- make_handler()
    function(req, res, err) {
      if (!inherits(err, "request_fault")) return(handle(req, res, err))
      res$serializer <- serializer
      err
    }
  }
}

# plumber's parse_raw() parses a body, or a part of a multipart body.
is_part <- function(toparse) !is.null(toparse$content_disposition)

with_reason <- function(parse) {
  force(parse)
  function(toparse) {
    if (lacks_parser(toparse)) stop_for_request("body_type_unknown", unknown_type_detail(toparse))
    tryCatch(parse(toparse), error = function(e) {
      if (inherits(e, "request_fault")) stop(e)
      reason <- strsplit(conditionMessage(e), "\n", fixed = TRUE)[[1L]][1L]
      stop_for_request("body_unparsed", paste0(type_name(toparse$content_type), ": ", reason))
    })
  }
}

type_name <- function(type) if (length(type)) type else "Body without Content-Type"

unknown_type_detail <- function(toparse) {
  known <- c(names(toparse$parsers$fixed), names(toparse$parsers$regex))
  paste0(type_name(toparse$content_type), ": expected one of ", paste(unique(known), collapse = ", "), ".")
}

# Whether no parser is registered for the type of a body, where one is required. plumber then parses it as a form, or
# not at all.
lacks_parser <- function(toparse) {
  parsers <- toparse$parsers
  if (length(toparse$value) == 0L || is_part(toparse) || !isTRUE(attr(parsers, "required"))) return(FALSE)
  type <- toparse$content_type
  if (length(type)) parsers$alias$form <- NULL # the parser for unknown types
  is.null(asNamespace("plumber")$parser_picker(type, toparse$value[1L], NULL, parsers))
}

# A body needs a parser if the app has named its parsers, or if the handler cannot read the body itself.
require_parser <- function(endpoint, router) {
  parsers <- endpoint$parsers
  if (is.null(parsers)) parsers <- router$.__enclos_env__$private$default_parsers
  takes <- names(formals(args(endpoint$getFunc())))
  if (default_parsers_kept(parsers) && any(c("req", "...") %in% takes)) return(invisible())
  endpoint$parsers <- structure(parsers, required = TRUE)
}

# plumber parses a part without a type as JSON or as a form, and one of a type without parser not at all. Both are text
# unless they have a file name (RFC 7578).
with_text_parts <- function(parse) {
  force(parse)
  as_text <- plumber::parser_text()
  function(toparse) {
    type <- toparse$content_type
    is_text <- is_part(toparse) && is.null(toparse$filename) && (is.null(type) || grepl("^text/plain\\b", type))
    if (is_text) as_text(toparse$value, type) else parse(toparse)
  }
}

# What plumber's types look like as text.
annotated_types <- list(
  boolean = list(is = "true or false", pattern = "^(true|false|t|f|1|0)$", convert = function(text) {
    tolower(text) %in% c("true", "t", "1")
  }),
  integer = list(is = "an integer", pattern = "^[-+]?[0-9]+$", convert = function(text) {
    suppressWarnings(as.integer(text))
  }),
  number = list(is = "a number", pattern = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)?$", convert = as.double)
)

# Lets a handler begin with converting those of its arguments that arrive as text and have another type by `@param`.
convert_arguments <- function(endpoint) {
  private <- endpoint$.__enclos_env__$private
  f <- private$func
  if (is.primitive(f)) return(invisible())
  params <- endpoint$getEndpointParams()
  params <- params[names(params) %in% names(formals(f))]
  types <- lapply(params, api_type)
  types <- types[types %in% names(annotated_types)]
  if (length(types) == 0L) return(invisible())
  steps <- lapply(names(types), function(name) {
    argument <- as.name(name)
    call <- as.call(list(converted, argument, name, types[[name]]))
    substitute(if (!missing(argument)) argument <- call, list(argument = argument, call = call))
  })
  kept <- attributes(f)
  body(f) <- as.call(c(as.name("{"), steps, body(f)))
  attributes(f) <- kept
  private$func <- f
}

api_type <- function(param) {
  type <- param$type
  if (length(type) == 1L) suppressWarnings(asNamespace("plumber")$plumberToApiType(type)) else ""
}

# A missing value stays missing.
converted <- function(value, name, type) {
  if (!is.character(value)) return(value)
  rule <- annotated_types[[type]]
  result <- rep(NA, length(value))
  fits <- grepl(rule$pattern, value, ignore.case = TRUE)
  result[fits] <- rule$convert(value[fits])
  wrong <- is.na(result) & !is.na(value)
  if (any(wrong)) {
    got <- encodeString(strtrim(value[wrong][1L], 100L), quote = "\"")
    stop_for_request("argument_invalid", paste0(name, ": expected ", rule$is, ", got ", got, "."))
  }
  result
}
