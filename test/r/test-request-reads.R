reads <- new.env(parent = baseenv())
for (file in c("serializers.R", file.path("direct", "plan.R"), "request-reads.R")) {
  sys.source(file.path("..", "..", "r", file), envir = reads)
}
of <- function(f, ...) reads$request_reads(f, ...)

test_that("what a function reads of the request by name is known", {
  expect_identical(of(function(req, res) {
    if (req$REQUEST_METHOD == "OPTIONS") return(list())
    req$user <- toupper(req[["HTTP_X_USER"]])
    plumber::forward()
  }), c("REQUEST_METHOD", "user", "HTTP_X_USER"))
  expect_identical(of(function(request) request$HEADERS["host"], "request"), "HEADERS")
  expect_identical(of(function(req, at = req$REMOTE_ADDR) at), "REMOTE_ADDR")
  expect_identical(of(function(res, msg = "") list(msg)), character())
})

test_that("all of the request is needed where it goes elsewhere", {
  expect_null(of(function(req) print(req)))
  expect_null(of(function(req) as.list(req)$PATH_INFO))
  expect_null(of(function(req) sapply(c("HTTP_HOST", "PATH_INFO"), function(name) req[[name]])))
  expect_null(of(function(req) glue::glue("{req$HTTP_HOST}")))
  expect_null(of(function(...) list(...)))
  expect_null(of(function(req) get("req")$HTTP_HOST))
  expect_null(of(function(req, res) environment()))
})

test_that("all of it is needed where another endpoint may come to serve the request", {
  expect_null(of(function(req) req$PATH_INFO <- "/other"))
  expect_null(of(function(req) req[["REQUEST_METHOD"]] <- "GET"))
  expect_identical(of(function(req) req$args$id <- 1), "args")
})

test_that("a serializer of the app's own may read what it likes", {
  expect_null(of(function(req, res) res$serializer <- mine))
})
