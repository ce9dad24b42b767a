tags <- new.env(parent = baseenv())
for (file in c("location.R", "annotations.R", "warmup.R")) {
  sys.source(file.path("..", "..", "r", file), envir = tags)
}

# The requests of an endpoint with these lines above it, in a router that is mounted at /v1.
requests_of <- function(...) {
  file <- tempfile(fileext = ".R")
  on.exit(unlink(file))
  writeLines(c(paste("#*", c(...)), "function() 1"), file)
  router <- plumber::pr_mount(plumber::pr(), "/v1", plumber::plumb(file))
  found <- tags$warmup_requests(router)
  expect_identical(vapply(found, function(one) one$place, ""), sprintf("%s:%d", file, seq_along(found)))
  lapply(found, function(one) one[names(one) != "place"])
}

fault <- function(...) conditionMessage(expect_error(requests_of(...), class = "located_error"))

test_that("a request is made for each @warmup", {
  expect_identical(requests_of("@get /"), list())
  expect_identical(requests_of("@warmup", "@warmup ?a=1&b=2", "@get /echo"), list(
    list(method = "GET", path = "/v1/echo", query = "", body = NULL),
    list(method = "GET", path = "/v1/echo", query = "?a=1&b=2", body = NULL)
  ))
  expect_identical(requests_of("@warmup /users/7?full=1", "@get /users/<id:int>"), list(
    list(method = "GET", path = "/v1/users/7", query = "?full=1", body = NULL)
  ))
  expect_identical(requests_of('@warmup {"x": "a  b"}', "@get /predict", "@post /predict"), list(
    list(method = "POST", path = "/v1/predict", query = "", body = charToRaw('{"x": "a  b"}'))
  ))
})

test_that("a @warmup that is wrong is told with file and line", {
  expect_match(fault("@warmup msg=hi", "@get /echo"), "expected @warmup [/path][?query] [JSON body]", fixed = TRUE)
  expect_match(fault("@warmup {x: 1}", "@post /predict"), "the body is not valid JSON")
  expect_match(fault('@warmup {"x": 1}', "@get /predict"), "a request with GET has no body; use ?name=value",
               fixed = TRUE)
  expect_match(fault("@warmup", "@get /users/<id>"), "name one, as in @warmup /users/1", fixed = TRUE)
  expect_match(fault("@warmup /user/7", "@get /users/<id>"), "/user/7 is not a path of this route, /users/<id>",
               fixed = TRUE)
})
