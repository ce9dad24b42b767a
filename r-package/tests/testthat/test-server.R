body_of <- function(url) rawToChar(curl::curl_fetch_memory(url)$content)

test_that("a server in the background answers, has a log, and stops", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  server <- serve(folder, background = TRUE, open = FALSE, port = 0, admin_port = 0, workers = 1)
  withr::defer(server$stop())
  expect_true(server$is_running())
  expect_equal(body_of(paste0(server$url, "/hello")), "[\"hello\"]")
  expect_output(print(server), server$url, fixed = TRUE)
  server$stop()
  expect_false(server$is_running())
  log <- server$logs()
  expect_equal(names(log), c("time", "level", "event", "message"))
  expect_match(log$message[log$event == "request"], "^GET /hello 200 ")
  expect_equal(tail(log$event, 1), "stopped")
})

test_that("a server that can't start says why", {
  skip_without_runtime()
  folder <- app_folder("stop('no database')")
  expect_error(serve(folder, background = TRUE, open = FALSE, port = 0, admin_port = 0), "no database")
})

test_that("in the foreground, the documentation opens when the server listens, and an interrupt stops it", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  script <- withr::local_tempfile(lines = c(
    "options(viewer = function(page) cat('viewer', page, '\\n'))",
    sprintf("penstock::serve(%s, port = 0, admin_port = 0, workers = 1, open = TRUE)", deparse(folder)),
    "cat('ended\\n')"
  ))
  session <- processx::process$new(
    file.path(R.home("bin"), "Rscript"), script, stdout = "|", stderr = "2>&1",
    env = c("current", R_TESTS = "", R_LIBS = paste(.libPaths(), collapse = ":"))
  )
  withr::defer(session$kill_tree())
  output <- ""
  until <- Sys.time() + 60
  while (!grepl("viewer http", output) && session$is_alive() && Sys.time() < until) {
    session$poll_io(1000L)
    output <- paste0(output, session$read_output())
  }
  expect_match(output, "viewer http://127.0.0.1:[0-9]+/__docs__/")
  session$interrupt()
  session$wait(60000L)
  expect_match(paste0(output, session$read_all_output()), "ended")
  expect_equal(session$get_exit_status(), 0L)
})

test_that("a router of the session is served, with the variables that its functions use", {
  skip_without_runtime()
  withr::defer(rm("greeting_of_a_test", envir = globalenv()))
  assign("greeting_of_a_test", "good day", envir = globalenv())
  greet <- eval(quote(function(name) paste(greeting_of_a_test, name)), globalenv())
  router <- plumber::pr_get(plumber::pr(), "/greet", greet)
  client <- test_client(router, workers = 1)
  expect_equal(client$get("/greet", query = list(name = "you & me"))$json(), "good day you & me")
})

test_that("a fitted model is served under the name of its variable", {
  skip_without_runtime()
  cars <- lm(mpg ~ wt, mtcars)
  client <- test_client(cars, workers = 1)
  response <- client$post("/predict", json = data.frame(wt = c(2, 3)))
  expect_equal(response$status, 200)
  expect_equal(unlist(response$json()), unname(predict(cars, data.frame(wt = c(2, 3)))), tolerance = 1e-6,
               ignore_attr = TRUE)
  expect_error(app_argument(quote(x)), "must be a path")
})

test_that("the folder of a _server.yml is served by its engine", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  settings <- file.path(folder, "_server.yml")
  writeLines("engine: penstock", settings)
  server <- launch_server(settings, host = "127.0.0.1", port = 0, admin_port = 0, workers = 1, background = TRUE)
  withr::defer(server$stop())
  expect_equal(body_of(paste0(server$url, "/hello")), "[\"hello\"]")
})
