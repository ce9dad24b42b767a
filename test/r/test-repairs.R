# The repairs of plumber that R does.
repairs <- new.env(parent = baseenv())
for (file in c("direct/plan.R", "repairs.R")) {
  sys.source(file.path("..", "..", "r", file), envir = repairs, keep.source = FALSE)
}

reason <- function(expression) tryCatch(expression, request_fault = conditionMessage)

router <- plumber::pr() |>
  plumber::pr_get("/typed", function(n, on = FALSE, text) {
    list(if (missing(n)) "missing" else n, on, text)
  }, params = list(n = list(type = "int"), on = list(type = "bool"), text = list(type = "string"))) |>
  plumber::pr_post("/any", function(req) NULL) |>
  plumber::pr_post("/arguments", function(x) NULL) |>
  plumber::pr_post("/table", function(req) NULL, parsers = "csv")
repairs$repair_endpoints(router, c("bodies", "types"))
endpoints <- router$endpoints[[1L]]

test_that("handlers get their arguments as the types that they are annotated with", {
  f <- endpoints[[1L]]$getFunc()
  expect_identical(f("7", "T", "1"), list(7L, TRUE, "1"))
  expect_identical(f(2.5, text = "x"), list(2.5, FALSE, "x"))
  expect_identical(f(c("1", NA), text = "x")[[1L]], c(1L, NA))
  expect_identical(f(text = "x")[[1L]], "missing")
})

test_that("a value of another type is named with what was expected", {
  f <- endpoints[[1L]]$getFunc()
  expect_identical(reason(f(c("1", "1e3"))), "n: expected an integer, got \"1e3\".")
  expect_identical(reason(f("3000000000")), "n: expected an integer, got \"3000000000\".")
  expect_identical(reason(f(on = "no")), "on: expected true or false, got \"no\".")
  expect_identical(repairs$converted(c(".5", "-1e3", "2."), "x", "number"), c(.5, -1000, 2))
  for (text in c("", " 1", "0x10", "Inf", "NA", "1,5")) {
    expect_error(repairs$converted(text, "x", "number"), class = "request_fault")
  }
})

test_that("a body needs a parser if the app has named its parsers, or if the handler cannot read it", {
  lacks <- function(endpoint, type) {
    parsers <- endpoint$parsers
    repairs$lacks_parser(list(value = charToRaw("x"), content_type = type, parsers = parsers))
  }
  expect_false(lacks(endpoints[[2L]], "application/xml"))
  expect_true(lacks(endpoints[[3L]], "application/xml"))
  expect_false(lacks(endpoints[[3L]], "text/plain; charset=UTF-8"))
  expect_false(lacks(endpoints[[3L]], NULL))
  expect_true(lacks(endpoints[[4L]], "application/json"))
  expect_true(lacks(endpoints[[4L]], NULL))
  expect_false(lacks(endpoints[[4L]], "text/csv"))
})
