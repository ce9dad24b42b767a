# The direct lane against plumber's own router, for the same request.
worker <- new.env(parent = baseenv())
direct <- c("plan.R", "plan-check.R", "lane.R", "request.R", "hooks.R", "routing.R", "steps.R", "answer.R", "batch.R")
files <- c("protocol.R", "internals.R", "traceback.R", "promises.R", "loop.R", "streams.R", "serializers.R",
           "stream-formats.R", "annotations.R",
           "policy-tags.R", "plumber-app.R", "plumber-lane.R", "request.R", "response.R",
           file.path("direct", direct))
for (file in files) {
  sys.source(file.path("..", "..", "r", file), envir = worker, keep.source = FALSE)
}
worker$note_request_constants()

load_app <- function(...) {
  file <- tempfile(fileext = ".R")
  writeLines(c(...), file)
  plumber::plumb(file)
}

# A call by the names of its parts; the others are NULL.
call_of <- function(...) {
  parts <- list(...)
  lapply(seq_along(worker$call_parts), function(i) parts[[worker$call_parts[[i]]]])
}

get_request <- function(path) {
  list(REQUEST_METHOD = "GET", PATH_INFO = path, QUERY_STRING = "", HEADERS = c(host = "localhost"))
}

# The answers of plumber and of the direct lane, which prints its value by itself.
ask_both <- function(router, path, route) {
  lane <- worker$direct_lane(router, worker$direct_plan(router))
  call <- call_of(route = route, query = list(), body_form = "", fields = serialize(get_request(path), NULL))
  engine <- worker$call_engine(lane)
  answer <- tryCatch(engine$run(lane, call), error = function(e) engine$failed(lane, e))
  if (is.null(names(answer))) answer <- worker$print_value(lane, answer)
  list(plumber = worker$run_request(router, list(serialize(get_request(path), NULL), NULL)), direct = answer)
}

expect_same <- function(router, path, route) {
  utils::capture.output(answers <- suppressMessages(ask_both(router, path, route)))
  expect_identical(answers$direct, answers$plumber)
}

test_that("the parts of a call have the names that the gateway gives them", {
  router <- load_app("#* @get /", "function(a) list(a = a)")
  lane <- worker$direct_lane(router, worker$direct_plan(router))
  parsed <- call_of(route = 1L, query = list(a = "1"), body_form = "", fields = serialize(get_request("/"), NULL))
  expect_identical(worker$run_call(lane, parsed), list(1L, list(a = "1")))
  expect_null(lane$call)
})

test_that("values, errors and responses of a handler without req are plumber's", {
  router <- load_app(
    "#* @get /value", "function() list(a = 1)",
    "#* @get /error", "function() stop('no')",
    "#* @get /response", "function() get('PlumberResponse', asNamespace('plumber'))$new()",
    "#* @get /text", "#* @serializer text", "function() 'a'",
    "#* @get /object", "function() structure(list(1), class = 'other')",
    "#* @get /on", "function() do.call(getExportedValue('plumber', paste0('for', 'ward')), list())"
  )
  for (path in c("/value", "/error", "/response", "/text", "/object", "/on")) {
    index <- match(path, vapply(router$endpoints[[1L]], function(endpoint) endpoint$path, ""))
    expect_same(router, path, index)
  }
})

test_that("hooks run before the first element of a stream, see its head, and can set headers", {
  worker$register_stream_serializers()
  router <- load_app(
    "seen <- character()", "note <- function(what) seen <<- c(seen, what)",
    "#* @get /stream", "#* @serializer sse",
    "function() { note('handler'); left <- 2; function() { note('element'); if (left > 0) left <<- left - 1 } }",
    "#* @plumber", "function(pr) {",
    "  pr$registerHooks(list(",
    "    preroute = function(res) { note('preroute'); res$setHeader('X-Set', 'early') },",
    "    postroute = function(value) { note(paste('postroute', class(value))); value },",
    "    preserialize = function(value) { note(paste('preserialize', class(value))); value },",
    "    postserialize = function(value) {",
    "      note(paste('postserialize', value$status, class(value$body)))",
    "      value$headers[['X-Set']] <- 'late'",
    "      value",
    "    }",
    "  ))",
    "}"
  )
  elements <- function(answer) {
    take <- worker$element_source(answer$stream$value)$take
    encode <- answer$stream$encoder()
    text <- character()
    while (!is.null(element <- take())) text <- c(text, rawToChar(encode(element)))
    text
  }
  for (answer in ask_both(router, "/stream", 1L)) {
    expect_identical(stats::setNames(answer$values, answer$names)[["X-Set"]], "late")
    expect_identical(stats::setNames(answer$values, answer$names)[["Content-Type"]], "text/event-stream")
    expect_identical(elements(answer), c("data: 1\n\n", "data: 0\n\n"))
  }
  head <- c("preroute", "handler", "postroute function", "preserialize function", "postserialize 200 penstock_stream")
  expect_identical(environment(router$endpoints[[1L]][[1L]]$getFunc())$seen, c(head, head, rep("element", 6L)))
})

