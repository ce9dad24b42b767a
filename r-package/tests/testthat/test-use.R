test_that("use_penstock() writes the files of a project, and keeps those that exist", {
  skip_without_runtime()
  folder <- app_folder("#* @get /hello", "function() 'hello'")
  writeLines("workers: 7", file.path(folder, "penstock.yaml"))
  messages <- capture_messages(expect_output(use_penstock(folder)))
  expect_match(messages, "Kept .*penstock.yaml", all = FALSE)
  expect_equal(readLines(file.path(folder, "penstock.yaml")), "workers: 7")
  expect_true(all(file.exists(file.path(folder, c("Dockerfile", ".dockerignore", ".github/workflows/penstock.yaml")))))
})

test_that("the project template makes an API whose test passes", {
  skip_without_runtime()
  folder <- file.path(withr::local_tempdir(), "api")
  suppressMessages(project_template(folder))
  results <- as.data.frame(test_dir(file.path(folder, "tests"), reporter = "silent", stop_on_failure = FALSE))
  expect_equal(sum(results$failed), 0)
  expect_gt(sum(results$nb), 0)
})
