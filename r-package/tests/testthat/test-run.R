test_that("arguments become flags as on the command line", {
  flags <- list(port = 8080, max_connections = 100000, admin_open = TRUE, http2 = FALSE, workers = "1..4", host = NULL)
  expect_equal(flag_words(flags), c(
    "--port", "8080", "--max-connections", "100000", "--admin-open", "--no-http2", "--workers", "1..4"
  ))
  expect_equal(flag_words(list(tag = c("a:1", "a:2"))), c("--tag", "a:1", "--tag", "a:2"))
  expect_error(flag_words(list(port = NA)), "`port` must be")
})

test_that("every command has a function with its flags as arguments", {
  expect_true(all(c("port", "workers", "timeout", "background", "open") %in% names(formals(serve))))
  expect_true(all(c("tag", "push", "write") %in% names(formals(image))))
})

test_that("a command that fails is an error, and shows what the command says", {
  skip_without_runtime()
  expect_output(expect_error(routes("no-such-file.R"), "exit code"), "No app found")
})

test_that("routes() shows the routes of an app", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  expect_output(routes(folder), "/hello")
})

test_that("doctor() returns whether everything is there", {
  skip_without_runtime()
  expect_output(expect_true(doctor(app_folder("#* @get /hello", "function() 'hello'"))))
  folder <- app_folder("library(notthere)", "#* @get /hello", "function() 'hello'")
  expect_output(expect_false(doctor(folder)), "notthere")
})
