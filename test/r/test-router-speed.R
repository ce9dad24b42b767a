# plumber's own router as the worker makes it faster, against the router as it is.
speed <- new.env(parent = baseenv())
for (file in c("internals.R", "response.R", "traceback.R", "promises.R", "plumber-app.R", "router-speed.R")) {
  sys.source(file.path("..", "..", "r", file), envir = speed, keep.source = FALSE)
}
plumber <- asNamespace("plumber")

outcome <- function(expression) {
  tryCatch(list(value = expression), error = function(e) list(error = conditionMessage(e)))
}

settle <- function(value) {
  if (!promises::is.promising(value)) return(value)
  settled <- NULL
  promises::then(value, function(value) settled <<- list(value), function(e) settled <<- list(conditionMessage(e)))
  while (is.null(settled)) later::run_now(Inf)
  list(promise = settled[[1L]])
}

test_that("the functions of the installed plumber are known", {
  expect_false(identical(body(speed$cheaper_steps(plumber$runStepsUntil)), body(plumber$runStepsUntil)))
  exec <- plumber$PlumberStep$public_methods$exec
  expect_false(identical(body(speed$cheaper_exec(exec)), body(exec)))
  expect_false(identical(speed$response_factory(plumber$PlumberResponse, plumber), plumber$PlumberResponse$new))
  initialize <- plumber$PlumberStatic$public_methods$initialize
  expect_false(identical(body(speed$unread_files(initialize)), body(initialize)))
  to_response <- plumber$PlumberResponse$public_methods$toResponse
  expect_false(identical(body(speed$unread_body(to_response)), body(to_response)))
})

test_that("a static file is left to the gateway, and whoever looks at the body sees its bytes", {
  path <- tempfile()
  writeLines("text", path)
  on.exit(unlink(path))
  plumber_response <- plumber$PlumberResponse$new()
  response <- list2env(as.list(plumber_response))
  response$status <- 200L
  response$headers <- list()
  to_response <- speed$unread_body(plumber$PlumberResponse$public_methods$toResponse)
  environment(to_response) <- list2env(list(self = response), parent = plumber)
  speed$put_file(path, 5, response)
  sent <- list(file = path, owned = FALSE)
  expect_identical(to_response()$body, sent)
  expect_identical(response$body, charToRaw("text\n"))
  expect_identical(to_response()$body, sent)
  for (body in list(NULL, "text", charToRaw("b"), quote(f(x)), list(file = "other"))) {
    response$body <- body
    expect_identical(to_response()$body, body)
  }
})

test_that("a file that R can't read is not left to the gateway", {
  get <- list(REQUEST_METHOD = "GET")
  expect_false(speed$is_sendable(get, tempdir(), file.info(tempdir())))
  file <- "test-router-speed.R"
  expect_true(speed$is_sendable(get, file, file.info(file)))
  expect_false(speed$is_sendable(list(REQUEST_METHOD = "HEAD"), file, file.info(file)))
})

test_that("steps end as plumber's own do, with a value, an error, a promise or one that is broken", {
  cheaper <- speed$cheaper_steps(plumber$runStepsUntil)
  give <- function(value) function(x) value
  add <- function(x) c(x, "added")
  fail <- function(x) stop("failed after ", x)
  later <- function(x) promises::promise_resolve("later")
  broken <- function(x) promises::promise_reject("broken")
  runs <- list(
    list(), list(NULL), list(give(1), NULL, add), list(add, "no function"), list(give("stop"), add),
    list(add, fail, add), list(later, add), list(add, later), list(later, fail), list(later, give("stop"), add),
    list(broken, add), list(add, broken), list(later, later, NULL, add), list(give(factor("a")), add)
  )
  handlers <- list(
    stop, function(e) paste("handled:", conditionMessage(e)), function(e) stop("again: ", conditionMessage(e))
  )
  for (steps in runs) for (handler in handlers) {
    run <- function(f) outcome(settle(f("first", handler, function(x) identical(x, "stop"), steps)))
    expect_identical(run(cheaper), run(plumber$runStepsUntil))
  }
})

