# The annotations that say how the gateway treats a route: its deadline, its share of the workers, and whether its
# responses are kept. They hold in both lanes.

# The words of the only use of a tag, with its line; NULL without it.
only_use <- function(comment, tag, file) {
  uses <- tag_uses(comment, tag)
  if (length(uses) > 1L) bad_tag(file, uses[[2L]]$line, "@", tag, " stands here twice")
  if (length(uses) == 1L) uses[[1L]]
}

# Milliseconds of a duration with its unit, up to the longest that the gateway's timers can wait; NA for anything else.
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
    bad_tag(file, use$line, "@timeout ", paste(use$words, collapse = " "), ": a duration is meant, as in 5s or 500ms")
  }
  ms
}

# `@concurrency 2`: workers
concurrency_tag <- function(comment, file) {
  use <- only_use(comment, "concurrency", file)
  if (is.null(use)) return(NULL)
  text <- paste(use$words, collapse = " ")
  most <- if (grepl("^[0-9]{1,6}$", text)) as.integer(text) else 0L
  if (most < 1L) bad_tag(file, use$line, "@concurrency ", text, ": a number of workers from 1 is meant")
  most
}

# Methods whose responses can be kept: the others are asked for what they do.
kept_methods <- c("GET", "HEAD", "POST")

# What `@cache 60s [public] [vary=Accept-Language,...]` says: list(ttl, public, vary)
cache_tag <- function(comment, verbs, file) {
  use <- only_use(comment, "cache", file)
  if (is.null(use)) return(NULL)
  wrong <- function(...) bad_tag(file, use$line, "@cache ", ...)
  form <- ": @cache 60s [public] [vary=Header,...] is meant"
  if (length(use$words) == 0L) wrong(form)
  tag <- list(ttl = tag_duration(use$words[1L]), public = FALSE, vary = character())
  if (is.na(tag$ttl)) wrong(use$words[1L], ": a duration is meant, as in 60s")
  for (word in use$words[-1L]) {
    if (word == "public") {
      tag$public <- TRUE
    } else if (grepl("^vary=[A-Za-z0-9-]+(,[A-Za-z0-9-]+)*$", word)) {
      tag$vary <- tolower(strsplit(sub("^vary=", "", word), ",", fixed = TRUE)[[1L]])
    } else {
      wrong(word, form)
    }
  }
  others <- setdiff(verbs, kept_methods)
  if (length(others)) wrong("on a route for ", paste(others, collapse = ", "), ": only GET, HEAD and POST can be kept")
  tag
}

# All of them, of one endpoint.
policy_tags <- function(comment, verbs, file) {
  list(
    timeout = timeout_tag(comment, file),
    concurrency = concurrency_tag(comment, file),
    cache = cache_tag(comment, verbs, file)
  )
}
