# Random R values of the kinds that handlers return, for the comparison with jsonlite.
# Reproducible: everything follows from set.seed() in the caller.

pick <- function(x) x[[sample.int(length(x), 1L)]]
chance <- function(p) stats::runif(1L) < p

random_length <- function() pick(c(0L, 1L, 1L, 1L, 2L, 3L, 5L, 8L))

some_strings <- c(
  "", "a", "b", "NA", "NaN", "Inf", "null", "true", "{}", "[1]", "a b", "tab\there", "line\nbreak", "cr\rhere",
  "quote\"quote", "back\\slash", "</script>", "a/b", "<b>", "\b\f", "\001\037", "\177", "\u00e9t\u00e9", "\u65e5\u672c\u8a9e",
  "\U1F600", "\u2028", "caf\u00e9 </x> \"q\"", strrep("long text with \u00fc ", 9), strrep("ascii only, and long. ", 20), "1", "1.5", "-0"
)
latin1_string <- local({
  x <- "\xe9t\xe9 latin"
  Encoding(x) <- "latin1"
  x
})

random_string <- function(n) {
  x <- sample(some_strings, n, replace = TRUE)
  if (n > 0L && chance(0.1)) x[sample.int(n, 1L)] <- latin1_string
  if (n > 0L && chance(0.25)) x[sample.int(n, 1L)] <- NA_character_
  x
}

random_double <- function(n) {
  x <- vapply(seq_len(n), function(i) {
    switch(sample.int(14L, 1L),
      stats::rnorm(1L),
      stats::rnorm(1L) * 10^sample(-12:20, 1L),
      round(stats::rnorm(1L) * 1000, sample(0:6, 1L)),
      sample(c(0, -0, 1, -1, 0.5, 1.5, 2.5, 1e5, 1e15, 2^31, 2^53, 1e-5, 1e-4, 2147483646.99999, 1e300, 5e-324), 1L),
      sample.int(100000L, 1L) / 2^sample(1:16, 1L),
      (sample.int(2000001L, 1L) - 1000001L) / 1e5,
      sample.int(1e6L, 1L) + 0.5,
      as.double(sample.int(1e9L, 1L)) * sample.int(1e6L, 1L),
      stats::runif(1L),
      stats::runif(1L, -1e-4, 1e-4),
      (sample.int(20001L, 1L) - 1L) / 1e5 + 5e-6,
      1e14 + sample.int(1000L, 1L) / 2,
      10^sample(-20:20, 1L),
      sample.int(1000L, 1L) * 10^sample(-8:12, 1L)
    )
  }, 0)
  if (n > 0L && chance(0.3)) x[sample.int(n, 1L)] <- sample(c(NA, NaN, Inf, -Inf), 1L)
  x
}

random_integer <- function(n) {
  x <- sample(c(0L, 1L, -1L, 42L, 99999L, .Machine$integer.max, -.Machine$integer.max, 1000L, 10L), n, replace = TRUE)
  if (n > 0L && chance(0.3)) x[sample.int(n, 1L)] <- NA_integer_
  x
}

random_logical <- function(n) sample(c(TRUE, FALSE, TRUE, FALSE, NA), n, replace = TRUE)

random_factor <- function(n) {
  levels <- unique(sample(some_strings, 4L))
  x <- factor(sample(c(levels, NA), n, replace = TRUE), levels = levels, ordered = chance(0.3))
  x
}

random_date <- function(n) {
  x <- as.Date("2024-02-03") + sample(-40000:40000, n, replace = TRUE) + if (chance(0.2)) 0.7 else 0
  if (n > 0L && chance(0.3)) x[sample.int(n, 1L)] <- NA
  if (chance(0.1)) storage.mode(x) <- "integer"
  x
}

random_time <- function(n) {
  x <- as.POSIXct("2024-02-03 04:05:06", tz = "UTC") + stats::runif(n, -2e9, 2e9)
  if (chance(0.3)) x <- as.POSIXct(as.character(random_date(n)), tz = "UTC")
  if (n > 0L && chance(0.3)) x[sample.int(n, 1L)] <- NA
  if (chance(0.3)) attr(x, "tzone") <- NULL
  x
}