test_that("JSON is printed with the same options, whether they are given, wrong, or somebody else's defaults", {
  cheaper <- speed$cheaper_matching(jsonlite::toJSON)
  expect_false(identical(body(cheaper), body(jsonlite::toJSON)))
  # missing() takes an argument for missing here, though it has a value.
  passed_on <- function(f, dataframe = "columns", na = "string") {
    f(data.frame(a = c(1.5, NA)), dataframe = dataframe, na = na)
  }
  value <- list(
    a = 1:2, b = NULL, c = NA, d = as.Date("2020-02-03"), e = factor("x"), f = as.raw(1:3), g = matrix(1:4, 2L)
  )
  calls <- list(
    passed_on,
    function(f) f(value),
    function(f) f(value, null = "null", na = "string", Date = "epoch", factor = "integer", matrix = "columnmajor"),
    function(f) f(mtcars[1:2, ], dataframe = "col", digits = NA),
    function(f) f(value, raw = NULL),
    function(f) f(value, raw = "hexagonal"),
    function(f) f(value, Date = c("epoch", "ISO8601"))
  )
  for (call in calls) expect_identical(outcome(call(cheaper)), outcome(call(jsonlite::toJSON)))
})

test_that("a step runs its function as plumber's own does, with hooks, and with arguments that are code", {
  original <- plumber$PlumberStep$public_methods$exec
  on.exit(plumber$PlumberStep$set("public", "exec", original, overwrite = TRUE))
  log <- NULL
  endpoint <- function(f, exec, hooks = list()) {
    plumber$PlumberStep$set("public", "exec", exec, overwrite = TRUE)
    step <- plumber$PlumberEndpoint$new("GET", "/", f, environment())
    for (stage in names(hooks)) step$registerHook(stage, hooks[[stage]])
    step
  }
  hooks <- list(
    preexec = function(req) log <<- c(log, names(req$args)),
    aroundexec = function(..., .next) c("around", .next(...)),
    postexec = function(value) c(value, "after")
  )
  functions <- list(
    function() "nothing", function(req) req$args$a, function(res, req) res$status, function(a) a,
    function(a, ...) list(a, ...), function(...) list(...)[-(1:2)], function(b = "default", a) paste(a, b),
    function(a) stop("no ", a), function(missing) missing
  )
  two_steps <- quote(quote(paste("a", "step")))
  args <- list(
    list(a = "x"), list(a = "x", a = "y", b = "z"), list(), list(a = quote(letters[[2L]])), list(a = two_steps), NULL,
    c(a = "v")
  )
  res <- plumber$PlumberResponse$new()
  for (f in functions) for (given in args) for (registered in list(list(), hooks, hooks["postexec"])) {
    req <- list2env(list(args = given))
    run <- function(exec) {
      log <<- NULL
      step <- endpoint(f, exec, registered)
      list(outcome(step$exec(req, res)), log)
    }
    expect_identical(run(speed$cheaper_exec(original)), run(original))
  }
})

test_that("a usual response is what the checks of any response make of it", {
  checked <- function(resp) speed$checked_response(resp$status, lapply(resp$headers, paste), resp$body)
  responses <- list(
    list(status = 200L, headers = list(`Content-Type` = "a/b", `Set-Cookie` = "a", `Set-Cookie` = "b"), body = "text"),
    list(status = 404, headers = list(), body = as.raw(1:3)),
    list(status = 204L, headers = stats::setNames(list(), character()), body = NULL),
    list(status = 200L, headers = list(a = c(b = "named")), body = jsonlite::toJSON(1)),
    list(status = 200L, headers = list("nameless"), body = "\u00e4")
  )
  for (resp in responses) expect_identical(speed$usual_response(resp), checked(resp))
  unusual <- list(
    NULL, "text", list(), list(status = "200", headers = list()), list(status = 1:2, headers = list()),
    list(status = 200L, headers = list(a = 1)), list(status = 200L, headers = list(a = NA_character_)),
    list(status = 200L, headers = list(), body = c(file = "x")), list(status = 200L, headers = list(), body = 1),
    list(status = 200L, headers = list(), body = character())
  )
  for (resp in unusual) expect_null(speed$usual_response(resp))
})
