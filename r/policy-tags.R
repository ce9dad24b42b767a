# Annotations for the gateway: the deadline of a route, its share of the workers, and whether its responses are cached.
# They hold in both lanes.

# The use of a tag that may be given once: list(words, line), NULL without it.
only_use <- function(comment, tag, file) {
  uses <- tag_uses(comment, tag)
  if (length(uses) > 1L) stop_at(file, uses[[2L]]$line, "@", tag, ": given twice; keep one")
  if (length(uses) == 1L) uses[[1L]]
}

# Milliseconds of a duration with a unit, up to the longest wait of the gateway's timers; NA for anything else.
tag_duration <- function(text) {
  ms <- if (grepl("[a-z]$", text)) duration_ms(text) else NA_real_
  if (!is.na(ms) && ms >= 1 && ms <= 2147483647) round(ms) else NA_real_
}

# `@timeout 5s`: milliseconds
timeout_tag <- function(comment, file) {
  use <- only_use(comment, "timeout", file)
  if (is.null(use)) return(NULL)
  ms <- if (length(use$words) == 1L) tag_duration(use$words) else NA_real_
  if (is.na(ms)) {
    stop_at(file, use$line, "@timeout ", paste(use$words, collapse = " "), ": expected a duration such as 5s or 500ms")
  }
  ms
}

# `@concurrency 2`: workers
concurrency_tag <- function(comment, file) {
  use <- only_use(comment, "concurrency", file)
  if (is.null(use)) return(NULL)
  text <- paste(use$words, collapse = " ")
  most <- if (grepl("^[0-9]{1,6}$", text)) as.integer(text) else 0L
  if (most < 1L) stop_at(file, use$line, "@concurrency ", text, ": expected a number of workers from 1")
  most
}

# Methods whose responses can be cached. Requests with other methods are made for their effect.
cacheable_methods <- c("GET", "HEAD", "POST")

# The tag `@cache 60s [public] [vary=Accept-Language,...]`: list(ttl, public, vary)
cache_tag <- function(comment, verbs, file) {
  use <- only_use(comment, "cache", file)
  if (is.null(use)) return(NULL)
  wrong <- function(...) stop_at(file, use$line, "@cache ", ...)
  form <- ": expected @cache 60s [public] [vary=Header,...]"
  if (length(use$words) == 0L) wrong(form)
  tag <- list(ttl = tag_duration(use$words[1L]), public = FALSE, vary = character())
  if (is.na(tag$ttl)) wrong(use$words[1L], ": expected a duration such as 60s")
  for (word in use$words[-1L]) {
    if (word == "public") {
      tag$public <- TRUE
    } else if (grepl("^vary=[A-Za-z0-9-]+(,[A-Za-z0-9-]+)*$", word)) {
      tag$vary <- tolower(strsplit(sub("^vary=", "", word), ",", fixed = TRUE)[[1L]])
    } else {
      wrong(word, form)
    }
  }
  others <- setdiff(verbs, cacheable_methods)
  if (length(others)) {
    wrong("on a route for ", paste(others, collapse = ", "), ": only responses to GET, HEAD and POST can be cached")
  }
  tag
}

# All of them for one endpoint.
policy_tags <- function(comment, verbs, file) {
  list(
    timeout = timeout_tag(comment, file),
    concurrency = concurrency_tag(comment, file),
    cache = cache_tag(comment, verbs, file)
  )
}
