tags <- new.env(parent = baseenv())
for (file in c("location.R", "annotations.R", "policy-tags.R")) {
  sys.source(file.path("..", "..", "r", file), envir = tags)
}

read_tags <- function(..., verbs = "GET") {
  lines <- c("one", "two", ...)
  comment <- lapply(seq_along(lines), function(i) list(text = lines[[i]], line = i))
  tags$policy_tags(comment, verbs, "plumber.R")
}

# What stands after "@", and what is wrong with it
fault <- function(text, verbs = "GET") {
  failure <- tryCatch(read_tags(text, verbs = verbs), located_error = identity)
  expect_s3_class(failure, "located_error")
  expect_identical(failure[c("file", "line")], list(file = "plumber.R", line = 3L))
  conditionMessage(failure)
}

test_that("a route without annotations of its own has none", {
  expect_identical(read_tags("@get /"), list(timeout = NULL, concurrency = NULL, cache = NULL))
})

test_that("annotations are read", {
  expect_identical(read_tags("@timeout 5s")$timeout, 5000)
  expect_identical(read_tags(" @timeout  1.5m ")$timeout, 90000)
  expect_identical(read_tags("@concurrency 2")$concurrency, 2L)
  expect_identical(read_tags("@cache 60s")$cache, list(ttl = 60000, public = FALSE, vary = character()))
  expect_identical(
    read_tags("@cache 500ms public vary=Accept-Language,X-Tenant", verbs = c("GET", "POST"))$cache,
    list(ttl = 500, public = TRUE, vary = c("accept-language", "x-tenant"))
  )
})

test_that("an annotation that is wrong is told with file and line", {
  expect_match(fault("@timeout"), "expected a duration")
  expect_match(fault("@timeout 5"), "expected a duration")
  expect_match(fault("@timeout 0s"), "expected a duration")
  expect_match(fault("@timeout 30d"), "expected a duration")
  expect_match(fault("@concurrency two"), "a number of workers")
  expect_match(fault("@concurrency 0"), "a number of workers")
  expect_match(fault("@cache"), "expected")
  expect_match(fault("@cache long"), "expected a duration")
  expect_match(fault("@cache 60s private"), "expected")
  expect_match(fault("@cache 60s", verbs = "DELETE"), "only responses to GET, HEAD and POST")
})

test_that("a @batch annotation that is wrong is told with file and line", {
  batch_fault <- function(text) {
    comment <- list(list(text = "one", line = 1L), list(text = text, line = 2L))
    failure <- tryCatch(tags$batch_tag(comment, c("x", "y"), "plumber.R"), located_error = identity)
    expect_s3_class(failure, "located_error")
    expect_identical(failure[c("file", "line")], list(file = "plumber.R", line = 2L))
    conditionMessage(failure)
  }
  expect_match(batch_fault("@batch max=0"), "max=0")
  expect_match(batch_fault("@batch wait=soon"), "wait=soon")
  expect_match(batch_fault("@batch size=3"), "size=3")
  expect_match(batch_fault("@batch table"), "no argument table")
})

test_that("an annotation that stands twice is told with the second's line", {
  expect_error(read_tags("@timeout 5s", "@timeout 6s"), "given twice", class = "located_error")
})

test_that("a stream can be neither cached nor batched", {
  refused <- function(text) {
    comment <- list(list(text = text, line = 4L))
    expect_error(tags$refuse_for_streams(comment, "plumber.R"), "is a stream; remove the tag", class = "located_error")
  }
  refused("@cache 60s")
  refused("@batch")
  expect_null(tags$refuse_for_streams(list(list(text = "@timeout 5s", line = 4L)), "plumber.R"))
})
