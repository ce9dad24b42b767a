test_that("a test client sends queries, JSON, forms, files and headers", {
  skip_without_runtime()
  client <- test_client(app_folder(
    "#* @get /query", "function(a, b = 'none') list(a = a, b = b)",
    "#* @post /body", "function(req) req$body",
    "#* @post /file", "#* @parser multi", "#* @parser octet",
    "function(upload) list(name = names(upload), bytes = length(upload[[1]]))",
    "#* @get /header", "function(req) req$HTTP_X_TEST",
    "#* @get /fail", "function() { inner <- function() stop('on purpose'); inner() }"
  ), workers = 1)
  expect_equal(client$get("/query", query = list(a = "x y&z"))$json(), list(a = "x y&z", b = "none"))
  expect_equal(client$post("/body", json = list(a = 1:3))$json(), list(a = 1:3))
  expect_equal(client$post("/body", form = list(a = "x y"))$json(), list(a = "x y"))
  file <- withr::local_tempfile(lines = "some text", fileext = ".txt")
  expect_equal(client$post("/file", files = list(upload = file))$json(), list(name = basename(file), bytes = 10L))
  response <- client$get("/header", headers = list(`X-Test` = "set"))
  expect_equal(response$json(), "set")
  expect_equal(response$headers$`content-type`, "application/json")
  expect_null(response$error)

  failed <- client$get("/fail")
  expect_equal(failed$status, 500)
  expect_equal(failed$error$message, "on purpose")
  expect_match(paste(failed$error$calls, collapse = "\n"), "inner()", fixed = TRUE)
  expect_output(print(failed), "on purpose")
})

test_that("the server of a test client ends with the test", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  use <- function() {
    client <- test_client(folder, workers = 1)
    expect_equal(client$get("/hello")$status, 200)
    client$server
  }
  expect_false(use()$is_running())
})

test_that("a test client names arguments that serve() does not have", {
  expect_error(test_client("x", wokers = 1), "unknown arguments: wokers")
})
