# Adds Penstock's annotations to plumber's OpenAPI specification, and that a response is a stream. An app without them
# keeps its specification as it is.

duration_text <- function(ms) {
  if (ms %% 1000 != 0) return(paste(ms, "ms"))
  if (ms %% 60000 == 0) paste(ms / 60000, "min") else paste(ms / 1000, "s")
}

# tags: the policy of a route in the plan; batch: its @batch tag, or NULL; stream: the format of its stream, or NULL
policy_sentences <- function(tags, batch, stream) {
  cache <- tags$cache
  batched <- !is.null(batch) && is.null(batch$obstacle)
  c(
    if (!is.null(stream)) sprintf("A stream: %s are sent as they are produced.", stream),
    if (!is.null(tags$timeout)) sprintf("Answered within %s, or 504.", duration_text(tags$timeout)),
    if (!is.null(tags$concurrency)) sprintf("Run by at most %d workers at once.", as.integer(tags$concurrency)),
    if (!is.null(cache)) sprintf("Responses are kept for %s.", duration_text(cache$ttl)),
    if (batched) sprintf("Concurrent requests are computed together, up to %d.", as.integer(batch$max))
  )
}

with_policy <- function(operation, tags, batch, stream) {
  sentences <- policy_sentences(tags, batch, stream)
  if (length(sentences) == 0L || !is.list(operation)) return(operation)
  text <- paste(sentences, collapse = " ")
  said <- operation$description
  described <- is.character(said) && length(said) == 1L && nzchar(said)
  operation$description <- if (described) paste(said, text, sep = "\n\n") else text
  facts <- list(
    stream = stream, timeout = tags$timeout, concurrency = tags$concurrency, cache = tags$cache$ttl,
    batch = if (!is.null(batch) && is.null(batch$obstacle)) batch$max
  )
  operation[["x-penstock"]] <- Filter(Negate(is.null), facts)
  operation
}

# The path of a route in the syntax of OpenAPI.
spec_path <- function(path) gsub("<([^:>]+)(:[^>]*)?>", "{\\1}", path)

# spec: plumber's specification; manifest: the app's; documents: whether to add the annotations
add_policies <- function(spec, manifest, documents) {
  for (route in manifest$routes) {
    planned <- if (documents && !is.null(route$direct)) manifest$direct$routes[[route$direct]]
    if (is.null(planned) && is.null(route$stream)) next
    path <- spec_path(route$path)
    for (verb in tolower(route$verbs)) {
      operation <- spec$paths[[path]][[verb]]
      if (is.null(operation)) next
      spec$paths[[path]][[verb]] <- with_policy(operation, planned$policy, planned$batch, route$stream)
    }
  }
  spec
}

# plumber makes the specification when it starts to serve, and keeps it in the handler of /openapi.json.
extend_api_spec <- function(router, manifest, documents) {
  for (endpoint in router$endpoints[["__no-preempt__"]]) {
    if (endpoint$path != "/openapi.json") next
    env <- environment(endpoint$getFunc())
    if (is.environment(env) && is.list(env$spec)) env$spec <- add_policies(env$spec, manifest, documents)
  }
}
