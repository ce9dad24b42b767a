# The annotations that Penstock adds to plumber's. plumber ignores tags that it does not know.

# The comment above an endpoint's function.
comment_above <- function(endpoint, lines) comment_at(endpoint$lines[1L], lines)

# The comment above a line, as plumber finds it: list(text, line) for each line, without `#*`.
comment_at <- function(line, lines) {
  if (!is.numeric(line) || is.na(line) || line > length(lines)) return(list())
  comment <- list()
  line <- line - 1L
  while (line > 0L && grepl("^#['*]|^\\s*$", lines[line])) {
    comment <- c(list(list(text = sub("^#['*]\\s?", "", lines[line]), line = line)), comment)
    line <- line - 1L
  }
  comment
}

# What follows each use of a tag: list(text, words, line)
tag_uses <- function(comment, tag) {
  pattern <- paste0("^\\s*@", tag, "(\\s+|$)")
  uses <- Filter(function(one) grepl(pattern, one$text), comment)
  lapply(uses, function(use) {
    text <- trimws(sub(pattern, "", use$text))
    words <- strsplit(text, "\\s+")[[1L]]
    list(text = text, words = words[nzchar(words)], line = use$line)
  })
}

# Milliseconds of "5s", "200ms" or "1.5m"; NA for anything else.
duration_ms <- function(text) {
  parts <- regmatches(text, regexec("^([0-9]+[.]?[0-9]*)(ms|s|m|min|h)?$", text))[[1L]]
  if (length(parts) == 0L) return(NA_real_)
  unit <- if (nzchar(parts[3L])) parts[3L] else "ms"
  as.numeric(parts[2L]) * c(ms = 1, s = 1000, m = 60000, min = 60000, h = 3600000)[[unit]]
}

batch_default <- list(max = 256L, wait = 0)

# `@batch [argument|body] [max=256] [wait=0ms]`: list(form, argument, max, wait), NULL without it.
batch_tag <- function(comment, formals, file) {
  uses <- tag_uses(comment, "batch")
  if (length(uses) == 0L) return(NULL)
  line <- uses[[1L]]$line
  if (length(uses) > 1L) stop_at(file, uses[[2L]]$line, "@batch: given twice; keep one")
  tag <- c(list(form = "arguments", argument = NULL), batch_default)
  for (word in uses[[1L]]$words) {
    value <- sub("^[^=]*=", "", word)
    if (startsWith(word, "max=")) {
      tag$max <- suppressWarnings(as.integer(value))
      if (is.na(tag$max) || tag$max < 1L) stop_at(file, line, "@batch max=", value, ": expected a whole number from 1")
    } else if (startsWith(word, "wait=")) {
      tag$wait <- duration_ms(value)
      if (is.na(tag$wait) || tag$wait > 10000) {
        stop_at(file, line, "@batch wait=", value, ": expected a duration up to 10s, such as 5ms")
      }
    } else if (grepl("=", word, fixed = TRUE) || tag$form != "arguments") {
      stop_at(file, line, "@batch ", word, ": expected @batch [argument|body] [max=256] [wait=0ms]")
    } else if (word %in% formals) {
      tag$form <- "table"
      tag$argument <- word
    } else if (word == "body") {
      tag$form <- "body"
    } else {
      stop_at(file, line, "@batch ", word, ": the function has no argument ", word,
              if (length(formals)) paste0("; its arguments are ", paste(formals, collapse = ", ")))
    }
  }
  tag
}

# Tags that ask for what a stream is not: one value, whole and the same for several requests.
refuse_for_streams <- function(comment, file) {
  for (tag in c("batch", "cache")) {
    use <- only_use(comment, tag, file)
    if (!is.null(use)) stop_at(file, use$line, "@", tag, ": the response of this route is a stream; remove the tag")
  }
}

# Checks the tags of all endpoints of a router and of the routers mounted on it.
check_tags <- function(router) {
  private <- router$.__enclos_env__$private
  for (group in private$ends) for (endpoint in group) {
    formals <- names(formals(endpoint$.__enclos_env__$private$func))
    comment <- comment_above(endpoint, private$lines)
    batch_tag(comment, formals, private$filename)
    policy_tags(comment, endpoint$verbs, private$filename)
    if (makes_stream(endpoint$serializer)) refuse_for_streams(comment, private$filename)
  }
  for (mount in private$mnts) if (inherits(mount, "Plumber")) check_tags(mount)
}

# Why the requests of a route with `@batch` can't be batched; NULL if they can.
# hooks: the router's, by stage
batch_obstacle <- function(route, hooks) {
  if (!is.null(route$obstacle)) return(route$obstacle)
  if (route$json == 0L) return("its serializer is not JSON, or has options that only R can apply")
  if (route$hooked) return("it has hooks of its own")
  sees <- function(hook) any(c("value", "...") %in% names(formals(hook)))
  after <- c(hooks$postroute, hooks$preserialize)
  if (length(hooks$postserialize) || any(vapply(after, sees, NA))) return("a hook of the app takes each value")
  if ("..." %in% route$formals) return("its function takes ...")
  if (route$batch$form == "body") {
    if (!all(route$formals %in% c("req", "res"))) return("its function takes more than req and res")
    if (!"req" %in% route$formals) return("its function does not take req")
  }
  if (isTRUE(any(route$regex$areArrays))) return("its path has a list of values")
  NULL
}