random_atomic <- function(n = random_length()) {
  switch(sample.int(8L, 1L),
    random_logical(n), random_integer(n), random_double(n), random_double(n), random_string(n),
    random_factor(n), random_date(n), random_time(n)
  )
}

random_plain <- function(n) {
  switch(sample.int(4L, 1L), random_logical(n), random_integer(n), random_double(n), random_string(n))
}

random_names <- function(n) {
  x <- sample(c("a", "b", "c", "x y", "a.1", "\u00e9", "q\"q", "_row", "class", "__proto__", "a"), n, replace = TRUE)
  if (n > 0L && chance(0.2)) x[sample.int(n, 1L)] <- ""
  if (n > 0L && chance(0.1)) x[sample.int(n, 1L)] <- NA
  x
}

random_matrix <- function(nrow = sample(0:3, 1L), ncol = sample(0:3, 1L)) {
  x <- random_plain(nrow * ncol)
  if (chance(0.1)) x <- as.list(x)
  dim(x) <- c(nrow, ncol)
  if (chance(0.3)) dimnames(x) <- list(NULL, random_names(ncol))
  x
}

random_array <- function() {
  dims <- sample(1:3, sample(c(1L, 3L, 3L, 4L), 1L), replace = TRUE)
  array(random_plain(prod(dims)), dims)
}

random_column <- function(n, depth) {
  kind <- sample.int(12L, 1L)
  if (kind <= 8L || depth <= 0L) return(random_atomic(n))
  switch(kind - 8L,
    I(lapply(seq_len(n), function(i) random_value(depth - 1L))),
    random_frame(depth - 1L, n),
    if (n > 0L) random_matrix(n, sample(1:3, 1L)) else random_atomic(0L),
    {
      x <- lapply(seq_len(n), function(i) random_atomic())
      if (chance(0.3)) names(x) <- random_names(n)
      x
    }
  )
}

random_frame <- function(depth = 1L, n = sample(c(0L, 1L, 1L, 2L, 3L, 6L), 1L)) {
  columns <- sample(1:5, 1L)
  x <- lapply(seq_len(columns), function(i) random_column(n, depth))
  names(x) <- if (chance(0.2)) random_names(columns) else letters[seq_len(columns)]
  attr(x, "row.names") <- if (n > 0L && chance(0.2)) {
    make.unique(sample(c("r1", "r2", "\u00e9", "1", "2"), n, replace = TRUE))
  } else if (n > 0L && chance(0.1)) {
    rev(seq_len(n) * 2L)
  } else {
    .set_row_names(n)
  }
  class(x) <- if (chance(0.1)) c("tbl_df", "tbl", "data.frame") else "data.frame"
  x
}

random_list <- function(depth) {
  n <- sample(0:4, 1L)
  x <- lapply(seq_len(n), function(i) random_value(depth - 1L))
  if (chance(0.6)) names(x) <- random_names(n)
  x
}

random_unboxed <- function() {
  if (chance(0.2)) return(jsonlite::unbox(random_frame(1L, 1L)))
  jsonlite::unbox(random_atomic(1L))
}

random_value <- function(depth = 3L) {
  kind <- sample.int(20L, 1L)
  if (depth <= 0L) kind <- sample.int(8L, 1L)
  if (kind <= 6L) return(random_atomic())
  switch(kind - 6L,
    NULL,
    {
      x <- random_atomic()
      names(x) <- random_names(length(x))
      x
    },
    random_list(depth), random_list(depth), random_list(depth), random_list(depth),
    random_frame(depth - 1L), random_frame(depth - 1L),
    random_matrix(), random_array(), random_unboxed(), I(random_atomic()),
    as.raw(sample(0:255, pick(c(random_length(), random_length(), 53L, 54L, 150L)), replace = TRUE)),
    switch(sample.int(7L, 1L),
      stats::ts(random_double(4L)), structure("[1,{\"a\":2}]", class = "json"), as.pairlist(list(a = 1, 2)),
      structure(list(1), class = "unknown"), sum, complex(real = 1, imaginary = 2), I(random_list(depth))
    )
  )
}
