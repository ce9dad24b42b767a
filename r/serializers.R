# Finds serializers that only convert a value to JSON, so that the gateway can do it.

# plumber's serializers are closures of closures: that of `serializer_headers()` holds the headers and the function
# that makes the text, and the closure of `serializer_json()` holds the options for toJSON(). Their code is compared
# with that of new ones, so other versions of plumber are noticed.
serializer_shapes <- function() {
  json <- plumber::serializer_json()
  list(headers = body(json), json = body(environment(json)$serialize_fn))
}

# Content type and toJSON() options of a JSON serializer, NULL for any other.
json_serializer <- function(serializer, shapes) {
  if (!is.function(serializer) || !identical(body(serializer), shapes$headers)) return(NULL)
  env <- environment(serializer)
  inner <- env$serialize_fn
  if (!is.function(inner) || !identical(body(inner), shapes$json)) return(NULL)
  headers <- env$headers
  if (!identical(names(headers), "Content-Type")) return(NULL)
  options <- tryCatch(eval(quote(list(...)), environment(inner)), error = function(e) NULL)
  if (is.null(options) || !all(mapply(known_option, as.list(names(options)), options))) return(NULL)
  if (length(options) != length(unique(names(options)))) return(NULL)
  list(type = headers[["Content-Type"]], options = options)
}

# The options of toJSON() that the gateway supports, each a plain scalar.
known_option <- function(name, value) {
  scalar <- length(value) == 1L && is.null(attributes(value))
  if (!scalar) return(FALSE)
  switch(name,
    auto_unbox = , pretty = , force = , rownames = , keep_vec_names = , UTC = , always_decimal = ,
    no_dots = , json_verbatim = is.logical(value) && !is.na(value),
    digits = is.na(value) || is.numeric(value) && value == as.integer(value),
    na = value %in% c("null", "string"),
    null = value %in% c("list", "null"),
    dataframe = value %in% c("rows", "columns", "values"),
    matrix = value %in% c("rowmajor", "columnmajor"),
    Date = value %in% c("ISO8601", "epoch"),
    POSIXt = value %in% c("string", "ISO8601", "epoch"),
    factor = value %in% c("string", "integer"),
    raw = value %in% c("base64", "int", "js", "mongo"),
    FALSE
  )
}

# The JSON serializers of an app. The gateway knows them by their index, from 1; `index()` returns 0 for a serializer
# that only R can run.
json_serializers <- function() {
  shapes <- serializer_shapes()
  known <- list()
  functions <- list()
  list(
    index = function(serializer, add = FALSE) {
      for (i in seq_along(functions)) if (identical(functions[[i]], serializer)) return(i)
      found <- json_serializer(serializer, shapes)
      if (is.null(found)) return(0L)
      for (i in seq_along(known)) if (identical(known[[i]], found)) return(i)
      if (!add) return(0L)
      known[[length(known) + 1L]] <<- found
      functions[[length(functions) + 1L]] <<- serializer
      length(known)
    },
    all = function() known,
    get = function(i) functions[[i]]
  )
}
