# Run with testthat::test_dir("tests").
library(testthat)

test_that("the API greets", {
  client <- penstock::test_client("..")
  response <- client$get("/hello", query = list(name = "you"))
  expect_equal(response$status, 200)
  expect_equal(response$json(), "hello, you")
})