test_that("answers and errors behind a filter and a hook are plumber's", {
  router <- load_app(
    "#* @filter first", "function(req, res) { res$setHeader('a', 'b'); plumber::forward() }",
    "#* @get /value", "function(req) list(path = req$PATH_INFO)",
    "#* @get /error", "function(res) { res$status <- 418L; stop('no') }",
    "#* @plumber", "function(pr) {",
    "  pr$registerHook('preserialize', function(req, value) if (req$PATH_INFO == '/value') stop('late') else value)",
    "}"
  )
  for (path in c("/value", "/error", "/nowhere")) {
    index <- match(path, vapply(router$endpoints[[1L]], function(endpoint) endpoint$path, ""), 0L)
    expect_same(router, path, index)
  }
})

with_route <- function(router) {
  router$handle("GET", "/value", function() list(a = 1))
  router
}

test_that("apps with classes or methods of their own for plumber's objects are left to plumber", {
  own_router <- R6::R6Class("Own", inherit = plumber::Plumber, public = list(serve = function(req, res) "mine"))$new()
  replaced <- plumber::pr()
  unlockBinding("route", replaced)
  replaced$route <- function(req, res) "mine"
  hidden <- plumber::pr()
  private <- hidden$.__enclos_env__$private
  unlockBinding("runHooks", private)
  private$runHooks <- function(stage, args) args$value
  for (router in list(own_router, replaced, hidden)) {
    expect_match(worker$direct_plan(with_route(router))$obstacle, "of its own")
    outer <- plumber::pr()
    outer$mount("/inner", router)
    expect_identical(worker$direct_plan(outer)$routers[[1L]]$mounts, c("/inner/" = 0L))
  }
  expect_null(worker$direct_plan(with_route(plumber::pr()))$obstacle)
})

test_that("endpoints and filters with a class of their own are left to plumber", {
  Endpoint <- R6::R6Class("Own", # nolint: object_name_linter.
    inherit = plumber::PlumberEndpoint,
    public = list(canServe = function(req) FALSE) # nolint: object_name_linter.
  )
  router <- with_route(plumber::pr())
  router$handle(endpoint = Endpoint$new("GET", "/own", function() 1, globalenv()))
  obstacles <- lapply(worker$direct_plan(router)$routes, function(route) route$obstacle)
  expect_identical(obstacles, list(NULL, "it has a class of its own"))

  private <- router$.__enclos_env__$private
  router$filter("late", function() plumber::forward())
  class(private$filts[[5L]]) <- c("Own", class(private$filts[[5L]]))
  expect_match(worker$direct_plan(router)$obstacle, "filter class of its own")
})

test_that("a request runs in plumber's router once the app has changed its own, until that is undone", {
  router <- with_route(plumber::pr())
  lane <- worker$direct_lane(router, worker$direct_plan(router))
  call <- call_of(route = 1L, query = list(), body_form = "", fields = serialize(get_request("/value"), NULL))
  direct <- list(1L, list(a = 1))
  expect_identical(worker$run_call(lane, call), direct)
  late <- function(res) {
    res$setHeader("Late", "1")
    plumber::forward()
  }
  filters <- router$.__enclos_env__$private$filts
  router$filter("late", late)
  expect_identical(worker$run_call(lane, call)$names, c("Late", "Content-Type"))
  router$.__enclos_env__$private$filts <- filters
  expect_identical(worker$run_call(lane, call), direct)
})

test_that("a batch whose handler looks at the current request has no answer, and the next request is not affected", {
  router <- load_app(
    "#* @get /looks", "function(x) plumber:::getCurrentExec()$req$HTTP_X_USER",
    "#* @get /catches", "function(x) tryCatch(plumber::forward(), error = function(e) x)",
    "#* @get /plain", "function(x) x"
  )
  lane <- worker$direct_lane(router, worker$direct_plan(router))
  engine <- worker$call_engine(lane)
  ask <- function(route, fields) {
    call <- call_of(route = route, query = list(x = c("1", "2")), body_form = "", fields = fields)
    tryCatch(engine$run(lane, call), error = function(e) engine$failed(lane, e))
  }
  for (route in 1:2) {
    utils::capture.output(answer <- ask(route, NULL))
    expect_true(500L %in% unlist(answer))
    expect_identical(ask(3L, serialize(get_request("/plain"), NULL)), list(1L, c("1", "2")))
  }
})

test_that("no request can be reached once it has ended", {
  router <- load_app(
    "#* @get /takes", "function(req) list(req$HTTP_X_USER)",
    "#* @get /looks", "function() list(plumber:::getCurrentExec()$req$HTTP_X_USER)",
    "#* @get /ends", "function() 1"
  )
  lane <- worker$direct_lane(router, worker$direct_plan(router))
  ask <- function(route, user) {
    fields <- c(get_request("/"), HTTP_X_USER = user)
    worker$run_call(lane, call_of(route = route, query = list(), body_form = "", fields = serialize(fields, NULL)))
  }
  expect_identical(ask(1L, "alice")[[2L]], list("alice"))
  expect_identical(ask(2L, "bob")[[2L]], list("bob"))
  expect_identical(ask(2L, NULL)[[2L]], list(NULL))
  ask(3L, "carol")
  expect_null(asNamespace("plumber")[[".globals"]]$currentExec)
  expect_null(lane$call)
  expect_null(lane$exec)
})
